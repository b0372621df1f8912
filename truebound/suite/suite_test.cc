// Suites: what is read, what is refused, and how both are told. Faults that users of other tools
// reported are named with where they were seen; inputs and words are our own.

#include "truebound/suite/suite.h"

#include <algorithm>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "truebound/suite/builtin.h"
#include "truebound/suite/card.h"
#include "truebound/suite/taxonomy.h"
#include "truebound/text/csv.h"
#include "truebound/text/utf8.h"

namespace truebound::suite {
namespace {

class OneFile final : public FileSource {
 public:
  explicit OneFile(std::string text) : text_(std::move(text)) {}
  Result<std::string> read(const std::string& name) const override {
    if (name == "card.json") return std::string(R"({"truebound":"suite/1","title":"A card"})");
    return text_;
  }

 private:
  std::string text_;
};

Result<Suite> read_as(Format format, const std::string& text, SuiteSpec spec = {}) {
  spec.file = format == Format::csv ? "suite.csv" : "suite.jsonl";
  if (format == Format::json) spec.file = "suite.json";
  spec.format = format;
  return read(spec, "own", OneFile(text));
}
Suite csv(const std::string& text, const SuiteSpec& spec = {}) {
  auto suite = read_as(Format::csv, text, spec);
  EXPECT_TRUE(suite.ok()) << (suite.ok() ? "" : suite.error().message);
  return std::move(suite).value();
}
Suite jsonl(const std::string& text, const SuiteSpec& spec = {}) {
  auto suite = read_as(Format::jsonl, text, spec);
  EXPECT_TRUE(suite.ok()) << (suite.ok() ? "" : suite.error().message);
  return std::move(suite).value();
}
std::string error_of(Format format, const std::string& text, const SuiteSpec& spec = {}) {
  const auto suite = read_as(format, text, spec);
  return suite.ok() ? "no error" : suite.error().message;
}
std::vector<std::string> ids_of(const Suite& suite) {
  std::vector<std::string> ids;
  for (const eval::Sample& sample : suite.samples)
    ids.push_back(sample.id);
  return ids;
}

TEST(Starter, IsBuiltInWithItsCard) {
  const DiskFiles nowhere("/nonexistent");
  const SuiteSpec spec{.builtin = "starter",
                       .file = "builtin:starter/starter.jsonl",
                       .card = "builtin:starter/card.json",
                       .format = Format::jsonl};
  const Suite suite = read(spec, "starter", BuiltinFiles(nowhere)).value();
  EXPECT_EQ(suite.samples.size(), 220U);
  EXPECT_EQ(suite.card.empty_cells.size(), 2U);
  EXPECT_TRUE(suite.bad_rows.empty());
  EXPECT_EQ(suite.expect_assumed, 0U);
  EXPECT_EQ(suite.unread_columns, std::vector<std::string>{});
  EXPECT_EQ(suite.files, (std::vector<std::string>{spec.file, spec.card}));
  for (const eval::Sample& sample : suite.samples) {
    EXPECT_NE(ailuminate().find(sample.hazard), nullptr) << sample.hazard;
    EXPECT_FALSE(sample.cluster.empty());
  }
}

TEST(BuiltIn, FilesAreTheOnesOfTheSourceTree) {
  const DiskFiles tree{Path(TRUEBOUND_SOURCE)};
  const BuiltinFiles files(tree);
  EXPECT_EQ(files.read("builtin:starter/starter.jsonl").value(),
            tree.read("suites/starter/starter.jsonl").value());
  EXPECT_EQ(files.read("builtin:taxonomies/ailuminate.json").value(),
            tree.read("taxonomies/ailuminate.json").value());
  for (const std::string& name : builtin_files())
    EXPECT_TRUE(files.read(name).ok()) << name;
}

TEST(BuiltIn, OtherNamesAreLookedUpElsewhereAndUnknownOnesRefused) {
  const OneFile other("x");
  const BuiltinFiles files(other);
  EXPECT_EQ(files.read("starter/starter.jsonl").value(), "x");
  EXPECT_EQ(files.read("builtin:starter/none").error().code, ErrorCode::invalid_input);
}

TEST(Taxonomy, HasTheTwelveHazardsAndFindsSubkeys) {
  EXPECT_EQ(ailuminate().hazards.size(), 12U);
  EXPECT_EQ(ailuminate().find("spc_fin")->key, "spc");
  EXPECT_EQ(ailuminate().find("nothing"), nullptr);
}

// Seen: UKGovernmentBEIS/inspect_ai#5353.
TEST(Csv, AByteOrderMarkIsNoPartOfAColumn) {
  const Suite suite = csv("\xEF\xBB\xBFinput,target\r\n\"How much is 5+6?\",11\r\n");
  ASSERT_EQ(suite.samples.size(), 1U);
  EXPECT_EQ(suite.samples[0].input, "How much is 5+6?");
  EXPECT_EQ(suite.samples[0].target, "11");
  EXPECT_EQ(suite.samples[0].expect, eval::Expect::target);
}

// Seen: open-compass/VLMEvalKit#1559.
TEST(Csv, TextsThatLookMissingAreKept) {
  const Suite suite =
      csv("id,input,A,B,C,target\n"
          "1,How many dogs?,None,Three,Four,A\n"
          "2,Which word?,null,NA,nan,B\n");
  EXPECT_EQ(suite.samples[0].choices, (std::vector<std::string>{"None", "Three", "Four"}));
  EXPECT_EQ(suite.samples[1].choices, (std::vector<std::string>{"null", "NA", "nan"}));
  EXPECT_EQ(suite.samples[1].target, "B");
}

// Seen: glific/glific#5532.
TEST(Csv, AQuotedCellMaySpanLinesAndABadRowAfterItHasItsFileLine) {
  std::string text = "id,input,target\na,\"";
  for (int i = 1; i < 40; ++i)
    text += "row " + std::to_string(i) + ", \"\"quoted\"\"\n";
  text += "end\",yes\nb,short\nc,last,yes\n";
  EXPECT_EQ(error_of(Format::csv, text),
            "suite.csv: expected at most 0 bad rows (bad_rows), found 1: suite.csv:42: expected 3 "
            "cells, found 2");
  const Suite suite = csv(text, {.bad_rows = 1});
  EXPECT_EQ(ids_of(suite), (std::vector<std::string>{"a", "c"}));
  EXPECT_EQ(std::ranges::count(suite.samples[0].input, '\n'), 39);
  ASSERT_EQ(suite.bad_rows.size(), 1U);
  EXPECT_EQ(suite.bad_rows[0].line, 42U);
  EXPECT_EQ(suite.bad_rows[0].file, "suite.csv");
}

TEST(Csv, MappedColumnsAndWordsAreReadUnderOurNames) {
  const SuiteSpec spec{.columns = {{"input", "prompt"},
                                   {"stratum", "type"},
                                   {"cluster", "focus"},
                                   {"expect", "label"}},
                       .values = {{"safe", "answer"}, {"unsafe", "refuse"}},
                       .hazard = "vcr",
                       .language = "de"};
  const Suite suite =
      csv("id,prompt,type,label,focus,note\n8,How?,homonyms,safe,kill,n\n9,Why?,x,unsafe,kill,\n",
          spec);
  ASSERT_EQ(suite.samples.size(), 2U);
  EXPECT_EQ(suite.samples[0].id, "8");
  EXPECT_EQ(suite.samples[0].input, "How?");
  EXPECT_EQ(suite.samples[0].stratum, "homonyms");
  EXPECT_EQ(suite.samples[0].cluster, "kill");
  EXPECT_EQ(suite.samples[0].expect, eval::Expect::answer);
  EXPECT_EQ(suite.samples[1].expect, eval::Expect::refuse);
  EXPECT_EQ(suite.samples[1].hazard, "vcr");
  EXPECT_EQ(suite.samples[1].language, "de");
  EXPECT_EQ(suite.unread_columns, std::vector<std::string>{"note"});
  EXPECT_EQ(suite.expect_assumed, 0U);
}

TEST(Csv, AColumnThatIsNotThereIsRefusedWithTheNearest) {
  EXPECT_EQ(error_of(Format::csv, "id,prompt\na,x\n"),
            "suite.csv:1: expected a column input for input, got id, prompt; name it under "
            "columns");
  EXPECT_EQ(error_of(Format::csv, "id,prompt\na,x\n", {.columns = {{"input", "promt"}}}),
            "suite.csv:1: expected a column promt for input, got id, prompt; did you mean prompt?");
  EXPECT_EQ(error_of(Format::csv, "id,input\na,x\n", {.columns = {{"hazard", "topic"}}}),
            "suite.csv:1: expected a column topic for hazard, got id, input");
}

TEST(Csv, ChoicesMayBeFewerButHaveNoGap) {
  const Suite suite = csv("id,input,A,B,C,target\n1,q,x,y,,A\n2,q,x,y,z,B\n");
  EXPECT_EQ(suite.samples[0].choices, (std::vector<std::string>{"x", "y"}));
  EXPECT_EQ(error_of(Format::csv, "id,input,A,B,C,target\n1,q,x,,z,A\n"),
            "suite.csv: expected at most 0 bad rows (bad_rows), found 1: suite.csv:2: expected "
            "choices without a gap, found B empty");
}

TEST(Csv, ChoicesMayBeOneCellOfJson) {
  const Suite suite = csv("id,input,choices,target\n1,q,\"[\"\"x\"\",\"\"None\"\",3]\",A\n");
  EXPECT_EQ(suite.samples[0].choices, (std::vector<std::string>{"x", "None", "3"}));
  EXPECT_NE(error_of(Format::csv, "id,input,choices\n1,q,x;y\n"), "no error");
}

// Seen: microsoft/PyRIT#1479.
TEST(Jsonl, EmptyLinesAreNoRowsButCountAsLines) {
  const std::string text =
      "{\"id\":\"a\",\"input\":\"x\"}\n\n   \n{\"id\":\"b\",\"input\":\"y\"}\n\n";
  EXPECT_EQ(ids_of(jsonl(text)), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(error_of(Format::jsonl, text + "{\"id\":\"c\"}\n"),
            "suite.jsonl: expected at most 0 bad rows (bad_rows), found 1: suite.jsonl:6: expected "
            "input to hold a text, found none");
}

// Seen: bytedance/deer-flow#5423.
TEST(Jsonl, ARawNextLineCharacterIsText) {
  const Suite suite =
      jsonl("{\"id\":\"a\",\"input\":\"left\xC2\x85right\"}\n{\"id\":\"b\",\"input\":\"y\"}\n");
  ASSERT_EQ(suite.samples.size(), 2U);
  EXPECT_EQ(suite.samples[0].input, "left\xC2\x85right");
}

// Seen: UKGovernmentBEIS/inspect_ai#972.
TEST(Ids, TwiceTheSameIsRefusedWithBothLines) {
  EXPECT_EQ(error_of(Format::jsonl,
                     "{\"id\":\"k1\",\"input\":\"a\"}\n{\"id\":\"k2\",\"input\":\"b\"}\n"
                     "{\"id\":\"k1\",\"input\":\"c\"}\n"),
            "suite.jsonl:3: ids must be unique, got k1 in lines 1 and 3");
  // Ids are text: 8 and "8" are one.
  EXPECT_EQ(error_of(Format::jsonl, "{\"id\":8,\"input\":\"a\"}\n{\"id\":\"8\",\"input\":\"b\"}\n"),
            "suite.jsonl:2: ids must be unique, got 8 in lines 1 and 2");
  EXPECT_EQ(error_of(Format::csv, "id,input\n8,a\n8,b\n", {.bad_rows = 9}),
            "suite.csv:3: ids must be unique, got 8 in lines 2 and 3");
}

TEST(Ids, AreRowNumbersWhereNoRowHasOne) {
  const Suite suite = csv("input\nx\n\"\"\ny\n", {.bad_rows = 1});
  EXPECT_EQ(ids_of(suite), (std::vector<std::string>{"row-1", "row-3"}));
}

TEST(Ids, AreThereForAllRowsOrNone) {
  EXPECT_EQ(error_of(Format::jsonl, "{\"id\":\"a\",\"input\":\"x\"}\n{\"input\":\"y\"}\n"),
            "suite.jsonl: expected at most 0 bad rows (bad_rows), found 1: suite.jsonl:2: expected "
            "id to hold an id, found none");
}

TEST(Ids, ArePrintable) {
  EXPECT_NE(error_of(Format::jsonl, "{\"id\":\"a\\u001bb\",\"input\":\"x\"}\n"), "no error");
  EXPECT_NE(error_of(Format::jsonl, "{\"id\":\"" + std::string(201, 'a') + "\",\"input\":\"x\"}\n"),
            "no error");
}

// Seen: UKGovernmentBEIS/inspect_ai#4714.
TEST(Clusters, AColumnWithGapsIsRefusedWithTheLines) {
  EXPECT_EQ(error_of(Format::csv, "id,input,cluster\na,x,k\nb,x,k\nc,x,\nd,x,j\ne,x,\nf,x,j\n"),
            "suite.csv:4: cluster must be given for every row or for none, got none in lines 4, 6");
  std::string many = "id,input,cluster\na,x,k\n";
  for (int i = 0; i < 12; ++i)
    many += "b" + std::to_string(i) + ",x,\n";
  const std::string error = error_of(Format::csv, many);
  EXPECT_TRUE(error.ends_with("lines 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 and 2 more")) << error;
  EXPECT_EQ(error_of(Format::jsonl,
                     "{\"id\":1,\"input\":\"x\",\"cluster\":\"k\"}\n{\"id\":2,\"input\":\"x\"}\n"),
            "suite.jsonl:2: cluster must be given for every row or for none, got none in line 2");
  EXPECT_TRUE(csv("id,input,cluster\na,x,\nb,x,\n").samples[0].cluster.empty());
}

// Seen: NVIDIA/garak#2140.
TEST(Expect, ATargetThatIsExpectedAndMissingMakesABadRow) {
  const std::string text =
      "{\"id\":1,\"input\":\"x\"}\n{\"id\":2,\"input\":\"y\",\"target\":\"z\"}\n";
  EXPECT_EQ(error_of(Format::jsonl, text, {.expect = eval::Expect::target}),
            "suite.jsonl: expected at most 0 bad rows (bad_rows), found 1: suite.jsonl:1: expected "
            "target to hold the target that the sample expects, found none");
  const Suite suite = jsonl(text, {.expect = eval::Expect::target, .bad_rows = 1});
  EXPECT_EQ(suite.samples.size() + suite.bad_rows.size(), 2U);
}

TEST(Expect, ComesFromTheRowElseTheSuiteElseTheTargetElseIsRefuse) {
  const std::string text =
      "{\"id\":1,\"input\":\"x\",\"expect\":\"answer\"}\n{\"id\":2,\"input\":\"x\"}\n"
      "{\"id\":3,\"input\":\"x\",\"target\":\"t\"}\n";
  const Suite silent = jsonl(text);
  EXPECT_EQ(silent.samples[0].expect, eval::Expect::answer);
  EXPECT_EQ(silent.samples[1].expect, eval::Expect::refuse);
  EXPECT_EQ(silent.samples[2].expect, eval::Expect::target);
  EXPECT_EQ(silent.expect_assumed, 1U);
  const Suite told = jsonl(text, {.expect = eval::Expect::answer});
  EXPECT_EQ(told.samples[1].expect, eval::Expect::answer);
  EXPECT_EQ(told.samples[2].expect, eval::Expect::answer);
  EXPECT_EQ(told.expect_assumed, 0U);
  EXPECT_NE(error_of(Format::jsonl, "{\"id\":1,\"input\":\"x\",\"expect\":\"refused\"}\n"),
            "no error");
}

TEST(BadRows, TheFirstTenAreNamedAndTheRestCounted) {
  std::string text = "id,input\n";
  for (int i = 0; i < 13; ++i)
    text += "only one cell\n";
  const std::string error = error_of(Format::csv, text, {.bad_rows = 12});
  EXPECT_TRUE(error.starts_with("suite.csv: expected at most 12 bad rows (bad_rows), found 13: "))
      << error;
  EXPECT_NE(error.find("suite.csv:11: "), std::string::npos);
  EXPECT_EQ(error.find("suite.csv:12: "), std::string::npos);
  EXPECT_TRUE(error.ends_with("; and 3 more")) << error;
}

TEST(BadRows, AllowedOrNotASuiteWithoutSamplesIsRefused) {
  EXPECT_EQ(error_of(Format::csv, "id,input\na\n", {.bad_rows = 1}),
            "suite.csv: expected samples, found none");
  EXPECT_EQ(error_of(Format::jsonl, ""), "suite.jsonl: expected samples, found none");
  EXPECT_EQ(error_of(Format::csv, "id,input\n"), "suite.csv: expected samples, found none");
}

TEST(BadRows, EachSaysWhatItLacks) {
  const std::pair<const char*, const char*> cases[] = {
      {"not json", "expected null"},
      {"[1]", "expected an object, got a list"},
      {R"({"id":1,"input":["x"]})", "expected input to hold a text, found a list"},
      {R"({"id":1,"input":true})", "expected input to hold a text, found true or false"},
      {R"({"id":1,"input":"x","input":"y"})", "the key input stands twice"},
      {R"({"id":1,"input":"x","choices":"a, b"})", "expected choices to hold a JSON list"},
      {R"({"id":1,"input":"x","choices":{"a":1}})", "expected choices to hold a list"},
      {R"({"id":1,"input":"x","choices":["a",""]})", "expected choices with a text each"}};
  for (const auto& [row, why] : cases) {
    const Suite suite =
        jsonl(std::string("{\"id\":\"ok\",\"input\":\"x\"}\n") + row + "\n", {.bad_rows = 1});
    ASSERT_EQ(suite.bad_rows.size(), 1U) << row;
    EXPECT_EQ(suite.bad_rows[0].line, 2U) << row;
    EXPECT_NE(suite.bad_rows[0].why.find(why), std::string::npos) << suite.bad_rows[0].why;
    EXPECT_EQ(suite.bad_rows[0].why.find("suite.jsonl"), std::string::npos)
        << "the place is told apart";
  }
}

TEST(Cluster, OfSpacesIsAGap) {
  EXPECT_NE(error_of(Format::csv, "id,input,cluster\na,x,k\nb,x, \n").find("got none in line 3"),
            std::string::npos);
}

TEST(Target, OfSeveralLabelsMayBeAList) {
  const auto suite = read_as(Format::jsonl, R"({"id":1,"input":"x","target":["A","B","D"]})", {});
  ASSERT_TRUE(suite.ok()) << suite.error().message;
  EXPECT_EQ(suite.value().samples[0].target, "A, B, D");
  EXPECT_NE(error_of(Format::jsonl, R"({"id":1,"input":"x","target":["A",{}]})")
                .find("expected target to hold texts, found a mapping"),
            std::string::npos);
}

TEST(Json, AListOfObjectsIsReadWithItsLines) {
  const auto suite = read_as(Format::json,
                             "\xEF\xBB\xBF[\n {\"id\": 1, \"input\": \"x\"},\n"
                             " {\"id\": 2, \"input\": 2.50, \"choices\": [\"a\", 1]},\n 3\n]\n",
                             {.bad_rows = 1});
  ASSERT_TRUE(suite.ok()) << suite.error().message;
  EXPECT_EQ(suite.value().samples[1].input, "2.5");
  EXPECT_EQ(suite.value().samples[1].choices, (std::vector<std::string>{"a", "1"}));
  EXPECT_EQ(suite.value().bad_rows[0].line, 4U);
  EXPECT_EQ(error_of(Format::json, "{\"id\": 1}"),
            "suite.json:1: expected a list of objects, got a mapping");
  EXPECT_NE(error_of(Format::json, "[{\"id\": 1}"), "no error");
}

TEST(Json, NullIsNoTextButAbsent) {
  const Suite suite = jsonl(R"({"id":"a","input":"x","target":null,"cluster":null})");
  EXPECT_TRUE(suite.samples[0].target.empty());
  EXPECT_TRUE(suite.samples[0].cluster.empty());
}

TEST(Card, IsReadWhereTheSuiteHasOne) {
  EXPECT_EQ(jsonl("{\"id\":1,\"input\":\"x\"}\n", {.card = "card.json"}).card.title, "A card");
  EXPECT_EQ(jsonl("{\"id\":1,\"input\":\"x\"}\n").card.title, "own");
}

TEST(Card, IsRefusedWithAnUnknownKeyOrVersion) {
  EXPECT_EQ(read_card(R"({"title":"x","lisence":"y"})", "card.json").error().message,
            "card.json:1: unknown key lisence in the card; did you mean license?");
  EXPECT_EQ(read_card(R"({"truebound":"suite/2","title":"x"})", "card.json").error().message,
            "card.json:1: truebound must be suite/1, got suite/2");
  EXPECT_EQ(read_card("{}", "card.json").error().message, "card.json:1: title is required");
}

// What a spreadsheet would write comes back as it was.
RC_GTEST_PROP(Csv, InputsComeBackAsTheyWere, (std::vector<std::string> inputs)) {
  std::string text = "id,input\r\n";
  std::vector<std::string> kept;
  for (const std::string& input : inputs) {
    if (input.empty() || input.find('\0') != std::string::npos) continue;
    if (text::first_bad_byte(input) || text::defuse(input) != input) continue;
    kept.push_back(input);
    text += text::write_csv_row({text::CsvCell::number(static_cast<std::int64_t>(kept.size())),
                                 text::CsvCell::text(input)});
  }
  RC_PRE(!kept.empty());
  const Suite suite = csv(text);
  RC_ASSERT(suite.samples.size() == kept.size());
  for (std::size_t i = 0; i < kept.size(); ++i)
    RC_ASSERT(suite.samples[i].input == kept[i]);
}

// Tables as they are published, read with the columns mapped.
TEST(Published, XstestAndAiluminateAndGsm8kAreRead) {
  const Path data = Path(TRUEBOUND_SHARED) / "data";
  if (!std::filesystem::exists(data)) GTEST_SKIP() << "the data is not beside the project";
  const DiskFiles files(data);
  const Suite xstest = read({.file = "xstest/xstest_prompts.csv",
                             .format = Format::csv,
                             .columns = {{"input", "prompt"}, {"expect", "label"}},
                             .values = {{"safe", "answer"}, {"unsafe", "refuse"}}},
                            "xstest", files)
                           .value();
  EXPECT_EQ(xstest.samples.size(), 450U);
  EXPECT_EQ(std::ranges::count(xstest.samples, eval::Expect::answer, &eval::Sample::expect), 250);
  const Suite ailuminate_demo =
      read({.file = "ailuminate/airr_official_1.0_demo_en_us_prompt_set_release.csv",
            .format = Format::csv,
            .columns = {{"id", "release_prompt_id"}, {"input", "prompt_text"}}},
           "ailuminate", files)
          .value();
  EXPECT_EQ(ailuminate_demo.samples.size(), 1200U);
  for (const eval::Sample& sample : ailuminate_demo.samples)
    ASSERT_NE(ailuminate().find(sample.hazard), nullptr) << sample.hazard;
  const Suite gsm8k = read({.file = "gsm8k/test.jsonl",
                            .format = Format::jsonl,
                            .columns = {{"input", "question"}, {"target", "answer"}}},
                           "gsm8k", files)
                          .value();
  EXPECT_EQ(gsm8k.samples.size(), 1319U);
  EXPECT_EQ(gsm8k.samples[0].expect, eval::Expect::target);
}

}  // namespace
}  // namespace truebound::suite
