// The program as its users meet it, a process: exit codes, one-line errors, what it writes and what
// it leaves. Models answer from recorded files.

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "truebound/core/file.h"
#include "truebound/json/value.h"

namespace truebound::cli {
namespace {

using Words = std::vector<std::string>;

// How a process ended. A process that a signal ended has the code 128 + its number.
struct Ended {
  int code = 0;
  std::string out;
  std::string err;
};

class Program : public testing::Test {
 protected:
  Program()
      : folder_(
            Path(testing::TempDir()) /
            ("cli_" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()))) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_ / "home");
  }
  ~Program() override {
    std::error_code failed;
    if (!HasFailure()) std::filesystem::remove_all(folder_, failed);
  }

  void write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((folder_ / name).parent_path());
    ASSERT_TRUE(write_file(folder_ / name, text).ok());
  }

  // Starts the program in the test's folder; `prepare` runs in the child before it.
  pid_t start(const Words& words, const std::function<void()>& prepare = [] {}) const {
    const pid_t child = ::fork();
    if (child != 0) return child;
    constexpr int flags = O_WRONLY | O_CREAT | O_TRUNC;
    ::dup2(::open((folder_ / "out.txt").c_str(), flags, 0644), STDOUT_FILENO);
    ::dup2(::open((folder_ / "err.txt").c_str(), flags, 0644), STDERR_FILENO);
    ::setenv("HOME", (folder_ / "home").c_str(), 1);
    ::unsetenv("XDG_CONFIG_HOME");
    ::unsetenv("XDG_CACHE_HOME");
    if (::chdir(folder_.c_str()) != 0) ::_exit(126);
    prepare();
    Words all = {TRUEBOUND_PROGRAM};
    all.insert(all.end(), words.begin(), words.end());
    std::vector<char*> arguments;
    for (std::string& word : all)
      arguments.push_back(word.data());
    arguments.push_back(nullptr);
    ::execv(arguments[0], arguments.data());
    ::_exit(127);
  }

  Ended wait(pid_t child) const {
    int status = 0;
    ::waitpid(child, &status, 0);
    return {.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
            .out = read_file(folder_ / "out.txt").value(),
            .err = read_file(folder_ / "err.txt").value()};
  }

  Ended call(const Words& words) const { return wait(start(words)); }

  // Refused as bad input: one line that names the program and tells `part`, nothing on output.
  void expect_refused(const Words& words, const std::string& part) const {
    const Ended ended = call(words);
    EXPECT_EQ(ended.code, 2) << ended.err;
    EXPECT_EQ(ended.out, "");
    EXPECT_TRUE(ended.err.starts_with("truebound: ")) << ended.err;
    EXPECT_EQ(std::ranges::count(ended.err, '\n'), 1) << ended.err;
    EXPECT_NE(ended.err.find(part), std::string::npos) << ended.err;
  }

  // A plan whose exact scorer finds `slots` right answers, or wrong ones where the answer says so.
  void write_case(int slots, const std::string& answer = R"("text": "4")",
                  const std::string& threshold = "0.5") const {
    write("plan.yaml",
          "truebound: plan/1\n"
          "title: Sums\n"
          "purpose: To test\n"
          "valid_until: 2099-12-31\n"
          "models: {m: {provider: replay, file: answers.jsonl}}\n"
          "suites: {s: {file: suite.jsonl, judge: right}}\n"
          "judges: {right: {kind: exact}}\n"
          "claims:\n"
          "  - {name: wrong, ask: rate_below, threshold: " +
              threshold +
              ", where: {expect: target}, gate: all}\n"
              "budget: {in_flight: 2}\n");
    std::string samples;
    for (int i = 0; i < slots; ++i) {
      samples +=
          R"({"id": "s)" + std::to_string(i) + R"(", "input": "2 + 2?", "target": "4"})" + "\n";
    }
    write("suite.jsonl", samples);
    write("answers.jsonl", R"({"slot": "*", )" + answer + "}\n");
  }

  std::string segments() const {
    std::string bytes;
    std::error_code none;
    for (const auto& file :
         std::filesystem::directory_iterator(folder_ / "ledger" / "segments", none)) {
      const Result<std::string> read = read_file(file.path());
      if (read.ok()) bytes += read.value();
    }
    return bytes;
  }

  int entries_of(const std::string& type) const {
    const std::string bytes = segments();
    const std::string mark = R"("t":")" + type + "\"";
    int count = 0;
    for (std::size_t at = bytes.find(mark); at != std::string::npos; at = bytes.find(mark, at + 1))
      ++count;
    return count;
  }

  // Waits until a running program has made so many outcomes durable.
  void await_outcomes(int count) const {
    for (int i = 0; i < 3000 && entries_of("outcome") < count; ++i)
      ::usleep(10'000);
    ASSERT_GE(entries_of("outcome"), count);
  }

  bool has_ledger() const { return std::filesystem::exists(folder_ / "ledger"); }

  static json::Value parsed(const Ended& ended) {
    const Result<json::Value> value = json::parse_json(ended.out, "stdout");
    EXPECT_TRUE(value.ok()) << ended.out;
    return value.ok() ? value.value() : json::Value();
  }

  Path folder_;
};

// --- dates ---

TEST_F(Program, AReportPastItsDateIsTheSameBytesAndTheVerbSaysThatItIsPast) {
  write_case(3);
  std::string plan = read_file(folder_ / "plan.yaml").value();
  plan.replace(plan.find("2099"), 4, "2020");
  write("plan.yaml", plan);
  const std::string said = "hold until 2020-12-31, and today is ";
  const Ended run = call({"run", "plan.yaml", "--quiet"});
  EXPECT_NE(call({"report", "--format", "md"}).err.find(said), std::string::npos) << run.err;
  const Ended report = call({"report", "--format", "md"});
  EXPECT_EQ(report.out.find("today is"), std::string::npos);
  EXPECT_EQ(report.out, call({"report", "--format", "md"}).out);
}

// --- usage -------------------------------------------------------------------------------------

TEST_F(Program, HelpOfEveryVerbTeachesWithAnExample) {
  const Ended top = call({"--help"});
  EXPECT_EQ(top.code, 0);
  EXPECT_NE(top.out.find("never show that it is safe"), std::string::npos);
  for (const char* verb :
       {"init", "check", "register", "run", "report", "verify", "stats", "power"}) {
    EXPECT_NE(top.out.find(verb), std::string::npos);
    const Ended help = call({verb, "--help"});
    EXPECT_EQ(help.code, 0) << verb;
    EXPECT_EQ(help.err, "");
    const std::size_t example = help.out.find("Example:\n");
    ASSERT_NE(example, std::string::npos) << help.out;
    EXPECT_NE(help.out.find(std::string("truebound ") + verb, example), std::string::npos);
  }
}

TEST_F(Program, TheVersionIsOneLine) {
  const Ended version = call({"--version"});
  EXPECT_EQ(version.code, 0);
  EXPECT_EQ(std::ranges::count(version.out, '\n'), 1);
  EXPECT_NE(version.out.find_first_of("0123456789"), std::string::npos);
}

TEST_F(Program, WrongUsageIsOneLineWithTheNearestVerb) {
  expect_refused({}, "a verb is expected, one of init, check");
  expect_refused({"reprot"}, "there is no verb reprot; did you mean report?");
  expect_refused({"check"}, "plan is required; see truebound check --help");
  expect_refused({"run", "plan.yaml", "--limit", "none"}, "--limit");
  expect_refused({"verify", "--fix"}, "--fix");
  expect_refused({"check", "a\x1b[2Jb.yaml"}, "a<U+001B>[2Jb.yaml");
}

TEST_F(Program, AnErrorWithJsonIsOneObjectOnStandardOutput) {
  for (const Words& words : {Words{"check", "--json", "none.yaml"}, Words{"check", "--json"},
                             Words{"stats", "median", "--input", "none.csv", "--json"},
                             Words{"check", "\xff.yaml", "--json"}}) {
    const Ended ended = call(words);
    EXPECT_EQ(ended.code, 2);
    const json::Value told = parsed(ended);
    EXPECT_EQ(*told.find("kind")->text(), "invalid_input");
    EXPECT_EQ(*told.find("exit")->integer(), 2);
  }
}

// --- a plan before it runs -----------------------------------------------------------------------

TEST_F(Program, InitWritesAPlanThatCheckAcceptsAndNeverOverwrites) {
  EXPECT_EQ(call({"init", "mine"}).code, 0);
  const Ended checked = call({"check", "mine/plan.yaml"});
  EXPECT_EQ(checked.code, 0) << checked.err;
  EXPECT_NE(checked.out.find("slots"), std::string::npos);
  const std::string before = read_file(folder_ / "mine/plan.yaml").value();
  expect_refused({"init", "mine"}, "is there already; it is not overwritten");
  EXPECT_EQ(read_file(folder_ / "mine/plan.yaml").value(), before);
}

TEST_F(Program, APlanThatIsWrongIsRefusedByItsLineAndNothingIsWritten) {
  write_case(3);
  const std::string right = read_file(folder_ / "plan.yaml").value();
  const std::vector<std::array<std::string, 3>> faults = {
      {"purpose:", "purpse:", "plan.yaml:3: unknown key purpse"},
      {"kind: exact", "kind: exakt", "did you mean exact?"},
      {"judge: right", "judge: wright", "plan.yaml:6"},
      {"provider: replay", "provider: replai", "did you mean replay?"},
      {"threshold: 0.5", "threshold: 5", "plan.yaml:9"},
      {"file: answers.jsonl", "file: none.jsonl", "none.jsonl"},
      {"truebound: plan/1", "truebound: plan/9", "plan/1"},
      {"title: Sums", "title: [Sums", "plan.yaml"}};
  for (const auto& [from, to, told] : faults) {
    std::string wrong = right;
    write("plan.yaml", wrong.replace(wrong.find(from), from.size(), to));
    for (const char* verb : {"check", "register", "run"}) {
      expect_refused({verb, "plan.yaml"}, told);
    }
    EXPECT_FALSE(has_ledger()) << to;
  }
}

TEST_F(Program, BrokenRowsAreNamedTheFirstTenAndCounted) {
  write_case(2);
  std::string rows = R"({"id": "a", "input": "x", "target": "4"})"
                     "\n";
  for (int i = 0; i < 12; ++i) {
    rows += R"({"id": "b)" + std::to_string(i) + "\"}\n";
  }
  write("suite.jsonl", rows);
  expect_refused({"run", "plan.yaml"}, "found 12: suite.jsonl:2: ");
  const std::string told = call({"run", "plan.yaml"}).err;
  EXPECT_NE(told.find("suite.jsonl:11: "), std::string::npos) << told;
  EXPECT_EQ(told.find("suite.jsonl:12: "), std::string::npos) << told;
  EXPECT_NE(told.find("and 2 more"), std::string::npos) << told;
  EXPECT_FALSE(has_ledger());
}

TEST_F(Program, BadRowsThatThePlanAllowsAreNamedInTheReportByTheirFile) {
  write_case(2);
  std::string plan = read_file(folder_ / "plan.yaml").value();
  const std::string suite = "judge: right";
  write("plan.yaml", plan.replace(plan.find(suite), suite.size(), "judge: right, bad_rows: 1"));
  write("suite.jsonl",
        "{\"id\": \"a\", \"input\": \"x\", \"target\": \"4\"}\n{\"id\": \"b\"}\n"
        "{\"id\": \"c\", \"input\": \"y\", \"target\": \"4\"}\n");
  EXPECT_EQ(call({"run", "plan.yaml"}).code, 1);
  const std::string report = call({"report", "--format", "json"}).out;
  EXPECT_NE(report.find("\"suite.jsonl:2: "), std::string::npos) << report;
}

TEST_F(Program, RegisterFreezesOnceAndRunUsesIt) {
  write_case(12);
  const json::Value first = parsed(call({"register", "plan.yaml", "--json"}));
  const json::Value again = parsed(call({"register", "plan.yaml", "--json"}));
  EXPECT_EQ(*first.find("entry")->integer(), *again.find("entry")->integer());
  EXPECT_EQ(call({"run", "plan.yaml"}).code, 0);
  EXPECT_EQ(entries_of("plan.register"), 1);
}

TEST_F(Program, AFileThatIsNotThereIsToldByThePlansLine) {
  write_case(3);
  std::filesystem::remove(folder_ / "suite.jsonl");
  for (const char* verb : {"check", "register", "run"}) {
    expect_refused({verb, "plan.yaml"}, "plan.yaml:6: suites.s: ");
  }
  write_case(3);
  std::filesystem::remove(folder_ / "answers.jsonl");
  expect_refused({"check", "plan.yaml"}, "plan.yaml:5: models.m: ");
  EXPECT_FALSE(has_ledger());
}

TEST_F(Program, AnExpectationThatNoSampleHasIsToldByTheClaimsLine) {
  write_case(3);
  std::string plan = read_file(folder_ / "plan.yaml").value();
  write("plan.yaml", plan.replace(plan.find("expect: target"), 14, "expect: refuse"));
  expect_refused({"check", "plan.yaml"}, "plan.yaml:9: expect in where of claims.wrong");
}

TEST_F(Program, CheckSaysInWordsWhatAPlanCanConclude) {
  write_case(12);
  const std::string told = call({"check", "plan.yaml"}).out;
  for (const char* part : {"12 slots, 12 calls", "is the rate below 50%?", "if nothing breaks",
                           "never to be zero", "can be settled"}) {
    EXPECT_NE(told.find(part), std::string::npos) << part << " in\n" << told;
  }
  EXPECT_EQ(told.find("e+0"), std::string::npos) << told;
  write_case(2);
  EXPECT_NE(call({"check", "plan.yaml"}).out.find("no outcome can answer yes"), std::string::npos);
}

TEST_F(Program, ThePageOfKindsIsWhatTheProgramKnows) {
  const Ended ended = call({"init", "--kinds"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  const auto page = read_file(Path(TRUEBOUND_SOURCE) / "docs/formats/kinds.md");
  ASSERT_TRUE(page.ok());
  EXPECT_TRUE(ended.out == page.value())
      << "docs/formats/kinds.md is out of date; write it with truebound init --kinds";
  EXPECT_FALSE(std::filesystem::exists(folder_ / "plan.yaml"));
}

// --- a run
// -----------------------------------------------------------------------------------------

TEST_F(Program, AGateThatIsMetEndsWithZeroAndOneThatIsNotWithOne) {
  write_case(12);
  const Ended met = call({"run", "plan.yaml"});
  EXPECT_EQ(met.code, 0) << met.err;
  EXPECT_EQ(met.out, "");
  EXPECT_NE(met.err.find("This report cannot show the absence of harm."), std::string::npos);
  EXPECT_EQ(call({"report", "--out", "r.html"}).code, 0);
  std::filesystem::remove_all(folder_ / "ledger");
  write_case(12, R"("text": "5")");
  EXPECT_EQ(call({"run", "plan.yaml", "--quiet"}).code, 1);
  EXPECT_EQ(call({"report", "--format", "md"}).code, 1);
}

TEST_F(Program, WhereEveryCallFailsTheGateIsNotMet) {
  write_case(12, R"("fail": {"status": "lost", "message": "reset"})");
  EXPECT_EQ(call({"run", "plan.yaml"}).code, 1);
  const Ended report = call({"report", "--json"});
  const json::Value told = parsed(report);
  EXPECT_EQ(*told.find("counts")->find("error")->integer(), 12);
  const json::Value& claim = told.find("claims")->list()->front();
  EXPECT_EQ(*claim.find("kind")->text(), "inconclusive");
  EXPECT_TRUE(claim.find("estimate")->find("value")->is_null());
}

TEST_F(Program, WithJsonARunPrintsOneObjectAndNothingElse) {
  write_case(12);
  const Ended ended = call({"run", "plan.yaml", "--json"});
  EXPECT_EQ(ended.code, 0);
  EXPECT_EQ(*parsed(ended).find("counts")->find("held")->integer(), 12);
  for (const Words& words :
       {Words{"check", "plan.yaml", "--json"}, Words{"report", "--json"}, Words{"verify", "--json"},
        Words{"init", "other", "--json"}, Words{"register", "plan.yaml", "--json"}}) {
    const Ended told = call(words);
    EXPECT_EQ(told.code, 0) << words[0] << told.err;
    EXPECT_NE(parsed(told).object(), nullptr) << words[0];
  }
}

TEST_F(Program, ARunWritesToAFileWhatJsonPrints) {
  write_case(12);
  expect_refused({"run", "plan.yaml", "--out", "r.html"}, "truebound report --out");
  EXPECT_FALSE(has_ledger());
  const Ended ended = call({"run", "plan.yaml", "--json", "--out", "r.json"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(ended.out, "");
  const auto written = json::parse_json(read_file(folder_ / "r.json").value(), "r.json");
  ASSERT_TRUE(written.ok());
  EXPECT_EQ(*written.value().find("counts")->find("held")->integer(), 12);
}

TEST_F(Program, TwoReportsOfOneRunAreTheSameBytesInEveryFormat) {
  write_case(12);
  ASSERT_EQ(call({"run", "plan.yaml"}).code, 0);
  for (const char* format : {"html", "md", "json"}) {
    ASSERT_EQ(call({"report", "--format", format, "--out", "a"}).code, 0);
    ASSERT_EQ(call({"report", "--format", format, "--out", "b"}).code, 0);
    EXPECT_EQ(read_file(folder_ / "a").value(), read_file(folder_ / "b").value());
    EXPECT_EQ(call({"report", "--format", format}).out, read_file(folder_ / "a").value());
  }
}

TEST_F(Program, AReportThatCannotBeMadeIsRefused) {
  expect_refused({"report"}, "expected a ledger's folder; --ledger names one");
  write_case(12);
  ASSERT_EQ(call({"run", "plan.yaml"}).code, 0);
  expect_refused({"report", "--format", "pdf"}, "--format must be one of html, md, json, got pdf");
  expect_refused({"report", "--run", "7"}, "7");
  expect_refused({"report", "--out", "none/r.html"}, "none/r.html: cannot be written");
}

TEST_F(Program, ADeviceIsWrittenToAndNeverReplacedByAFile) {
  write_case(12);
  ASSERT_EQ(call({"run", "plan.yaml"}).code, 0);
  ASSERT_EQ(::mkfifo((folder_ / "pipe").c_str(), 0644), 0);
  std::string received;
  std::thread reader([&] { received = read_file(folder_ / "pipe").value(); });
  const Ended ended = call({"report", "--format", "md", "--out", "pipe"});
  reader.join();
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_NE(received.find("# Sums"), std::string::npos);
  EXPECT_TRUE(std::filesystem::is_fifo(folder_ / "pipe"));
}

TEST_F(Program, AReportSaysWhereItIsAndWhyTheExitCodeIsOne) {
  write_case(12, R"("text": "5")");
  const Ended run = call({"run", "plan.yaml"});
  EXPECT_EQ(run.code, 1);
  EXPECT_NE(run.err.find("Exit code 1: the plan's gate is not met: Wrong"), std::string::npos)
      << run.err;
  const Ended report = call({"report", "--out", "r.html"});
  EXPECT_EQ(report.code, 1);
  EXPECT_EQ(report.out, "");
  EXPECT_NE(report.err.find("Wrote the report of run 1 (html) to r.html"), std::string::npos);
  EXPECT_NE(report.err.find("Exit code 1: "), std::string::npos) << report.err;
  EXPECT_EQ(call({"report", "--out", "r.html", "--quiet"}).err, "");
}

TEST_F(Program, TheSummarySaysWhyOutcomesAreMissing) {
  write_case(12, R"("fail": {"status": "lost", "message": "connection refused"})");
  const Ended run = call({"run", "plan.yaml"});
  EXPECT_NE(run.err.find("Missing, most often: error, lost: connection refused \u00d7 12."),
            std::string::npos)
      << run.err;
}

TEST_F(Program, ALimitOfNothingIsRefusedInWords) {
  write_case(3);
  expect_refused({"run", "plan.yaml", "--limit", "0"}, "1 or more, got 0");
  EXPECT_FALSE(has_ledger());
}

TEST_F(Program, ARehearsalCountsTheSamplesThatItTried) {
  write_case(12);
  ASSERT_EQ(call({"run", "plan.yaml", "--limit", "2", "--quiet"}).code, 1);
  EXPECT_NE(call({"report", "--format", "md"}).out.find("2 slots: 2 samples"), std::string::npos);
}

TEST_F(Program, WhatIsExportedGivesTheReportsNumbersAgain) {
  write_case(12, R"("text": "4")");
  write("answers.jsonl", R"({"slot": "s:s0|m|plain|default|off|direct|0", "text": "5"})"
                         "\n"
                         R"({"slot": "*", "text": "4"})"
                         "\n");
  ASSERT_NE(call({"run", "plan.yaml", "--quiet"}).code, 2);
  const json::Value report = parsed(call({"report", "--json"}));
  const json::Value& estimate = *report.find("claims")->list()->front().find("estimate");
  for (const char* format : {"csv", "jsonl"}) {
    const std::string table = std::string("t.") + format;
    const Ended written =
        call({"export", "--where", "expect=target", "--format", format, "--out", table});
    ASSERT_EQ(written.code, 0) << written.err;
    EXPECT_NE(written.err.find("Wrote 12 of 12 slots of run 1"), std::string::npos);
    const json::Value again = parsed(call({"stats", "rate", "--input", table, "--json"}));
    for (const char* key : {"value", "lower", "upper", "n", "effective_n", "counts"}) {
      EXPECT_EQ(*again.find(key), *estimate.find(key)) << key;
    }
  }
  expect_refused({"export", "--where", "size=big"}, "expected a factor, one of");
  expect_refused({"export", "--where", "arm=none"}, "found none");
  expect_refused({"export", "--format", "xml"}, "--format must be one of csv, jsonl, got xml");
}

TEST_F(Program, ARehearsalSaysSo) {
  write_case(12);
  const Ended ended = call({"run", "plan.yaml", "--limit", "2", "--json"});
  EXPECT_EQ(ended.code, 1) << "a rehearsal carries no claim, so no gate is met";
  EXPECT_EQ(*parsed(ended).find("mark")->text(), "rehearsal");
  EXPECT_EQ(*parsed(ended).find("counts")->find("planned")->integer(), 2);
}

// --- stopped, killed, full ---------------------------------------------------------------------

TEST_F(Program, CtrlCEndsARunThatCanBeResumed) {
  write_case(12, R"("text": "4", "delay_ms": 150)");
  const pid_t child = start({"run", "plan.yaml"});
  await_outcomes(3);
  ::kill(child, SIGINT);
  const Ended stopped = wait(child);
  EXPECT_EQ(stopped.code, 3) << stopped.err;
  EXPECT_NE(stopped.err.find("of 12 slots have a durable outcome"), std::string::npos);
  EXPECT_NE(stopped.err.find("truebound run"), std::string::npos) << stopped.err;
  EXPECT_NE(stopped.err.find("--resume"), std::string::npos) << stopped.err;
  EXPECT_LT(entries_of("outcome"), 12);
  EXPECT_EQ(call({"verify"}).code, 0);
  const Ended resumed = call({"run", "plan.yaml", "--resume"});
  EXPECT_EQ(resumed.code, 0) << resumed.err;
  EXPECT_EQ(entries_of("outcome"), 12);
  EXPECT_EQ(call({"verify"}).code, 0);
  expect_refused({"run", "plan.yaml", "--resume"}, "there is none to resume");
}

TEST_F(Program, ARunThatWasLeftIsToldBeforeAnotherBegins) {
  write_case(12, R"("text": "4", "delay_ms": 150)");
  const pid_t child = start({"run", "plan.yaml"});
  await_outcomes(3);
  ::kill(child, SIGINT);
  const Ended stopped = wait(child);
  EXPECT_NE(stopped.err.find("go on with truebound run plan.yaml --resume"), std::string::npos)
      << stopped.err;
  const Ended second = call({"run", "plan.yaml"});
  EXPECT_EQ(second.code, 0) << second.err;
  EXPECT_NE(second.err.find("Run 1 of this plan was left with "), std::string::npos) << second.err;
  EXPECT_NE(second.err.find("truebound run plan.yaml --resume would go on with it"),
            std::string::npos);
  EXPECT_EQ(entries_of("run.open"), 2);
}

TEST_F(Program, WhereThereIsNothingToResumeNothingIsWritten) {
  write_case(3);
  expect_refused({"run", "plan.yaml", "--resume"}, "there is no ledger");
  EXPECT_FALSE(has_ledger());
  ASSERT_NE(call({"run", "plan.yaml", "--quiet"}).code, 2);
  const std::string before = segments();
  write_case(4);
  expect_refused({"run", "plan.yaml", "--resume"}, "was the plan changed?");
  EXPECT_EQ(segments(), before);
}

TEST_F(Program, KilledItIsResumedWithoutAskingAnAnsweredSlotAgain) {
  write_case(12, R"("text": "4", "delay_ms": 100)");
  const pid_t child = start({"run", "plan.yaml"});
  await_outcomes(4);
  ::kill(child, SIGKILL);
  EXPECT_EQ(wait(child).code, 128 + SIGKILL);
  const int opened = entries_of("attempt.open");
  const int answered = entries_of("attempt.close");
  const Ended resumed = call({"run", "plan.yaml", "--resume"});
  EXPECT_EQ(resumed.code, 0) << resumed.err;
  EXPECT_EQ(entries_of("outcome"), 12);
  EXPECT_EQ(entries_of("attempt.open"), 12 + opened - answered);
  EXPECT_EQ(call({"verify"}).code, 0);
}

TEST_F(Program, AFullDiskStopsARunThatCanBeResumed) {
  write_case(40);
  const pid_t child = start({"run", "plan.yaml", "--quiet"}, [] {
    ::signal(SIGXFSZ, SIG_IGN);
    constexpr rlimit most{.rlim_cur = 9000, .rlim_max = 9000};
    ::setrlimit(RLIMIT_FSIZE, &most);
  });
  const Ended full = wait(child);
  EXPECT_EQ(full.code, 3) << full.err;
  EXPECT_NE(full.err.find("cannot be written"), std::string::npos) << full.err;
  EXPECT_GT(entries_of("outcome"), 0);
  EXPECT_LT(entries_of("outcome"), 40);
  const Ended resumed = call({"run", "plan.yaml", "--resume"});
  EXPECT_EQ(resumed.code, 0) << resumed.err;
  EXPECT_EQ(entries_of("run.close"), 1);
  EXPECT_EQ(call({"verify"}).code, 0);
}

TEST_F(Program, AFullStandardOutputIsNoSuccess) {
  if (::access("/dev/full", W_OK) != 0) GTEST_SKIP() << "this system has no /dev/full";
  write_case(12);
  ASSERT_EQ(call({"run", "plan.yaml"}).code, 0);
  const pid_t child =
      start({"report"}, [] { ::dup2(::open("/dev/full", O_WRONLY), STDOUT_FILENO); });
  EXPECT_EQ(wait(child).code, 3);
}

TEST_F(Program, ALedgerWhereNothingCanBeWrittenIsRefused) {
  write_case(3);
  write("file", "no folder");
  expect_refused({"run", "plan.yaml", "--ledger", "file/ledger"}, "file/ledger");
  expect_refused({"register", "plan.yaml", "--ledger", "file/ledger"}, "file/ledger");
  expect_refused({"init", "file/mine"}, "file/mine");
  EXPECT_EQ(read_file(folder_ / "file").value(), "no folder");
}

TEST_F(Program, AReadOnlyFolderIsRefused) {
  if (::geteuid() == 0) GTEST_SKIP() << "permissions do not bind root";
  write_case(3);
  std::filesystem::create_directory(folder_ / "locked");
  ::chmod((folder_ / "locked").c_str(), 0555);
  expect_refused({"run", "plan.yaml", "--ledger", "locked/ledger"}, "locked/ledger");
  ::chmod((folder_ / "locked").c_str(), 0755);
  EXPECT_TRUE(std::filesystem::is_empty(folder_ / "locked"));
}

TEST_F(Program, ASecondRunOnOneLedgerIsRefused) {
  write_case(12, R"("text": "4", "delay_ms": 150)");
  const pid_t child = start({"run", "plan.yaml"});
  await_outcomes(1);
  // The first one's output is being written to the same files: only the code is of interest.
  EXPECT_EQ(wait(start({"run", "plan.yaml"})).code, 2);
  EXPECT_EQ(wait(child).code, 0);
  EXPECT_EQ(entries_of("run.open"), 1);
  EXPECT_EQ(call({"verify"}).code, 0);
}

// --- evidence -----------------------------------------------------------------------------------

TEST_F(Program, VerifyTellsWhatDoesNotFitByItsKind) {
  write_case(12);
  ASSERT_EQ(call({"run", "plan.yaml"}).code, 0);
  const Ended whole = call({"verify", "ledger", "--json"});
  EXPECT_EQ(whole.code, 0) << whole.err;
  const json::Value told = parsed(whole);
  EXPECT_EQ(*told.find("attestation")->text(), "self");
  const std::string key = *told.find("key")->text();
  EXPECT_EQ(call({"verify", "--key", key}).code, 0);

  std::filesystem::copy_file(folder_ / "ledger/checkpoint", folder_ / "kept");
  EXPECT_EQ(call({"verify", "--key", key, "--checkpoint", "kept"}).code, 0);

  const Path home = folder_ / "home/.config/truebound/key";
  std::filesystem::rename(home, folder_ / "old-key");
  write("other/file", "");
  write_case(1);
  ASSERT_NE(call({"run", "plan.yaml", "--ledger", "other/ledger"}).code, 2);
  const std::string wrong_key =
      *parsed(call({"verify", "other/ledger", "--json"})).find("key")->text();
  const Ended policy = call({"verify", "--key", wrong_key, "--json"});
  EXPECT_EQ(policy.code, 4);
  EXPECT_EQ(*parsed(policy).find("kind")->text(), "policy");
  expect_refused({"register", "plan.yaml"}, "key");

  const Path segment = std::filesystem::directory_iterator(folder_ / "ledger/segments")->path();
  std::string bytes = read_file(segment).value();
  bytes[bytes.size() / 2] ^= 1;
  std::ofstream(segment, std::ios::binary) << bytes;
  const Ended flipped = call({"verify", "--json"});
  EXPECT_EQ(flipped.code, 4);
  const std::string kind = *parsed(flipped).find("kind")->text();
  EXPECT_TRUE(kind == "crypto" || kind == "malformed" || kind == "mismatch") << kind;
}

TEST_F(Program, APathThatIsNoLedgerIsBadInput) {
  write("notes/readme.txt", "nothing");
  expect_refused({"verify", "notes"}, "notes");
  expect_refused({"verify", "nowhere"}, "nowhere");
  expect_refused({"report", "--ledger", "notes"}, "notes");
  expect_refused({"report", "--ledger", std::string(5000, 'a')}, "expected a ledger's folder");
}

// --- tables -------------------------------------------------------------------------------------

TEST_F(Program, StatsNamesTheNearestMethodAndPrintsNoNumberThatIsNone) {
  write("none.csv", "sample,outcome\na,error\nb,undecided\n");
  expect_refused({"stats", "clopper_person", "--input", "none.csv"},
                 "did you mean clopper_pearson?");
  expect_refused({"stats", "rate", "--input", "absent.csv"}, "absent.csv");
  const Ended ended = call({"stats", "clopper_pearson", "--input", "none.csv", "--json"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  const json::Value told = parsed(ended);
  EXPECT_TRUE(told.find("value")->is_null());
  EXPECT_EQ(*told.find("reason")->text(), "no_outcome");
  const std::string text = call({"stats", "clopper_pearson", "--input", "none.csv"}).out;
  EXPECT_NE(text.find("no value"), std::string::npos);
  for (const char* word : {"nan", "inf", "NaN", "Inf"}) {
    EXPECT_EQ(text.find(word), std::string::npos) << text;
  }
}

TEST_F(Program, StatsTellsAPersonInWordsWhatItAssumes) {
  write("t.csv", "sample,arm,outcome\na,x,held\na,y,broke\nb,x,held\nb,y,held\nc,y,held\n");
  const std::string told = call({"stats", "mcnemar", "--input", "t.csv"}).out;
  for (const char* part : {"value ", "interval ", "counts ", "assumes ", "docs/methods/mcnemar.md",
                           "without partner c", "as judged  no"}) {
    EXPECT_NE(told.find(part), std::string::npos) << part << " in\n" << told;
  }
  EXPECT_EQ(told.find_first_of("{}[]\""), std::string::npos) << told;
  expect_refused({"stats", "rat", "--input", "t.csv"}, "did you mean rate?");
  EXPECT_NE(call({"stats", "--help"}).out.find("  rate "), std::string::npos);
}

TEST_F(Program, AnOptionThatIsNotReadIsRefusedAndNeverSwallowed) {
  write("t.csv", "sample,outcome\na,broke\nb,held\nc,held\nd,held\n");
  expect_refused({"stats", "wilson", "--input", "t.csv", "--resamples", "10"},
                 "stats wilson does not read --resamples; it reads --arm --confidence --estimand");
  expect_refused({"stats", "variance_table", "--input", "t.csv", "--seed", "1"}, "it reads none");
  expect_refused({"stats", "wilson", "--input", "t.csv", "--confidense", ".9"},
                 "did you mean --confidence?");
  EXPECT_EQ(call({"stats", "rate", "--input", "t.csv", "--correlation", ".5"}).code, 0);
  expect_refused({"power", "between", "--rate", ".01", "--threshold", ".03", "--margin", ".1"},
                 "power between does not read --margin");
  expect_refused({"power", "bound", "--threshold", ".03", "--power", ".9"}, "goes with --rate");
  expect_refused(
      {"power", "labels", "--specificity", ".97", "--half-width", ".01", "--trials", "9"},
      "goes with --threshold");
}

TEST_F(Program, StatsReadsOtherColumnsAndWords) {
  write("t.csv", "id,is_correct\na,full\nb,refusal\nc,refusal\nd,refusal\n");
  const Ended ended =
      call({"stats", "clopper_pearson", "--input", "t.csv", "--json", "--column", "sample=id",
            "--column", "outcome=is_correct", "--map", "full=broke,refusal=held"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(*parsed(ended).find("value")->decimal(), .25);
  expect_refused({"stats", "rate", "--input", "t.csv", "--column", "outcome"}, "NAME=VALUE");
  expect_refused({"stats", "rate", "--input", "t.csv", "--confidence", "1.5", "--column",
                  "sample=id,outcome=is_correct", "--map", "full=broke,refusal=held"},
                 "confidence");
}

TEST_F(Program, StatsReadsTheFileOfAReaderByItsName) {
  std::string text;
  for (int i = 0; i < 9; ++i) {
    text += std::string(R"({"question": "q", "a": {"is_correct": )") + (i < 8 ? "false" : "true") +
            R"(}, "b": {"is_correct": )" + (i < 8 ? "true" : "false") + "}}\n";
  }
  write("graded.jsonl", text);
  const Ended ended =
      call({"stats", "mcnemar", "--reader", "gsm8k", "--input", "graded.jsonl", "--json"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  const json::Value told = parsed(ended);
  EXPECT_EQ(*told.find("counts")->find("only_first")->integer(), 8);
  EXPECT_NEAR(*told.find("p_value")->decimal(), .0390625, 1e-12);
  EXPECT_GT(*told.find("paired_error")->decimal(), *told.find("unpaired_error")->decimal());
  expect_refused({"stats", "mcnemar", "--reader", "gsm", "--input", "graded.jsonl"},
                 "table, gsm8k, got gsm");
}

// bench/gsm8k/compare.py computes the same from the same file without this program.
TEST_F(Program, TheTwoModelsOfGsm8kCompareAsAnIndependentProgramFound) {
  const std::string file = TRUEBOUND_SHARED "/data/gsm8k/example_model_solutions_6b.jsonl";
  if (!std::filesystem::exists(file)) GTEST_SKIP() << "no file of solutions here: " << file;
  const json::Value told =
      parsed(call({"stats", "mcnemar", "--reader", "gsm8k", "--input", file, "--json"}));
  EXPECT_EQ(*told.find("counts")->find("pairs")->integer(), 1319);
  EXPECT_EQ(*told.find("counts")->find("only_first")->integer(), 293);
  EXPECT_EQ(*told.find("counts")->find("only_second")->integer(), 64);
  EXPECT_NEAR(*told.find("value")->decimal(), 0.17361637604245642, 1e-12);
  EXPECT_NEAR(*told.find("paired_error")->decimal(), 0.01350874904966465, 1e-12);
  EXPECT_NEAR(*told.find("unpaired_error")->decimal(), 0.01759029355017395, 1e-12);
  EXPECT_NEAR(*told.find("statistic")->decimal(), 146.8935574229692, 1e-9);
  EXPECT_NEAR(*told.find("p_value")->decimal() / 3.928874710490934e-36, 1, 1e-9);
  EXPECT_NEAR(*told.find("p_mid")->decimal() / 2.3898473118218788e-36, 1, 1e-9);
}

// --- plans of how much to collect ---------------------------------------------------------------

TEST_F(Program, PowerTellsHowManyAttemptsABoundNeeds) {
  const json::Value none =
      parsed(call({"power", "bound", "--threshold", ".05", "--cluster-size", "10", "--json"}));
  EXPECT_EQ(*none.find("independent")->integer(), 59);
  EXPECT_EQ(*none.find("attempts")->integer(), 590);
  const json::Value five =
      parsed(call({"power", "bound", "--threshold", ".01", "--failures", "5", "--json"}));
  EXPECT_EQ(*five.find("attempts")->integer(), 1049);
  const json::Value rate =
      parsed(call({"power", "bound", "--threshold", ".05", "--rate", ".01", "--json"}));
  EXPECT_GT(*rate.find("failures_allowed")->integer(), 0);
  const json::Value between =
      parsed(call({"power", "between", "--rate", ".01", "--threshold", ".03", "--json"}));
  EXPECT_EQ(*between.find("independent")->integer(), 301);
  EXPECT_EQ(*between.find("decides_high_from")->integer(), 7);
}

TEST_F(Program, PowerTakesAJudgeThatErrsIntoAccount) {
  const Words bound = {"power",         "bound", "--threshold",    ".05", "--sensitivity", ".9",
                       "--specificity", ".975",  "--broke-labels", "100", "--held-labels", "400"};
  Words with_rate = bound;
  with_rate.insert(with_rate.end(), {"--rate", ".005", "--json"});
  // More than the 59 of a judge without error.
  EXPECT_GT(*parsed(call(with_rate)).find("independent")->integer(), 59);
  Words rarer = bound;
  rarer[3] = ".01";
  rarer.push_back("--json");
  const json::Value never = parsed(call(rarer));
  EXPECT_TRUE(never.find("attempts")->is_null());
  EXPECT_NE(never.find("reason")->text()->find("below_detection_limit"), std::string::npos);
  expect_refused({"power", "bound", "--threshold", ".05", "--sensitivity", ".9"},
                 "--specificity is needed");
  expect_refused({"power", "bound", "--threshold", ".05", "--held-labels", "9"},
                 "go with --sensitivity");
  // As judged, .1 x (.9 x .97 + .1 x .03) + .9 x 2 x .9 x .1 differ, and .87 of .03 is left.
  const json::Value pairs =
      parsed(call({"power", "difference", "--discordant", ".1", "--difference", ".03",
                   "--sensitivity", ".9", "--specificity", ".97", "--json"}));
  EXPECT_NEAR(*pairs.find("discordant_as_judged")->decimal(), .2496, 1e-12);
  EXPECT_EQ(*pairs.find("to_find_it")->find("independent")->integer(), 2874);
  expect_refused({"power", "difference", "--discordant", ".1", "--difference", ".03",
                  "--sensitivity", ".5", "--specificity", ".5"},
                 "no better than chance");
}

// golden/statistics.json, `miller`: 198 samples see .1327 with 1 epoch and .0757 with 10.
TEST_F(Program, PowerWeighsEpochsAgainstSamples) {
  const json::Value told =
      parsed(call({"power", "epochs", "--between", "0.1111111111111111", "--within",
                   "0.16666666666666666", "--samples", "198", "--difference", ".03", "--json"}));
  const json::List& rows = *told.find("by_epochs")->list();
  EXPECT_NEAR(*rows.front().find("smallest_difference")->decimal(), 0.1327333278739942, 1e-12);
  EXPECT_NEAR(*rows.back().find("smallest_difference")->decimal(), 0.0756696392667773, 1e-12);
  EXPECT_EQ(*rows.front().find("samples")->integer(), 3876);
}

TEST_F(Program, EveryExampleOfPowerRuns) {
  const std::string help = call({"power", "--help"}).out;
  std::size_t at = help.find("Example:");
  ASSERT_NE(at, std::string::npos);
  int runs = 0;
  while ((at = help.find("truebound power", at)) != std::string::npos) {
    std::istringstream line(help.substr(at, help.find('\n', at) - at));
    Words words;
    for (std::string word; line >> word;)
      words.push_back(word);
    words.erase(words.begin());
    const Ended ended = call(words);
    EXPECT_EQ(ended.code, 0) << ended.err;
    EXPECT_NE(ended.out.find("assumed"), std::string::npos) << ended.out;
    at += 1;
    ++runs;
  }
  EXPECT_EQ(runs, 5);
}

TEST_F(Program, PowerRefusesWhatItCannotKnow) {
  expect_refused({"power", "bounds"}, "did you mean bound?");
  expect_refused({"power", "bound"}, "--threshold is needed");
  expect_refused({"power", "bound", "--threshold", "1.5"}, "bound must lie in (0, 1)");
  expect_refused({"power", "bound", "--threshold", ".05", "--rate", ".06"}, "[0, bound)");
  expect_refused({"power", "difference", "--discordant", ".1"}, "--difference, --margin");
  expect_refused({"power", "labels", "--specificity", ".97", "--threshold", ".01"},
                 "--sensitivity is needed");
  expect_refused({"power", "labels", "--specificity", ".5", "--sensitivity", ".5", "--trials", "9",
                  "--threshold", ".01"},
                 "over 1");
  expect_refused({"power", "bound", "--threshold", ".05", "--confidence", "1"}, "confidence");
  const json::Value few = parsed(call({"power", "labels", "--specificity", ".97", "--sensitivity",
                                       ".85", "--trials", "50", "--threshold", ".01", "--json"}));
  EXPECT_TRUE(few.find("held_labels_to_detect")->is_null());
  EXPECT_NE(few.find("reason"), nullptr);
}

// --- what a model writes
// --------------------------------------------------------------------------

TEST_F(Program, NoControlCharacterOfAModelReachesTheTerminal) {
  write_case(12,
             R"("text": "a \u001b]52;c;Zm9v\u0007 b \u001b[2J c \u009b31m d \u001bc \u202e e")");
  write("suite.jsonl",
        "{\"id\": \"s\", \"input\": \"x\\u001b[2J\\u009b1m\", \"target\": \"4\", \"hazard\": "
        "\"h\\u001b[2J\\u009b1m\"}\n");
  const std::string run = call({"run", "plan.yaml"}).err;
  write("t.csv", "sample,arm,outcome\na\xc2\x9b,x\x1b,held\na\xc2\x9b,y,held\nb\x07,y,held\n");
  const std::string table = call({"stats", "mcnemar", "--input", "t.csv"}).out;
  EXPECT_NE(table.find("without partner"), std::string::npos) << table;
  for (const std::string& told :
       {run, table, call({"stats", "mcnemar", "--input", "t.csv", "--json"}).out,
        call({"report", "--format", "md"}).out, call({"report", "--format", "html"}).out,
        call({"report", "--format", "json"}).out, call({"check", "plan.yaml"}).out}) {
    EXPECT_NE(told, "");
    for (const char* raw : {"\x1b", "\x07", "\xc2\x9b", "\xe2\x80\xae"}) {
      EXPECT_EQ(told.find(raw), std::string::npos) << told;
    }
  }
}

}  // namespace
}  // namespace truebound::cli
