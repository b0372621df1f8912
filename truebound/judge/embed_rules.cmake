# cmake -DFILE=refusal_rules.yaml -DOUT=file.cc -P embed_rules.cmake
# Writes a file into a C++ source as bytes, so that the program needs no file beside it.
file(READ "${FILE}" bytes HEX)
string(REGEX REPLACE "(..)" "0x\\1," bytes "${bytes}")
string(REGEX REPLACE "(................................................................................)" "\\1\n" bytes "${bytes}")
file(WRITE "${OUT}" "// Made by truebound/judge/embed_rules.cmake.
#include \"truebound/judge/embedded_rules.h\"

namespace truebound::judge {
namespace {
const unsigned char bytes[] = {
${bytes}};
}  // namespace

std::string_view embedded_refusal_rules() {
  return {reinterpret_cast<const char*>(bytes), sizeof bytes};
}

}  // namespace truebound::judge
")
