#pragma once

// Folder: the plan of an assessment: read and checked, in its canonical form, its slots laid out,
// and frozen into a ledger before anything is asked. Attacks, judges and providers are ids with
// options here: none of what they do is known.
//
// This header: the plan itself. docs/formats/plan.md is its page.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "truebound/core/file.h"
#include "truebound/core/result.h"
#include "truebound/eval/family.h"
#include "truebound/eval/question.h"
#include "truebound/eval/specification.h"
#include "truebound/eval/suite.h"
#include "truebound/json/fields.h"

namespace truebound::plan {

/// What the assessor could see of the system.
struct Access {
  std::vector<std::string> given;
  std::vector<std::string> refused;
  template <class Visitor>
  void fields(Visitor& visit) {
    visit("given", given, "what the assessor got, such as api");
    visit("refused", refused, "what was asked for and refused, such as weights");
  }
};

/// Who assesses, and how far from the maker. Not in the digest.
struct Who {
  std::string assessor;
  std::string contact;
  std::string independence;
  std::string funding;
  Access access;
  template <class Visitor>
  void fields(Visitor& visit) {
    visit("assessor", assessor, "who assesses");
    visit("contact", contact, "where questions go");
    visit("independence", independence,
          "relation to the operator, such as operator or independent");
    visit("funding", funding, "who pays");
    visit("access", access, "what the assessor could see");
  }
};

/// How many samples of each suite: all, or a number that the seed draws.
struct Take {
  std::optional<std::uint64_t> count;  ///< nothing: all
};
Result<void> read_into(Take& field, const json::Value& value, const std::string& file,
                       const std::string& what);
json::Value write(const Take& field);

/// How slots are sampled.
enum class SamplingKind {
  fixed,       ///< as many as the plan says
  sequential,  ///< clusters in an order that the seed draws, until each claim is settled
  adaptive,    ///< likewise, drawn from strata with chances that depend on what was seen
};
constexpr std::array<std::string_view, 3> words(SamplingKind /*list*/) {
  return {"fixed", "sequential", "adaptive"};
}

/// How an adaptive sample is drawn.
struct Strata {
  std::string by = "hazard";
  double explore = .5;
  std::uint64_t round = 20;
  template <class Visitor>
  void fields(Visitor& visit) {
    visit("by", by, "factor of samples whose levels are the strata: hazard, stratum, language");
    visit("explore", explore, "share of draws that follow the strata's shares, in (0, 1]");
    visit("round", round, "clusters drawn before chances are looked at again, >= 1");
  }
};

/// Which samples are used, and what is assumed of those that share a cluster.
struct Sampling {
  SamplingKind kind = SamplingKind::fixed;
  Take take;
  double correlation = 1;
  std::optional<Strata> strata;  ///< of adaptive sampling, always there then

  /// Whether the sample ends by what is seen.
  bool ends_early() const { return kind != SamplingKind::fixed; }
  /// The most that a cluster may weigh: its stratum's share over the least chance that it is drawn.
  double heaviest() const { return strata ? 1 / strata->explore : 1; }
  template <class Visitor>
  void fields(Visitor& visit) {
    visit("kind", kind,
          "fixed: as many samples as the plan says; sequential: until each claim is settled; "
          "adaptive: the same, more from strata that vary");
    visit("take", take, "all, or how many of each suite; the seed draws them");
    visit("correlation", correlation,
          "assumed within clusters, in [0, 1]; 1 counts a cluster once");
    visit("strata", strata, "of adaptive sampling: what is drawn from, and how");
  }
};

/// The run that `no_worse_than` compares with: its draw of samples is used again.
struct Baseline {
  std::string ledger;  ///< of a frozen plan, the digest of the file that the run became
  std::uint64_t run = 0;
  template <class Visitor>
  void fields(Visitor& visit) {
    visit(json::required("ledger"), ledger, "folder of its ledger");
    visit(json::required("run"), run, "number of the run in that ledger");
  }
};

/// The name under which a baseline is read as a file: `LEDGER#run=3`, or, of a frozen plan, the
/// digest of that file.
std::string baseline_file(const Baseline& baseline);

/// Affects speed or cost only: not in the digest. What is absent is unlimited, or the engine's own.
struct Budget {
  std::optional<std::uint64_t> in_flight;
  std::uint64_t timeout_ms = 60000;
  std::optional<std::uint64_t> calls;
  std::optional<std::uint64_t> tokens;
  std::optional<double> money;
  template <class Visitor>
  void fields(Visitor& visit) {
    visit("in_flight", in_flight, "requests at once, >= 1");
    visit("timeout_ms", timeout_ms, "milliseconds that a request may take, >= 1");
    visit("calls", calls, "requests to models that may be made in all");
    visit("tokens", tokens, "tokens that may be used in all, in and out");
    visit("money", money, "what may be spent, in the currency of the prices");
  }
};

/// Why the digest treats an option apart: it names a file, whose digest counts, or it affects speed
/// or cost only.
enum class Apart { file, speed };

/// Where such an option stands: section `safeguards`, name `harm_words`, option `patterns`.
struct OptionPlace {
  std::string section;
  std::string name;
  std::string option;
  Apart apart = Apart::file;
};

/// An assessment, written down. Names in it are unique within their list, and all that is named
/// exists: read() has seen to it.
struct Plan {
  std::string file;  ///< its own name, as the plan's reader got it
  std::string title;
  std::string purpose;
  Who who;
  std::string valid_until;  ///< YYYY-MM-DD, or empty
  double confidence = .95;
  json::NamedList<eval::Specification> models;
  json::NamedList<eval::Specification> instruments;
  json::NamedList<eval::Persona> personas;
  json::NamedList<eval::Deployment> deployments;
  json::NamedList<eval::Specification> safeguards;
  json::NamedList<std::vector<std::string>> arms;  ///< safeguards in order; the first: reference
  json::NamedList<eval::SuiteSpec> suites;
  json::NamedList<eval::Specification> attacks;
  std::uint64_t epochs = 1;
  json::NamedList<eval::Specification> judges;
  Sampling sampling;
  std::vector<eval::Question> claims;
  std::vector<int> claim_lines;            ///< where each stands; empty in a thawed plan
  json::NamedList<eval::Family> families;  ///< empty: all claims share the error evenly
  std::optional<Baseline> baseline;
  Budget budget;
  std::vector<OptionPlace> apart;  ///< options of files and speed; empty in a thawed plan
};

/// Reads a plan, checks it and fills in all defaults. No other file is read.
/// @param known  ids and options that exist; a name that is not among them is refused with the
///               nearest one
/// @error invalid_input  `name:line: expectation, finding`
Result<Plan> read(const FileSource& files, const std::string& name, const eval::Catalog& known);

/// Refuses a plan that names a file which is not there, by the line of the entry that names it.
/// @error invalid_input  `name:line: entry: file: why`
Result<void> check_files(const Plan& plan, const FileSource& files);

/// The names of all files that the plan names, in its order, each once: suites and cards, system
/// prompts, patterns, rubrics, labels, the baseline. The plan's own file is not among them.
std::vector<std::string> file_names(const Plan& plan);

}  // namespace truebound::plan
