#include "truebound/stats/differences.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <string>

#include "truebound/stats/distribution.h"

namespace truebound::stats {
namespace {

constexpr std::size_t most_exact = 20;

// Sums that are equal in exact numbers may differ in the last digits.
constexpr double tolerance = 1e-12;

Error wrong(const std::string& expectation) {
  return invalid_input("differences: " + expectation);
}

// A reflected Gray code: one sign changes from vector to vector. A vector and its opposite are
// equally far from 0, so the last difference keeps its sign.
double exact_p(const std::vector<double>& sizes, double reach) {
  if (sizes.empty()) return 1;
  std::vector<double> signed_sizes = sizes;
  double sum = 0;
  for (const double size : sizes)
    sum += size;
  const std::size_t half = std::size_t{1} << (sizes.size() - 1);
  std::size_t reaching = sum >= reach ? 1 : 0;
  for (std::size_t vector = 1; vector < half; ++vector) {
    double& flipped = signed_sizes[static_cast<std::size_t>(std::countr_zero(vector))];
    flipped = -flipped;
    sum += 2 * flipped;
    if (std::abs(sum) >= reach) ++reaching;
  }
  return static_cast<double>(reaching) / static_cast<double>(half);
}

double drawn_p(const std::vector<double>& sizes, double reach, const SignFlipOptions& options) {
  std::int64_t reaching = 0;
  for (std::int64_t b = 0; b < options.draws; ++b) {
    RandomStream stream = options.streams(b);
    double sum = 0;
    std::uint32_t word = 0;
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      if (i % 32 == 0) word = stream.next_word();
      sum += (word & 1U) != 0 ? sizes[i] : -sizes[i];
      word >>= 1U;
    }
    if (std::abs(sum) >= reach) ++reaching;
  }
  return static_cast<double>(1 + reaching) / static_cast<double>(1 + options.draws);
}

// Solves m x = right by elimination with row pivots; false where m is singular.
bool solve(std::vector<std::vector<double>>& m, std::vector<double>& right) {
  const std::size_t n = right.size();
  for (std::size_t column = 0; column < n; ++column) {
    std::size_t pivot = column;
    for (std::size_t row = column + 1; row < n; ++row) {
      if (std::abs(m[row][column]) > std::abs(m[pivot][column])) pivot = row;
    }
    if (std::abs(m[pivot][column]) < 1e-9) return false;
    std::swap(m[pivot], m[column]);
    std::swap(right[pivot], right[column]);
    for (std::size_t row = column + 1; row < n; ++row) {
      const double factor = m[row][column] / m[column][column];
      for (std::size_t k = column; k < n; ++k)
        m[row][k] -= factor * m[column][k];
      right[row] -= factor * right[column];
    }
  }
  for (std::size_t row = n; row-- > 0;) {
    for (std::size_t k = row + 1; k < n; ++k)
      right[row] -= m[row][k] * right[k];
    right[row] /= m[row][row];
  }
  return true;
}

// Row and column sums of a square table, and its answers that anybody gave.
struct Margins {
  std::vector<double> first;
  std::vector<double> second;
  std::vector<std::size_t> given;
};

Result<Margins> margins_of(std::span<const std::vector<std::int64_t>> table) {
  const std::size_t answers = table.size();
  Margins margins{.first = std::vector<double>(answers), .second = std::vector<double>(answers)};
  for (std::size_t i = 0; i < answers; ++i) {
    if (table[i].size() != answers) return wrong("the table of answers must be square");
    for (std::size_t j = 0; j < answers; ++j) {
      if (table[i][j] < 0) return wrong("counts must be >= 0, got a negative one");
      margins.first[i] += static_cast<double>(table[i][j]);
      margins.second[j] += static_cast<double>(table[i][j]);
    }
  }
  for (std::size_t i = 0; i < answers; ++i) {
    if (margins.first[i] + margins.second[i] > 0) margins.given.push_back(i);
  }
  if (margins.given.empty()) return wrong("at least one unit, got none");
  return margins;
}

}  // namespace

Result<SignFlip> sign_flip_test(std::span<const double> differences,
                                const SignFlipOptions& options) {
  if (differences.empty()) return wrong("at least one unit, got none");
  if (options.draws < 100 || options.draws > 100'000'000) {
    return wrong("draws must lie in [100, 10^8], got " + std::to_string(options.draws));
  }
  SignFlip test;
  // A difference of 0 has no sign to flip. In order of size, so that draws do not depend on the
  // order of units.
  std::vector<double> sizes;
  double total = 0;
  for (const double difference : differences) {
    if (!std::isfinite(difference)) return wrong("differences must be finite");
    if (difference != 0) sizes.push_back(std::abs(difference));
  }
  std::sort(sizes.begin(), sizes.end());
  for (const double size : sizes)
    total += size;
  std::vector<double> ordered(differences.begin(), differences.end());
  std::sort(ordered.begin(), ordered.end());
  for (const double difference : ordered)
    test.sum += difference;
  const double reach = std::abs(test.sum) - tolerance * total;
  test.exact = sizes.size() <= most_exact;
  test.vectors = test.exact ? std::int64_t{1} << sizes.size() : options.draws;
  test.p_value = test.exact ? exact_p(sizes, reach) : drawn_p(sizes, reach, options);
  return test;
}

Result<ClusteredDifference> obuchowski(std::span<const DiscordantCluster> clusters,
                                       double confidence) {
  if (!(confidence > 0 && confidence < 1)) return wrong("confidence must lie in (0, 1)");
  double n = 0;
  double sum = 0;
  double squares = 0;
  double count = 0;
  for (const DiscordantCluster& each : clusters) {
    if (each.first_only < 0 || each.second_only < 0 ||
        each.first_only + each.second_only > each.pairs) {
      return wrong("discordant pairs must lie in [0, pairs]");
    }
    if (each.pairs == 0) continue;
    const auto off = static_cast<double>(each.first_only - each.second_only);
    n += static_cast<double>(each.pairs);
    sum += off;
    squares += off * off;
    ++count;
  }
  if (count < 2) return wrong("at least 2 clusters, got " + std::to_string(int(count)));
  ClusteredDifference result{.value = sum / n, .df = count - 1};
  if (squares > 0) {
    result.statistic = sum * sum / squares;
    result.p_value = chi_square_at_least(result.statistic, 1);
  }
  double around = 0;
  for (const DiscordantCluster& each : clusters) {
    const double off = static_cast<double>(each.first_only - each.second_only) -
                       static_cast<double>(each.pairs) * result.value;
    around += off * off;
  }
  result.standard_error = std::sqrt(count / (count - 1) * around) / n;
  const double half = student_quantile((1 + confidence) / 2, result.df) * result.standard_error;
  result.lower = std::max(-1.0, result.value - half);
  result.upper = std::min(1.0, result.value + half);
  return result;
}

Result<ChiSquareTest> cochran_q(std::span<const std::vector<int>> hits) {
  if (hits.empty()) return wrong("at least one unit, got none");
  const std::size_t conditions = hits.front().size();
  if (conditions < 2) return wrong("at least 2 conditions, got " + std::to_string(conditions));
  std::vector<double> by_condition(conditions);
  double total = 0;
  double row_squares = 0;
  for (const std::vector<int>& row : hits) {
    if (row.size() != conditions) return wrong("every unit must have one value a condition");
    double in_row = 0;
    for (std::size_t j = 0; j < conditions; ++j) {
      if (row[j] != 0 && row[j] != 1) return wrong("values must be 0 or 1");
      by_condition[j] += row[j];
      in_row += row[j];
    }
    total += in_row;
    row_squares += in_row * in_row;
  }
  const auto k = static_cast<double>(conditions);
  double squares = 0;
  for (const double column : by_condition)
    squares += column * column;
  ChiSquareTest test{.df = k - 1};
  const double below = k * total - row_squares;
  if (below == 0) return test;
  test.statistic = (k - 1) * (k * squares - total * total) / below;
  test.p_value = chi_square_at_least(test.statistic, test.df);
  return test;
}

Result<ChiSquareTest> stuart_maxwell(std::span<const std::vector<std::int64_t>> table) {
  TRUEBOUND_TRY(margins, margins_of(table));
  // The differences of margins add up to 0, so the last answer is told by the others.
  const std::size_t free = margins.given.size() - 1;
  ChiSquareTest test{.df = static_cast<double>(free)};
  std::vector<std::vector<double>> covariance(free, std::vector<double>(free));
  std::vector<double> off(free);
  bool moved = false;
  for (std::size_t a = 0; a < free; ++a) {
    const std::size_t i = margins.given[a];
    off[a] = margins.first[i] - margins.second[i];
    for (std::size_t b = 0; b < free; ++b) {
      const std::size_t j = margins.given[b];
      const auto cell = static_cast<double>(table[i][j] + table[j][i]);
      covariance[a][b] = a == b ? margins.first[i] + margins.second[i] - cell : -cell;
      moved = moved || covariance[a][b] != 0;
    }
  }
  // Nobody moved: the margins are equal without chance.
  if (!moved) return test;
  std::vector<double> solved = off;
  if (!solve(covariance, solved)) {
    return wrong("answers fall apart into groups between which no unit moved");
  }
  for (std::size_t a = 0; a < free; ++a)
    test.statistic += off[a] * solved[a];
  test.statistic = std::max(0.0, test.statistic);
  test.p_value = chi_square_at_least(test.statistic, test.df);
  return test;
}

Result<MarginTest> against_margin(const PairedDifference& limits, double margin) {
  if (!(margin > 0 && margin <= 1)) return wrong("margin must lie in (0, 1]");
  if (!(limits.lower <= limits.upper)) return wrong("limits must be in order");
  const auto answer = [&](double lower, double upper) {
    if (upper < margin) return MarginAnswer::no_worse;
    return lower > margin ? MarginAnswer::worse : MarginAnswer::inconclusive;
  };
  MarginTest test{.limits = limits};
  test.first = answer(limits.lower, limits.upper);
  test.second = answer(-limits.upper, -limits.lower);
  test.equivalent = test.first == MarginAnswer::no_worse && test.second == MarginAnswer::no_worse;
  return test;
}

}  // namespace truebound::stats
