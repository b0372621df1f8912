#include "truebound/plan/slots.h"

#include <algorithm>
#include <numeric>

#include "truebound/crypto/stream.h"
#include "truebound/ledger/merkle.h"

namespace truebound::plan {
namespace {

// What JSON's numbers, and the ledger's, hold exactly.
constexpr std::uint64_t most_slots = std::uint64_t{1} << 53U;

std::string percent_encoded(std::string_view part) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  std::string text;
  for (const char letter : part) {
    const auto byte = static_cast<unsigned char>(letter);
    const bool is_plain = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
                          (letter >= '0' && letter <= '9') || letter == '-' || letter == '.' ||
                          letter == '_' || letter == '~';
    if (is_plain) {
      text += letter;
    } else {
      text += '%';
      text += hex[byte >> 4U];
      text += hex[byte & 15U];
    }
  }
  return text;
}

template <class T>
std::vector<std::string> names_of(const json::NamedList<T>& list) {
  std::vector<std::string> names;
  for (const auto& entry : list)
    names.push_back(entry.name);
  return names;
}

Result<std::uint64_t> product(std::uint64_t a, std::uint64_t b) {
  if (b != 0 && a > most_slots / b) {
    return invalid_input("expected at most 2^53 slots, got more");
  }
  return a * b;
}

}  // namespace

std::string slot_key(const Slot& slot) {
  std::string key = percent_encoded(slot.suite) + ":" + percent_encoded(slot.sample);
  for (const std::string* part :
       {&slot.model, &slot.persona, &slot.deployment, &slot.arm, &slot.attack}) {
    key += "|" + percent_encoded(*part);
  }
  return key + "|" + std::to_string(slot.epoch);
}

Result<Slots> Slots::lay_out(const Plan& plan, const std::vector<eval::Suite>& suites,
                             std::string_view seed, const SlotLimit& limit) {
  TRUEBOUND_CHECK(plan.suites.size() == suites.size(), "the suites that the plan names, all read");
  Slots slots;
  slots.crossed_ = {names_of(plan.models), names_of(plan.personas), names_of(plan.deployments),
                    names_of(plan.arms), names_of(plan.attacks)};
  slots.epochs_ = plan.epochs;
  slots.per_sample_ = plan.epochs;
  for (const std::vector<std::string>& names : slots.crossed_) {
    TRUEBOUND_TRY(crossed, product(slots.per_sample_, names.size()));
    slots.per_sample_ = crossed;
  }
  RandomStream stream = crypto::open_stream(seed, "-", "split");
  for (const eval::Suite& suite : suites) {
    const std::uint64_t take = plan.sampling.take.count.value_or(suite.samples.size());
    if (take > suite.samples.size()) {
      return invalid_input(plan.file + ": take must be at most the samples of each suite, got " +
                           std::to_string(take) + ", and " + suite.name + " has " +
                           std::to_string(suite.samples.size()));
    }
    SuiteSlots laid{.name = suite.name, .first = slots.count_};
    if (plan.sampling.take.count) {
      for (const std::uint64_t drawn : stream.choose(suite.samples.size(), take))
        laid.indices.push_back(static_cast<std::size_t>(drawn));
    } else {
      laid.indices.resize(suite.samples.size());
      std::iota(laid.indices.begin(), laid.indices.end(), std::size_t{0});
    }
    for (const std::size_t index : laid.indices)
      laid.ids.push_back(suite.samples[index].id);
    TRUEBOUND_TRY(of_suite, product(slots.per_sample_, take));
    slots.count_ += of_suite;
    slots.suites_.push_back(std::move(laid));
  }
  if (slots.count_ > most_slots) return invalid_input("expected at most 2^53 slots, got more");
  if (limit.count) slots.count_ = std::min(slots.count_, *limit.count);
  return slots;
}

Slot Slots::at(std::uint64_t index) const {
  TRUEBOUND_CHECK(index < count_, "a slot's index is below their count");
  const auto after = std::ranges::upper_bound(suites_, index, {}, &SuiteSlots::first);
  const SuiteSlots& suite = *(after - 1);
  Slot slot{.index = index, .suite = suite.name};
  slot.suite_index = static_cast<std::size_t>(after - suites_.begin()) - 1;
  std::uint64_t rest = index - suite.first;
  const auto sample = static_cast<std::size_t>(rest / per_sample_);
  slot.sample = suite.ids[sample];
  slot.sample_index = suite.indices[sample];
  rest %= per_sample_;
  slot.epoch = rest % epochs_;
  rest /= epochs_;
  // The last factor is the fastest, so it is taken off first.
  std::string* const fields[] = {&slot.model, &slot.persona, &slot.deployment, &slot.arm,
                                 &slot.attack};
  for (std::size_t i = crossed_.size(); i > 0; --i) {
    const std::vector<std::string>& names = crossed_[i - 1];
    *fields[i - 1] = names[static_cast<std::size_t>(rest % names.size())];
    rest /= names.size();
  }
  slot.key = slot_key(slot);
  return slot;
}

std::vector<std::pair<std::size_t, std::size_t>> Slots::samples() const {
  std::vector<std::pair<std::size_t, std::size_t>> taken;
  for (std::size_t suite = 0; suite < suites_.size(); ++suite) {
    for (const std::size_t sample : suites_[suite].indices)
      taken.emplace_back(suite, sample);
  }
  return taken;
}

Digest Slots::root() const {
  ledger::Tree tree;
  for (std::uint64_t i = 0; i < count_; ++i)
    tree.add(ledger::leaf_hash(at(i).key));
  return tree.root();
}

Result<std::uint64_t> count(const Plan& plan, const std::vector<eval::Suite>& suites) {
  // Which samples are drawn depends on the seed, how many does not.
  TRUEBOUND_TRY(slots, Slots::lay_out(plan, suites, ""));
  return slots.count();
}

}  // namespace truebound::plan
