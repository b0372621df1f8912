#include "truebound/crypto/sha256.h"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <ios>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "truebound/core/file.h"
#include "truebound/core/random.h"
#include "truebound/core/result.h"
#include "truebound/crypto/stream.h"

namespace truebound::crypto {
namespace {

// FIPS 180-4 examples; the empty one is also the root of an empty RFC 6962 tree.
TEST(Sha256, KnownAnswers) {
  EXPECT_EQ(sha256("").hex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256("abc").hex(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq").hex(),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

RC_GTEST_PROP(Sha256, PartsGiveTheDigestOfTheWhole, (const std::vector<std::string>& parts)) {
  Sha256 hash;
  std::string whole;
  for (const std::string& part : parts) {
    hash.add(part);
    whole += part;
  }
  RC_ASSERT(hash.finish() == sha256(whole));
}

TEST(Sha256, IsAsNewAfterItsEnd) {
  Sha256 hash;
  hash.add("abc").finish();
  EXPECT_EQ(hash.finish(), sha256(""));
}

TEST(Sha256, AFileHasTheDigestOfItsBytes) {
  const Path path = Path(testing::TempDir()) / "sha256_test_file";
  const std::string bytes(700'001, 'x');
  std::ofstream(path, std::ios::binary) << bytes;
  EXPECT_EQ(sha256_file(path).value(), sha256(bytes));
  std::filesystem::remove(path);
  EXPECT_EQ(sha256_file(path).error().code, ErrorCode::invalid_input);
}

TEST(Sha256, AFolderIsNoFile) {
  EXPECT_EQ(sha256_file(testing::TempDir()).error().code, ErrorCode::invalid_input);
}

// printf 'truebound/stream/v1\nseed\n-\nsplit' | sha256sum
//   begins c3740f08442bb1d7: little-endian key d7b12b44080f74c3
TEST(Stream, KeyIsTheFirstEightBytesLittleEndian) {
  RandomStream expected(0xd7b12b44080f74c3);
  RandomStream stream = open_stream("seed", "-", "split");
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(stream.next_word(), expected.next_word());
  }
}

TEST(Stream, EachSubjectAndPurposeDrawsItsOwnNumbers) {
  RandomStream first = open_stream("seed", "a", "attack");
  RandomStream second = open_stream("seed", "b", "attack");
  RandomStream third = open_stream("seed", "a", "persona");
  const std::uint32_t word = first.next_word();
  EXPECT_NE(word, second.next_word());
  EXPECT_NE(word, third.next_word());
}

}  // namespace
}  // namespace truebound::crypto
