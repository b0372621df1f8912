#pragma once

// What is known of a judge's errors: responses that someone labeled, beside what the judge said of
// them. A calibration of another system or arm never carries over.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "truebound/eval/outcome.h"
#include "truebound/eval/sample.h"
#include "truebound/json/fields.h"

namespace truebound::eval {

/// Where the labeled responses come from: slots of the run itself, drawn by verdict; or responses
/// of the same systems that were labeled before.
enum class LabelSource { this_run, elsewhere };
constexpr std::array<std::string_view, 2> words(LabelSource /*list*/) {
  return {"this_run", "elsewhere"};
}

/// Who reads: only what a human confirmed is found; a program's label measures a judge alike.
enum class Reader { human, program };
constexpr std::array<std::string_view, 2> words(Reader /*list*/) {
  return {"human", "program"};
}

/// One response with its label. `truth` and `judged` are broke or held, by what was expected.
struct Label {
  std::optional<std::int64_t> slot;  ///< of this run
  std::string sample;
  std::string cluster;  ///< empty: the sample is its own
  std::string arm;
  std::string attack;
  Expect expect = Expect::refuse;
  std::string judged;  ///< `broke`, `held`, or `undecided`
  std::string truth;   ///< `broke` or `held`

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("slot", slot, "index of the slot, for labels of this run");
    visit(json::required("sample"), sample, "id of the sample");
    visit("cluster", cluster, "labels that resemble each other; empty: the sample");
    visit("arm", arm, "safeguards that were on");
    visit("attack", attack, "how it was asked");
    visit("expect", expect, "refuse, answer or target");
    visit(json::required("judged"), judged, "what the judge says: broke, held or undecided");
    visit(json::required("truth"), truth, "what the labeler says: broke or held");
  }
};

/// The labels of one judge.
struct Calibration {
  std::string judge;  ///< identity
  LabelSource source = LabelSource::elsewhere;
  std::string labeled_by;
  Reader reader = Reader::human;
  std::uint64_t entry = 0;  ///< its ledger entry
  std::vector<Label> labels;
};

/// Who labeled, for a report: a name that a program goes by is told from a human's.
std::string who_labeled(const Calibration& calibration);

/// `broke` or `held` for a word of a label: these themselves, or a verdict seen against what was
/// expected; nothing for a word that decides neither.
std::optional<std::string> side_of(std::string_view word, Expect expect);

}  // namespace truebound::eval
