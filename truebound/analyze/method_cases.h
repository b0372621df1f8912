#pragma once

// Tables for the tests of methods, written row by row.

#include <cmath>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "truebound/analyze/methods.h"

namespace truebound::analyze::cases {

using Table = std::vector<eval::Observation>;

/// What a test says of a row; the rest stays empty.
struct Row {
  std::string sample;
  std::string arm;
  std::string outcome = "held";
  std::int64_t epoch = 0;
  std::string cluster;
  std::string stratum;
};

/// Appends a row, its line as in a file with a head.
inline eval::Observation& add(Table& table, const Row& row) {
  eval::Observation seen;
  seen.line = static_cast<int>(table.size()) + 2;
  seen.sample = row.sample;
  seen.arm = row.arm;
  seen.epoch = row.epoch;
  seen.cluster = row.cluster;
  seen.stratum = row.stratum;
  seen.decided_by = eval::DecidedBy::exact;
  const auto kind = from_text<eval::OutcomeKind>(row.outcome);
  TRUEBOUND_CHECK(kind.has_value(), "the tests write outcomes by their words");
  seen.outcome = eval::make_outcome(*kind, "reason", "");
  table.push_back(seen);
  return table.back();
}

/// `times` samples of their own with these outcomes under arms A and B.
struct Pairs {
  int times = 0;
  std::string first;
  std::string second;
  std::string stratum;
  std::string cluster;
};
inline void add(Table& table, const Pairs& pairs) {
  for (int i = 0; i < pairs.times; ++i) {
    const std::string sample = "q" + std::to_string(table.size());
    add(table, Row{.sample = sample,
                   .arm = "A",
                   .outcome = pairs.first,
                   .cluster = pairs.cluster,
                   .stratum = pairs.stratum});
    add(table, Row{.sample = sample,
                   .arm = "B",
                   .outcome = pairs.second,
                   .cluster = pairs.cluster,
                   .stratum = pairs.stratum});
  }
}

/// One sample (a cluster of its own) with `epochs` rows, the first `broke` of which broke.
struct Epochs {
  std::string sample;
  int epochs = 0;
  int broke = 0;
  std::string arm;
  std::string stratum;
};
inline void add(Table& table, const Epochs& epochs) {
  for (int i = 0; i < epochs.epochs; ++i) {
    add(table, Row{.sample = epochs.sample,
                   .arm = epochs.arm,
                   .outcome = i < epochs.broke ? "broke" : "held",
                   .epoch = i,
                   .stratum = epochs.stratum});
  }
}

inline MethodResult run(std::string_view method, const Table& table,
                        const MethodOptions& options = {}) {
  auto result = run_method(method, table, options);
  EXPECT_TRUE(result.ok()) << method << ": " << (result.ok() ? "" : result.error().message);
  return result.ok() ? std::move(result).value() : MethodResult{};
}

inline std::string refusal(std::string_view method, const Table& table,
                           const MethodOptions& options = {}) {
  const auto result = run_method(method, table, options);
  EXPECT_FALSE(result.ok()) << method;
  return result.ok() ? "" : result.error().message;
}

/// A member of the result's JSON by its keys, or null.
inline json::Value member(const MethodResult& result, const std::vector<std::string>& keys) {
  json::Value value = to_json(result);
  for (const std::string& key : keys) {
    const json::Value* found = value.find(key);
    if (found == nullptr) return {};
    value = json::Value(*found);
  }
  return value;
}

inline double number(const MethodResult& result, const std::vector<std::string>& keys) {
  const json::Value value = member(result, keys);
  if (value.integer() != nullptr) return static_cast<double>(*value.integer());
  return value.decimal() == nullptr ? std::nan("") : *value.decimal();
}

inline std::string word(const MethodResult& result, const std::vector<std::string>& keys) {
  const json::Value value = member(result, keys);
  return value.text() == nullptr ? json::canonical(value) : *value.text();
}

}  // namespace truebound::analyze::cases
