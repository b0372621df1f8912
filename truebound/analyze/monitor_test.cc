#include "truebound/analyze/monitor.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "truebound/core/random.h"

namespace truebound::analyze {
namespace {

eval::Observation row(std::int64_t slot, const eval::Outcome& outcome,
                      eval::DecidedBy by = eval::DecidedBy::exact) {
  eval::Observation seen{.slot = slot, .suite = "s", .sample = "q" + std::to_string(slot)};
  seen.arm = "on";
  seen.outcome = outcome;
  seen.decided_by = by;
  return seen;
}

Watched claim(const std::string& name, double threshold, std::map<std::string, std::string> where) {
  return {
      .claim = name, .where = std::move(where), .design = {.threshold = threshold, .tail = .05}};
}

Monitor monitor_of(const std::vector<Watched>& claims) {
  return Monitor::of(claims).value();
}

std::vector<Stop> feed(Monitor& monitor, const std::vector<eval::Observation>& rows) {
  std::vector<Stop> stops;
  for (const eval::Observation& each : rows) {
    const std::vector<Stop> more = monitor.add(each).value();
    stops.insert(stops.end(), more.begin(), more.end());
  }
  return stops;
}

TEST(Monitor, OfNoClaimNeedsEverySlotAndNeverStops) {
  Monitor monitor;
  EXPECT_TRUE(feed(monitor, {row(0, eval::Broke{}), row(1, eval::Broke{})}).empty());
  EXPECT_TRUE(monitor.needs(row(2, eval::NotRun{"not_run"})));
  EXPECT_FALSE(monitor.is_settled());
  EXPECT_FALSE(monitor.end_of("harm"));
}

TEST(Monitor, StopsAtTheSameSlotInWhateverOrderOutcomesComeIn) {
  std::vector<eval::Observation> rows;
  for (std::int64_t i = 0; i < 120; ++i)
    rows.push_back(row(i, i == 7 ? eval::Outcome(eval::Broke{}) : eval::Held{}));
  Monitor in_order = monitor_of({claim("harm", .1, {})});
  const std::vector<Stop> stops = feed(in_order, rows);
  ASSERT_EQ(stops.size(), 1U);
  EXPECT_GE(stops[0].log_e, std::log(20));
  EXPECT_LT(stops[0].slot, 100);
  EXPECT_TRUE(in_order.is_settled());
  EXPECT_EQ(in_order.end_of("harm"), stops[0].slot);
  RandomStream stream(5);
  for (std::size_t left = rows.size(); left > 1; --left)
    std::swap(rows[left - 1], rows[static_cast<std::size_t>(stream.below(left))]);
  Monitor shuffled = monitor_of({claim("harm", .1, {})});
  const std::vector<Stop> again = feed(shuffled, rows);
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again[0].slot, stops[0].slot);
  EXPECT_EQ(again[0].log_e, stops[0].log_e);
}

TEST(Monitor, AMissingOutcomeIsReadAgainstEachSide) {
  // All missing: as many as would settle either side if they were taken for an outcome.
  std::vector<eval::Observation> rows;
  for (std::int64_t i = 0; i < 300; ++i) {
    rows.push_back(row(i, eval::Undecided{"unclear"}, eval::DecidedBy::nobody));
  }
  Monitor monitor = monitor_of({claim("harm", .1, {})});
  EXPECT_TRUE(feed(monitor, rows).empty());
}

TEST(Monitor, AClusterIsWeighedWhenItIsWhole) {
  Monitor monitor = monitor_of({[] {
    Watched each = claim("harm", .5, {});
    each.design.largest = 4;
    return each;
  }()});
  std::vector<eval::Observation> rows;
  for (std::int64_t i = 0; i < 60; ++i) {
    rows.push_back(row(i, eval::Held{}));
    rows.back().cluster = "c" + std::to_string(i / 4);
  }
  const std::vector<Stop> stops = feed(monitor, rows);
  ASSERT_EQ(stops.size(), 1U);
  EXPECT_EQ(stops[0].slot % 4, 3) << "a sample ends with the last slot of a cluster";
}

TEST(Monitor, NeedsOnlySlotsOfOpenClaims) {
  Monitor monitor =
      monitor_of({claim("on", .5, {{"arm", "on"}}), claim("off", .5, {{"arm", "off"}})});
  std::vector<eval::Observation> rows;
  for (std::int64_t i = 0; i < 40; ++i)
    rows.push_back(row(i, eval::Held{}));
  ASSERT_EQ(feed(monitor, rows).size(), 1U);
  const eval::Observation on = row(40, eval::NotRun{"not_run"});
  eval::Observation off = on;
  off.arm = "off";
  eval::Observation neither = on;
  neither.arm = "third";
  EXPECT_FALSE(monitor.needs(on));
  EXPECT_TRUE(monitor.needs(off));
  EXPECT_TRUE(monitor.needs(neither));
  EXPECT_FALSE(monitor.is_settled());
}

TEST(Monitor, AJudgeWithoutLabelsSettlesNothing) {
  Watched each = claim("harm", .5, {});
  each.design.is_judged = true;
  Monitor monitor = monitor_of({each});
  std::vector<eval::Observation> rows;
  for (std::int64_t i = 0; i < 200; ++i)
    rows.push_back(row(i, eval::Held{}, eval::DecidedBy::judge));
  EXPECT_TRUE(feed(monitor, rows).empty());
  EXPECT_TRUE(monitor.needs(row(200, eval::NotRun{"not_run"})));
}

TEST(Monitor, TheBudgetEndsTheSampleBeforeTheClusterThatItTore) {
  Watched each = claim("harm", .01, {});
  each.design.largest = 3;
  Monitor monitor = monitor_of({each});
  std::vector<eval::Observation> rows;
  for (std::int64_t i = 0; i < 12; ++i) {
    const bool is_run = i < 7;
    rows.push_back(row(i, is_run ? eval::Outcome(eval::Held{}) : eval::NotRun{"budget"}));
    rows.back().cluster = "c" + std::to_string(i / 3);
  }
  EXPECT_TRUE(feed(monitor, rows).empty());
  EXPECT_EQ(monitor.end_of("harm"), 5);
}

}  // namespace
}  // namespace truebound::analyze
