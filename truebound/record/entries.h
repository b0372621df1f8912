#pragma once

// Folder: the entries of a run as nouns, written and read: what happened, in the order in which it
// became durable. This header: the shapes (docs/formats/run.md). `<c>` below: a blob's name in hex.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "truebound/eval/calibration.h"
#include "truebound/eval/conversation.h"
#include "truebound/eval/outcome.h"
#include "truebound/eval/spent.h"
#include "truebound/json/fields.h"
#include "truebound/ledger/entry.h"

namespace truebound::record {

/// What a run is: an assessment, or a rehearsal (a chosen seed or a limit), which carries no claim.
enum class RunKind { assessment, rehearsal };
constexpr std::array<std::string_view, 2> words(RunKind /*list*/) {
  return {"assessment", "rehearsal"};
}

/// A run begins.
struct RunOpen {
  static constexpr const char* type = "run.open";
  RunKind kind = RunKind::assessment;
  std::int64_t run = 1;      ///< its number in the ledger
  std::int64_t ordinal = 1;  ///< its number among the runs of this plan
  std::uint64_t plan = 0;    ///< entry of plan.register
  std::optional<std::uint64_t> seed_entry;
  std::optional<std::string> seed;  ///< of a rehearsal, which has no seed.draw
  std::optional<std::int64_t> limit;
  std::int64_t slots = 0;
  std::string slot_root;
  std::string systems;  ///< <c>: identities of systems, judges and attacks
  std::string engine;   ///< <c>: the program and its version
  std::int64_t time_ms = 0;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit(json::required("kind"), kind, "assessment or rehearsal");
    visit(json::required("run"), run, "number in the ledger");
    visit(json::required("ordinal"), ordinal, "number among the runs of this plan");
    visit(json::required("plan"), plan, "entry of plan.register");
    visit("seed", seed_entry, "entry of seed.draw");
    visit("chosen_seed", seed, "of a rehearsal");
    visit("limit", limit, "of a rehearsal: slots that it tries");
    visit(json::required("slots"), slots, "how many");
    visit(json::required("slot_root"), slot_root, "root over the slots' keys");
    visit(json::required("systems"), systems, "blob: what was assessed, and by which judges");
    visit(json::required("engine"), engine, "blob: the program");
    visit(json::required("time_ms"), time_ms, "UTC");
  }
};

/// A try at a slot begins; durable before the first byte leaves for a model.
struct AttemptOpen {
  static constexpr const char* type = "attempt.open";
  std::int64_t run = 1;
  std::int64_t slot = 0;
  std::int64_t attempt = 1;
  std::string request;
  std::int64_t time_ms = 0;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit(json::required("run"), run, "number of the run");
    visit(json::required("slot"), slot, "index of the slot");
    visit(json::required("attempt"), attempt, "counted from 1");
    visit(json::required("request"), request, "blob: the slot's sample and settings");
    visit(json::required("time_ms"), time_ms, "UTC");
  }
};

/// A try at a slot ends; each open has one.
struct AttemptClose {
  static constexpr const char* type = "attempt.close";
  std::uint64_t open = 0;
  eval::Status status = eval::Status::ok;
  std::string layer = "none";
  std::int64_t queries = 0;
  std::optional<std::string> transcript;
  std::int64_t latency_us = 0;
  std::optional<std::int64_t> tokens_in;
  std::optional<std::int64_t> tokens_out;
  std::optional<eval::Spent> spent;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit(json::required("open"), open, "entry of the attempt.open");
    visit(json::required("status"), status, "how it ended on the wire");
    visit("layer", layer, "safeguard that stopped all of it, or none");
    visit("queries", queries, "replies of the system");
    visit("transcript", transcript, "blob: everything that took place");
    visit("latency_us", latency_us, "microseconds from open to close");
    visit("tokens_in", tokens_in, "absent where nobody told");
    visit("tokens_out", tokens_out, "absent where nobody told");
    visit("spent", spent, "charged to the budget; absent in process without a budget");
  }
};

/// A judge's model is asked about a query of a closed attempt, or about a labeled response; durable
/// before the first byte leaves, where calls are counted. Until an entry names it among its
/// `opens`, it is charged what it may cost at most.
struct VerdictOpen {
  static constexpr const char* type = "verdict.open";
  std::int64_t run = 1;
  std::string judge;
  std::int64_t judging = 1;
  std::optional<std::uint64_t> close;
  std::optional<std::int64_t> query;
  std::optional<std::int64_t> label;
  eval::Spent most;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit(json::required("run"), run, "number of the run");
    visit(json::required("judge"), judge, "identity of the judge");
    visit("judging", judging, "1 in the run; more are after the fact");
    visit("close", close, "entry of the attempt.close");
    visit("query", query, "counted from 1");
    visit("label", label, "in place of close and query: the labeled response, counted from 0");
    visit(json::required("most"), most, "what it may cost at most, repeated requests too");
  }
};

/// A judge's model was asked, and no verdict came of it: the run was stopped, or the model's
/// endpoint is of no use.
struct VerdictLost {
  static constexpr const char* type = "verdict.lost";
  std::int64_t run = 1;
  std::vector<std::uint64_t> opens;
  eval::Spent spent;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit(json::required("run"), run, "number of the run");
    visit(json::required("opens"), opens, "entries of the verdict.open");
    visit(json::required("spent"), spent, "charged to the budget");
  }
};

/// What a judge that asks a model says of a labeled response that came with the plan.
struct LabelVerdict {
  static constexpr const char* type = "label.verdict";
  std::int64_t run = 1;
  std::string judge;
  std::int64_t label = 0;
  eval::Verdict verdict = eval::Verdict::undecided;
  std::string reasons;
  std::optional<std::vector<std::uint64_t>> opens;
  std::optional<eval::Spent> spent;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit(json::required("run"), run, "number of the run");
    visit(json::required("judge"), judge, "identity of the judge");
    visit(json::required("label"), label, "the labeled response, counted from 0 in its file");
    visit(json::required("verdict"), verdict, "the decision");
    visit(json::required("reasons"), reasons, "blob: words behind it, and the call");
    visit("opens", opens, "entries of the verdict.open");
    visit("spent", spent, "charged to the budget");
  }
};

/// A judge's decision on one query of a closed attempt.
struct VerdictEntry {
  static constexpr const char* type = "verdict";
  std::uint64_t close = 0;
  std::string judge;
  std::int64_t judging = 1;
  std::int64_t query = 1;
  eval::Verdict verdict = eval::Verdict::undecided;
  std::string reasons;
  std::optional<std::vector<std::uint64_t>> opens;
  std::optional<eval::Spent> spent;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit(json::required("close"), close, "entry of the attempt.close");
    visit(json::required("judge"), judge, "identity of the judge");
    visit("judging", judging, "1 in the run; more are after the fact");
    visit("query", query, "counted from 1");
    visit(json::required("verdict"), verdict, "the decision");
    visit("reasons", reasons, "blob: rules or words behind it");
    visit("opens", opens, "entries of the verdict.open, for a judge that asks a model");
    visit("spent", spent, "charged to the budget by a judge that asks a model");
  }
};

/// Another judge begins to judge a run that is over, or the same one once more.
struct JudgingOpen {
  static constexpr const char* type = "judging.open";
  std::int64_t run = 1;
  std::int64_t judging = 2;
  std::string judge;
  std::string name;
  std::string about;
  std::string files;
  std::int64_t time_ms = 0;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit(json::required("run"), run, "number of the run");
    visit(json::required("judging"), judging, "number of the judging, from 2");
    visit(json::required("judge"), judge, "identity of the judge");
    visit(json::required("name"), name, "its name in the plan that it is of");
    visit(json::required("about"), about, "blob: what the judge and its model are");
    visit(json::required("files"), files, "blob: the list of the files that the judge names");
    visit(json::required("time_ms"), time_ms, "UTC");
  }
};

/// A judging after the fact ends.
struct JudgingClose {
  static constexpr const char* type = "judging.close";
  std::int64_t run = 1;
  std::int64_t judging = 2;
  std::int64_t time_ms = 0;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit(json::required("run"), run, "number of the run");
    visit(json::required("judging"), judging, "number of the judging");
    visit(json::required("time_ms"), time_ms, "UTC");
  }
};

/// What became of a slot. `until` makes it a range, for slots that nobody tried.
struct OutcomeEntry {
  static constexpr const char* type = "outcome";
  std::int64_t run = 1;
  std::int64_t slot = 0;
  std::optional<std::int64_t> until;
  eval::OutcomeKind outcome = eval::OutcomeKind::not_run;
  std::string reason;
  std::optional<std::string> score;
  std::optional<std::uint64_t> follows;
  std::optional<std::int64_t> queries;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit(json::required("run"), run, "number of the run");
    visit(json::required("slot"), slot, "index of the slot");
    visit("until", until, "last slot of a range");
    visit(json::required("outcome"), outcome, "broke, held, score, undecided, error, not_run");
    visit("reason", reason, "why there is no decided outcome");
    visit("score", score, "a graded score, a decimal as text");
    visit("follows", follows, "entry that decided it: verdict or attempt.close");
    visit("queries", queries, "number of the query that decided it: the first that broke");
  }
};

/// A round of an adaptive sample is drawn: the chance of each stratum, and the clusters that came.
struct AllocationEntry {
  static constexpr const char* type = "allocation";
  std::int64_t run = 1;
  std::int64_t round = 1;
  std::map<std::string, std::string> propensities;
  std::vector<std::int64_t> clusters;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit(json::required("run"), run, "number of the run");
    visit(json::required("round"), round, "number of the round, from 1");
    visit(json::required("propensities"), propensities,
          "chance of each stratum at each draw of the round, decimals as text");
    visit(json::required("clusters"), clusters, "first slot of each cluster drawn, in order");
  }
};

/// A claim is settled by what was seen so far: its sample ends with this slot.
struct StopEntry {
  static constexpr const char* type = "stop";
  std::int64_t run = 1;
  std::string claim;
  std::string log_e;
  std::int64_t slot = 0;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit(json::required("run"), run, "number of the run");
    visit(json::required("claim"), claim, "its name in the report");
    visit(json::required("log_e"), log_e, "log of the e-value that settled it, a decimal as text");
    visit(json::required("slot"), slot, "last slot of its sample");
  }
};

/// A run ends; its counts add up to its slots.
struct RunClose {
  static constexpr const char* type = "run.close";
  std::int64_t run = 1;
  std::string reason = "complete";
  eval::Counts counts;
  std::int64_t time_ms = 0;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit(json::required("run"), run, "number of the run");
    visit(json::required("reason"), reason, "complete, stop_rule, budget");
    visit(json::required("counts"), counts, "outcomes of all slots");
    visit(json::required("time_ms"), time_ms, "UTC");
  }
};

/// The program came back after an unclean end.
struct Recovery {
  static constexpr const char* type = "recovery";
  std::int64_t run = 1;
  std::int64_t dangling = 0;
  std::int64_t cut_bytes = 0;
  std::int64_t time_ms = 0;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit(json::required("run"), run, "number of the run");
    visit(json::required("dangling"), dangling, "attempts that were open");
    visit(json::required("cut_bytes"), cut_bytes, "torn bytes cut from the last segment");
    visit(json::required("time_ms"), time_ms, "UTC");
  }
};

/// A judge's errors were measured for a run: labels, beside what the judge says.
struct CalibrationEntry {
  static constexpr const char* type = "calibration";
  std::int64_t run = 1;
  std::string judge;
  eval::LabelSource source = eval::LabelSource::elsewhere;
  std::string drawn;
  std::string labeled_by;
  eval::Reader reader = eval::Reader::human;
  std::string labels;
  std::map<std::string, std::int64_t> counts;
  std::int64_t time_ms = 0;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit(json::required("run"), run, "number of the run");
    visit(json::required("judge"), judge, "identity of the judge");
    visit(json::required("source"), source, "this_run or elsewhere");
    visit("drawn", drawn, "how the labeled responses were drawn");
    visit("labeled_by", labeled_by, "who labeled");
    visit("reader", reader, "human, or program: what it confirms is not found");
    visit(json::required("labels"), labels, "blob: the labels, one by one");
    visit("counts", counts, "labels by truth and verdict, such as broke_flagged");
    visit(json::required("time_ms"), time_ms, "UTC");
  }
};

/// A report is bound to its run: it is a function of the first `size` entries.
struct ReportPublish {
  static constexpr const char* type = "report.publish";
  std::int64_t run = 1;
  std::int64_t size = 0;
  std::string report;
  std::string claims;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit(json::required("run"), run, "number of the run");
    visit(json::required("size"), size, "entries that it is a function of");
    visit(json::required("report"), report, "blob: the HTML");
    visit(json::required("claims"), claims, "blob: the JSON");
  }
};

}  // namespace truebound::record
