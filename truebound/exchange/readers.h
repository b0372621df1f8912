#pragma once

// Readers of tables by name: `truebound stats --reader NAME`.

#include <string>
#include <string_view>
#include <vector>

#include "truebound/core/result.h"
#include "truebound/exchange/table.h"

namespace truebound::exchange {

/// A reader's name, and one line about what it reads.
struct Reader {
  std::string_view name;
  std::string_view about;
};

/// All readers, `table` first.
const std::vector<Reader>& readers();

/// Reads a file with the reader of that name. Only `table` takes columns and values of one's own.
///
/// @error invalid_input  an unknown reader; options that the reader does not take; as the reader
Result<TableRows> read_with(const std::string& reader, const std::string& text,
                            const std::string& name, const TableOptions& options);

}  // namespace truebound::exchange
