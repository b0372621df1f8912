// coverage: what Truebound's limits promise, measured; writes docs/methods/coverage.md.
//   coverage --size tiny|full [--threads N] [--out FILE]
// Exit 1 where a promise does not hold, each named on standard error.

#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>

#include <fmt/format.h>

#include "bench/coverage/clustered_rate.h"
#include "bench/coverage/drawn_again.h"
#include "bench/coverage/ended_early.h"
#include "bench/coverage/judged_rate.h"
#include "bench/coverage/looked_at_often.h"
#include "bench/coverage/read_in_part.h"
#include "bench/coverage/whole_chain.h"
#include "truebound/core/file.h"

namespace truebound::coverage {
namespace {

struct Arguments {
  Size size = Size::tiny;
  int threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  std::string out;
};

Result<Arguments> read_arguments(int count, char** words) {
  Arguments arguments;
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string name = words[i];
    const std::string value = words[i + 1];
    if (name == "--size" && (value == "tiny" || value == "full")) {
      arguments.size = value == "full" ? Size::full : Size::tiny;
    } else if (name == "--threads" && std::atoi(value.c_str()) >= 1) {
      arguments.threads = std::atoi(value.c_str());
    } else if (name == "--out") {
      arguments.out = value;
    } else {
      return invalid_input("usage: coverage --size tiny|full [--threads N] [--out FILE], got " +
                           name + " " + value);
    }
  }
  return arguments;
}

constexpr const char* intro =
    "# Coverage, measured\n\n"
    "How often limits of a nominal 95 % hold the true rate, where the true rate is known because "
    "the tables are made up. Written by `make coverage` (`build/dev/coverage --size full --out "
    "docs/methods/coverage.md`); seeds are fixed, so any number of threads writes the same page. "
    "Sources: `bench/coverage/tally.h` and the files beside it. A figure is rounded down.\n\n";

Result<int> measure(const Arguments& arguments) {
  std::string page = intro;
  int broken = 0;
  for (const auto part : {whole_chain, judged_rates, read_in_part, clustered_rates,
                          bootstrapped_rates, mean_scores, looked_at_often, ended_early}) {
    const Section section = part(arguments.size, arguments.threads);
    page += section.markdown + "\n";
    for (const std::string& promise : section.broken) {
      fmt::print(stderr, "{}\n", promise);
      ++broken;
    }
  }
  page.pop_back();
  if (arguments.out.empty()) {
    fmt::print("{}", page);
  } else {
    TRUEBOUND_TRY_VOID(write_file(arguments.out, page));
  }
  return broken == 0 ? 0 : 1;
}

}  // namespace
}  // namespace truebound::coverage

int main(int count, char** words) {
  using namespace truebound;
  const auto arguments = coverage::read_arguments(count, words);
  const auto done =
      arguments.ok() ? coverage::measure(arguments.value()) : Result<int>(arguments.error());
  if (done.ok()) return done.value();
  fmt::print(stderr, "{}\n", done.error().message);
  return exit_code(done.error().code);
}
