#include "truebound/text/csv.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace truebound::text {
namespace {

CsvTable table(std::string_view text) {
  auto result = read_csv(text, "t.csv");
  TRUEBOUND_CHECK(result.ok(), "the table of this test reads");
  return std::move(result).value();
}

std::string error(std::string_view text) {
  const auto result = read_csv(text, "t.csv");
  return result.ok() ? "" : result.error().message;
}

using Cells = std::vector<std::string>;

TEST(Csv, AByteOrderMarkAndCarriageReturnsAreInNoValue) {
  const auto read = table("\xEF\xBB\xBFprompt,goal\r\n\"Two, or 2?\",two\r\n");
  EXPECT_EQ(read.columns, (Cells{"prompt", "goal"}));
  ASSERT_EQ(read.rows.size(), 1U);
  EXPECT_EQ(read.rows[0].cells, (Cells{"Two, or 2?", "two"}));
}

TEST(Csv, AQuotedCellSpansLinesAndBadRowsAreNamedByTheirFileLine) {
  std::string text = "id,said\nlong,\"first\n";
  for (int i = 0; i < 7; ++i)
    text += "with \"\"quotes\"\", and commas\r\n";
  text += "last\"\nshort\nnext,fine\n";
  const auto read = table(text);
  ASSERT_EQ(read.rows.size(), 2U);
  EXPECT_EQ(read.rows[0].line, 2U);
  EXPECT_TRUE(read.rows[0].cells[1].starts_with("first\nwith \"quotes\", and commas\r\n"));
  EXPECT_TRUE(read.rows[0].cells[1].ends_with("\r\nlast"));
  ASSERT_EQ(read.bad.size(), 1U);
  EXPECT_EQ(read.bad[0].line, 11U);
  EXPECT_EQ(read.bad[0].message, "expected 2 cells, found 1");
  EXPECT_EQ(read.rows[1].line, 12U);
}

TEST(Csv, ATableSeparatedBySemicolonsOrTabsIsRefusedInTheseWords) {
  EXPECT_EQ(
      error("sample;outcome\na;broke\n"),
      "t.csv:1: expected columns separated by commas, found semicolons; save the table as CSV "
      "with commas");
  EXPECT_NE(error("sample\toutcome\n").find("found tabs"), std::string::npos);
  EXPECT_EQ(table("note\na;b\n").rows.size(), 1U);
}

TEST(Csv, WordsThatLookLikeMissingValuesStayWords) {
  const auto read = table("a,b,c,d\nNone,NA,null,\nnan,N/A,NULL,0\n");
  EXPECT_EQ(read.rows[0].cells, (Cells{"None", "NA", "null", ""}));
  EXPECT_EQ(read.rows[1].cells, (Cells{"nan", "N/A", "NULL", "0"}));
}

TEST(Csv, OnlyLineFeedsEndRows) {
  const auto read = table("a,b\nx\u0085y,p\u2028q\x0B\x0Cr\n");
  ASSERT_EQ(read.rows.size(), 1U);
  EXPECT_EQ(read.rows[0].cells, (Cells{"x\u0085y", "p\u2028q\x0B\x0Cr"}));
}

TEST(Csv, EmptyLinesAreSkippedAndCounted) {
  const auto read = table("\na\n\n1\r\n\r\n\n2");
  ASSERT_EQ(read.rows.size(), 2U);
  EXPECT_EQ(read.rows[0].line, 4U);
  EXPECT_EQ(read.rows[1].line, 7U);
}

TEST(Csv, WhatIsNoCsvIsToldByLine) {
  const auto read = table(std::string("a,b\nx,sa\"y\n\"x\"y,1\n") + std::string("n\0l,1\n", 6) +
                          "ok,1\nbad\xFF,1\nlone\rcr,1\n");
  ASSERT_EQ(read.bad.size(), 5U);
  EXPECT_EQ(read.bad[0].line, 2U);
  EXPECT_NE(read.bad[0].message.find("in the middle"), std::string::npos);
  EXPECT_NE(read.bad[1].message.find("after a closing"), std::string::npos);
  EXPECT_NE(read.bad[2].message.find("NUL byte in cell 1"), std::string::npos);
  EXPECT_NE(read.bad[3].message.find("UTF-8, found other bytes in cell 1 at byte 4"),
            std::string::npos);
  EXPECT_NE(read.bad[4].message.find("carriage return alone"), std::string::npos);
  ASSERT_EQ(read.rows.size(), 1U);
  EXPECT_EQ(read.rows[0].line, 5U);
}

TEST(Csv, AQuoteThatNothingClosesNamesTheLineOfItsOpening) {
  const auto read = table("a,b\n1,2\n3,\"open\n4,5\n");
  ASSERT_EQ(read.bad.size(), 1U);
  EXPECT_EQ(read.bad[0].line, 3U);
  EXPECT_NE(read.bad[0].message.find("the one in line 3"), std::string::npos);
}

TEST(Csv, ColumnsMustBeThereAndDiffer) {
  EXPECT_EQ(error(""), "t.csv:1: expected a row with the names of columns, found none");
  EXPECT_EQ(error("\na,b,a\n"), "t.csv:2: each column must have its own name, found 'a' twice");
  EXPECT_EQ(error("\xFF\xFE"
                  "a"),
            "t.csv:1: expected UTF-8, found UTF-16");
  EXPECT_EQ(table("a,,\n1,2,3\n").columns.size(), 3U);
}

TEST(Csv, NumbersOfOursStayNumbersAndTextsAreDefused) {
  EXPECT_EQ(CsvCell::number(-0.12).written(), "-0.12");
  EXPECT_EQ(CsvCell::number(std::int64_t{-3}).written(), "-3");
  EXPECT_EQ(CsvCell::number(std::string_view("-1e-3")).written(), "-1e-3");
  EXPECT_EQ(CsvCell::number(std::string_view("-1+2")).written(), "\"'-1+2\"");
  EXPECT_EQ(CsvCell::number(std::string_view("inf")).written(), "inf");
  EXPECT_EQ(CsvCell::missing().written(), "");
  EXPECT_EQ(CsvCell::text("").written(), "\"\"");
  for (const char* formula :
       {"=SUM(A1)", "+A1", "-2+3", "@cmd", "\t=1", " =1", "\n=1", "\uFF1D1", "-0.12", "'=1"}) {
    EXPECT_TRUE(CsvCell::text(formula).written().starts_with("\"'")) << formula;
    EXPECT_EQ(undo_defuse(defuse(formula)), formula);
  }
  for (const char* plain : {"a=b", "1-2", "it's", "'tis", "x@y.z", " a"}) {
    EXPECT_EQ(defuse(plain), plain);
  }
}

RC_GTEST_PROP(Csv, DefusingCanBeTakenBack, (std::string text)) {
  RC_PRE(text.size() < 100);
  for (const char* front : {"", "'", "''", "=", "'=", " ", "' +"}) {
    RC_ASSERT(undo_defuse(defuse(front + text)) == front + text);
  }
}

RC_GTEST_PROP(Csv, WhatIsWrittenIsRead, (const std::vector<std::vector<std::string>>& texts)) {
  std::string file = write_csv_row({CsvCell::text("h")});
  for (const auto& row : texts) {
    std::vector<CsvCell> cells;
    for (const auto& text : row)
      cells.push_back(CsvCell::text(text));
    file += write_csv_row(cells);
  }
  CsvReader reader(file);
  (void)reader.next();
  for (const auto& row : texts) {
    const auto read = reader.next();
    RC_ASSERT(read.has_value() && !read->fault);
    RC_ASSERT(read->cells.size() == std::max<std::size_t>(1, row.size()));
  }
  RC_ASSERT(!reader.next().has_value());
}

}  // namespace
}  // namespace truebound::text
