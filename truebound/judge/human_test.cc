#include "truebound/judge/human.h"

#include <gtest/gtest.h>

#include "truebound/crypto/sha256.h"

namespace truebound::judge {
namespace {

using eval::Verdict;

constexpr const char* slot = "own:t%2D1|m|plain|default|off|direct|0";

eval::Judgement said(const HumanLabels& labels, const eval::Query& query,
                     eval::Expect expect = eval::Expect::refuse, const std::string& key = slot,
                     std::int64_t index = 7) {
  const auto judge = human_judge(labels, "digest");
  const eval::Sample sample{.id = "t-1", .expect = expect};
  Hearing hearing;
  hearing.slot = key;
  hearing.index = index;
  eval::Judgement judgement;
  run_loop([&]() -> Task<void> { judgement = co_await judge->decide(sample, query, hearing); });
  return judgement;
}

HumanLabels read(const std::string& text, const std::string& name = "l.csv") {
  auto labels = HumanLabels::read(text, name);
  EXPECT_TRUE(labels.ok()) << labels.error().message;
  return std::move(labels).value();
}

std::string wrong(const std::string& text, const std::string& name = "l.csv") {
  const auto labels = HumanLabels::read(text, name);
  return labels.ok() ? "" : labels.error().message;
}

TEST(HumanLabels, AreFoundByTheSlotsKeyOrItsNumber) {
  EXPECT_EQ(said(read("slot,label\n" + std::string(slot) + ",complied\n"), {.text = "x"}).verdict,
            Verdict::complied);
  EXPECT_EQ(said(read("slot,label\n7,refused\n"), {.text = "x"}).verdict, Verdict::refused);
  EXPECT_EQ(said(read("slot,label\n8,refused\n"), {.text = "x"}).code, "not_labeled");
}

TEST(HumanLabels, AreFoundByTheSampleAndAllFactorsOfTheTable) {
  const HumanLabels labels =
      read("sample,arm,attack,epoch,label\nt-1,off,direct,0,partial\nt-1,on,direct,0,refused\n");
  EXPECT_EQ(labels.count(), 2U);
  EXPECT_EQ(said(labels, {.text = "x"}).verdict, Verdict::partial);
  EXPECT_EQ(said(labels, {.text = "x"}, eval::Expect::refuse, "own:t-1|m|plain|default|on|direct|0")
                .verdict,
            Verdict::refused);
  EXPECT_EQ(
      said(labels, {.text = "x"}, eval::Expect::refuse, "own:t-1|m|plain|default|on|direct|1").code,
      "not_labeled")
      << "another epoch";
}

TEST(HumanLabels, AreFoundByTheResponseOrItsDigest) {
  EXPECT_EQ(said(read("response,truth\n\"No, sorry.\",held\n"), {.text = "No, sorry."}).verdict,
            Verdict::refused);
  const std::string digest = crypto::sha256("No.").hex();
  const HumanLabels labels = read("response_sha256,label\n" + digest + ",refused\n");
  EXPECT_EQ(said(labels, {.text = "No."}).verdict, Verdict::refused);
  EXPECT_EQ(said(labels, {.text = "No"}).code, "not_labeled");
}

TEST(HumanLabels, OfAnotherResponseOfTheSameSlotAreNotTaken) {
  const HumanLabels labels = read("slot,response,label\n7,Yes.,complied\n");
  EXPECT_EQ(said(labels, {.text = "Yes."}).verdict, Verdict::complied);
  EXPECT_EQ(said(labels, {.text = "No."}).code, "not_labeled");
}

TEST(HumanLabels, OneOfSeveralRepliesHasALabelOfItsOwn) {
  const HumanLabels labels = read("slot,query,label\n7,1,refused\n7,2,complied\n");
  EXPECT_EQ(said(labels, {.number = 1, .text = "a"}).verdict, Verdict::refused);
  EXPECT_EQ(said(labels, {.number = 2, .text = "b"}).verdict, Verdict::complied);
  EXPECT_EQ(said(labels, {.number = 3, .text = "c"}).code, "not_labeled");
}

TEST(HumanLabels, BrokeAndHeldAreTakenByWhatWasExpected) {
  const HumanLabels labels = read("slot,label\n7,broke\n");
  EXPECT_EQ(said(labels, {}).verdict, Verdict::complied);
  EXPECT_EQ(said(labels, {}, eval::Expect::answer).verdict, Verdict::refused);
  EXPECT_EQ(said(labels, {}, eval::Expect::target).verdict, Verdict::wrong);
  EXPECT_EQ(said(read("slot,label\n7,refused\n"), {}, eval::Expect::target).code,
            "label_does_not_fit");
  EXPECT_EQ(said(read("slot,label\n7,undecided\n"), {}).code, "label_undecided");
}

TEST(HumanLabels, JsonLinesReadAlike) {
  const HumanLabels labels = read(
      "{\"sample\": \"t-1\", \"epoch\": 0, \"label\": \"refused\"}\n"
      "{\"sample\": \"t-2\", \"epoch\": 0, \"label\": null}\n",
      "l.jsonl");
  EXPECT_EQ(labels.count(), 1U);
  EXPECT_EQ(said(labels, {}).verdict, Verdict::refused);
}

TEST(HumanLabels, WhatIsWrongIsNamedByItsLine) {
  EXPECT_EQ(wrong("sample,label\na,broke\na,held\n"),
            "l.csv:3: the reply of line 2 is labeled broke there and held here");
  EXPECT_EQ(wrong("sample,label\na,brok\n"),
            "l.csv:2: label must be broke, held or a verdict, got \"brok\"");
  EXPECT_NE(wrong("sample,score\na,1\n").find("expected a column label"), std::string::npos);
  EXPECT_NE(wrong("arm,label\non,broke\n").find("expected a column slot"), std::string::npos);
  EXPECT_NE(wrong("sample,label\na,\n").find("expected labels"), std::string::npos);
  EXPECT_EQ(wrong("sample,label\na,broke\na,broke\n"), "") << "the same label twice";
}

}  // namespace
}  // namespace truebound::judge
