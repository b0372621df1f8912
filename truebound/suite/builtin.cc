#include "truebound/suite/builtin.h"

#include <algorithm>

#include "truebound/core/words.h"
#include "truebound/eval/suite.h"
#include "truebound/suite/embedded.h"

namespace truebound::suite {

std::vector<std::string> builtin_names() {
  return {"starter"};
}

std::vector<std::string> builtin_files() {
  std::vector<std::string> names;
  for (const EmbeddedFile& file : embedded_files())
    names.emplace_back(file.name);
  return names;
}

Result<std::string> BuiltinFiles::read(const std::string& name) const {
  if (!name.starts_with(eval::builtin_mark)) return others_.read(name);
  const auto files = embedded_files();
  const auto file = std::ranges::find(files, name, &EmbeddedFile::name);
  if (file == files.end()) {
    return invalid_input(name + ": expected one of " + join(builtin_files()) + ", got another");
  }
  return std::string(file->bytes);
}

}  // namespace truebound::suite
