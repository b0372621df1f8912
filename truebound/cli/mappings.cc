#include "truebound/cli/mappings.h"

#include <algorithm>

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

}  // namespace truebound::cli
