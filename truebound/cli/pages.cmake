# cmake -DFROM=docs/methods -DTO=pages.cc -P pages.cmake
# Writes the pages of methods into a source file, so that the program can print them.
file(GLOB pages ${FROM}/*.md)
list(SORT pages)
file(WRITE ${TO} "#include \"truebound/cli/pages.h\"

namespace truebound::cli {

const std::vector<Page>& method_pages() {
  static const std::vector<Page> pages = {
")
foreach(page IN LISTS pages)
  get_filename_component(name ${page} NAME_WE)
  if(name STREQUAL "README")
    continue()
  endif()
  file(READ ${page} text)
  file(APPEND ${TO} "      {\"${name}\", R\"page(${text})page\"},\n")
endforeach()
file(APPEND ${TO} "  };
  return pages;
}

}  // namespace truebound::cli
")
