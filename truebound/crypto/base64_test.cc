#include "truebound/crypto/base64.h"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "truebound/core/result.h"
#include "truebound/crypto/salt.h"

namespace truebound::crypto {
namespace {

// RFC 4648, section 10.
TEST(Base64, WritesAndReadsTheExamplesOfTheStandard) {
  const std::pair<const char*, const char*> cases[] = {{"", ""},
                                                       {"f", "Zg=="},
                                                       {"fo", "Zm8="},
                                                       {"foo", "Zm9v"},
                                                       {"foob", "Zm9vYg=="},
                                                       {"fooba", "Zm9vYmE="},
                                                       {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : cases) {
    EXPECT_EQ(to_base64(bytes), text);
    EXPECT_EQ(from_base64(text).value(), bytes);
  }
}

RC_GTEST_PROP(Base64, ReadsBackWhatItWrites, (const std::vector<char>& bytes)) {
  const std::string text(bytes.begin(), bytes.end());
  RC_ASSERT(from_base64(to_base64(text)).value() == text);
}

TEST(Base64, RefusesEveryOtherSpelling) {
  for (const char* text : {"Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Z g==", "Zg==\n",
                           "\nZg==", "Zm-v", "Zm_v", "=", "Zg==Zg==", "Zm8"}) {
    EXPECT_EQ(from_base64(text).error().code, ErrorCode::malformed) << text;
  }
}

TEST(Salt, IsNewEachTime) {
  EXPECT_EQ(fresh_salt().size(), 32U);
  EXPECT_NE(fresh_salt(), fresh_salt());
}

}  // namespace
}  // namespace truebound::crypto
