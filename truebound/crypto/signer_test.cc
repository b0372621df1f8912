#include "truebound/crypto/signer.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <unistd.h>

#include "truebound/core/bytes.h"
#include "truebound/core/file.h"
#include "truebound/core/result.h"
#include "truebound/crypto/base64.h"

namespace truebound::crypto {
namespace {

class KeyFile : public testing::Test {
 public:
  KeyFile()
      : folder_(Path(testing::TempDir()) / ("signer_test_" + std::to_string(::getpid()))),
        path_(folder_ / "deep" / "ledger.key") {}
  ~KeyFile() override { std::filesystem::remove_all(folder_); }

 protected:
  static constexpr std::filesystem::perms owner_alone =
      std::filesystem::perms::owner_read | std::filesystem::perms::owner_write;

  Path folder_;
  Path path_;
};

// RFC 8032, section 7.1, test 1.
TEST(Signer, SignsTheExampleOfTheStandard) {
  const std::string seed =
      from_hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60").value();
  const std::string public_key =
      from_hex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a").value();
  std::string id;
  for (int shift = 24; shift >= 0; shift -= 8) {
    id += static_cast<char>(ed25519_key_id("rfc", public_key) >> static_cast<unsigned>(shift));
  }
  const Signer signer =
      Signer::parse("PRIVATE+KEY+rfc+" + to_hex(id) + "+" + to_base64("\x01" + seed)).value();
  EXPECT_EQ(signer.verifier_key(), "rfc+" + to_hex(id) + "+" + to_base64("\x01" + public_key));
  EXPECT_EQ(to_hex(signer.sign("")),
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
            "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b");
}

// The test key of Tessera's own log (testdata/build_log.sh): public on purpose.
TEST(Signer, GivesTheVerifierKeyOfAPublishedPrivateKey) {
  const Signer signer = Signer::parse(
                            "PRIVATE+KEY+example.com/log/testdata+33d7b496+"
                            "AeymY/SZAX0jZcJ8enZ5FY1Dz+wTML2yWSkK+9DSF3eg")
                            .value();
  EXPECT_EQ(signer.verifier_key(),
            "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx");
}

TEST_F(KeyFile, IsMadeOnceAndForItsOwnerAlone) {
  const Signer made = Signer::load_or_create(path_, "example.org/ledger").value();
  EXPECT_EQ(std::filesystem::status(path_).permissions(), owner_alone);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(path_.parent_path()), {}), 1);
  const Signer read = Signer::load_or_create(path_, "another.name").value();
  EXPECT_EQ(read.verifier_key(), made.verifier_key());
  EXPECT_EQ(read.name(), "example.org/ledger");
}

TEST_F(KeyFile, ThatOthersMayReadIsRefused) {
  ASSERT_TRUE(Signer::load_or_create(path_, "example.org/ledger").ok());
  std::filesystem::permissions(path_, owner_alone | std::filesystem::perms::group_read);
  EXPECT_EQ(Signer::load_or_create(path_, "x").error().code, ErrorCode::invalid_input);
}

TEST_F(KeyFile, WithOtherTextIsRefusedAndNotRepeated) {
  std::filesystem::create_directories(path_.parent_path());
  std::ofstream(path_) << "my secret diary\n";
  std::filesystem::permissions(path_, owner_alone);
  const Error error = Signer::load_or_create(path_, "x").error();
  EXPECT_EQ(error.code, ErrorCode::invalid_input);
  EXPECT_EQ(error.message.find("diary"), error.message.npos);
}

TEST_F(KeyFile, NeedsANameWithoutSpacesOrPlus) {
  for (const char* name : {"", "a b", "a+b", "a\xC2\xA0z", "a\nb", "\xFF"}) {
    EXPECT_EQ(Signer::load_or_create(path_, name).error().code, ErrorCode::invalid_input) << name;
    EXPECT_FALSE(std::filesystem::exists(path_));
  }
}

RC_GTEST_PROP(Verifier, AcceptsWhatItsSignerSignedAndNothingElse,
              (const std::string& bytes, unsigned at)) {
  const Signer signer = Signer::parse(
                            "PRIVATE+KEY+example.com/log/testdata+33d7b496+"
                            "AeymY/SZAX0jZcJ8enZ5FY1Dz+wTML2yWSkK+9DSF3eg")
                            .value();
  const Verifier verifier = Verifier::parse(signer.verifier_key()).value();
  std::string signature = signer.sign(bytes);
  RC_ASSERT(verifier.verify(bytes, signature));
  RC_ASSERT(!verifier.verify(bytes + "x", signature));
  char& byte = signature[at % signature.size()];
  byte = static_cast<char>(byte ^ 1);
  RC_ASSERT(!verifier.verify(bytes, signature));
}

TEST(Verifier, KeepsItsText) {
  // The example of C2SP's own text.
  const std::string text = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
  EXPECT_EQ(Verifier::parse(text).value().text(), text);
}

TEST(Verifier, RefusesTextsThatAreNoKey) {
  for (const char* text :
       {"", "example.com/foo", "example.com/foo+530d903a",
        "example.com/foo+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/fooo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+530d903a+BOkyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U0="}) {
    EXPECT_EQ(Verifier::parse(text).error().code, ErrorCode::malformed) << text;
  }
}

// All eight points of small order that have a canonical spelling fail for anyone's signature; two
// of them here: the neutral element and a point of order 2.
TEST(Verifier, RefusesKeysOfSmallOrder) {
  for (const char* digits : {"0100000000000000000000000000000000000000000000000000000000000000",
                             "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"}) {
    const std::string public_key = from_hex(digits).value();
    std::string id;
    for (int shift = 24; shift >= 0; shift -= 8) {
      id += static_cast<char>(ed25519_key_id("weak", public_key) >> static_cast<unsigned>(shift));
    }
    const Error error =
        Verifier::parse("weak+" + to_hex(id) + "+" + to_base64("\x01" + public_key)).error();
    EXPECT_NE(error.message.find("weak key"), error.message.npos) << error.message;
  }
}

}  // namespace
}  // namespace truebound::crypto
