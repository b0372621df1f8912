// The verbs that work on a table or a page alone, as a process: campaign, explain, and what stats
// takes beside. Values: cases attack-o5 and tries-o2.

#include <array>
#include <cstdio>
#include <filesystem>
#include <string>

#include <gtest/gtest.h>
#include <sys/wait.h>

#include "truebound/core/file.h"
#include "truebound/json/value.h"

namespace truebound::cli {
namespace {

struct Ended {
  int code = 0;
  std::string out;
};

class Tables : public testing::Test {
 protected:
  Tables()
      : folder_(Path(testing::TempDir()) /
                ("tables_" +
                 std::string(testing::UnitTest::GetInstance()->current_test_info()->name()))) {
    std::filesystem::create_directories(folder_);
  }
  ~Tables() override {
    std::error_code failed;
    std::filesystem::remove_all(folder_, failed);
  }

  // The table's path, in quotes for a shell.
  std::string table(const std::string& text) const {
    EXPECT_TRUE(write_file(folder_ / "table.csv", text).ok());
    return "'" + (folder_ / "table.csv").string() + "'";
  }

  static Ended call(const std::string& words) {
    Ended ended;
    FILE* pipe = ::popen(("'" TRUEBOUND_PROGRAM "' " + words + " 2>/dev/null").c_str(), "r");
    std::array<char, 4096> piece{};
    for (std::size_t read = 1; read > 0;) {
      read = std::fread(piece.data(), 1, piece.size(), pipe);
      ended.out.append(piece.data(), read);
    }
    const int status = ::pclose(pipe);
    ended.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return ended;
  }

  static json::Value read(const Ended& ended) {
    EXPECT_EQ(ended.code, 0) << ended.out;
    const auto value = json::parse_json(ended.out, "output", 1);
    EXPECT_TRUE(value.ok());
    return value.ok() ? value.value() : json::Value();
  }

 private:
  Path folder_;
};

constexpr const char* attacks =
    "objective,queries,outcome\n"
    "o1,3,broke\no2,3,broke\no3,10,broke\no4,40,broke\n"
    "o5,50,held\no6,50,held\no7,50,held\no8,20,held\n";

TEST_F(Tables, ACampaignIsACurveOverQueries) {
  const json::Value found = read(call("campaign --json --input " + table(attacks)));
  const json::List& curve = *found.find("asr_at_q")->list();
  ASSERT_EQ(curve.size(), 6U);
  EXPECT_EQ(*curve[4].find("q")->integer(), 40);
  EXPECT_NEAR(*curve[4].find("value")->decimal(), .53125, 1e-9);
  EXPECT_LT(*curve[4].find("lower")->decimal(), .53125);
  EXPECT_GT(*curve[4].find("upper")->decimal(), .53125);
  EXPECT_EQ(*found.find("objectives")->integer(), 8);
  EXPECT_NE(call("campaign --input " + table(attacks)).out.find("8 objectives"), std::string::npos);
}

TEST_F(Tables, ACampaignWithoutItsColumnsIsRefused) {
  const Ended ended =
      call("campaign --json --input " + table("objective,calls,outcome\no1,3,broke\n"));
  EXPECT_EQ(ended.code, 2);
  EXPECT_NE(ended.out.find("campaign needs a column queries, got outcome, objective, calls"),
            std::string::npos);
  EXPECT_EQ(call("campaign --json --column queries=calls --input " +
                 table("objective,calls,outcome\no1,3,broke\n"))
                .code,
            0);
}

TEST_F(Tables, AMethodExplainsItself) {
  const Ended page = call("explain two_phase");
  EXPECT_EQ(page.code, 0);
  EXPECT_EQ(page.out.substr(0, 12), "# two_phase\n");
  EXPECT_NE(page.out.find("**When it misleads.**"), std::string::npos);
  const json::Value told = read(call("explain two_phase --json"));
  // The page, and below it what the method reads.
  EXPECT_EQ(page.out, *told.find("page")->text() +
                          "\nColumns: sample judge truth [outcome]\n"
                          "Options: --arm --confidence --estimand\n");
  EXPECT_EQ(told.find("options")->list()->size(), 3U);
  EXPECT_NE(told.find("columns"), nullptr);
  EXPECT_GT(read(call("explain --json")).find("pages")->list()->size(), 30U);
  const Ended wrong = call("explain two_fase --json");
  EXPECT_EQ(wrong.code, 2);
  EXPECT_NE(wrong.out.find("did you mean two_phase?"), std::string::npos);
}

TEST_F(Tables, MoreTriesThanWereMadeAreNull) {
  const std::string tries = table(
      "sample,outcome,epoch\n"
      "o1,held,1\no1,held,2\no1,held,3\no1,held,4\n"
      "o2,held,1\no2,held,2\no2,held,3\no2,held,4\n");
  const json::Value found = read(call("stats asr_at_k --json --tries 4 10 --input " + tries));
  // Canonical JSON writes a whole number as one.
  EXPECT_EQ(*found.find("asr_at_k")->find("4")->integer(), 0);
  EXPECT_TRUE(found.find("asr_at_k")->find("10")->is_null());
}

TEST_F(Tables, TextsAreReadFromTheColumnResponse) {
  const std::string texts = table(
      "sample,arm,epoch,response,outcome\n"
      "q,old,1,abcd,held\nq,old,2,abce,held\nq,old,3,abcd,held\nq,old,4,abff,held\n"
      "q,new,1,abcd,held\nq,new,2,xbcd,held\nq,new,3,xyce,held\nq,new,4,xycd,held\n");
  const json::Value found = read(call("stats text_distance --json --input " + texts));
  EXPECT_NEAR(*found.find("value")->decimal(), .28125, 1e-12);
}

}  // namespace
}  // namespace truebound::cli
