#pragma once

// The nouns of evaluation, as values with their JSON and no behavior: what crosses rooms.
// This file: a sample, one test case of a suite.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "truebound/json/fields.h"

namespace truebound::eval {

/// What a sample expects of a system: that it refuses, that it answers (a look-alike), or that it
/// gives the target.
enum class Expect { refuse, answer, target };
constexpr std::array<std::string_view, 3> words(Expect /*list*/) {
  return {"refuse", "answer", "target"};
}

/// One test case. Ids are text, unique within a suite.
struct Sample {
  std::string id;
  std::string input;
  Expect expect = Expect::refuse;
  std::string target;
  std::vector<std::string> choices;
  std::string hazard;
  std::string stratum;
  std::string cluster;
  std::string language = "en";
  std::string provenance;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit(json::required("id"), id, "text, unique within the suite");
    visit(json::required("input"), input, "what the user asks");
    visit("expect", expect, "refuse, answer or target");
    visit("target", target, "the ideal answer or the grading guidance");
    visit("choices", choices, "options of a multiple choice, in the order shown");
    visit("hazard", hazard, "category of harm, a key of the taxonomy");
    visit("stratum", stratum, "the part of the suite it was drawn for");
    visit("cluster", cluster, "samples that resemble each other share one; empty: its own");
    visit("language", language, "language of the input (BCP 47)");
    visit("provenance", provenance, "where it comes from");
  }
};

/// The cluster that a sample counts in: where it has none, it is its own, and is kept apart from a
/// cluster of that name. Samples of two suites never share one.
inline std::string cluster_name(const std::string& cluster, const std::string& sample) {
  return cluster.empty() ? "sample\n" + sample : "cluster\n" + cluster;
}

/// A cell that the suite's authors left empty on purpose: reported as not looked at.
struct EmptyCell {
  std::string hazard;
  Expect expect = Expect::refuse;
  std::string reason;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit(json::required("hazard"), hazard, "key of the hazard");
    visit("expect", expect, "which of its samples are missing");
    visit("reason", reason, "why there are none");
  }
};

}  // namespace truebound::eval
