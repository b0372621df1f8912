#include "truebound/ledger/segment.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "truebound/ledger/entry.h"
#include "truebound/ledger/scratch_ledger.h"

namespace truebound::ledger {
namespace {

// RFC 3720, appendix B.4 (32 zeros, 32 ones) and the check value of the CRC catalogs.
TEST(Crc32c, KnownAnswers) {
  EXPECT_EQ(crc32c("123456789"), 0xE3069283U);
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8A9136AAU);
  EXPECT_EQ(crc32c(std::string(32, '\xFF')), 0x62A8AB43U);
}

RC_GTEST_PROP(Record, ReadsBackWhatWasWritten, (const std::string& text, const std::string& rest)) {
  const std::string data = "x" + text;
  const std::string record = write_record(RecordType::entries, data);
  const std::string bytes = record + rest;
  const std::optional<Record> read = read_record(bytes);
  RC_ASSERT(read.has_value());
  RC_ASSERT(read->data == data);
  RC_ASSERT(read->size == record.size());
  RC_ASSERT(read->type == RecordType::entries);
}

TEST(Record, IsReadNeitherCutNorChangedInAnyBit) {
  const std::string record = write_record(RecordType::entries, R"({"t":"test"})");
  for (std::size_t at = 0; at < record.size(); ++at) {
    EXPECT_FALSE(read_record(record.substr(0, at))) << at;
    for (unsigned bit = 0; bit < 8; ++bit) {
      std::string changed = record;
      flip_bit(changed, at, bit);
      EXPECT_FALSE(read_record(changed)) << at;
    }
  }
}

// The worked example of docs/formats/segment.md.
TEST(Record, LiesOnTheDiskAsItsPageSays) {
  EXPECT_EQ(to_hex(write_record(RecordType::entries, "{\"t\":\"a\"}\n{\"t\":\"b\"}")),
            "13000000"
            "e9bd8590"
            "02"
            "7b2274223a2261227d0a7b2274223a2262227d");
}

TEST(Record, WithinBrokenBytesIsFound) {
  const std::string record = write_record(RecordType::entries, R"({"t":"test"})");
  std::string broken = record;
  flip_bit(broken, 12, 0);
  EXPECT_FALSE(has_record_within(broken));
  EXPECT_TRUE(has_record_within(broken + record));
  EXPECT_TRUE(has_record_within(std::string("\x13\x00\x00", 3) + record));
  EXPECT_FALSE(has_record_within(broken + record.substr(0, record.size() - 1)));
}

TEST(Entries, OfARecordAreItsLines) {
  EXPECT_EQ(split_entries("a\nbc", "here").value(), (std::vector<std::string_view>{"a", "bc"}));
  EXPECT_EQ(split_entries(std::string(max_entry, 'a'), "here").value().size(), 1U);
  for (const std::string& data :
       {std::string(), std::string("\n"), std::string("a\n"), std::string("\na"),
        std::string("a\n\nb"), std::string(max_entry + 1, 'a')}) {
    EXPECT_EQ(split_entries(data, "here").error().code, ErrorCode::malformed);
  }
}

TEST(SegmentHeader, NamesItsKey) {
  const std::string text = header_text({.number = 2, .first = 70, .root = {}, .key = "n+id+key"});
  EXPECT_EQ(key_of_header(text, "here").value(), "n+id+key");
  EXPECT_EQ(key_of_header("{}", "here").error().code, ErrorCode::malformed);
  EXPECT_EQ(key_of_header(R"({"key":7})", "here").error().code, ErrorCode::malformed);
}

TEST(Entry, IsCanonicalJsonOfTextsIntegersAndTruthValues) {
  for (const char* entry :
       {"{}", R"({"a":1,"b":"x","c":true,"d":[1,"2"],"e":{"f":-9007199254740991}})",
        "{\"t\":\"\xC3\xA9\"}", R"({"t":"\u0000\n"})"}) {
    EXPECT_TRUE(check_entry(entry).ok()) << entry;
  }
}

TEST(Entry, IsNothingThatTwoProgramsCouldWriteInTwoWays) {
  const std::string entries[] = {"",
                                 "[]",
                                 "7",
                                 R"({"a": 1})",
                                 R"({"b":1,"a":1})",
                                 R"({"a":1,"a":1})",
                                 R"({"a":1.5})",
                                 R"({"a":1e3})",
                                 R"({"a":null})",
                                 R"({"a":[{"b":null}]})",
                                 R"({"a":9007199254740992})",
                                 R"({"a":18446744073709551616})",
                                 "{\"\xC3\xA9\":1}",
                                 "{\"a\":\"\xFF\"}",
                                 "{\"a\":\"\n\"}",
                                 R"({"a":"\u0041"})",
                                 R"({"a":1})"
                                 "\n",
                                 R"({"a":1}{})",
                                 R"({"a":")" + std::string(max_entry, 'x') + R"("})"};
  for (const std::string& entry : entries) {
    EXPECT_EQ(check_entry(entry).error().code, ErrorCode::malformed) << entry;
  }
}

}  // namespace
}  // namespace truebound::ledger
