// Whatever the bytes, reading graded solutions ends with rows or with an error that names the file.

#include <cstddef>
#include <cstdint>
#include <string>

#include "truebound/core/check.h"
#include "truebound/exchange/gsm8k.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(bytes), size);
  const auto table = truebound::exchange::read_gsm8k(text, "f");
  if (!table.ok()) {
    TRUEBOUND_CHECK(table.error().message.starts_with("f:"), "an error names the file");
    return 0;
  }
  for (const auto& row : table.value().rows) {
    const auto kind = truebound::eval::kind_of(row.observation.outcome);
    TRUEBOUND_CHECK(
        kind == truebound::eval::OutcomeKind::broke || kind == truebound::eval::OutcomeKind::held,
        "every answer is right or wrong");
  }
  return 0;
}
