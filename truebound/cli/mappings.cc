#include "truebound/cli/mappings.h"

#include <algorithm>

#include "truebound/core/words.h"

namespace truebound::cli {

Result<std::map<std::string, std::string>> mapping_of(const std::vector<std::string>& options,
                                                      const std::string& flag) {
  std::map<std::string, std::string> pairs;
  for (const std::string& option : options) {
    std::size_t from = 0;
    while (from <= option.size()) {
      const std::size_t comma = std::min(option.find(',', from), option.size());
      const std::string pair = option.substr(from, comma - from);
      const std::size_t equals = pair.find('=');
      if (equals == std::string::npos || equals == 0) {
        return invalid_input(flag + ": expected NAME=VALUE, got " + option);
      }
      pairs[pair.substr(0, equals)] = pair.substr(equals + 1);
      from = comma + 1;
    }
  }
  return pairs;
}

std::string dashed(const std::vector<std::string>& options) {
  std::string text;
  for (const std::string& option : options)
    text += (text.empty() ? "--" : " --") + option;
  return text.empty() ? "none" : text;
}

Result<void> refuse_unread(const std::string& asked, const std::vector<std::string>& given,
                           const std::vector<std::string>& known,
                           const std::vector<std::string>& read) {
  std::vector<std::string> unread;
  for (const std::string& option : given) {
    const bool is_known = std::ranges::find(known, option) != known.end();
    if (is_known && std::ranges::find(read, option) == read.end()) unread.push_back(option);
  }
  if (unread.empty()) return {};
  const auto near = nearest(unread.front(), read);
  return invalid_input(asked + " does not read " + dashed(unread) + "; it reads " + dashed(read) +
                       (near ? "; did you mean --" + *near + "?" : ""));
}

}  // namespace truebound::cli
