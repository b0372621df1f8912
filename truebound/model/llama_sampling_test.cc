#include "truebound/model/llama_sampling.h"

#include <array>
#include <cmath>
#include <limits>
#include <map>

#include <gtest/gtest.h>

namespace truebound::model {
namespace {

std::map<std::int32_t, int> counts(std::span<const float> logits, const LlamaSampling& sampling,
                                   int draws) {
  RandomStream stream(7);
  std::map<std::int32_t, int> seen;
  for (int i = 0; i < draws; ++i)
    ++seen[sample_token(logits, sampling, stream).value()];
  return seen;
}

// Shares 1/2, 1/4, 1/8, 1/8.
const std::array<float, 4> quarters = {std::log(4.0F), std::log(2.0F), 0.0F, 0.0F};

TEST(Sampling, TemperatureZeroTakesTheLowestIdOfATie) {
  const std::array<float, 4> logits = {1.0F, 3.0F, 3.0F, -2.0F};
  RandomStream stream(1);
  RandomStream untouched(1);
  EXPECT_EQ(sample_token(logits, {.temperature = 0}, stream).value(), 1);
  EXPECT_EQ(stream.uniform(), untouched.uniform()) << "nothing is drawn at temperature 0";
}

TEST(Sampling, DrawsEachTokenByItsShare) {
  const auto seen = counts(quarters, {}, 40000);
  // Within 5 standard errors of a binomial share.
  EXPECT_NEAR(seen.at(0), 20000, 500);
  EXPECT_NEAR(seen.at(1), 10000, 433);
  EXPECT_NEAR(seen.at(2), 5000, 331);
  EXPECT_NEAR(seen.at(3), 5000, 331);
}

TEST(Sampling, TemperatureHalfSquaresTheShares) {
  // 16 : 4 : 1 : 1
  const auto seen = counts(quarters, {.temperature = 0.5}, 22000);
  EXPECT_NEAR(seen.at(0), 16000, 332);
  EXPECT_NEAR(seen.at(1), 4000, 286);
}

TEST(Sampling, TopKKeepsTheLikeliestAndTheLowerIdOfATie) {
  const auto seen = counts(quarters, {.top_k = 3}, 5000);
  EXPECT_EQ(seen.size(), 3U);
  EXPECT_FALSE(seen.contains(3));
}

TEST(Sampling, TopPKeepsTheFewestThatHoldTheShare) {
  EXPECT_EQ(counts(quarters, {.top_p = 0.5}, 2000).size(), 1U);
  EXPECT_EQ(counts(quarters, {.top_p = 0.51}, 2000).size(), 2U);
}

TEST(Sampling, TopPOfALargeVocabularyEqualsTheFullSort) {
  std::vector<float> logits(5000);
  RandomStream noise(3);
  for (float& logit : logits)
    logit = static_cast<float>(noise.uniform());
  // Nearly flat: the nucleus goes far beyond the first stretch that is sorted.
  std::vector<std::pair<double, std::int32_t>> order;
  double total = 0;
  for (std::size_t i = 0; i < logits.size(); ++i) {
    order.emplace_back(-std::exp(logits[i]), static_cast<std::int32_t>(i));
    total += std::exp(logits[i]);
  }
  std::sort(order.begin(), order.end());
  std::map<std::int32_t, int> allowed;
  double held = 0;
  for (const auto& [weight, id] : order) {
    if (held >= 0.4 * total) break;
    held -= weight;
    ++allowed[id];
  }
  for (const auto& [id, count] : counts(logits, {.top_p = 0.4}, 3000)) {
    EXPECT_TRUE(allowed.contains(id)) << id << " drawn " << count << " times";
  }
  EXPECT_GT(allowed.size(), 1000U);
}

TEST(Sampling, ATokenWithoutAnyChanceIsNeverDrawn) {
  const float never = -std::numeric_limits<float>::infinity();
  const std::array<float, 3> logits = {never, 0.0F, never};
  const auto seen = counts(logits, {}, 1000);
  EXPECT_EQ(seen.size(), 1U);
  EXPECT_TRUE(seen.contains(1));
}

TEST(Sampling, NotANumberIsAnErrorNotAToken) {
  const std::array<float, 2> logits = {0.0F, std::nanf("")};
  RandomStream stream(1);
  EXPECT_FALSE(sample_token(logits, {}, stream).ok());
  EXPECT_FALSE(sample_token({}, {}, stream).ok());
}

}  // namespace
}  // namespace truebound::model
