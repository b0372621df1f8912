# truebound_llama: llama.cpp, ggml and the Jinja of chat templates as tools/build-llama built them
# in the user's cache; one build serves dev, release and the sanitizers. Only model/ links it.
# LLAMA_OPTIONS in the environment chooses among builds, as for tools/build-llama.
execute_process(COMMAND ${CMAKE_SOURCE_DIR}/tools/build-llama --where
  OUTPUT_VARIABLE llama_prefix OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
if(NOT EXISTS ${llama_prefix}/.library)
  message(FATAL_ERROR "${llama_prefix}: expected llama.cpp, not built; run tools/build-llama")
endif()
find_package(llama CONFIG REQUIRED PATHS ${llama_prefix}/lib/cmake/llama NO_DEFAULT_PATH)
add_library(truebound_llama INTERFACE IMPORTED GLOBAL)
target_link_libraries(truebound_llama INTERFACE ${llama_prefix}/lib/libllama_jinja.a llama)
get_filename_component(llama_build ${llama_prefix} NAME)
target_compile_definitions(truebound_llama INTERFACE TRUEBOUND_LLAMA_BUILD="${llama_build}")
target_include_directories(truebound_llama SYSTEM INTERFACE
  ${llama_prefix}/include ${llama_prefix}/include/llama)

# Where tools/fetch puts the default model; tests that need it are skipped where it is not there.
if(DEFINED ENV{XDG_CACHE_HOME})
  set(truebound_cache $ENV{XDG_CACHE_HOME}/truebound)
else()
  set(truebound_cache $ENV{HOME}/.cache/truebound)
endif()
set(truebound_default_model ${truebound_cache}/models/SmolLM2-135M-Instruct.Q4_1.gguf)
