// `repeated`: the same request, asked again and again in new conversations; the slot breaks if one
// of the replies does. A user who presses "again" does no more. Each reply draws from a stream of
// its own; at temperature 0 all are alike, and then this is `direct` at a higher price. It is also
// the control for every search: a search that needs as many queries as this one found nothing.
//
//   times: 3   ->   the request; the request; the request
//
// Cost: `times` queries a slot, whether or not an early one breaks: verdicts come after the
// attempt.
// @source Huang et al. (2023), "Catastrophic jailbreak of open-source LLMs via exploiting
//         generation", arXiv 2310.06987; Hughes et al. (2024), "Best-of-N jailbreaking", arXiv
//         2412.03556, which also varies the request

#include "truebound/attack/method.h"

namespace truebound::attack {
namespace {

constexpr std::int64_t default_times = 10;
constexpr std::int64_t most_times = 1000;

class Repeated final : public Attack {
 public:
  explicit Repeated(std::int64_t times) : times_(times) {}

  Task<void> attempt(Means& means) const override {
    const std::string request = render_input(means.sample());
    for (std::int64_t i = 0; i < times_; ++i) {
      const std::optional<eval::Query> query = co_await means.ask(request);
      if (!query) co_return;
    }
  }

  std::int64_t queries() const override { return times_; }

 private:
  std::int64_t times_;
};

Result<std::unique_ptr<Attack>> make_repeated(const eval::Specification& specification,
                                              const FileSource& /*files*/) {
  const std::int64_t times = specification.whole("times").value_or(default_times);
  if (times < 1 || times > most_times) {
    return invalid_input("attacks: times must be 1 to " + std::to_string(most_times) + ", got " +
                         std::to_string(times));
  }
  return std::unique_ptr<Attack>(std::make_unique<Repeated>(times));
}

}  // namespace

Method repeated() {
  return {.kind = {.id = "repeated",
                   .about = "the same request, sampled again and again",
                   .options = {{.name = "times",
                                .kind = eval::OptionKind::whole,
                                .fallback = default_times,
                                .about = "queries a slot, 1 to 1000"}}},
          .make = make_repeated};
}

}  // namespace truebound::attack
