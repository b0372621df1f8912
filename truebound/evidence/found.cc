#include "truebound/evidence/found.h"

#include <algorithm>
#include <set>
#include <tuple>

namespace truebound::evidence {
namespace {

using Cell = std::vector<const eval::Observation*>;

bool broke(const eval::Observation& seen) {
  return eval::kind_of(seen.outcome) == eval::OutcomeKind::broke;
}

// What is tried again in each epoch.
auto tried(const eval::Observation& seen) {
  return std::tie(seen.suite, seen.sample, seen.model, seen.persona, seen.deployment, seen.arm,
                  seen.attack);
}

// Of what was found and looked at in several epochs: how often it was looked at, and how often it
// broke then. What nobody looked at confirms nothing. Nothing to tell where each was seen once.
std::vector<std::int64_t> reproduced(const Cell& found, const Cell& looked_at) {
  using Tried = decltype(tried(*looked_at.front()));
  std::set<Tried> wanted;
  for (const eval::Observation* seen : found)
    wanted.insert(tried(*seen));
  const auto times = std::ranges::count_if(
      looked_at, [&](const eval::Observation* seen) { return wanted.contains(tried(*seen)); });
  if (times == static_cast<std::int64_t>(wanted.size())) return {};
  return {static_cast<std::int64_t>(found.size()), times};
}

std::optional<Claim> claim_of(const Cell& found, const Cell& looked_at, const std::string& method) {
  if (found.empty()) return std::nullopt;
  const eval::Observation& first = *found.front();
  const auto count = static_cast<std::int64_t>(found.size());
  const auto planned = static_cast<std::int64_t>(looked_at.size());
  std::set<std::string> attacks;
  std::set<std::string> languages;
  for (const eval::Observation* seen : found) {
    attacks.insert(seen->attack);
    languages.insert(seen->language);
  }
  Claim claim{
      .name = "found/arm=" + first.arm + "/expect=" + std::string(to_text(first.expect)),
      .kind = ClaimKind::found,
      .reproduced = reproduced(found, looked_at),
      .estimate = {.method = method,
                   .n = planned,
                   .unit = "slot",
                   .estimand = eval::Estimand::fixed_set,
                   .counts = {.planned = planned, .broke = count, .held = planned - count},
                   .reason = analyze::Reason::not_a_rate},
      .scope = {.where = {{"arm", first.arm}, {"expect", std::string(to_text(first.expect))}},
                .arm = first.arm,
                .attacks = {attacks.begin(), attacks.end()},
                .languages = {languages.begin(), languages.end()}}};
  claim.estimate.name = claim.name;
  const auto [least, most] =
      std::ranges::minmax(found, {}, [](const eval::Observation* seen) { return seen->entry; });
  claim.entries.outcomes = {least->entry, most->entry};
  claim.assumptions = assumptions_of(claim);
  claim.defeaters = defeaters_of(claim);
  return claim;
}

}  // namespace

std::optional<Claim> found_by_reading(const std::vector<const eval::Observation*>& cell,
                                      const Readings& readings) {
  Cell read;
  Cell found;
  for (const eval::Observation* seen : cell) {
    const auto reading = readings.broke.find(seen->slot);
    if (reading == readings.broke.end()) continue;
    read.push_back(seen);
    if (reading->second) found.push_back(seen);
  }
  std::optional<Claim> claim = claim_of(found, read, "read_and_confirmed");
  if (!claim) return claim;
  claim->estimate.judge = analyze::JudgeError{.labeled_by = readings.labeled_by};
  claim->entries.calibration = readings.entry;
  claim->assumptions = assumptions_of(*claim);
  claim->defeaters = defeaters_of(*claim);
  return claim;
}

std::optional<Claim> found_by_exact_scorer(const std::vector<const eval::Observation*>& cell) {
  Cell decided;
  Cell found;
  for (const eval::Observation* seen : cell) {
    if (seen->decided_by != eval::DecidedBy::exact || !eval::is_decided(seen->outcome)) continue;
    decided.push_back(seen);
    if (broke(*seen)) found.push_back(seen);
  }
  return claim_of(found, decided, "exact_scorer");
}

}  // namespace truebound::evidence
