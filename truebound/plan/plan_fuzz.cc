// Whatever the bytes, reading a plan ends with a plan or with an error that names its file; a plan
// that was read has a canonical form that reads back as itself.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "truebound/core/check.h"
#include "truebound/crypto/sha256.h"
#include "truebound/plan/canonical.h"
#include "truebound/plan/plan.h"

namespace {

using namespace truebound;

class OneFile final : public FileSource {
 public:
  explicit OneFile(std::string_view bytes) : bytes_(bytes) {}
  Result<std::string> read(const std::string& /*name*/) const override { return bytes_; }

 private:
  std::string bytes_;
};

const eval::Catalog& catalog() {
  static const eval::Catalog known{
      .providers = {{.id = "replay",
                     .options = {{.name = "file", .kind = eval::OptionKind::file},
                                 {.name = "threads",
                                  .kind = eval::OptionKind::whole,
                                  .affects = eval::Affects::speed}}}},
      .safeguards = {{.id = "filter",
                      .options = {{.name = "words", .kind = eval::OptionKind::texts},
                                  {.name = "headers", .kind = eval::OptionKind::mapping}}}},
      .judges = {{.id = "rules",
                  .options = {{.name = "calibration", .fallback = "after"},
                              {.name = "strict", .kind = eval::OptionKind::truth},
                              {.name = "cut", .kind = eval::OptionKind::decimal}}}},
      .attacks = {{.id = "direct"}, {.id = "base64", .options = {{.name = "instruction"}}}},
      .suites = {"starter"}};
  return known;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const auto read = plan::read(OneFile(text), "p.yaml", catalog());
  if (!read.ok()) {
    TRUEBOUND_CHECK(read.error().message.starts_with("p.yaml"), "an error names the file");
    return 0;
  }
  plan::FileDigests digests;
  for (const std::string& name : plan::file_names(read.value()))
    digests.emplace(name, crypto::sha256(name));
  const std::string canonical = plan::canonical(read.value(), digests);
  const auto value = json::parse_json(canonical, "canonical");
  TRUEBOUND_CHECK(value.ok(), "the canonical form is JSON");
  const auto back = plan::thaw(value.value());
  TRUEBOUND_CHECK(back.ok(), "the canonical form reads back");
  TRUEBOUND_CHECK(plan::canonical(back.value(), {}) == canonical, "and is the same");
  return 0;
}
