#include "truebound/model/llama_sampling.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace truebound::model {
namespace {

struct Candidate {
  float weight = 0;
  std::int32_t id = 0;
};

bool likelier(const Candidate& a, const Candidate& b) {
  return a.weight != b.weight ? a.weight > b.weight : a.id < b.id;
}

double total_weight(std::span<const Candidate> candidates) {
  double total = 0;
  for (const Candidate& candidate : candidates)
    total += candidate.weight;
  return total;
}

// Sorts the likeliest to the front, ever more of them until they hold the share: the whole
// vocabulary is rarely needed, and sorting it would cost more than the model.
std::size_t nucleus(std::vector<Candidate>& candidates, double top_p) {
  const double wanted = top_p * total_weight(candidates);
  double held = 0;
  std::size_t count = 0;
  for (std::size_t sorted = 0; count < candidates.size();) {
    const std::size_t next = std::min(candidates.size(), sorted == 0 ? 256 : 4 * sorted);
    const auto begin = candidates.begin() + static_cast<std::ptrdiff_t>(sorted);
    std::partial_sort(begin, candidates.begin() + static_cast<std::ptrdiff_t>(next),
                      candidates.end(), likelier);
    for (sorted = next; count < sorted;) {
      held += candidates[count++].weight;
      if (held >= wanted) return count;
    }
  }
  return count;
}

std::int32_t draw(std::span<const Candidate> candidates, double uniform) {
  const double wanted = uniform * total_weight(candidates);
  double passed = 0;
  std::int32_t last = candidates.front().id;
  for (const Candidate& candidate : candidates) {
    if (candidate.weight <= 0) continue;
    last = candidate.id;
    passed += candidate.weight;
    if (passed > wanted) break;
  }
  return last;
}

}  // namespace

Result<std::int32_t> sample_token(std::span<const float> logits, const LlamaSampling& sampling,
                                  RandomStream& stream) {
  float top = -std::numeric_limits<float>::infinity();
  std::size_t best = 0;
  bool sound = true;
  for (std::size_t i = 0; i < logits.size(); ++i) {
    sound = sound && !std::isnan(logits[i]);
    if (logits[i] > top) {
      top = logits[i];
      best = i;
    }
  }
  if (!sound || !std::isfinite(top)) {
    return invalid_input("logits: expected finite numbers, got none or one that is no number");
  }
  if (sampling.temperature <= 0) return static_cast<std::int32_t>(best);

  const auto scale = static_cast<float>(1.0 / sampling.temperature);
  std::vector<Candidate> candidates(logits.size());
  for (std::size_t i = 0; i < logits.size(); ++i) {
    candidates[i] = {std::exp((logits[i] - top) * scale), static_cast<std::int32_t>(i)};
  }
  if (sampling.top_k > 0 && static_cast<std::size_t>(sampling.top_k) < candidates.size()) {
    std::partial_sort(candidates.begin(), candidates.begin() + sampling.top_k, candidates.end(),
                      likelier);
    candidates.resize(static_cast<std::size_t>(sampling.top_k));
  }
  if (sampling.top_p < 1) candidates.resize(nucleus(candidates, sampling.top_p));
  return draw(candidates, stream.uniform());
}

}  // namespace truebound::model
