#include "truebound/plan/canonical.h"

#include <algorithm>

#include "truebound/crypto/sha256.h"
#include "truebound/plan/plan_file.h"

namespace truebound::plan {
namespace {

void erase(json::Value& object, std::string_view key) {
  std::erase_if(*object.object(), [&](const json::Member& member) { return member.first == key; });
}

// Puts digests in the places of file names.
class FileReplacer {
 public:
  explicit FileReplacer(const FileDigests& digests) : digests_(digests) {}

  void replace(std::string& name) const {
    if (name.empty()) return;
    const auto found = digests_.find(name);
    if (found != digests_.end()) {
      name = found->second.hex();
      return;
    }
    TRUEBOUND_CHECK(parse_digest(name).ok(), "the digest of every file that a plan names is known");
  }

 private:
  const FileDigests& digests_;
};

json::NamedList<eval::Specification>& section_of(Plan& plan, std::string_view name) {
  if (name == "models") return plan.models;
  if (name == "instruments") return plan.instruments;
  if (name == "safeguards") return plan.safeguards;
  if (name == "attacks") return plan.attacks;
  return plan.judges;
}

void treat_apart(Plan& plan, const OptionPlace& place, const FileReplacer& files) {
  for (auto& [name, specification, line] : section_of(plan, place.section)) {
    if (name != place.name) continue;
    if (place.apart == Apart::speed) {
      erase(specification.options, place.option);
      continue;
    }
    std::string file = specification.text(place.option);
    files.replace(file);
    specification.options.set(place.option, file);
  }
}

Error malformed(const std::string& message) {
  return {.code = ErrorCode::malformed, .message = message};
}

}  // namespace

Result<FileDigests> digest_files(const Plan& plan, const FileSource& files) {
  FileDigests digests;
  for (const std::string& name : file_names(plan)) {
    TRUEBOUND_TRY(bytes, files.read(name));
    digests.emplace(name, crypto::sha256(bytes));
  }
  return digests;
}

std::string canonical(const Plan& plan, const FileDigests& digests) {
  Plan reduced = plan;
  const FileReplacer files(digests);
  for (auto& suite : reduced.suites) {
    files.replace(suite.specification.file);
    files.replace(suite.specification.card);
  }
  for (auto& deployment : reduced.deployments)
    files.replace(deployment.specification.system_prompt);
  for (const OptionPlace& place : plan.apart)
    treat_apart(reduced, place, files);
  if (reduced.baseline) {
    std::string file = baseline_file(*reduced.baseline);
    files.replace(file);
    reduced.baseline->ledger = file;
  }
  json::Value value = value_of(reduced);
  erase(value, "who");
  erase(value, "budget");
  return json::canonical(value);
}

Digest plan_digest(const Plan& plan, const FileDigests& digests) {
  return crypto::sha256(canonical(plan, digests));
}

Result<Plan> thaw(const json::Value& value) {
  auto plan = parse_plan(value, "the frozen plan");
  if (!plan.ok()) return malformed(plan.error().message);
  return plan;
}

}  // namespace truebound::plan
