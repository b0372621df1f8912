# cmake -DCSS=report.css -DSVG=marks.svg -DTO=embedded.cc -P embed.cmake
# Writes the files of this folder that belong into the program as a source file.
file(READ ${CSS} css)
file(READ ${SVG} svg)
file(WRITE ${TO} "#include \"truebound/report/embedded.h\"

namespace truebound::report {

Own style_sheet() {
  return R\"embedded(${css})embedded\";
}

Own shared_marks() {
  return R\"embedded(${svg})embedded\";
}

}  // namespace truebound::report
")
