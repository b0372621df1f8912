# cmake -DOUT=file.cc -DROOT=folder -P embed.cmake FILE=NAME ...
# Writes files into a C++ source as bytes: each FILE of ROOT becomes the entry NAME of one table.
set(body "")
set(table "")
set(count 0)
math(EXPR last "${CMAKE_ARGC} - 1")
foreach(i RANGE ${last})
  if(NOT "${CMAKE_ARGV${i}}" MATCHES "^([^=-][^=]*)=(builtin:.+)$")
    continue()
  endif()
  set(name "${CMAKE_MATCH_2}")
  file(READ "${ROOT}/${CMAKE_MATCH_1}" bytes HEX)
  string(REGEX REPLACE "(..)" "0x\\1," bytes "${bytes}")
  string(REGEX REPLACE "(................................................................................)" "\\1\n" bytes "${bytes}")
  string(APPEND body "const unsigned char file_${count}[] = {\n${bytes}};\n")
  string(APPEND table "    {\"${name}\", {reinterpret_cast<const char*>(file_${count}), sizeof file_${count}}},\n")
  math(EXPR count "${count} + 1")
endforeach()
file(WRITE "${OUT}" "// Made by truebound/suite/embed.cmake.\n#include \"truebound/suite/embedded.h\"\n
namespace truebound::suite {\nnamespace {\n${body}const EmbeddedFile files[] = {\n${table}};\n}  // namespace\n
std::span<const EmbeddedFile> embedded_files() {\n  return files;\n}\n
}  // namespace truebound::suite\n")
