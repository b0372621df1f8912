// coverage_xstest DATA [--seeds N] [--out FILE]: a judge that is calibrated on one half of human
// labels, and its corrected rate of the other half beside what the labels say of it. DATA is the
// folder of XSTest's labeled completions (labels_<model>_gpteval.csv); nothing of it is kept.
// Halves of one fixed set share their errors, so beside it stand exact coverages at the measured
// sensitivity and specificity, with fresh truth each time. Exit 1 where a promise does not hold.

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include <fmt/format.h>

#include "bench/coverage/judged_rate.h"
#include "truebound/assess/calibrate_table.h"
#include "truebound/core/file.h"
#include "truebound/core/words.h"
#include "truebound/judge/rules.h"

namespace truebound::coverage {
namespace {

struct Arguments {
  std::string data;
  int seeds = 200;
  std::string out;
};

Result<Arguments> read_arguments(int count, char** words) {
  const std::string usage = "usage: coverage_xstest DATA [--seeds N] [--out FILE]";
  if (count < 2) return invalid_input(usage);
  Arguments arguments{.data = words[1], .seeds = 200, .out = {}};
  for (int i = 2; i + 1 < count; i += 2) {
    const std::string name = words[i];
    if (name == "--seeds" && std::atoi(words[i + 1]) >= 1) {
      arguments.seeds = std::atoi(words[i + 1]);
    } else if (name == "--out") {
      arguments.out = words[i + 1];
    } else {
      return invalid_input(usage + ", got " + name);
    }
  }
  return arguments;
}

enum class Prompts { all, safe };
constexpr std::array<std::string_view, 2> words(Prompts /*list*/) {
  return {"all", "safe"};
}

// The judge's word in place of the response: it is the same at every split.
exchange::TableRows judged(exchange::TableRows table) {
  for (exchange::TableRow& row : table.rows) {
    const eval::Judgement judgement = judge::RefusalRules::builtin().judge(row.response);
    row.observation.judge = std::string(to_text(judgement.verdict));
  }
  std::ranges::replace(table.present, std::string("response"), std::string("judge"));
  return table;
}

Result<exchange::TableRows> read_labels(const std::string& data, const std::string& model) {
  const std::string name = data + "/labels_" + model + "_gpteval.csv";
  TRUEBOUND_TRY(text, read_file(name));
  exchange::TableOptions options;
  options.columns = {
      {"sample", "id"}, {"stratum", "type"}, {"response", "completion"}, {"truth", "final_label"}};
  options.values = {
      {"1_full_compliance", "broke"}, {"2_full_refusal", "held"}, {"3_partial_refusal", "held"}};
  TRUEBOUND_TRY(table, exchange::read_table(text, name, options));
  return judged(std::move(table));
}

exchange::TableRows only(exchange::TableRows table, Prompts prompts) {
  if (prompts == Prompts::safe) {
    std::erase_if(table.rows, [](const exchange::TableRow& row) {
      return row.observation.stratum.starts_with("contrast_");
    });
  }
  return table;
}

// One line of the table: a model's answers to some prompts, over all splits.
struct Line {
  std::string model;
  Prompts prompts = Prompts::all;
  int broke = 0;
  int broke_flagged = 0;
  int held = 0;
  int held_not_flagged = 0;
  int undecided = 0;
  int numbers = 0;   // splits that gave an interval
  int covered = 0;   // of these, intervals that hold the labels' rate
  double width = 0;  // mean
  JudgedCoverage fresh;
};

void count(const exchange::TableRows& table, Line& line) {
  for (const exchange::TableRow& row : table.rows) {
    const bool is_flagged = row.observation.judge == "complied";
    line.undecided += row.observation.judge == "undecided" ? 1 : 0;
    if (row.observation.truth == "broke") {
      ++line.broke;
      line.broke_flagged += is_flagged ? 1 : 0;
    } else {
      ++line.held;
      line.held_not_flagged += is_flagged ? 0 : 1;
    }
  }
}

double ratio(int part, int whole) {
  return static_cast<double>(part) / static_cast<double>(whole);
}

Result<void> fill(const exchange::TableRows& table, int seeds, Line& line) {
  count(table, line);
  for (int seed = 1; seed <= seeds; ++seed) {
    TRUEBOUND_TRY(measured,
                  assess::calibrate_table(nullptr, table, {.seed = std::to_string(seed)}, .95));
    if (!measured.estimate) continue;
    const analyze::Estimate& estimate = *measured.estimate;
    const double truth = measured.truth_rate->value.value_or(0);
    ++line.numbers;
    line.covered += estimate.lower <= truth && truth <= estimate.upper ? 1 : 0;
    line.width += estimate.upper - estimate.lower;
  }
  line.width /= std::max(1, line.numbers);
  const int n = line.broke + line.held;
  line.fresh = cover({.n = n / 2,
                      .labels_broke = line.broke / 2,
                      .labels_held = line.held / 2,
                      .rate = ratio(line.broke, n),
                      .sensitivity = ratio(line.broke_flagged, line.broke),
                      .specificity = ratio(line.held_not_flagged, line.held)});
  return {};
}

constexpr const char* intro =
    "# Coverage on human labels\n\n"
    "XSTest's completions of three models, labeled by people: full compliance is `broke`, full and "
    "partial refusal are `held`. `truebound calibrate refusal --split half --seed S` measures the "
    "rules of refusal on one half, drawn within type and label, and corrects the judged rate of "
    "the "
    "other ([lang_reiczigel](lang_reiczigel.md)); a split is covered where the 95 % interval holds "
    "the labels' rate of that other half. An undecided response is not flagged. Halves of one "
    "fixed "
    "set share their errors, so beside it stands the coverage with fresh truth each time, exact, "
    "at "
    "the sensitivity and specificity measured on all labels: Lang-Reiczigel's, and that of limits "
    "which take the measured error rates for the true ones.\n\n"
    "Written by `build/dev/coverage_xstest DATA --out docs/methods/coverage_xstest.md`, DATA the "
    "folder of XSTest's labels. A figure is rounded down.\n\n";

std::string page_of(const std::vector<Line>& lines, int seeds) {
  std::string page = intro;
  page += head({"model", "prompts", "responses", "complied by label", "Se: flagged",
                "Sp: not flagged", "undecided", "splits with a number", "covered", "mean width",
                "fresh truth", "taken as known"});
  for (const Line& line : lines) {
    page +=
        row({line.model, std::string(to_text(line.prompts)), std::to_string(line.broke + line.held),
             std::to_string(line.broke), fmt::format("{} of {}", line.broke_flagged, line.broke),
             fmt::format("{} of {}", line.held_not_flagged, line.held),
             std::to_string(line.undecided), fmt::format("{} of {}", line.numbers, seeds),
             line.numbers == 0 ? "" : coverage_text(ratio(line.covered, line.numbers)),
             fmt::format("{:.3f}", line.width), coverage_text(line.fresh.lang_reiczigel),
             coverage_text(line.fresh.taken_as_known)});
  }
  return page;
}

bool keeps(const Line& line) {
  const bool covers = line.numbers == 0 || ratio(line.covered, line.numbers) >= .93;
  const bool covers_fresh = line.fresh.lang_reiczigel >= .94;
  if (covers && covers_fresh) return true;
  fmt::print(
      stderr, "{}, {}: .93 of splits and .94 of fresh truths expected, got {} of {} and {}\n",
      line.model, to_text(line.prompts), line.covered, line.numbers, line.fresh.lang_reiczigel);
  return false;
}

// Where the data is not there, a test is skipped by this exit.
constexpr int skipped = 77;

Result<int> measure(const Arguments& arguments) {
  if (!std::filesystem::exists(arguments.data)) {
    fmt::print(stderr, "{}: expected XSTest's labels, found nothing\n", arguments.data);
    return skipped;
  }
  std::vector<Line> lines;
  for (const char* model : {"gpt4", "llama2new", "mistralguard"}) {
    TRUEBOUND_TRY(table, read_labels(arguments.data, model));
    for (const Prompts prompts : {Prompts::all, Prompts::safe}) {
      Line line{.model = model, .prompts = prompts};
      TRUEBOUND_TRY_VOID(fill(only(table, prompts), arguments.seeds, line));
      lines.push_back(std::move(line));
    }
  }
  const std::string page = page_of(lines, arguments.seeds);
  if (arguments.out.empty()) {
    fmt::print("{}", page);
  } else {
    TRUEBOUND_TRY_VOID(write_file(arguments.out, page));
  }
  return std::ranges::all_of(lines, keeps) ? 0 : 1;
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
