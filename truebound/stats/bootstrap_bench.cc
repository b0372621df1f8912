// Times the cluster bootstrap on made-up clusters, and what one more outcome costs a running rate.
//
//   truebound_bootstrap_bench sums.csv KINDS [RESAMPLES]
//
// KINDS is `few` (sizes 5 to 15) or `many` (sizes up to 100,000, so that no two clusters are
// alike). It writes the clusters to sums.csv, a line each, for bench/bootstrap/numpy_bootstrap.py.

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "truebound/stats/bootstrap.h"
#include "truebound/stats/running_rate.h"

namespace {

using truebound::RandomStream;
using truebound::stats::ClusterSum;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// Rates scatter between clusters: a third of them break often.
std::vector<ClusterSum> make(std::size_t clusters, std::int64_t smallest, std::int64_t largest) {
  RandomStream stream(20);
  std::vector<ClusterSum> sums;
  const auto sizes = static_cast<std::uint64_t>(largest - smallest + 1);
  for (std::size_t i = 0; i < clusters; ++i) {
    const std::int64_t size = smallest + static_cast<std::int64_t>(stream.below(sizes));
    const double rate = i % 3 == 0 ? 0.2 : 0.01;
    sums.push_back({size, truebound::stats::draw_binomial(stream, size, rate), 1});
  }
  return sums;
}

void time_bootstrap(const std::vector<ClusterSum>& sums, std::int64_t resamples) {
  std::int64_t rows = 0;
  for (const ClusterSum& each : sums)
    rows += each.size;
  const Clock::time_point start = Clock::now();
  const auto found = truebound::stats::cluster_bootstrap(
      sums, {.resamples = resamples, .streams = truebound::stats::streams_of(1)});
  const double taken = seconds_since(start);
  if (!found.ok()) {
    std::fprintf(stderr, "%s\n", found.error().message.c_str());
    std::exit(2);
  }
  std::printf(
      "{\"program\": \"truebound\", \"clusters\": %zu, \"rows\": %lld, \"resamples\": %lld, "
      "\"seconds\": %.4f, \"standard_error\": %.8g}\n",
      sums.size(), static_cast<long long>(rows), static_cast<long long>(resamples), taken,
      found.value().standard_error);
}

void time_running_rate() {
  using truebound::stats::RunningRate;
  using truebound::stats::Trial;
  constexpr std::size_t clusters = 100'000;
  constexpr int outcomes = 5'000'000;
  constexpr int asked = 20'000;
  RandomStream stream(3);
  std::vector<std::uint32_t> draws;
  for (int i = 0; i < outcomes; ++i)
    draws.push_back(stream.next_word());
  RunningRate rate;
  Clock::time_point start = Clock::now();
  for (const std::uint32_t word : draws)
    rate.add(word % clusters, word % 97 == 0 ? Trial::hit : Trial::miss);
  const double each_add = seconds_since(start) / outcomes;
  double sum = 0;
  start = Clock::now();
  for (int i = 0; i < asked; ++i) {
    rate.add(draws[static_cast<std::size_t>(i)] % clusters, Trial::miss);
    sum += rate.limits(1, 0.95).value().upper;
  }
  const double each_limit = seconds_since(start) / asked;
  std::printf(
      "{\"program\": \"running rate\", \"sums_us\": %.4f, \"limits_us\": %.3f, "
      "\"check\": %.6g}\n",
      each_add * 1e6, each_limit * 1e6, sum / asked);
}

}  // namespace

int main(int count, char** words) {
  if (count < 3) {
    std::fprintf(stderr, "usage: %s sums.csv few|many [RESAMPLES]\n", words[0]);
    return 2;
  }
  const bool few = std::string(words[2]) == "few";
  const std::vector<ClusterSum> sums = few ? make(100'000, 5, 15) : make(20'000, 1, 100'000);
  std::FILE* file = std::fopen(words[1], "w");
  if (file == nullptr) {
    std::fprintf(stderr, "%s: cannot be written\n", words[1]);
    return 2;
  }
  for (const ClusterSum& each : sums) {
    std::fprintf(file, "%lld,%lld\n", static_cast<long long>(each.size),
                 static_cast<long long>(each.sum));
  }
  std::fclose(file);
  time_bootstrap(sums, count > 3 ? std::atoll(words[3]) : 10'000);
  time_running_rate();
  return 0;
}
