#pragma once

// Folder: the program `truebound`, a file a verb. Human text goes to standard error, results to
// standard output; with --json one JSON object there and nothing else.
//
// This header: what each verb takes. main.cc fills these from the command line.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "truebound/core/file.h"
#include "truebound/core/result.h"

namespace truebound::cli {

/// What a verb prints.
enum class Output { text, json };

/// Whether progress and remarks are shown.
enum class Talk { normal, quiet };

/// Options that mean the same in every verb.
struct Invocation {
  Output output = Output::text;
  Talk talk = Talk::normal;
  std::string ledger;    ///< folder; empty: `ledger` beside the plan, or here
  std::int64_t run = 0;  ///< number in the ledger; 0: the last
  std::string out;       ///< file to write to; empty: standard output
};

struct InitArguments {
  std::string folder = ".";
  std::string url;      ///< of an endpoint; empty: the default model in this process
  std::string model;    ///< its name there
  std::string key_env;  ///< the environment variable with its key
  bool kinds = false;   ///< list what a plan may name, and write nothing
};
struct MockArguments {
  std::string script;
  std::uint16_t port = 0;
  std::string log;
};
struct PlanArguments {
  std::string plan;
};
struct RunArguments {
  std::string plan;
  bool resume = false;
  std::optional<std::string> seed;
  std::optional<std::uint64_t> limit;
};
struct ReportArguments {
  std::string format = "html";
};
struct VerifyArguments {
  std::string path;
  std::string checkpoint;
  std::string key;
};
struct ExportArguments {
  std::string format = "csv";
  std::vector<std::string> where;  ///< `factor=level`
};
struct RejudgeArguments {
  std::string judge;  ///< asked again; empty: the recorded verdicts are replayed
  std::string plan;   ///< a plan file that names the judge; empty: the run's own plan
};
struct StatsArguments {
  std::string method;
  std::vector<std::string> given;  ///< the options that were typed, by name without dashes
  std::string input;
  std::vector<std::string> columns;  ///< `ours=theirs`
  std::vector<std::string> values;   ///< `theirs=ours,theirs=ours`
  std::string arm;
  double confidence = 0.95;
  double correlation = 1;
  std::string estimand = "generalized";
  std::string reader = "table";
  std::optional<double> margin;
  std::int64_t resamples = 9999;
  std::string seed = "1";
  std::optional<double> threshold;
  std::optional<double> alternative;
  std::optional<double> level;
  std::vector<std::int64_t> tries;
  std::vector<std::string> by;  ///< factors that are crossed
};
struct PowerArguments {
  std::string question;
  std::vector<std::string> given;  ///< the options that were typed, by name without dashes
  double confidence = 0.95;
  double power = 0.8;
  std::optional<double> threshold;
  std::optional<double> rate;
  std::optional<std::int64_t> failures;
  double cluster_size = 1;
  double correlation = 1;
  std::optional<double> difference;
  std::optional<double> discordant;
  std::optional<double> margin;
  std::optional<double> samples;
  std::optional<double> between;
  std::optional<double> within;
  double sample_cost = 1;
  double attempt_cost = 1;
  std::optional<double> sensitivity;
  std::optional<double> specificity;
  std::optional<std::int64_t> broke_labels;
  std::optional<std::int64_t> held_labels;
  std::optional<double> half_width;
  std::optional<double> trials;
};

struct ExplainArguments {
  std::string method;  ///< empty: the list of methods
};
struct CampaignArguments {
  std::string input;
  std::vector<std::string> columns;
  std::vector<std::string> values;
  std::string arm;
  double confidence = 0.95;
};

struct CalibrateArguments {
  std::string judge;
  std::string input;
  std::vector<std::string> columns;
  std::vector<std::string> values;
  std::string split;  ///< `half`, or empty
  std::string seed = "1";
  std::optional<std::uint64_t> draw;
  std::string labeled_by = "unknown";
  std::string reader = "human";
  bool takes_run = false;  ///< --run was given, also as the last
  double confidence = 0.95;
};

struct CompareArguments {
  std::string first;   ///< LEDGER#run=N, or LEDGER for its last run
  std::string second;  ///< likewise
  double confidence = 0.95;
};

// Each verb gives its exit code (0, or 1 where a gate is not met) or the error that ended it.
Result<int> init(const InitArguments& arguments, const Invocation& invocation);
Result<int> mock(const MockArguments& arguments, const Invocation& invocation);
Result<int> check(const PlanArguments& arguments, const Invocation& invocation);
Result<int> register_plan(const PlanArguments& arguments, const Invocation& invocation);
Result<int> run(const RunArguments& arguments, const Invocation& invocation);
Result<int> report(const ReportArguments& arguments, const Invocation& invocation);
Result<int> export_outcomes(const ExportArguments& arguments, const Invocation& invocation);
Result<int> verify(const VerifyArguments& arguments, const Invocation& invocation);
Result<int> rejudge(const RejudgeArguments& arguments, const Invocation& invocation);
Result<int> calibrate(const CalibrateArguments& arguments, const Invocation& invocation);
Result<int> compare(const CompareArguments& arguments, const Invocation& invocation);
Result<int> stats(const StatsArguments& arguments, const Invocation& invocation);
Result<int> explain(const ExplainArguments& arguments, const Invocation& invocation);
Result<int> campaign(const CampaignArguments& arguments, const Invocation& invocation);
Result<int> power(const PowerArguments& arguments, const Invocation& invocation);

/// What `stats --help` lists: a line a method.
std::string methods_in_words();
/// What `power --help` lists: a question, what it needs, and an example each.
std::string power_questions_in_words();

}  // namespace truebound::cli
