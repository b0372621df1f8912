// The ground that all rooms stand on: words, bytes, random streams, files, coroutines.

#include <set>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "truebound/core/bytes.h"
#include "truebound/core/clock.h"
#include "truebound/core/file.h"
#include "truebound/core/random.h"
#include "truebound/core/result.h"
#include "truebound/core/task.h"
#include "truebound/core/words.h"

namespace truebound {
namespace {

TEST(Words, TheNearestOptionIsOfferedOnlyWhenItIsNear) {
  EXPECT_EQ(nearest("epoch", {"epochs", "judges"}), "epochs");
  EXPECT_EQ(nearest("jugdes", {"epochs", "judges"}), "judges");
  EXPECT_EQ(nearest("zebra", {"epochs", "judges"}), std::nullopt);
}

RC_GTEST_PROP(Bytes, HexadecimalGoesThereAndBack, (const std::string& bytes)) {
  RC_ASSERT(from_hex(to_hex(bytes)).value() == bytes);
}

TEST(Bytes, ADigestHasOneSpelling) {
  EXPECT_TRUE(parse_digest(std::string(64, 'a')).ok());
  EXPECT_FALSE(parse_digest(std::string(64, 'A')).ok());
  EXPECT_FALSE(parse_digest(std::string(63, 'a')).ok());
}

// Known answers of the reference implementation (Random123's kat_vectors, philox4x32-10).
TEST(Random, PhiloxGivesThePublishedWords) {
  EXPECT_EQ(philox4x32_10({0, 0, 0, 0}, {0, 0}),
            (std::array<std::uint32_t, 4>{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  const std::uint32_t ones = 0xffffffff;
  EXPECT_EQ(philox4x32_10({ones, ones, ones, ones}, {ones, ones}),
            (std::array<std::uint32_t, 4>{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(
      philox4x32_10({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
      (std::array<std::uint32_t, 4>{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

RC_GTEST_PROP(Random, NumbersBelowABoundStayBelowIt, (std::uint64_t key)) {
  RandomStream stream(key);
  const auto bound = *rc::gen::inRange<std::uint64_t>(1, 1000);
  for (int i = 0; i < 20; ++i)
    RC_ASSERT(stream.below(bound) < bound);
  const double uniform = stream.uniform();
  RC_ASSERT(uniform >= 0.0 && uniform < 1.0);
}

TEST(Random, ASubsetHasNoDoubles) {
  RandomStream stream(7);
  const std::vector<std::uint64_t> chosen = stream.choose(50, 20);
  EXPECT_EQ(std::set<std::uint64_t>(chosen.begin(), chosen.end()).size(), 20U);
  EXPECT_LT(chosen.back(), 50U);
  EXPECT_EQ(RandomStream(7).choose(5, 5).size(), 5U);
}

TEST(Clock, DatesAreInUtc) {
  EXPECT_EQ(date_and_time_of(0), "1970-01-01 00:00");
  EXPECT_EQ(date_and_time_of(1780000000000), "2026-05-28 20:26");
}

TEST(File, AReadOfAMissingFileNamesIt) {
  const auto missing = read_file("no/such/file");
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().message, "no/such/file: cannot be read: No such file or directory");
}

TEST(File, WhatIsWrittenIsReadBackAndNoDraftStays) {
  const Path folder = Path(testing::TempDir()) / "truebound_core_file_test";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  ASSERT_TRUE(write_file(folder / "a", "one").ok());
  ASSERT_TRUE(write_file(folder / "a", "two").ok());
  EXPECT_EQ(read_file(folder / "a").value(), "two");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder), {}), 1);
}

TEST(Task, ACallbackFromAnotherThreadResumesTheCoroutine) {
  std::thread other;
  int got = 0;
  run_loop([&]() -> Task<void> {
    got = co_await wait_for_callback<int>(
        [&](std::function<void(int)> done) { other = std::thread([done] { done(42); }); });
  });
  other.join();
  EXPECT_EQ(got, 42);
}

TEST(Task, GatherWaitsForAll) {
  std::vector<int> ended;
  const auto count = [&](int number, int wait_ms) -> Task<void> {
    co_await sleep_for(std::chrono::milliseconds(wait_ms));
    ended.push_back(number);
  };
  run_loop([&]() -> Task<void> {
    std::vector<Task<void>> tasks;
    tasks.push_back(count(1, 20));
    tasks.push_back(count(2, 1));
    co_await gather(std::move(tasks));
    ended.push_back(3);
  });
  EXPECT_EQ(ended, (std::vector<int>{2, 1, 3}));
}

TEST(CheckDeathTest, ABrokenPromiseEndsTheProcessWithFive) {
  EXPECT_EXIT(TRUEBOUND_CHECK(1 == 2, "one to be two"), testing::ExitedWithCode(5),
              "one to be two");
}

}  // namespace
}  // namespace truebound
