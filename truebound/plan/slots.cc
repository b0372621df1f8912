#include "truebound/plan/slots.h"

#include <algorithm>
#include <map>
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

// The clusters of the samples taken, in the order in which their numbers rank them: a sample that
// has none is its own, and one of a suite is never of another.
template <class Taken>
void order_clusters(std::vector<Taken>& taken, const std::vector<eval::Suite>& suites,
                    RandomStream& stream) {
  std::map<std::string, std::uint64_t> places;
  std::vector<std::string> clusters;
  std::vector<std::string> names;
  for (const Taken& each : taken) {
    const eval::Sample& sample = suites[each.suite].samples[each.sample];
    names.push_back(std::to_string(each.suite) + "\n" +
                    eval::cluster_name(sample.cluster, sample.id));
    if (places.emplace(names.back(), 0).second) clusters.push_back(names.back());
  }
  for (std::uint64_t left = clusters.size(); left > 0; --left) {
    std::swap(clusters[static_cast<std::size_t>(stream.below(left))],
              clusters[static_cast<std::size_t>(left - 1)]);
  }
  for (std::uint64_t place = 0; place < clusters.size(); ++place)
    places[clusters[static_cast<std::size_t>(place)]] = place;
  std::vector<std::size_t> order(taken.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return places.at(names[i]); });
  std::vector<Taken> ordered;
  for (const std::size_t i : order)
    ordered.push_back(std::move(taken[i]));
  taken = std::move(ordered);
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
  for (std::size_t i = 0; i < suites.size(); ++i) {
    const eval::Suite& suite = suites[i];
    const std::uint64_t take = plan.sampling.take.count.value_or(suite.samples.size());
    if (take > suite.samples.size()) {
      return invalid_input(plan.file + ": take must be at most the samples of each suite, got " +
                           std::to_string(take) + ", and " + suite.name + " has " +
                           std::to_string(suite.samples.size()));
    }
    std::vector<std::uint64_t> drawn(suite.samples.size());
    std::iota(drawn.begin(), drawn.end(), std::uint64_t{0});
    if (plan.sampling.take.count) drawn = stream.choose(suite.samples.size(), take);
    slots.suites_.push_back(suite.name);
    for (const std::uint64_t sample : drawn) {
      slots.taken_.push_back({static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(sample),
                              suite.samples[static_cast<std::size_t>(sample)].id});
    }
  }
  if (plan.sampling.ends_early()) {
    order_clusters(slots.taken_, suites, stream);
  }
  TRUEBOUND_TRY(count, product(slots.per_sample_, slots.taken_.size()));
  if (count > most_slots) return invalid_input("expected at most 2^53 slots, got more");
  slots.count_ = std::min(count, limit.count.value_or(count));
  return slots;
}

Slot Slots::at(std::uint64_t index) const {
  TRUEBOUND_CHECK(index < count_, "a slot's index is below their count");
  const Taken& taken = taken_[static_cast<std::size_t>(index / per_sample_)];
  Slot slot{.index = index, .suite = suites_[taken.suite], .sample = taken.id};
  slot.suite_index = taken.suite;
  slot.sample_index = taken.sample;
  std::uint64_t rest = index % per_sample_;
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
  std::vector<std::pair<std::size_t, std::size_t>> samples;
  for (const Taken& each : taken_)
    samples.emplace_back(each.suite, each.sample);
  return samples;
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
