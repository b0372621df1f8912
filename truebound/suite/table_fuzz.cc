// Whatever the bytes, reading a table ends with samples or with an error, and every row is either a
// sample or counted as bad. The first byte chooses the format.

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "truebound/core/check.h"
#include "truebound/suite/rows.h"
#include "truebound/suite/suite.h"

namespace {

class OneFile final : public truebound::FileSource {
 public:
  explicit OneFile(std::string_view bytes) : bytes_(bytes) {}
  truebound::Result<std::string> read(const std::string& /*name*/) const override { return bytes_; }

 private:
  std::string bytes_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace truebound::suite;
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(bytes) + 1, size - 1);
  SuiteSpec spec{.file = "f", .format = static_cast<Format>(bytes[0] % 3), .bad_rows = size};
  const auto suite = read(spec, "fuzzed", OneFile(text));
  if (!suite.ok()) {
    TRUEBOUND_CHECK(suite.error().message.starts_with("f:"), "an error names the file");
    return 0;
  }
  const auto rows = cut_into_rows(text, "f", *spec.format);
  TRUEBOUND_CHECK(
      rows.value().rows.size() == suite.value().samples.size() + suite.value().bad_rows.size(),
      "every row is a sample or counted as bad");
  std::set<std::string> ids;
  for (const auto& sample : suite.value().samples) {
    TRUEBOUND_CHECK(ids.insert(sample.id).second, "ids are unique");
    TRUEBOUND_CHECK(!sample.input.empty(), "every sample has an input");
  }
  return 0;
}
