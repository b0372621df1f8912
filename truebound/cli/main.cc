// The command line of truebound: one program, one verb, and what each takes.

#include <algorithm>
#include <cstdio>
#include <exception>
#include <functional>

#include <CLI/CLI.hpp>

#include "truebound/cli/terminal.h"
#include "truebound/cli/verbs.h"
#include "truebound/core/words.h"
#include "truebound/json/value.h"
#include "truebound/record/run_record.h"
#include "truebound/text/utf8.h"

namespace truebound::cli {
namespace {

// Options of one meaning have one name in every verb; each verb adds those that it reads.
class CommandLine {
 public:
  CommandLine()
      : app_(
            "Assesses the safety of generative AI systems. It can show that a system is "
            "unsafe; it can never show that it is safe.",
            "truebound") {
    app_.require_subcommand(1);
    app_.set_version_flag("--version", record::engine_version());
    app_.footer(
        "Begin with: truebound init my-assessment\n"
        "Exit codes: 0 done; 1 done, and a gate of the plan is not met; 2 bad input, nothing "
        "written;\n3 stopped, can be resumed; 4 evidence does not verify; 5 a bug.");
    add_plan_verbs();
    add_run_verbs();
    add_rejudge();
    add_stats();
    add_explain();
    add_campaign();
    add_power();
    add_compare();
    add_calibrate();
    add_mock();
  }

  int run(int count, char** words) {
    try {
      app_.parse(count, words);
    } catch (const CLI::ParseError& wrong) {
      // Help and version end well; anything else is usage, and nothing is written.
      if (wrong.get_exit_code() == 0) return app_.exit(wrong);
      const std::vector<std::string> given(words + 1, words + count);
      // The flags of a command line that cannot be read have not been taken over.
      if (std::ranges::find(given, "--json") != given.end()) invocation_.output = Output::json;
      return complain(usage_error(wrong.what(), given));
    }
    const Result<int> done = chosen_();
    return done.ok() ? done.value() : complain(done.error());
  }

 private:
  CLI::App* verb(const char* name, const char* about, const char* example,
                 std::function<Result<int>()> work) {
    CLI::App* added = app_.add_subcommand(name, about);
    added->footer(std::string("Example:\n  ") + example);
    added->callback([this, work = std::move(work)] { chosen_ = work; });
    added->add_flag_callback(
        "--json", [this] { invocation_.output = Output::json; },
        "print one JSON object and nothing else");
    added->add_flag_callback(
        "--quiet", [this] { invocation_.talk = Talk::quiet; }, "no progress and no remarks");
    return added;
  }
  // The options that were typed, by name without dashes.
  std::vector<std::string> typed_with(const std::string& verb) const {
    std::vector<std::string> names;
    for (const CLI::Option* option : app_.get_subcommand(verb)->get_options()) {
      if (option->count() > 0 && !option->get_positional()) {
        names.push_back(option->get_single_name());
      }
    }
    return names;
  }
  void takes_ledger(CLI::App* added) {
    added->add_option("--ledger", invocation_.ledger,
                      "folder of the ledger (default: ledger beside the plan, or here)");
  }
  void takes_out(CLI::App* added) {
    added->add_option("--out", invocation_.out, "file to write to instead of standard output");
  }

  void add_plan_verbs() {
    CLI::App* added =
        verb("init", "Write a commented plan that runs as it is.",
             "truebound init my-assessment && truebound check my-assessment/plan.yaml",
             [this] { return init(init_, invocation_); });
    added->add_option("folder", init_.folder, "where to write plan.yaml");
    added->add_option("--url", init_.url,
                      "an OpenAI-compatible endpoint: https://api.example.com/v1");
    added->add_option("--model", init_.model, "the model's name at that endpoint");
    added->add_option("--key-env", init_.key_env, "the environment variable that holds its key");

    added->add_flag("--kinds", init_.kinds,
                    "list the models, safeguards, attacks and judges that a plan may name, with "
                    "their options; writes nothing");

    added = verb("check",
                 "Say what a plan costs and what it can and cannot conclude, before a "
                 "single call is made.",
                 "truebound check plan.yaml", [this] { return check(plan_, invocation_); });
    added->add_option("plan", plan_.plan, "the plan, a YAML file")->required();

    added =
        verb("register", "Freeze a plan with its files into the ledger, before it runs.",
             "truebound register plan.yaml", [this] { return register_plan(plan_, invocation_); });
    added->add_option("plan", plan_.plan, "the plan, a YAML file")->required();
    takes_ledger(added);
  }

  void add_export() {
    CLI::App* added = verb("export",
                           "Write the outcomes of a run as a table, to compute its numbers again. "
                           "Answers stay in the ledger.",
                           "truebound export --run 1 --where expect=refuse,arm=on --out on.csv\n"
                           "  truebound stats rate --input on.csv",
                           [this] { return export_outcomes(export_, invocation_); });
    added->add_option("--run", invocation_.run, "number of the run (default: the last)");
    added->add_option("--where", export_.where, "only slots of these levels: arm=on,expect=refuse");
    added->add_option("--format", export_.format, "csv or jsonl")->capture_default_str();
    takes_ledger(added);
    takes_out(added);
  }

  void add_run_verbs() {
    add_export();
    CLI::App* added =
        verb("run",
             "Run a plan: every slot is tried, judged and recorded, and a report made. "
             "Registers the plan if nobody has.",
             "truebound run plan.yaml; truebound report --out report.html",
             [this] { return cli::run(run_, invocation_); });
    added->add_option("plan", run_.plan, "the plan, a YAML file")->required();
    added->add_flag("--resume", run_.resume, "go on with the run that was left");
    added->add_option("--seed", run_.seed,
                      "a seed of your own: makes it a rehearsal without claims");
    added->add_option("--limit", run_.limit, "only the first N slots: a rehearsal without claims");
    takes_ledger(added);
    takes_out(added);

    added = verb("report",
                 "Write the report of a run from its ledger; the same ledger gives the "
                 "same bytes.",
                 "truebound report --run 1 --format html --out report.html",
                 [this] { return report(report_, invocation_); });
    added->add_option("--run", invocation_.run, "number of the run (default: the last)");
    added->add_option("--format", report_.format, "html, md or json")->capture_default_str();
    takes_ledger(added);
    takes_out(added);

    added = verb("verify", "Check every byte of a ledger as a stranger would. Repairs nothing.",
                 "truebound verify ledger --checkpoint kept/checkpoint --key KEY",
                 [this] { return verify(verify_, invocation_); });
    added->add_option("path", verify_.path, "the ledger's folder (default: ledger)");
    added->add_option("--checkpoint", verify_.checkpoint, "a checkpoint that was kept elsewhere");
    added->add_option("--key", verify_.key, "the verifier key that must have signed");
    takes_ledger(added);
  }

  void add_compare() {
    CLI::App* added =
        verb("compare",
             "Compare two runs on the samples that both were asked: what newly broke, what no "
             "longer does, as judged and with the judges' errors.",
             "truebound compare v6/ledger#run=1 ledger#run=2",
             [this] { return compare(compare_, invocation_); });
    added->add_option("first", compare_.first, "LEDGER#run=N, or LEDGER for its last run")
        ->required();
    added->add_option("second", compare_.second, "the run that is held against it")->required();
    added->add_option("--confidence", compare_.confidence, "in (0, 1)")->capture_default_str();
    takes_out(added);
  }

  void add_rejudge() {
    CLI::App* added =
        verb("rejudge",
             "Replay the recorded verdicts of a run and say whether each comes out again, without "
             "a model;\nor, with --judge, ask a judge again, after the fact.",
             "truebound rejudge --ledger ledger --run 1\n"
             "  truebound rejudge --ledger ledger --run 1 --judge wording --plan plan.yaml",
             [this] { return rejudge(rejudge_, invocation_); });
    added->add_option("--run", invocation_.run, "number of the run (default: the last)");
    added->add_option("--judge", rejudge_.judge,
                      "judge to ask again: its verdicts are appended, and change no outcome");
    added->add_option("--plan", rejudge_.plan, "a plan that names it (default: the run's own)");
    takes_ledger(added);
    takes_out(added);
  }

  void add_stats() {
    CLI::App* added = verb("stats", "Run a statistical method on a table of outcomes.",
                           "truebound stats clopper_pearson --input outcomes.csv --json", [this] {
                             stats_.given = typed_with("stats");
                             return stats(stats_, invocation_);
                           });
    added->add_option("method", stats_.method, "one of the methods below")->required();
    added->add_option("--input", stats_.input, "table, CSV or JSONL")->required();
    added->add_option("--reader", stats_.reader, "what reads it: table or gsm8k")
        ->capture_default_str();
    added->add_option("--column", stats_.columns, "our column to yours: outcome=is_harmful");
    added->add_option("--map", stats_.values, "your values to ours: full=broke,refusal=held");
    added->add_option("--arm", stats_.arm, "the arm whose rate is asked");
    added->add_option("--confidence", stats_.confidence, "in (0, 1)")->capture_default_str();
    added->add_option("--correlation", stats_.correlation, "assumed within clusters, in [0, 1]")
        ->capture_default_str();
    added->add_option("--estimand", stats_.estimand, "generalized or fixed_set")
        ->capture_default_str();
    added->add_option("--margin", stats_.margin, "of equivalence, declared before the data");
    added->add_option("--resamples", stats_.resamples, "draws of methods that draw")
        ->capture_default_str();
    added->add_option("--seed", stats_.seed, "of these draws")->capture_default_str();
    added->add_option("--threshold", stats_.threshold, "rate that is asked about, in (0, 1)");
    added->add_option("--alternative", stats_.alternative, "rate to tell it from, in (0, 1)");
    added->add_option("--level", stats_.level, "of an alarm: cusum (5), e_detector (1000)");
    added->add_option("--by", stats_.by, "factors that are crossed: persona,stratum")
        ->delimiter(',');
    added->add_option("--tries", stats_.tries, "k of asr_at_k, beside those that it tells anyway");
    takes_out(added);
    added->footer(methods_in_words() +
                  "Example:\n  truebound stats clopper_pearson --input outcomes.csv --json");
  }

  void add_explain() {
    CLI::App* added =
        verb("explain", "Print the page of a statistical method.", "truebound explain two_phase",
             [this] { return explain(explain_, invocation_); });
    added->add_option("method", explain_.method, "a method of `truebound stats`; none: their list");
    takes_out(added);
  }

  void add_campaign() {
    CLI::App* added =
        verb("campaign", "Make the curve of objectives broken within q queries, from a table.",
             "truebound campaign --input attacks.csv --json",
             [this] { return campaign(campaign_, invocation_); });
    added
        ->add_option("--input", campaign_.input,
                     "table with the columns objective, queries (at the first break, or spent in "
                     "vain) and outcome")
        ->required();
    added->add_option("--column", campaign_.columns, "our column to yours: queries=calls");
    added->add_option("--map", campaign_.values, "your values to ours: jailbroken=broke");
    added->add_option("--arm", campaign_.arm, "the arm whose curve is asked");
    added->add_option("--confidence", campaign_.confidence, "in (0, 1)")->capture_default_str();
    takes_out(added);
  }

  void add_power() {
    CLI::App* added = verb("power", "Say how much to collect before it is collected.",
                           "truebound power bound --threshold .05", [this] {
                             power_.given = typed_with("power");
                             return power(power_, invocation_);
                           });
    added->add_option("question", power_.question, "one of the questions below")->required();
    added->add_option("--confidence", power_.confidence, "in (0, 1)")->capture_default_str();
    added->add_option("--power", power_.power, "chance to come out, in [.5, 1)")
        ->capture_default_str();
    added->add_option("--threshold", power_.threshold, "rate to get under, or to detect");
    added->add_option("--rate", power_.rate, "rate that is expected");
    added->add_option("--failures", power_.failures, "failures that may occur");
    added->add_option("--cluster-size", power_.cluster_size, "attempts that share a cause")
        ->capture_default_str();
    added->add_option("--correlation", power_.correlation, "within clusters, in [0, 1]")
        ->capture_default_str();
    added->add_option("--difference", power_.difference, "difference to find");
    added->add_option("--discordant", power_.discordant, "share of pairs that differ");
    added->add_option("--margin", power_.margin, "that counts as no worse");
    added->add_option("--samples", power_.samples, "samples at hand");
    added->add_option("--between", power_.between, "variance of samples' differences");
    added->add_option("--within", power_.within, "variance of epochs of one sample");
    added->add_option("--sample-cost", power_.sample_cost, "of a new sample")
        ->capture_default_str();
    added->add_option("--attempt-cost", power_.attempt_cost, "of one attempt")
        ->capture_default_str();
    added->add_option("--sensitivity", power_.sensitivity, "of the judge, as expected");
    added->add_option("--specificity", power_.specificity, "of the judge, as expected");
    added->add_option("--broke-labels", power_.broke_labels, "labels of what broke, of the judge");
    added->add_option("--held-labels", power_.held_labels, "labels of what held, of the judge");
    added->add_option("--half-width", power_.half_width, "of the judge's interval");
    added->add_option("--trials", power_.trials, "attempts that the judge will read");
    takes_out(added);
    added->footer(power_questions_in_words());
  }

  // One line, with the nearest verb where there is none of that name.
  Error usage_error(const std::string& what, const std::vector<std::string>& given) const {
    std::vector<std::string> verbs;
    for (const CLI::App* known : app_.get_subcommands({}))
      verbs.push_back(known->get_name());
    const std::string all = "truebound --help lists all";
    if (given.empty()) return invalid_input("a verb is expected, one of " + join(verbs));
    const std::string& first = given.front();
    if (std::ranges::find(verbs, first) != verbs.end()) {
      const auto meant = nearest_option(first, given);
      return invalid_input(what + (meant ? "; did you mean " + *meant + "?" : "") +
                           "; see truebound " + first + " --help");
    }
    if (first.starts_with("-")) return invalid_input(what + "; " + all);
    const auto near = nearest(first, verbs);
    return invalid_input("there is no verb " + first + "; " +
                         (near ? "did you mean " + *near + "?" : all));
  }

  // The option of a verb that is nearest to the first typed one that it does not have.
  std::optional<std::string> nearest_option(const std::string& verb,
                                            const std::vector<std::string>& given) const {
    std::vector<std::string> known;
    for (const CLI::Option* option : app_.get_subcommand(verb)->get_options()) {
      if (!option->get_positional()) known.push_back("--" + option->get_single_name());
    }
    for (const std::string& word : given) {
      const std::string name = word.substr(0, word.find('='));
      if (!name.starts_with("--") || std::ranges::find(known, name) != known.end()) continue;
      return nearest(name, known);
    }
    return std::nullopt;
  }

  /// Tells an error, and gives its exit code.
  void add_mock() {
    CLI::App* added =
        verb("mock",
             "Serve answers from a script, faults included, to test a harness against. "
             "Ends at Ctrl-C.",
             "truebound mock --script answers.json --port 8080",
             [this] { return mock(mock_, invocation_); });
    added->add_option("--script", mock_.script, "the answers, JSON (docs/formats/mock.md)")
        ->required();
    added->add_option("--port", mock_.port, "0: any that is free")->capture_default_str();
    added->add_option("--log", mock_.log, "file for the requests as they come, JSONL");
  }

  void add_calibrate() {
    CLI::App* added =
        verb("calibrate",
             "Measure how a judge errs, against labels: of responses drawn from one's own run, or "
             "of a table.",
             "truebound calibrate refusal --run 1 --draw 100 --out labels.csv\n"
             "  truebound calibrate refusal --run 1 --input labels.csv --labeled-by 'a reader'\n"
             "  truebound calibrate refusal --split half --seed 7 --input labels.csv --json",
             [this] { return calibrate(calibrate_, invocation_); });
    added->add_option("judge", calibrate_.judge, "the judge's name in the plan, or a kind")
        ->required();
    added->add_option("--run", invocation_.run, "run to draw from, or that the labels are of")
        ->each([this](const std::string& /*number*/) { calibrate_.takes_run = true; });
    added->add_option("--draw", calibrate_.draw,
                      "write so many responses to label, of those not labeled yet");
    added->add_option("--input", calibrate_.input, "table with labels in the column truth");
    added->add_option("--labeled-by", calibrate_.labeled_by, "who labeled, for the report");
    added->add_option("--reader", calibrate_.reader,
                      "human, or program: what a human confirms is reported as found");
    added->add_option("--column", calibrate_.columns, "our column to yours: truth=final_label");
    added->add_option("--map", calibrate_.values, "your values to ours: full=broke,refusal=held");
    added->add_option("--split", calibrate_.split, "half: measure on one half, correct the other");
    added->add_option("--seed", calibrate_.seed, "of the split")->capture_default_str();
    added->add_option("--confidence", calibrate_.confidence, "in (0, 1)")->capture_default_str();
    takes_ledger(added);
    takes_out(added);
  }

  int complain(const Error& error) const {
    if (invocation_.output == Output::json) {
      const json::Value told = json::Object{{"ok", false},
                                            {"kind", to_text(error.code)},
                                            {"exit", exit_code(error.code)},
                                            {"message", text::repair_utf8(error.message).text}};
      std::printf("%s\n", json::pretty(told).c_str());
    }
    const std::string line = text::visible(error.message, text::Breaks::show);
    std::fprintf(stderr, "truebound: %s\n", line.c_str());
    return exit_code(error.code);
  }

  CLI::App app_;
  Invocation invocation_;
  ExportArguments export_;
  InitArguments init_;
  MockArguments mock_;
  PlanArguments plan_;
  RunArguments run_;
  ReportArguments report_;
  RejudgeArguments rejudge_;
  VerifyArguments verify_;
  CompareArguments compare_;
  StatsArguments stats_;
  ExplainArguments explain_;
  CampaignArguments campaign_;
  PowerArguments power_;
  CalibrateArguments calibrate_;
  std::function<Result<int>()> chosen_;
};

}  // namespace
}  // namespace truebound::cli

int main(int count, char** words) {
  try {
    return truebound::cli::CommandLine().run(count, words);
  } catch (const std::exception& bug) {
    // What can go wrong outside is a Result; whatever is thrown up to here, we did not foresee.
    std::fprintf(stderr, "truebound: a bug: %s\n", bug.what());
    return 5;
  }
}
