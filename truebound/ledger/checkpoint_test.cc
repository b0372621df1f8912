#include "truebound/ledger/checkpoint.h"

#include <cstddef>
#include <filesystem>
#include <iterator>
#include <string>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "truebound/core/bytes.h"
#include "truebound/core/file.h"
#include "truebound/core/result.h"
#include "truebound/crypto/base64.h"
#include "truebound/crypto/note.h"
#include "truebound/crypto/signer.h"
#include "truebound/json/value.h"
#include "truebound/ledger/merkle.h"

namespace truebound::ledger {
namespace {

// The test key of Tessera's own log (testdata/build_log.sh): public on purpose.
crypto::Signer test_signer() {
  return crypto::Signer::parse(
             "PRIVATE+KEY+example.com/log/testdata+33d7b496+"
             "AeymY/SZAX0jZcJ8enZ5FY1Dz+wTML2yWSkK+9DSF3eg")
      .value();
}

crypto::Verifier test_key() {
  return crypto::Verifier::parse(test_signer().verifier_key()).value();
}

const std::string root = crypto::to_base64(std::string(32, '\x07'));

TEST(Checkpoint, ReadsBackWhatItSays) {
  const TreeHead head{.size = 20852163, .root = leaf_hash("x")};
  const Checkpoint read = open_checkpoint(make_checkpoint(head, test_signer()), test_key()).value();
  EXPECT_EQ(read.head, head);
  EXPECT_EQ(read.origin, "example.com/log/testdata");
}

RC_GTEST_PROP(Checkpoint, BodyThatIsReadIsTheOneThatWouldBeWritten, (const std::string& noise)) {
  const std::string text = *rc::gen::element(noise, "o\n" + noise + "\n" + root + "\n",
                                             noise + "\n0\n" + root + "\n", "o\n1\n" + noise);
  const Result<Checkpoint> read = parse_checkpoint_body(text);
  if (!read.ok()) return;
  RC_ASSERT(read.value().origin + "\n" + std::to_string(read.value().head.size) + "\n" +
                crypto::to_base64(read.value().head.root.raw()) + "\n" ==
            text);
}

TEST(Checkpoint, BodiesThatAreNoneAreMalformed) {
  const std::string bodies[] = {"",
                                "origin\n",
                                "origin\n5\n",
                                "origin\n5\n" + root,
                                "\n5\n" + root + "\n",
                                "origin\n\n" + root + "\n",
                                "origin\n05\n" + root + "\n",
                                "origin\n+5\n" + root + "\n",
                                "origin\n-5\n" + root + "\n",
                                "origin\n5 \n" + root + "\n",
                                "origin\n0x5\n" + root + "\n",
                                "origin\n18446744073709551616\n" + root + "\n",
                                "origin\n5\n" + crypto::to_base64(std::string(33, 'r')) + "\n",
                                "origin\n5\n" + crypto::to_base64(std::string(31, 'r')) + "\n",
                                "origin\n5\n" + root + "\nextension\n"};
  for (const std::string& body : bodies) {
    EXPECT_EQ(parse_checkpoint_body(body).error().code, ErrorCode::malformed) << body;
  }
}

TEST(Checkpoint, OfAnotherOriginIsAgainstThePolicy) {
  const std::string note = crypto::make_note("other.example\n5\n" + root + "\n", test_signer());
  EXPECT_EQ(open_checkpoint(note, test_key()).error().code, ErrorCode::policy);
}

TEST(Checkpoint, InTheLedgersOwnFolderHasOneSignature) {
  const std::string note = make_checkpoint({.size = 1, .root = leaf_hash("x")}, test_signer());
  const std::string more = note + "\xE2\x80\x94 other.example AAAAAAA=\n";
  EXPECT_TRUE(open_own_checkpoint(note, test_key()).ok());
  EXPECT_TRUE(open_checkpoint(more, test_key()).ok());
  EXPECT_EQ(open_own_checkpoint(more, test_key()).error().code, ErrorCode::policy);
}

const Path log = Path(TRUEBOUND_SHARED) / "vectors/tessera/testdata/log";
const char* const words[] = {"one",    "two",   "three",    "four",    "five",
                             "six",    "seven", "eit",      "nain",    "ten",
                             "ileven", "twelf", "threeten", "fourten", "fivten"};

// Every size of Tessera's test log: our tree gives its roots, our signer its signatures.
TEST(TesseraLog, CheckpointsAreByteForByteOurs) {
  if (!std::filesystem::exists(log)) GTEST_SKIP() << "no vectors in " << log;
  Tree tree;
  for (const char* word : words) {
    tree.add(leaf_hash(word));
    const std::string theirs =
        read_file(log / ("checkpoint." + std::to_string(tree.size()))).value();
    EXPECT_EQ(make_checkpoint(tree.head(), test_signer()), theirs);
    EXPECT_EQ(open_checkpoint(theirs, test_key()).value().head, tree.head());
  }
}

TEST(TesseraLog, TilesHoldOurLeafHashes) {
  if (!std::filesystem::exists(log)) GTEST_SKIP() << "no vectors in " << log;
  std::string hashes;
  for (std::size_t size = 1; size <= std::size(words); ++size) {
    hashes += leaf_hash(words[size - 1]).raw();
    EXPECT_EQ(read_file(log / "tile/0/000.p" / std::to_string(size)).value(), hashes);
  }
}

// C2SP/CCTV's edge cases: the set that libsodium 1.0.18 accepts, and no other. Verifiers that
// differ on such keys and signatures could be made to disagree about one ledger.
TEST(Ed25519EdgeCases, FortyThreeOf914AreAccepted) {
  const Path path = Path(TRUEBOUND_SHARED) / "vectors/cctv/ed25519/ed25519vectors.json";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "no vectors in " << path;
  const json::Value cases = json::parse_json(read_file(path).value(), path.string()).value();
  ASSERT_EQ(cases.list()->size(), 914U);
  int accepted = 0;
  for (const json::Value& one : *cases.list()) {
    const bool valid =
        crypto::verify_ed25519(from_hex(*one.find("key")->text()).value(), *one.find("msg")->text(),
                               from_hex(*one.find("sig")->text()).value());
    if (!valid) continue;
    ++accepted;
    if (const json::Value* flags = one.find("flags"); flags != nullptr && flags->list()) {
      for (const json::Value& flag : *flags->list()) {
        EXPECT_NE(*flag.text(), "low_order_A");
        EXPECT_NE(*flag.text(), "low_order_R");
        EXPECT_NE(*flag.text(), "non_canonical_A");
        EXPECT_NE(*flag.text(), "non_canonical_R");
      }
    }
  }
  EXPECT_EQ(accepted, 43);
}

}  // namespace
}  // namespace truebound::ledger
