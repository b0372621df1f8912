#include "truebound/stats/text_distance.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>
#include <tuple>

#include "truebound/core/random.h"

namespace truebound::stats {
namespace {

Error wrong(const std::string& expectation) {
  return invalid_input("text_distance: " + expectation);
}

// The texts of one prompt with their kernel; `first` of them belong to the first source.
struct Prompt {
  std::size_t first = 0;
  std::size_t texts = 0;
  std::vector<double> kernel;  // texts x texts
  std::vector<double> lengths;
};

double likeness(const std::string& a, const std::string& b, std::size_t longest) {
  const std::size_t shorter = std::min(a.size(), b.size());
  std::size_t same = longest - std::max(a.size(), b.size());
  for (std::size_t i = 0; i < shorter; ++i)
    same += a[i] == b[i] ? 1 : 0;
  return static_cast<double>(same) / static_cast<double>(longest);
}

Prompt prompt_of(const PromptTexts& texts, std::size_t longest) {
  std::vector<const std::string*> all;
  for (const std::string& text : texts.first)
    all.push_back(&text);
  for (const std::string& text : texts.second)
    all.push_back(&text);
  Prompt prompt{.first = texts.first.size(), .texts = all.size()};
  prompt.kernel.assign(all.size() * all.size(), 1);
  for (std::size_t i = 0; i < all.size(); ++i) {
    prompt.lengths.push_back(static_cast<double>(all[i]->size()));
    for (std::size_t j = 0; j < i; ++j) {
      const double alike = likeness(*all[i], *all[j], longest);
      prompt.kernel[i * all.size() + j] = prompt.kernel[j * all.size() + i] = alike;
    }
  }
  return prompt;
}

// Sums over pairs of one prompt: within the first, within the second, between.
struct Sums {
  double first = 0;
  double second = 0;
  double between = 0;
  double first_length = 0;
  double second_length = 0;
};

// Which texts of a prompt belong to the first source.
using Dealt = std::vector<bool>;

void add(const Prompt& prompt, const Dealt& dealt, Sums& sums) {
  for (std::size_t i = 0; i < prompt.texts; ++i) {
    (dealt[i] ? sums.first_length : sums.second_length) += prompt.lengths[i];
    for (std::size_t j = 0; j < i; ++j) {
      const double alike = prompt.kernel[i * prompt.texts + j];
      if (dealt[i] != dealt[j]) {
        sums.between += alike;
      } else {
        (dealt[i] ? sums.first : sums.second) += alike;
      }
    }
  }
}

// How many pairs and texts the sums are over: the same however texts are dealt.
struct Sizes {
  double first = 0;
  double second = 0;
  double between = 0;
  double first_texts = 0;
  double second_texts = 0;
};

Sizes sizes_of(std::span<const Prompt> prompts) {
  Sizes sizes;
  for (const Prompt& prompt : prompts) {
    const auto a = static_cast<double>(prompt.first);
    const auto b = static_cast<double>(prompt.texts - prompt.first);
    sizes.first += a * (a - 1) / 2;
    sizes.second += b * (b - 1) / 2;
    sizes.between += a * b;
    sizes.first_texts += a;
    sizes.second_texts += b;
  }
  return sizes;
}

struct Statistics {
  double distance = 0;
  double length = 0;
};

Statistics statistics_of(const Sums& sums, const Sizes& sizes) {
  return {sums.first / sizes.first - 2 * sums.between / sizes.between + sums.second / sizes.second,
          sums.first_length / sizes.first_texts - sums.second_length / sizes.second_texts};
}

// Counts how often dealt texts lie as far apart as the observed ones; ties by rounding count.
class Tally {
 public:
  explicit Tally(const Statistics& observed) : observed_(observed) {}
  void add(const Statistics& dealt) {
    ++all_;
    distance_ += dealt.distance >= observed_.distance - 1e-12 ? 1 : 0;
    length_ += std::abs(dealt.length) >= std::abs(observed_.length) - 1e-9 ? 1 : 0;
  }
  std::int64_t all() const { return all_; }
  double distance() const { return static_cast<double>(distance_) / static_cast<double>(all_); }
  double length() const { return static_cast<double>(length_) / static_cast<double>(all_); }

 private:
  Statistics observed_;
  std::int64_t all_ = 0;
  std::int64_t distance_ = 0;
  std::int64_t length_ = 0;
};

Dealt as_observed(const Prompt& prompt) {
  Dealt dealt(prompt.texts, false);
  std::fill_n(dealt.begin(), prompt.first, true);
  return dealt;
}

// All ways to deal, prompt by prompt; each way of one prompt with each of the others.
void deal_all(std::span<const Prompt> prompts, const Sums& so_far, const Sizes& sizes,
              Tally& tally) {
  if (prompts.empty()) {
    tally.add(statistics_of(so_far, sizes));
    return;
  }
  Dealt dealt = as_observed(prompts.front());
  do {
    Sums sums = so_far;
    add(prompts.front(), dealt, sums);
    deal_all(prompts.subspan(1), sums, sizes, tally);
  } while (std::prev_permutation(dealt.begin(), dealt.end()));
}

void deal_once(std::span<const Prompt> prompts, const Sizes& sizes, RandomStream stream,
               Tally& tally) {
  Sums sums;
  for (const Prompt& prompt : prompts) {
    Dealt dealt(prompt.texts, false);
    for (const std::uint64_t i : stream.choose(prompt.texts, prompt.first))
      dealt[i] = true;
    add(prompt, dealt, sums);
  }
  tally.add(statistics_of(sums, sizes));
}

// Draws then do not depend on the order of texts or prompts.
std::vector<PromptTexts> sorted(std::vector<PromptTexts> prompts) {
  for (PromptTexts& each : prompts) {
    std::sort(each.first.begin(), each.first.end());
    std::sort(each.second.begin(), each.second.end());
  }
  std::sort(prompts.begin(), prompts.end(), [](const PromptTexts& a, const PromptTexts& b) {
    return std::tie(a.first, a.second) < std::tie(b.first, b.second);
  });
  return prompts;
}

// The number of ways to deal, or more than `most`.
double ways(std::span<const Prompt> prompts, double most) {
  double product = 1;
  for (const Prompt& prompt : prompts) {
    for (std::size_t i = 0; i < prompt.first && product <= most; ++i)
      product *= static_cast<double>(prompt.texts - i) / static_cast<double>(i + 1);
  }
  return product;
}

}  // namespace

Result<TextDistance> text_distance(const std::vector<PromptTexts>& in_any_order,
                                   const TextDistanceOptions& options) {
  const std::vector<PromptTexts> prompts = sorted(in_any_order);
  if (prompts.empty()) return wrong("at least one prompt, got none");
  if (options.draws < 99 || options.exact_up_to < 0) return wrong("draws must be >= 99");
  std::size_t longest = 1;
  for (const PromptTexts& each : prompts) {
    if (each.first.size() < 2 || each.second.size() < 2) {
      return wrong("each source must give at least two texts for each prompt");
    }
    for (const std::string& text : each.first)
      longest = std::max(longest, text.size());
    for (const std::string& text : each.second)
      longest = std::max(longest, text.size());
  }
  std::vector<Prompt> kernels;
  Sums observed;
  for (const PromptTexts& each : prompts) {
    kernels.push_back(prompt_of(each, longest));
    add(kernels.back(), as_observed(kernels.back()), observed);
  }
  const Sizes sizes = sizes_of(kernels);
  const Statistics seen = statistics_of(observed, sizes);
  Tally tally(seen);
  const auto most = static_cast<double>(options.exact_up_to);
  const bool is_exact = ways(kernels, most) <= most;
  if (is_exact) {
    deal_all(kernels, {}, sizes, tally);
  } else {
    tally.add(seen);
    for (std::int64_t b = 0; b < options.draws; ++b) {
      deal_once(kernels, sizes, RandomStream(options.key + static_cast<std::uint64_t>(b)), tally);
    }
  }
  return TextDistance{.statistic = seen.distance,
                      .p_value = tally.distance(),
                      .dealt = tally.all(),
                      .is_exact = is_exact,
                      .length_statistic = seen.length,
                      .length_p_value = tally.length()};
}

}  // namespace truebound::stats
