# Warnings are errors. -Wmissing-field-initializers is off, since options are built with designated
# initializers, where an absent field means its default.
add_library(truebound_warnings INTERFACE)
target_compile_options(truebound_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -Wno-missing-field-initializers)
# g++ 12 takes moved variants and optionals that were looked at before for uninitialized: at -O1 so
# often that presets which compile so turn it off; at -O2 it is told, and stops nobody's build.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 reports false positives inside the standard library's own strings at -O2 (GCC 105651).
  # It also takes the frame of an inlined coroutine, which Asio allocates and frees in pairs, for a
  # mismatch of the two.
  target_compile_options(truebound_warnings INTERFACE -Wno-restrict -Wno-mismatched-new-delete
    -Wno-error=maybe-uninitialized)
  if(TRUEBOUND_SANITIZE MATCHES "thread")
    # Asio orders its handlers by fences too; the sanitizer does not see those, but it sees the
    # mutexes that they come on top of.
    target_compile_options(truebound_warnings INTERFACE -Wno-tsan)
  endif()
endif()
if(TRUEBOUND_SANITIZE)
  add_compile_options(-fsanitize=${TRUEBOUND_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${TRUEBOUND_SANITIZE})
endif()
if(TRUEBOUND_FUZZ)
  # Every room counts the branches that an input takes; the fuzzers alone link libFuzzer's main.
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
