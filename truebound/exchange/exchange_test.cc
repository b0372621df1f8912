// Tables of outcomes: what is read, what is refused and by which line.

#include <gtest/gtest.h>

#include "truebound/exchange/table.h"

namespace truebound::exchange {
namespace {

Result<TableRows> read(const std::string& text, const TableOptions& options = {}) {
  return read_table(text, "t.csv", options);
}

TEST(Table, OutcomesOfAllKindsAreRead) {
  const TableRows table = read("sample,outcome\na,broke\nb,held\nc,error\nd,undecided\n").value();
  ASSERT_EQ(table.rows.size(), 4U);
  EXPECT_EQ(eval::kind_of(table.rows[2].observation.outcome), eval::OutcomeKind::error);
  EXPECT_FALSE(table.has("cluster"));
}

TEST(Table, OnesAndZerosAreBrokeAndHeldAndOtherWordsAreMapped) {
  const TableRows table = read("sample,is_bad\na,1\nb,false\nc,full\n",
                               {.columns = {{"outcome", "is_bad"}}, .values = {{"full", "broke"}}})
                              .value();
  EXPECT_EQ(eval::kind_of(table.rows[0].observation.outcome), eval::OutcomeKind::broke);
  EXPECT_EQ(eval::kind_of(table.rows[1].observation.outcome), eval::OutcomeKind::held);
  EXPECT_EQ(eval::kind_of(table.rows[2].observation.outcome), eval::OutcomeKind::broke);
}

TEST(Table, AnUnknownOutcomeIsRefusedByItsLine) {
  EXPECT_EQ(read("sample,outcome\na,held\nb,maybe\n").error().message,
            "t.csv:3: outcome must be broke, held, undecided, error, not_run or a score in [0, 1], "
            "got maybe");
  EXPECT_EQ(read("sample,outcome\na,\n").error().message,
            "t.csv:2: outcome must be broke, held, undecided, error, not_run or a score in [0, 1], "
            "got nothing");
}

TEST(Table, ScoresAreReadFromAColumnOfTheirOwnOrAsOutcomes) {
  const auto score = [](const TableRows& table, std::size_t row) {
    return eval::number_of(table.rows[row].observation.outcome).value_or(-1);
  };
  const TableRows beside =
      read("sample,outcome,score\na,score,0.75\nb,error,\nc,score,1\n").value();
  EXPECT_EQ(score(beside, 0), .75);
  EXPECT_EQ(eval::kind_of(beside.rows[1].observation.outcome), eval::OutcomeKind::error);
  EXPECT_EQ(score(beside, 2), 1);
  const TableRows alone =
      read("sample,grade,truth\na,0,\nb,1,0.5\n", {.columns = {{"score", "grade"}}}).value();
  EXPECT_EQ(eval::kind_of(alone.rows[0].observation.outcome), eval::OutcomeKind::score);
  EXPECT_EQ(alone.rows[1].observation.truth, "0.5");
  // One fraction says that the others are scores too, whatever the order of rows.
  const TableRows mixed = read("sample,outcome\na,1\nb,0\nc,0.25\n").value();
  for (const TableRow& row : mixed.rows)
    EXPECT_EQ(eval::kind_of(row.observation.outcome), eval::OutcomeKind::score);
  const TableRows lines =
      read_table("{\"sample\":\"a\",\"score\":0.5}\n{\"sample\":8,\"score\":1}\n", "t.jsonl", {})
          .value();
  EXPECT_EQ(score(lines, 0), .5);
  EXPECT_EQ(score(lines, 1), 1);
}

TEST(Table, AScoreThatIsNoneIsRefusedByItsLine) {
  EXPECT_EQ(read("sample,score\na,0.5\nb,7\n").error().message,
            "t.csv:3: score must be a number in [0, 1], got 7");
  EXPECT_EQ(read("sample,score\na,\n").error().message,
            "t.csv:2: score must be a number in [0, 1], got nothing: a row without score says why "
            "in a column outcome");
  for (const char* written : {"-0", "nan", "inf", "0.5x", "1.01", " "}) {
    EXPECT_FALSE(read(std::string("sample,score\na,") + written + "\n").ok()) << written;
  }
  EXPECT_FALSE(read("sample,outcome,truth\na,broke,0.5\n").ok());
}

TEST(Table, AClusterColumnWithGapsIsRefusedByItsLines) {
  EXPECT_EQ(read("sample,outcome,cluster\na,held,x\nb,held,\nc,held,x\nd,broke,\n").error().message,
            "t.csv: cluster must be given in every row or in none; it is missing in lines 3, 5");
}

TEST(Table, AGapInStratumOrArmIsRefusedAndSpacesAreAGap) {
  EXPECT_EQ(read("sample,outcome,stratum\na,held,x\nb,held, \n").error().message,
            "t.csv: stratum must be given in every row or in none; it is missing in line 3");
  EXPECT_EQ(read("sample,outcome,arm\na,held,\na,held,y\n").error().message,
            "t.csv: arm must be given in every row or in none; it is missing in line 2");
  EXPECT_EQ(read("sample,outcome,cluster\na,held,  \nb,held,k\n").error().message,
            "t.csv: cluster must be given in every row or in none; it is missing in line 2");
}

TEST(Table, TruthValuesInCapitalsAreTakenAsSpreadsheetsWriteThem) {
  const TableRows table = read("sample,outcome\na,TRUE\nb,FALSE\nc,True\n").value();
  EXPECT_EQ(eval::kind_of(table.rows[0].observation.outcome), eval::OutcomeKind::broke);
  EXPECT_EQ(eval::kind_of(table.rows[1].observation.outcome), eval::OutcomeKind::held);
  EXPECT_EQ(eval::kind_of(table.rows[2].observation.outcome), eval::OutcomeKind::broke);
}

TEST(Table, TheSameSampleTwiceIsRefusedByBothLinesUnlessItsEpochDiffers) {
  EXPECT_EQ(read("sample,outcome\n8,held\n9,held\n8,broke\n").error().message,
            "t.csv: sample 8 stands in lines 2 and 4; repeats are told apart by a column arm or "
            "epoch");
  EXPECT_TRUE(read("sample,outcome,epoch\n8,held,1\n8,broke,2\n").ok());
}

TEST(Table, IdsAreTextInJsonlToo) {
  const auto table = read_table(
      "{\"sample\": 8, \"outcome\": true}\n\n{\"sample\": \"8\", \"outcome\": 0}\n", "t.jsonl", {});
  ASSERT_FALSE(table.ok());
  EXPECT_NE(table.error().message.find("sample 8 stands in lines 1 and 3"), std::string::npos);
}

TEST(Table, AMissingColumnIsNamedWithThoseThatAreThere) {
  EXPECT_EQ(read("a,b\n1,2\n", {.columns = {{"outcome", "c"}}}).error().message,
            "t.csv: expected a column c, found a, b");
}

}  // namespace
}  // namespace truebound::exchange
