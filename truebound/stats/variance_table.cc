#include "truebound/stats/variance_table.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <utility>

namespace truebound::stats {
namespace {

Error wrong(const std::string& expectation) {
  return invalid_input("variance_table: " + expectation);
}

struct Level {
  double count = 0;
  double sum = 0;
};

using Levels = std::map<std::int64_t, Level>;
using Matrix = std::vector<std::vector<double>>;

Levels levels_of(const std::vector<LeveledValue>& values, std::size_t factor) {
  Levels levels;
  for (const LeveledValue& each : values) {
    Level& level = levels[each.levels[factor]];
    ++level.count;
    level.sum += each.value;
  }
  return levels;
}

// What a unit of variance of factor `of` adds to the sum of squares between levels of `in`: the sum
// over both of n_ij^2 / n_i.
double weight(const std::vector<LeveledValue>& values, std::size_t in, std::size_t of) {
  std::map<std::pair<std::int64_t, std::int64_t>, double> cells;
  std::map<std::int64_t, double> sizes;
  for (const LeveledValue& each : values) {
    ++cells[{each.levels[in], each.levels[of]}];
    ++sizes[each.levels[in]];
  }
  double sum = 0;
  for (const auto& [cell, count] : cells)
    sum += count * count / sizes[cell.first];
  return sum;
}

// Gauss's elimination with row exchange; nothing where the equations do not tell.
std::optional<std::vector<double>> solve(Matrix a, std::vector<double> b) {
  const std::size_t n = b.size();
  for (std::size_t i = 0; i < n; ++i) {
    std::size_t pivot = i;
    for (std::size_t r = i + 1; r < n; ++r) {
      if (std::abs(a[r][i]) > std::abs(a[pivot][i])) pivot = r;
    }
    if (std::abs(a[pivot][i]) < 1e-9) return std::nullopt;
    std::swap(a[i], a[pivot]);
    std::swap(b[i], b[pivot]);
    for (std::size_t r = i + 1; r < n; ++r) {
      const double factor = a[r][i] / a[i][i];
      for (std::size_t c = i; c < n; ++c)
        a[r][c] -= factor * a[i][c];
      b[r] -= factor * b[i];
    }
  }
  for (std::size_t i = n; i-- > 0;) {
    for (std::size_t c = i + 1; c < n; ++c)
      b[i] -= a[i][c] * b[c];
    b[i] /= a[i][i];
  }
  return b;
}

// Two factors whose levels always change together, by name.
std::string confounded(const std::vector<LeveledValue>& values,
                       const std::vector<std::size_t>& seen,
                       const std::vector<std::string>& names) {
  for (const std::size_t a : seen) {
    for (const std::size_t b : seen) {
      if (b <= a) continue;
      std::map<std::pair<std::int64_t, std::int64_t>, int> pairs;
      for (const LeveledValue& each : values)
        pairs[{each.levels[a], each.levels[b]}] = 1;
      if (pairs.size() == levels_of(values, a).size() &&
          pairs.size() == levels_of(values, b).size()) {
        return names[a] + " and " + names[b] + " change only together";
      }
    }
  }
  return "each combination of levels comes once and one factor follows from the others";
}

Result<void> check(const std::vector<LeveledValue>& values, const std::vector<std::string>& names) {
  if (names.empty()) return wrong("at least one factor");
  if (values.size() < 3) return wrong("at least three values");
  for (const LeveledValue& each : values) {
    if (each.levels.size() != names.size()) return wrong("a level of every factor for each value");
    if (!std::isfinite(each.value)) return wrong("values must be finite");
  }
  return {};
}

// The equations of the parts: one for each factor seen, one for all values; the mean's own square
// is taken out of each.
struct Equations {
  Matrix left;
  std::vector<double> right;
};

Equations equations_of(const std::vector<LeveledValue>& values,
                       const std::vector<std::size_t>& seen) {
  const auto n = static_cast<double>(values.size());
  double sum = 0;
  double squares = 0;
  for (const LeveledValue& each : values) {
    sum += each.value;
    squares += each.value * each.value;
  }
  const double center = sum * sum / n;
  std::vector<double> of_mean;  // what each factor adds to the square of the mean
  for (const std::size_t factor : seen) {
    double added = 0;
    for (const auto& [name, level] : levels_of(values, factor))
      added += level.count * level.count / n;
    of_mean.push_back(added);
  }
  Equations equations;
  for (const std::size_t in : seen) {
    const Levels levels = levels_of(values, in);
    double between = 0;
    for (const auto& [name, level] : levels)
      between += level.sum * level.sum / level.count;
    std::vector<double> row;
    for (std::size_t of = 0; of < seen.size(); ++of)
      row.push_back(weight(values, in, seen[of]) - of_mean[of]);
    row.push_back(static_cast<double>(levels.size()) - 1);
    equations.left.push_back(row);
    equations.right.push_back(between - center);
  }
  std::vector<double> row;
  for (const double each : of_mean)
    row.push_back(n - each);
  row.push_back(n - 1);
  equations.left.push_back(row);
  equations.right.push_back(squares - center);
  return equations;
}

}  // namespace

Result<VarianceTable> variance_table(const std::vector<LeveledValue>& values,
                                     const std::vector<std::string>& names) {
  TRUEBOUND_TRY_VOID(check(values, names));
  VarianceTable table{.rest = {.factor = "rest", .is_seen = true}};
  const auto n = static_cast<double>(values.size());
  std::vector<std::size_t> seen;
  for (std::size_t factor = 0; factor < names.size(); ++factor) {
    const auto levels = static_cast<std::int64_t>(levels_of(values, factor).size());
    table.factors.push_back({.factor = names[factor], .levels = levels, .is_seen = levels > 1});
    if (levels > 1) seen.push_back(factor);
  }
  if (seen.empty()) return wrong("at least one factor with two levels");
  for (const LeveledValue& each : values)
    table.mean += each.value / n;

  const Equations equations = equations_of(values, seen);
  const auto parts = solve(equations.left, equations.right);
  if (!parts) return wrong("factors that can be told apart: " + confounded(values, seen, names));
  std::int64_t fewest = 0;
  for (std::size_t i = 0; i < seen.size(); ++i) {
    VariancePart& part = table.factors[seen[i]];
    part.raw = (*parts)[i];
    if (fewest == 0 || part.levels < fewest) table.fewest = part.factor;
    fewest = fewest == 0 ? part.levels : std::min(fewest, part.levels);
  }
  table.rest.raw = parts->back();
  table.rest.levels = static_cast<std::int64_t>(values.size());

  double all = 0;
  double of_mean = 0;
  for (VariancePart& part : table.factors) {
    part.variance = std::max(0.0, part.raw);
    all += part.variance;
  }
  table.rest.variance = std::max(0.0, table.rest.raw);
  all += table.rest.variance;
  for (const std::size_t factor : seen) {
    double squares = 0;
    for (const auto& [name, level] : levels_of(values, factor))
      squares += level.count * level.count / (n * n);
    of_mean += squares * table.factors[factor].variance;
  }
  table.generalized_error = std::sqrt(of_mean + table.rest.variance / n);
  if (all <= 0) return table;
  for (VariancePart& part : table.factors)
    part.share = part.variance / all;
  table.rest.share = table.rest.variance / all;
  return table;
}

}  // namespace truebound::stats
