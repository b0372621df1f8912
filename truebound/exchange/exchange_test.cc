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
            "t.csv:3: outcome must be broke, held, undecided, error or not_run, got maybe");
  EXPECT_EQ(read("sample,outcome\na,\n").error().message,
            "t.csv:2: outcome must be broke, held, undecided, error or not_run, got nothing");
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
