// Plans: what is read, with which defaults, what is refused and how that is told, and the canonical
// form that names a plan.

#include "truebound/plan/plan.h"

#include <algorithm>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "truebound/crypto/sha256.h"
#include "truebound/plan/canonical.h"
#include "truebound/plan/freeze.h"
#include "truebound/plan/plan_cases.h"
#include "truebound/plan/plan_file.h"
#include "truebound/plan/starter.h"

namespace truebound::plan {
namespace {

Result<Plan> read_text(const std::string& yaml) {
  return read(TextFiles({{"plan.yaml", yaml}}), "plan.yaml", made_up_catalog());
}

// The error of a small plan with these lines after its three.
std::string error_with(const std::string& lines) {
  const auto plan = read_text(small_plan + lines);
  return plan.ok() ? "no error" : plan.error().message;
}

const char* const full_plan = R"(truebound: plan/1
title: Support assistant
purpose: Decide whether prompt v7 may replace v6
who: {assessor: Example Ltd, contact: safety@example.com, independence: operator, funding: own, access: {given: [api], refused: [weights]}}
valid_until: 2026-12-31
confidence: 0.9
models:
  zeta: {provider: endpoint, url: "https://api.example.com/v1", name: 4, price: {in: 1, out: 2}}
  alpha: {provider: replay, file: answers.jsonl, threads: 8}
instruments:
  grader: {provider: endpoint, url: "https://api.example.com/v1", price: {in: 1, out: 1}}
personas: {plain: {}, teen: {about: a teenager, says: I am fourteen.}}
deployments:
  support: {system_prompt: prompts/v7.txt, product: web chat, language: en, temperature: 0.7, max_tokens: 256}
safeguards:
  guard_prompt: {kind: system_prompt, text: "Refuse what could harm people."}
  harm_words: {kind: input_filter, patterns: patterns/harm.yaml}
  guard: {kind: model_filter, model: grader}
arms: {off: [], on: [harm_words, guard_prompt], 2: [guard]}
suites:
  starter: {builtin: starter, judge: [refusal, wording]}
  own: {file: tickets.csv, columns: {input: text, hazard: topic}, expect: answer, judge: refusal, bad_rows: 3}
attacks: [{name: direct, id: direct}, {name: b64, id: base64, instruction: without}, {id: base64}]
epochs: 2
judges:
  refusal: {kind: rules}
  wording: {kind: rubric, model: grader, rubric: rubrics/harm.md, calibration: labels.csv}
sampling: {kind: fixed, take: 20, correlation: 0.5}
claims:
  - {name: harm, ask: rate_below, threshold: 0.05, where: {expect: refuse}, by: [arm], estimand: generalized, gate: on}
  - {name: third, ask: rate_above, threshold: 0.10, where: {expect: answer, arm: 2}, estimand: fixed_set}
budget: {in_flight: 16, timeout_ms: 1000, calls: 5000, tokens: 2000000, money: 20}
)";

Plan read_full() {
  auto plan = read_text(full_plan);
  EXPECT_TRUE(plan.ok()) << (plan.ok() ? "" : plan.error().message);
  return plan.value();
}

FileDigests digests_of(const Plan& plan) {
  FileDigests digests;
  for (const std::string& name : file_names(plan))
    digests.emplace(name, crypto::sha256(name));
  return digests;
}

TEST(Read, TheShortestPlanGetsItsDefaults) {
  const Plan plan = read_text(small_plan).value();
  EXPECT_EQ(plan.confidence, .95);
  EXPECT_EQ(plan.epochs, 1U);
  ASSERT_EQ(plan.personas.size(), 1U);
  EXPECT_EQ(plan.personas[0].name, "plain");
  ASSERT_EQ(plan.deployments.size(), 1U);
  EXPECT_EQ(plan.deployments[0].name, "default");
  ASSERT_EQ(plan.arms.size(), 1U);
  EXPECT_EQ(plan.arms[0].name, "off");
  EXPECT_TRUE(plan.arms[0].specification.empty());
  ASSERT_EQ(plan.attacks.size(), 1U);
  EXPECT_EQ(plan.attacks[0].name, "direct");
  EXPECT_EQ(plan.sampling.correlation, 1.0);
  EXPECT_FALSE(plan.sampling.take.count.has_value());
  EXPECT_EQ(plan.budget.timeout_ms, 60000U);
  EXPECT_EQ(plan.models[0].specification.whole("threads"), 2);
  EXPECT_EQ(plan.suites[0].specification.format, eval::Format::csv);
}

TEST(Read, AFullPlanKeepsItsOrderAndItsNames) {
  const Plan plan = read_full();
  EXPECT_EQ(plan.models[0].name, "zeta");
  EXPECT_EQ(plan.models[0].specification.id, "endpoint");
  EXPECT_EQ(plan.models[0].specification.text("name"), "4");
  EXPECT_EQ(plan.arms[2].name, "2");
  EXPECT_EQ(plan.arms[1].specification, (std::vector<std::string>{"harm_words", "guard_prompt"}));
  EXPECT_EQ(plan.attacks[2].name, "base64");
  EXPECT_EQ(plan.attacks[2].specification.text("instruction"), "with");
  EXPECT_EQ(plan.claims[1].where.at("arm"), "2");
  EXPECT_EQ(plan.claims[0].gate, "on");
  EXPECT_EQ(plan.sampling.take.count, 20U);
  EXPECT_EQ(plan.who.access.refused, std::vector<std::string>{"weights"});
  EXPECT_EQ(plan.suites[1].specification.judge.list, std::vector<std::string>{"refusal"});
}

TEST(Read, EveryFileThatThePlanNamesIsListedOnceInItsOrder) {
  const std::vector<std::string> expected{"builtin:starter/starter.jsonl",
                                          "builtin:starter/card.json",
                                          "tickets.csv",
                                          "prompts/v7.txt",
                                          "answers.jsonl",
                                          "patterns/harm.yaml",
                                          "rubrics/harm.md",
                                          "labels.csv"};
  std::vector<std::string> names = file_names(read_full());
  std::ranges::sort(names);
  std::vector<std::string> sorted = expected;
  std::ranges::sort(sorted);
  EXPECT_EQ(names, sorted);
}

TEST(Read, ASuiteWithoutJudgesIsJudgedByAllInTheirOrder) {
  const Plan plan =
      read_text(std::string(small_plan) + "judges: {b: {kind: rules}, a: {kind: rules}}\n").value();
  EXPECT_EQ(plan.suites[0].specification.judge.list, (std::vector<std::string>{"b", "a"}));
}

// The kinds that the plans we ship name, as the rooms above offer them.
eval::Catalog shipped_catalog() {
  using eval::OptionKind;
  return {.providers = {{.id = "llama", .options = {{.name = "builtin"}}}},
          .safeguards = {{.id = "system_prompt", .options = {{.name = "text"}}},
                         {.id = "input_filter",
                          .options = {{.name = "patterns", .kind = OptionKind::file}}},
                         {.id = "output_filter",
                          .options = {{.name = "patterns", .kind = OptionKind::file}}}},
          .judges = {{.id = "rules", .options = {{.name = "calibration", .fallback = "after"}}}},
          .attacks = {{.id = "direct"}},
          .suites = {"starter"}};
}

TEST(Starter, ThePlanOfInitCanBeRead) {
  const auto plan =
      read(TextFiles({{"plan.yaml", commented_example()}}), "plan.yaml", shipped_catalog());
  ASSERT_TRUE(plan.ok()) << plan.error().message;
  EXPECT_EQ(plan.value().arms.size(), 2U);
  EXPECT_EQ(plan.value().claims[0].gate, "on");
}

TEST(Starter, ThePlanOfTheQuickstartCanBeReadAndItsFilesAreThere) {
  const DiskFiles files(Path(TRUEBOUND_SOURCE) / "examples/quickstart");
  const auto plan = read(files, "plan.yaml", shipped_catalog());
  ASSERT_TRUE(plan.ok()) << plan.error().message;
  EXPECT_EQ(plan.value().arms[1].specification.size(), 3U);
  for (const std::string& name : file_names(plan.value())) {
    if (name.starts_with(eval::builtin_mark)) continue;
    EXPECT_TRUE(files.read(name).ok()) << name;
  }
}

TEST(Errors, NameTheLineTheExpectationAndTheFinding) {
  EXPECT_EQ(error_with("epochs: 0\n"), "plan.yaml:4: epochs must be >= 1, got 0");
  EXPECT_EQ(error_with("epochs: -1\n"), "plan.yaml:4: epochs must be >= 0, got -1");
  EXPECT_EQ(error_with("epochs: many\n"), "plan.yaml:4: epochs must be a whole number, got a text");
  EXPECT_EQ(error_with("title: x\nconfidence: 95\n"),
            "plan.yaml:5: confidence must be in (0, 1), got 95");
  EXPECT_EQ(error_with("sampling:\n  kind: fixed\n  correlation: 1.5\n"),
            "plan.yaml:6: correlation must be in [0, 1], got 1.5");
  EXPECT_EQ(error_with("sampling: {take: 0}\n"),
            "plan.yaml:4: take must be all or a whole number >= 1, got 0");
  EXPECT_EQ(error_with("sampling: {take: some}\n"),
            "plan.yaml:4: take must be all or a whole number >= 1, got some");
  EXPECT_EQ(error_with("budget: {in_flight: 0}\n"), "plan.yaml:4: in_flight must be >= 1, got 0");
  EXPECT_EQ(error_with("budget: {money: 0}\n"), "plan.yaml:4: money must be > 0, got 0");
  EXPECT_EQ(
      error_with("budget: {money: 1}\ninstruments: {g: {provider: endpoint, url: 'http://h'}}\n"),
      "plan.yaml:5: budget.money needs the price of instruments.g, price: {in: 1, out: 2} a "
      "million tokens; found none");
}

TEST(Errors, ASampleThatEndsByWhatWasSeenNeedsAllElseBeforehand) {
  const std::string claim = "claims: [{name: c, ask: rate_below, threshold: 0.1";
  const std::string labeled = "judges: {j: {kind: rules, calibration: labels.csv}}\n";
  const auto sequential = [&](const std::string& rest) {
    return error_with("sampling: {kind: sequential}\n" + rest);
  };
  EXPECT_EQ(sequential(labeled + claim + "}]\n"), "no error");
  EXPECT_EQ(sequential(labeled),
            "plan.yaml:4: sampling.kind sequential needs a claim that ends it, found none");
  EXPECT_EQ(
      error_with("sampling: {kind: sequential, correlation: 0.5}\n" + labeled + claim + "}]\n"),
      "plan.yaml:4: sampling.kind sequential counts a cluster once: correlation must be 1, "
      "got 0.5");
  EXPECT_EQ(sequential(labeled + claim + ", estimand: fixed_set}]\n"),
            "plan.yaml:6: sampling.kind sequential asks of generalized rates, got fixed_set");
  EXPECT_EQ(sequential("judges: {j: {kind: rules, calibration: after}}\n" + claim + "}]\n"),
            "plan.yaml:5: sampling.kind sequential needs the labels of judges.j before the run: "
            "calibration must be a file, got after");
  EXPECT_EQ(sequential("judges:\n  j: {kind: rules, calibration: a.csv}\n"
                       "  k: {kind: rules, calibration: b.csv}\n" +
                       claim + "}]\n"),
            "plan.yaml:3: sampling.kind sequential takes one judge that errs for a suite, and "
            "suites.own has 2");
}

TEST(Errors, ADateMustExist) {
  for (const char* date : {"2026-02-30", "2026-13-01", "26-01-01", "tomorrow", "2026-1-1"}) {
    EXPECT_EQ(error_with("valid_until: '" + std::string(date) + "'\n"),
              "plan.yaml:4: valid_until must be a date, YYYY-MM-DD, got " + std::string(date));
  }
  EXPECT_EQ(error_with("valid_until: 2028-02-29\n"), "no error");
}

TEST(Errors, AnUnknownKeyIsRefusedWithTheNearestKnownOne) {
  EXPECT_EQ(error_with("epoch: 1\n"),
            "plan.yaml:4: unknown key epoch in the plan; did you mean epochs?");
  EXPECT_EQ(error_with("deployments:\n  d:\n    temperatur: 1\n"),
            "plan.yaml:6: unknown key temperatur in deployments.d; did you mean temperature?");
  EXPECT_EQ(error_with("judges:\n  r: {kind: rules,\n      calibrations: after}\n"),
            "plan.yaml:6: unknown key calibrations in judges.r; did you mean calibration?");
  EXPECT_EQ(error_with("who: {assesor: x}\n"),
            "plan.yaml:4: unknown key assesor in who; did you mean assessor?");
}

TEST(Errors, AnUnknownKindIsRefusedWithTheNearestKnownOne) {
  EXPECT_EQ(error_with("judges:\n  r: {kind: rule}\n"),
            "plan.yaml:5: kind in judges.r must be one of rules, rubric, got rule; "
            "did you mean rules?");
  EXPECT_EQ(error_with("attacks:\n  - {id: direct}\n  - {name: x, id: base46}\n"),
            "plan.yaml:6: id in attacks.x must be one of direct, base64, got base46; "
            "did you mean base64?");
  EXPECT_EQ(error_with("safeguards: {s: {}}\n"), "plan.yaml:4: kind is required in safeguards.s");
  EXPECT_EQ(read_text("truebound: plan/1\nmodels: {m: {provider: replai}}\n"
                      "suites: {s: {builtin: starter}}\n")
                .error()
                .message,
            "plan.yaml:2: provider in models.m must be one of replay, endpoint, got replai; "
            "did you mean replay?");
}

TEST(Errors, AnOptionThatIsMissingOrOfAnotherKindIsTold) {
  EXPECT_EQ(error_with("instruments: {i: {provider: endpoint}}\n"),
            "plan.yaml:4: url is required in instruments.i (endpoint)");
  EXPECT_EQ(error_with("judges: {r: {kind: rules, cut: high}}\n"),
            "plan.yaml:4: cut in judges.r must be a number, got a text");
  EXPECT_EQ(error_with("instruments: {i: {provider: endpoint, url: u, headers: [a]}}\n"),
            "plan.yaml:4: headers in instruments.i must be a mapping, got a list");
  EXPECT_EQ(error_with("instruments: {i: {provider: endpoint, url: u, name: 3.10}}\n"),
            "plan.yaml:4: name in instruments.i must be a text, got a decimal");
  EXPECT_EQ(error_with("safeguards: {s: {kind: input_filter, patterns: ''}}\n"),
            "plan.yaml:4: patterns in safeguards.s must be the name of a file, got a text");
}

TEST(Errors, AReferenceToWhatIsNotThereIsRefusedWithTheNearestOne) {
  const std::string guard = "safeguards: {guard_prompt: {kind: system_prompt, text: x}}\n";
  EXPECT_EQ(error_with(guard + "arms: {on: [guard_promt]}\n"),
            "plan.yaml:5: safeguards of arms.on must be one of guard_prompt, got guard_promt; "
            "did you mean guard_prompt?");
  EXPECT_EQ(error_with("arms: {on: [x]}\n"),
            "plan.yaml:4: safeguards of arms.on names x, and the plan has none");
  EXPECT_EQ(error_with(guard + "arms: {on: [guard_prompt, guard_prompt]}\n"),
            "plan.yaml:5: safeguards of arms.on must name each once, got guard_prompt twice");
  EXPECT_EQ(read_text("truebound: plan/1\nmodels: {m: {provider: replay, file: a}}\n"
                      "suites:\n  s: {builtin: starter,\n    judge: [refusl]}\n"
                      "judges: {refusal: {kind: rules}}\n")
                .error()
                .message,
            "plan.yaml:5: judge of suites.s must be one of refusal, got refusl; "
            "did you mean refusal?");
  EXPECT_EQ(error_with("judges: {w: {kind: rubric, model: gradr}}\n"
                       "instruments: {grader: {provider: endpoint, url: u}}\n"),
            "plan.yaml:4: model in judges.w must be one of grader, got gradr; "
            "did you mean grader?");
}

TEST(Errors, AClaimMustNameWhatThePlanHas) {
  const std::string claim = "claims:\n  - name: harm\n    ask: rate_below\n    threshold: 0.05\n";
  EXPECT_EQ(error_with(claim + "    where: {expct: refuse}\n"),
            "plan.yaml:8: a factor in where must be one of suite, sample, model, persona, "
            "deployment, arm, attack, epoch, expect, hazard, stratum, language, got expct; "
            "did you mean expect?");
  EXPECT_EQ(error_with(claim + "    where: {expect: refused}\n"),
            "plan.yaml:8: expect in where must be one of refuse, answer, target, got refused; "
            "did you mean refuse?");
  EXPECT_EQ(error_with(claim + "    where:\n      arm: \"on\"\n"),
            "plan.yaml:9: arm in where must be one of off, got on");
  EXPECT_EQ(error_with(claim + "    by: [arms]\n").substr(0, 33),
            "plan.yaml:8: factors in by must b");
  EXPECT_EQ(error_with(claim + "    by: [arm]\n    gate: of\n"),
            "plan.yaml:9: gate must be one of all, off, got of; did you mean off?");
  EXPECT_EQ(error_with(claim + "    by: [arm]\n    where: {arm: off}\n"),
            "plan.yaml:8: by must name factors that where leaves open, got arm");
  EXPECT_EQ(error_with(claim + "    by: [hazard]\n    gate: vcr\n"), "no error");
  EXPECT_EQ(error_with("claims: [{name: h, ask: rate_below, threshold: 1}]\n"),
            "plan.yaml:4: threshold must be in (0, 1), got 1");
  EXPECT_EQ(error_with("claims: [{name: h, ask: no_worse_than, threshold: .1}]\n"),
            "plan.yaml:4: margin is required in claims.h (no_worse_than)");
  EXPECT_EQ(error_with("claims: [{name: h, ask: no_worse_than, threshold: .1, margin: .1}]\n"),
            "plan.yaml:4: baseline is required for claims.h (no_worse_than)");
}

TEST(Read, APublicPromptSetBringsItsCardAndKeepsAnotherThatIsNamed) {
  const auto card_of = [](const std::string& entry) {
    const auto plan = read_text(
        "truebound: plan/1\nmodels: {m: {provider: replay, file: a}}\nsuites:\n  s: " + entry +
        "\n");
    return plan.ok() ? plan.value().suites[0].specification.card : plan.error().message;
  };
  EXPECT_EQ(card_of("{file: a.csv, reader: xstest}"), "builtin:readers/xstest.json");
  EXPECT_EQ(card_of("{file: a, reader: ailuminate}"), "builtin:readers/ailuminate.json");
  EXPECT_EQ(card_of("{file: a, reader: ailuminate, card: own.json}"), "own.json");
}

TEST(Errors, ASuiteIsBuiltInOrAFileAndTheKeySaysWhich) {
  const auto error = [](const std::string& entry) {
    const auto plan = read_text(
        "truebound: plan/1\nmodels: {m: {provider: replay, file: a}}\nsuites:\n  s: " + entry +
        "\n");
    return plan.ok() ? "no error" : plan.error().message;
  };
  EXPECT_EQ(error("{expect: refuse}"),
            "plan.yaml:4: suites.s: there must be either builtin or file, got neither");
  EXPECT_EQ(error("{builtin: starter, file: a.csv}"),
            "plan.yaml:4: suites.s: there must be either builtin or file, got both");
  EXPECT_EQ(error("{builtin: startr}"),
            "plan.yaml:4: suites.s: builtin must be one of starter, got startr; "
            "did you mean starter?");
  EXPECT_EQ(error("{file: 'builtin:starter/starter.jsonl'}"),
            "plan.yaml:4: suites.s: what is built in must be named by the key builtin, got "
            "builtin:starter/starter.jsonl");
  EXPECT_EQ(error("{file: a.txt}"),
            "plan.yaml:4: suites.s: file must end in .csv, .jsonl or .json, or format must be "
            "given, got a.txt");
  EXPECT_EQ(error("{file: a.txt, format: jsonl}"), "no error");
  EXPECT_EQ(error("{file: a.csv, reader: xstest}"), "no error");
  EXPECT_EQ(error("{file: a.csv, reader: xstset}"),
            "plan.yaml:4: reader must be one of ailuminate, xstest, got xstset; did you mean "
            "xstest?");
  EXPECT_EQ(error("{file: a.csv, reader: xstest, expect: answer}"),
            "plan.yaml:4: suites.s: a reader has its own format, columns, values, expect, hazard "
            "and language, got others");
  EXPECT_EQ(error("{builtin: starter, reader: xstest}"),
            "plan.yaml:4: suites.s: a built-in suite has its own card, format and columns, got "
            "others");
  EXPECT_EQ(error("{file: a.csv, columns: {inptu: text}}"),
            "plan.yaml:4: suites.s: columns must be one of id, input, expect, target, choices, "
            "hazard, stratum, cluster, language, provenance, got inptu");
  EXPECT_EQ(error("{file: a.csv, values: {unsafe: refused}}"),
            "plan.yaml:4: suites.s: values.unsafe must be one of refuse, answer, target, got "
            "refused; did you mean refuse?");
}

TEST(Errors, NamesArePrintableShortAndUnique) {
  EXPECT_EQ(error_with("personas: {\"a\\nb\": {}}\n"),
            "plan.yaml:4: names in personas must be 1 to 80 bytes without control characters, "
            "got 'a<U+000A>b'");
  EXPECT_NE(error_with("personas: {" + std::string(81, 'x') + ": {}}\n"), "no error");
  EXPECT_EQ(error_with("personas: {" + std::string(80, 'x') + ": {}, 8: {}}\n"), "no error");
  EXPECT_EQ(error_with("attacks: [{id: direct}, {name: direct, id: base64}]\n"),
            "plan.yaml:4: names in attacks must be unique, got direct twice");
  EXPECT_EQ(error_with("personas: {8: {}, '8': {}}\n"), "plan.yaml:4: the key 8 stands twice");
  EXPECT_EQ(error_with("safeguards: {none: {kind: system_prompt, text: x}}\n"),
            "plan.yaml:4: a safeguard must not be called none or provider, got none");
}

TEST(Errors, ADeploymentSaysHowItIsAskedWithinRanges) {
  EXPECT_EQ(error_with("deployments:\n  d:\n    temperature: -1\n"),
            "plan.yaml:6: temperature must be >= 0, got -1");
  EXPECT_EQ(error_with("deployments: {d: {top_p: 0}}\n"),
            "plan.yaml:4: top_p must be in (0, 1], got 0");
  EXPECT_EQ(error_with("deployments: {d: {max_tokens: 0}}\n"),
            "plan.yaml:4: max_tokens must be >= 1, got 0");
  EXPECT_EQ(error_with("deployments: {d: {system_prompt: a, system_text: b}}\n"),
            "plan.yaml:4: deployments.d must have system_prompt or system_text, got both");
}

TEST(Errors, WhatIsNoPlanIsTold) {
  EXPECT_EQ(read_text("truebound: plan/2\n").error().message,
            "plan.yaml:1: truebound must be plan/1, got plan/2");
  EXPECT_EQ(read_text("").error().message, "plan.yaml: the plan must be a mapping, got nothing");
  EXPECT_EQ(read_text("models: {}\n").error().message, "plan.yaml:1: truebound is required");
  EXPECT_EQ(read_text("truebound: plan/1\nmodels: {}\nsuites: {}\n").error().message,
            "plan.yaml:2: models must have at least one entry, got none");
  EXPECT_EQ(read_text("truebound: plan/1\ntitle: \xFF\n").error().message,
            "plan.yaml:2: expected UTF-8, found other bytes");
  EXPECT_EQ(read(TextFiles({}), "plan.yaml", made_up_catalog()).error().code,
            ErrorCode::invalid_input);
}

TEST(Canonical, OfTheShortestPlanIsThisTextWithThisDigest) {
  const Plan plan = read_text(small_plan).value();
  const std::string answers = crypto::sha256("answers").hex();
  const std::string own = crypto::sha256("own").hex();
  const FileDigests digests{{"answers.jsonl", crypto::sha256("answers")},
                            {"own.csv", crypto::sha256("own")}};
  // The digest is that of Python's hashlib over json.dumps(sort_keys=True) of the same value.
  const std::string expected =
      std::string() +
      R"({"arms":[{"name":"off","specification":[]}],"attacks":[{"id":"direct","name":"direct"}])" +
      R"(,"claims":[],"confidence":0.95)" +
      R"(,"deployments":[{"name":"default","specification":{"language":"en","product":"","sold_to":"","system_prompt":"","system_text":""}}])" +
      R"(,"epochs":1,"instruments":[],"judges":[])" +
      R"(,"models":[{"name":"m","specification":{"file":")" + answers +
      R"(","provider":"replay"}}])" +
      R"(,"personas":[{"name":"plain","specification":{"about":"","says":""}}])" +
      R"(,"purpose":"","safeguards":[],"sampling":{"correlation":1,"kind":"fixed","take":"all"})" +
      R"(,"suites":[{"name":"own","specification":{"bad_rows":0,"builtin":"","card":"","columns":{},"file":")" +
      own + R"(","format":"csv","hazard":"","judge":[],"language":"","values":{}}}])" +
      R"(,"title":"","truebound":"plan/1","valid_until":""})";
  EXPECT_EQ(canonical(plan, digests), expected);
  EXPECT_EQ(plan_digest(plan, digests).hex(),
            "055c0089263153be7d0f1ccc94499686556af5461f430483bcd821483d38b874");
}

TEST(Canonical, ReadsBackAsItself) {
  const Plan plan = read_full();
  const std::string text = canonical(plan, digests_of(plan));
  const Plan back = thaw(json::parse_json(text, "x").value()).value();
  EXPECT_EQ(canonical(back, {}), text);
  EXPECT_EQ(back.arms[1].specification, (std::vector<std::string>{"harm_words", "guard_prompt"}));
  EXPECT_EQ(back.suites[0].specification.file,
            crypto::sha256("builtin:starter/starter.jsonl").hex());
  EXPECT_EQ(back.claims[0].gate, "on");
  EXPECT_EQ(back.sampling.take.count, 20U);
  EXPECT_EQ(back.attacks[1].specification.text("instruction"), "without");
}

TEST(Canonical, WhatAffectsNoResultIsNotInTheDigest) {
  const Plan plan = read_full();
  const Digest digest = plan_digest(plan, digests_of(plan));
  const auto digest_with = [&](const std::string& from, const std::string& to) {
    std::string text = full_plan;
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    text.replace(at, from.size(), to);
    auto other = read_text(text);
    EXPECT_TRUE(other.ok()) << (other.ok() ? "" : other.error().message);
    return plan_digest(other.value(), digests_of(other.value()));
  };
  EXPECT_EQ(digest_with("Example Ltd", "Other Ltd"), digest);
  EXPECT_EQ(digest_with("in_flight: 16", "in_flight: 1"), digest);
  EXPECT_EQ(digest_with("threads: 8", "threads: 1"), digest);
  EXPECT_EQ(digest_with("price: {in: 1, out: 2}", "price: {in: 9, out: 9}"), digest);
  EXPECT_EQ(digest_with("title: Support", "# a comment\ntitle: Support"), digest);
  EXPECT_EQ(digest_with("{kind: rules}", "{kind: rules, calibration: after, cut: 0.5}"), digest);
  EXPECT_NE(digest_with("off: [], on", "on"), digest);
  EXPECT_NE(digest_with("epochs: 2", "epochs: 3"), digest);
  EXPECT_NE(digest_with("[harm_words, guard_prompt]", "[guard_prompt, harm_words]"), digest);
  EXPECT_NE(digest_with("threshold: 0.05", "threshold: 0.06"), digest);
  EXPECT_NE(digest_with("{plain: {}, teen:", "{none_such: {}, teen:"), digest);
}

TEST(Canonical, AFileCountsByItsBytesNotByItsName) {
  const Plan plan = read_text(small_plan).value();
  std::string renamed = small_plan;
  renamed.replace(renamed.find("own.csv"), 7, "new.csv");
  const Plan other = read_text(renamed).value();
  const TextFiles files(
      {{"own.csv", "id,input\na,x\n"}, {"new.csv", "id,input\na,x\n"}, {"answers.jsonl", "{}"}});
  EXPECT_EQ(plan_digest(plan, digest_files(plan, files).value()),
            plan_digest(other, digest_files(other, files).value()));
  const TextFiles changed({{"own.csv", "id,input\na,y\n"}, {"answers.jsonl", "{}"}});
  EXPECT_NE(plan_digest(plan, digest_files(plan, files).value()),
            plan_digest(plan, digest_files(plan, changed).value()));
}

TEST(Canonical, WhatIsNoPlanIsNotThawed) {
  EXPECT_EQ(thaw(json::Value("x")).error().code, ErrorCode::malformed);
  EXPECT_EQ(thaw(json::Object{{"truebound", "plan/1"}}).error().code, ErrorCode::malformed);
}

// The rows of a noun's fields, as a page in docs/ has them.
template <class Noun>
std::vector<std::string> rows_of(Noun noun) {
  json::FieldLister lister;
  noun.fields(lister);
  std::vector<std::string> rows;
  for (const json::FieldPage& page : lister.pages) {
    rows.push_back("| `" + page.name + "` | " + page.about + (page.needed ? ". Required |" : " |"));
  }
  return rows;
}

TEST(Page, HasARowForEveryKeyInItsOwnWords) {
  const Path docs = Path(TRUEBOUND_SOURCE) / "docs/formats";
  const std::string page = read_file(docs / "plan.md").value();
  for (const auto& rows :
       {rows_of(PlanFile{}), rows_of(Who{}), rows_of(Sampling{}), rows_of(Baseline{}),
        rows_of(Budget{}), rows_of(eval::Persona{}), rows_of(eval::Deployment{}),
        rows_of(eval::Question{}), rows_of(eval::Family{}), rows_of(PlanRegister{}),
        rows_of(SeedDraw{}), rows_of(FrozenFile{})}) {
    for (const std::string& row : rows)
      EXPECT_NE(page.find("\n" + row + "\n"), std::string::npos) << row;
  }
  const std::string suites = read_file(docs / "suite.md").value();
  for (const auto& rows :
       {rows_of(eval::SuiteSpec{}), rows_of(eval::Sample{}), rows_of(eval::Card{})}) {
    for (const std::string& row : rows)
      EXPECT_NE(suites.find("\n" + row + "\n"), std::string::npos) << row;
  }
}

TEST(Page, ShowsTheCanonicalFormOfItsExample) {
  const std::string page = read_file(Path(TRUEBOUND_SOURCE) / "docs/formats/plan.md").value();
  const std::size_t begin = page.find("    {\"arms\"");
  ASSERT_NE(begin, std::string::npos);
  std::string shown = page.substr(begin, page.find("\n\n", begin) - begin);
  std::erase(shown, '\n');
  for (std::size_t at = 0; (at = shown.find("    ", at)) != std::string::npos;)
    shown.erase(at, 4);
  const Plan plan = read_text(small_plan).value();
  EXPECT_EQ(shown, canonical(plan, {{"answers.jsonl", crypto::sha256("answers")},
                                    {"own.csv", crypto::sha256("own")}}));
  EXPECT_NE(page.find(crypto::sha256(shown).hex()), std::string::npos);
}

}  // namespace
}  // namespace truebound::plan
