#pragma once

// Options of the form NAME=VALUE, as --column and --map take them, and options that are not read.

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

/// Refuses options that were typed and are not read: none is swallowed.
/// @param asked  what was asked, for messages: `stats wilson`
/// @param given  the typed options, without dashes
/// @param known  those that something of the same verb reads; others are not looked at
/// @param read   those of them that this reads
/// @error invalid_input  naming those that are not read, and those that are
Result<void> refuse_unread(const std::string& asked, const std::vector<std::string>& given,
                           const std::vector<std::string>& known,
                           const std::vector<std::string>& read);

/// `--a --b`, or `none`.
std::string dashed(const std::vector<std::string>& options);

}  // namespace truebound::cli
