#pragma once

// Options of the form NAME=VALUE, as --column and --map take them.

#include <map>
#include <string>
#include <vector>

#include "truebound/core/result.h"

namespace truebound::cli {

/// `a=b` or `a=b,c=d`, given once or several times, as one mapping.
/// @param flag  the option's name, for messages
/// @error invalid_input  a pair without `=`, or without a name
Result<std::map<std::string, std::string>> mapping_of(const std::vector<std::string>& options,
                                                      const std::string& flag);

}  // namespace truebound::cli
