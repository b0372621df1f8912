// Every method of the list on a table of its own: what is missing is bounded both ways or told to
// have no bounds, and options that a method does not name change nothing.

#include <algorithm>
#include <optional>
#include <set>

#include "truebound/analyze/method_cases.h"
#include "truebound/stats/draws.h"

namespace truebound::analyze::cases {
namespace {

// What a method's table is made of, by the columns that it names.
struct Shape {
  int samples = 60;
  int arms = 1;
  int epochs = 1;
  int attacks = 1;
  bool judged = false;
};

const std::set<std::string> clustered = {"effective_n",       "korn_graubard", "cluster_rate",
                                         "cluster_bootstrap", "jackknife",     "wild_bootstrap",
                                         "worst_cell",        "betting",       "variance_table"};

bool needs(const Method& method, const std::string& column) {
  const auto words = words_of(method.columns.substr(0, method.columns.find('[')));
  return std::ranges::find(words, column) != words.end();
}

Shape shape_of(const Method& method) {
  const std::string name(method.name);
  Shape shape;
  const bool is_rater = method.columns.find("arm truth") != std::string_view::npos;
  if (needs(method, "arm") || is_rater) shape.arms = name == "dawid_skene" ? 3 : 2;
  if (needs(method, "epoch") || clustered.contains(name)) shape.epochs = 3;
  if (name == "two_way" || name == "variance_table") shape.attacks = 2;
  if (shape.epochs > 1) shape.samples = 16;
  shape.judged = needs(method, "judge") || needs(method, "truth");
  if (shape.judged) shape.samples = 160;
  if (name == "gumbel_tail") shape = {.samples = 100, .epochs = 4};
  return shape;
}

// Rows that break by chance, more often in the first arm, and by more for some samples.
Table table_of(const Method& method) {
  const Shape shape = shape_of(method);
  RandomStream stream = stats::streams_of(7)(0);
  const auto chance = [&] { return stream.uniform(); };
  Table table;
  for (int sample = 0; sample < shape.samples; ++sample) {
    const double often = method.name == "zero_failure"  ? 0
                         : method.name == "gumbel_tail" ? .05 + .4 * chance()
                                                        : .1 + .5 * chance();
    for (int arm = 0; arm < shape.arms; ++arm) {
      for (int attack = 0; attack < shape.attacks; ++attack) {
        for (int epoch = 0; epoch < shape.epochs; ++epoch) {
          const bool broke = chance() < (arm == 1 ? often / 2 : often);
          eval::Observation& row = add(
              table, Row{.sample = "s" + std::to_string(sample),
                         .arm = shape.arms > 1 ? std::string(1, static_cast<char>('A' + arm)) : "",
                         .outcome = broke ? "broke" : "held",
                         .epoch = epoch,
                         .stratum = sample / 2 % 2 == 0 ? "one" : "two"});
          row.attack = attack == 0 ? "x" : "y";
          row.objective = row.sample;
          row.queries = 1 + sample % 9;
          if (!shape.judged) continue;
          row.decided_by = eval::DecidedBy::judge;
          if (sample % 4 != 0) continue;
          row.truth = (chance() < .1) != broke ? "broke" : "held";
        }
      }
    }
  }
  return table;
}

MethodOptions options_for(const Method& method, const Table& table) {
  MethodOptions options{.resamples = 400, .threshold = .1, .alternative = .4};
  if (method.name == "equivalence") options.margin = .3;
  if (method.name == "intersections") options.by = {"stratum", "attack"};
  if (method.name == "text_distance") {
    for (const eval::Observation& row : table)
      options.responses.push_back("text " + std::to_string(row.sample.size() + row.arm.size()) +
                                  (row.epoch == 1 ? " more" : ""));
  }
  return options;
}

// Rows without outcome; 6 of them, one in the first sample.
Table with_gaps(Table table) {
  const std::size_t step = table.size() / 6;
  for (std::size_t i = 0; i < 6; ++i) {
    const char* word = i % 3 == 0 ? "undecided" : i % 3 == 1 ? "error" : "not_run";
    table[i * step].outcome = eval::make_outcome(*from_text<eval::OutcomeKind>(word), "reason", "");
  }
  return table;
}

std::vector<std::size_t> gaps_of(const Table& table) {
  std::vector<std::size_t> gaps;
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (!eval::is_decided(table[i].outcome)) gaps.push_back(i);
  }
  return gaps;
}

TEST(Missing, WithoutAnyTheBoundsAreTheLimitsOfEveryMethod) {
  for (const Method& method : methods()) {
    if (method.name == "text_distance") continue;  // reads texts, never outcomes
    const Table table = table_of(method);
    const MethodResult found = run(method.name, table, options_for(method, table));
    if (!found.estimate.value) continue;
    EXPECT_NEAR(found.estimate.missing.lower, found.estimate.lower, 1e-12) << method.name;
    EXPECT_NEAR(found.estimate.missing.upper, found.estimate.upper, 1e-12) << method.name;
    EXPECT_TRUE(member(found, {"missing", "reason"}).is_null()) << method.name;
  }
}

// The oracle: all 64 ways in which 6 missing outcomes can have come out.
TEST(Missing, NoWayInWhichItCanHaveComeOutLiesOutsideOfTheBounds) {
  int bounded = 0;
  for (const Method& method : methods()) {
    if (method.name == "text_distance") continue;
    const Table table = with_gaps(table_of(method));
    MethodOptions options = options_for(method, table);
    const MethodResult found = run(method.name, table, options);
    if (!found.estimate.value) continue;
    if (!member(found, {"missing", "reason"}).is_null()) continue;
    ++bounded;
    options.resamples = 100;
    const std::vector<std::size_t> gaps = gaps_of(table);
    for (unsigned way = 0; way < 64; ++way) {
      Table filled = table;
      for (std::size_t i = 0; i < gaps.size(); ++i) {
        filled[gaps[i]].outcome =
            (way >> i & 1U) != 0 ? eval::Outcome(eval::Broke{}) : eval::Outcome(eval::Held{});
      }
      const auto one = run_method(method.name, filled, options);
      ASSERT_TRUE(one.ok()) << method.name;
      if (!one.value().estimate.value || one.value().estimate.name != found.estimate.name) continue;
      EXPECT_GE(*one.value().estimate.value, found.estimate.missing.lower) << method.name;
      EXPECT_LE(*one.value().estimate.value, found.estimate.missing.upper) << method.name;
    }
    EXPECT_LE(found.estimate.missing.lower, *found.estimate.value) << method.name;
    EXPECT_GE(found.estimate.missing.upper, *found.estimate.value) << method.name;
  }
  EXPECT_GE(bounded, 38);
}

TEST(Missing, AMethodWithoutBoundsSaysWhy) {
  for (const char* name : {"cohen_kappa", "fleiss_kappa", "gwet_ac1", "krippendorff_alpha"}) {
    const Method& method = *method_of(name);
    const Table table = with_gaps(table_of(method));
    const MethodResult found = run(name, table, options_for(method, table));
    EXPECT_EQ(found.estimate.missing.lower, -1) << name;
    EXPECT_EQ(found.estimate.missing.upper, 1) << name;
    EXPECT_NE(word(found, {"missing", "reason"}).find("no bounds"), std::string::npos) << name;
  }
}

TEST(Missing, AnErrorIsNoKindOfAnswer) {
  Table table;
  add(table, Pairs{9, "broke", "held"});
  add(table, Pairs{3, "held", "broke"});
  add(table, Pairs{5, "held", "error"});
  const MethodResult found = run("stuart_maxwell", table);
  EXPECT_EQ(member(found, {"by_answer"}).list()->size(), 2U);
  EXPECT_EQ(found.estimate.n, 12);
  EXPECT_EQ(member(found, {"without_answer"}).list()->size(), 5U);
  EXPECT_DOUBLE_EQ(number(found, {"missing", "most"}), 6.0 / 17);
  EXPECT_DOUBLE_EQ(number(found, {"missing", "least"}), 1.0 / 17);
}

TEST(Missing, ATextThatDidNotComeIsNoEmptyText) {
  Table table;
  MethodOptions options;
  for (int i = 0; i < 8; ++i) {
    for (const char* arm : {"A", "B"}) {
      for (int epoch = 0; epoch < 3; ++epoch) {
        add(table, Row{.sample = std::to_string(i), .arm = arm, .epoch = epoch});
        options.responses.emplace_back(epoch == 0 && *arm == 'B' ? "" : "the same words");
      }
    }
  }
  const MethodResult found = run("text_distance", table, options);
  EXPECT_EQ(found.estimate.n, 40);
  EXPECT_EQ(found.estimate.counts.undecided, 8);
  EXPECT_EQ(*found.estimate.value, 0);
  EXPECT_FALSE(member(found, {"missing", "reason"}).is_null());
}

// Limits that a method does not read are echoed, and change nothing else.
json::Value without_echoes(const MethodResult& result) {
  json::Value value = to_json(result);
  for (const char* key : {"confidence", "correlation", "estimand", "bound_confidence"})
    value.set(key, nullptr);
  return value;
}

TEST(Methods, AnOptionThatAMethodDoesNotNameChangesNothing) {
  const std::vector<std::pair<std::string, void (*)(MethodOptions&)>> changes = {
      {"confidence", [](MethodOptions& options) { options.confidence = .8; }},
      {"correlation", [](MethodOptions& options) { options.correlation = .3; }},
      {"estimand", [](MethodOptions& options) { options.estimand = eval::Estimand::fixed_set; }},
      {"margin", [](MethodOptions& options) { options.margin = .2; }},
      {"resamples", [](MethodOptions& options) { options.resamples = 500; }},
      {"seed", [](MethodOptions& options) { options.seed = "2"; }},
      {"threshold", [](MethodOptions& options) { options.threshold = .2; }},
      {"alternative", [](MethodOptions& options) { options.alternative = .5; }},
      {"level", [](MethodOptions& options) { options.level = 7; }},
      {"tries", [](MethodOptions& options) { options.tries = {2}; }}};
  for (const Method& method : methods()) {
    const Table table = with_gaps(table_of(method));
    const MethodOptions options = options_for(method, table);
    const json::Value before = without_echoes(run(method.name, table, options));
    const auto read = words_of(method.options);
    for (const auto& [name, change] : changes) {
      if (std::ranges::find(read, name) != read.end()) continue;
      MethodOptions other = options;
      change(other);
      EXPECT_EQ(json::canonical(without_echoes(run(method.name, table, other))),
                json::canonical(before))
          << method.name << " --" << name;
    }
  }
}

}  // namespace
}  // namespace truebound::analyze::cases
