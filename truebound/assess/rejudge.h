#pragma once

// A shorter walk: judges a run that is over. Without a judge's name it replays the verdict calls
// that the ledger has, calls no model and writes nothing; with one it asks that judge again, after
// the fact, and appends its verdicts as a second judging. Neither changes an outcome.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "truebound/assess/services.h"
#include "truebound/core/result.h"
#include "truebound/eval/sample.h"
#include "truebound/ledger/ledger.h"
#include "truebound/run/rejudge.h"

namespace truebound::assess {

/// What a replay of a run came to.
struct ReplayReport {
  std::int64_t run = 0;
  run::Replayed replayed;
};

/// Recomputes every verdict of a run and each outcome that follows one; `number` 0: the last run.
/// @error invalid_input  there is no such run
/// @error mismatch       a judge of the plan is not the one that gave the verdicts: other rules, or
///                       another version of the program
/// @error incomplete     a blob that it needs is withheld
Result<ReplayReport> replay_run(const ledger::Ledger& ledger, std::int64_t number);

/// Which judge is to judge which run again.
struct Again {
  std::int64_t run = 0;   ///< 0: the last
  std::string judge;      ///< its name in the plan
  std::string plan_name;  ///< a plan file that names it; empty: the run's own plan
};

/// How a second judging compares with the outcomes of the run, in one arm and expectation.
struct AgainRow {
  std::string arm;
  eval::Expect expect = eval::Expect::refuse;
  eval::Counts first;   ///< recorded outcomes of the slots that were judged again
  eval::Counts second;  ///< what the other judge would make of them
  std::int64_t agree = 0;
  std::int64_t both_decided = 0;
  template <class Visitor>
  void fields(Visitor& visit) {
    visit("arm", arm, "safeguards that are on");
    visit("expect", expect, "what was expected");
    visit("first", first, "recorded outcomes of the slots that were judged again");
    visit("second", second, "what this judge makes of them: no outcomes");
    visit("both_decided", both_decided, "slots that both decided");
    visit("agree", agree, "of these, on the same side");
  }
};

/// What a second judging came to. Judged after the fact: it carries no claim.
struct AgainReport {
  std::int64_t run = 0;
  std::int64_t judging = 2;
  std::string judge;
  std::string identity;
  std::vector<AgainRow> rows;
  std::vector<std::string> different;  ///< keys of the slots on which both decided differently
};

/// Asks a judge about every reply of a run that is closed, and appends its verdicts. One that was
/// stopped half-way goes on when it is asked for again. Runs the event loop itself.
/// @error invalid_input  no such run or judge, or the run is not closed
/// @error stopped        asked to stop, or the judge's endpoint is of no use
Result<AgainReport> judge_run_again(const Again& again, ledger::Ledger& ledger,
                                    const Services& with);

/// The report of a second judging, in Markdown.
std::string in_words(const AgainReport& report);
json::Value to_json(const AgainReport& report);

}  // namespace truebound::assess
