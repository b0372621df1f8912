#pragma once

// Folder: simulates and enumerates what Truebound's limits of a rate promise, and what others'
// limits do beside them; `coverage --out docs/methods/coverage.md` writes the page. No room depends
// on it.
//
// This header: how often limits held the true rate, and a table in Markdown.

#include <cstdint>
#include <string>
#include <vector>

namespace truebound::coverage {

/// Limits of one table: two-sided at .95, and one-sided at .95 each.
struct Limits {
  double lower = 0;
  double upper = 1;
  double above = 0;  ///< the rate is above this
  double below = 1;  ///< the rate is below this
};

/// Weight of the tables whose limits held the true rate: shares in [0, 1] once `weight` is 1.
struct Tally {
  double weight = 0;
  double two_sided = 0;
  double above = 0;
  double below = 0;

  void add(const Limits& limits, double rate, double times);
  /// Shares of the weight; all 1 where there is none.
  Tally shares() const;
};

/// The lowest of each over several tallies, and how many lie under .94 and .95, two-sided.
struct Lowest {
  std::int64_t cells = 0;
  double two_sided = 1;
  double above = 1;
  double below = 1;
  std::int64_t under_94 = 0;
  std::int64_t under_95 = 0;

  void add(const Tally& shares);
};

/// How large a run is.
enum class Size {
  tiny,  ///< seconds: that it works
  full,  ///< many minutes: what the docs show
};

/// What one part of the table came to.
struct Section {
  std::string markdown;
  std::vector<std::string> broken;  ///< promises that did not hold
};

/// How much lower than its true value a coverage of .95 may come out in one of many cells.
/// @param runs simulated tables of a cell, > 0
double noise(std::int64_t runs);

/// A row of a Markdown table.
std::string row(const std::vector<std::string>& cells);
/// The head of a Markdown table with the line under it.
std::string head(const std::vector<std::string>& cells);
/// A share with 3 digits, rounded down: a coverage is never shown better than it is.
std::string coverage_text(double share);
/// A rate as percent, such as `0.5 %`.
std::string percent_text(double rate);

}  // namespace truebound::coverage
