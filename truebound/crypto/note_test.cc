#include "truebound/crypto/note.h"

#include <string>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "truebound/core/result.h"
#include "truebound/crypto/base64.h"
#include "truebound/crypto/signer.h"

namespace truebound::crypto {
namespace {

// The test key of Tessera's own log: public on purpose.
Signer test_signer() {
  return Signer::parse(
             "PRIVATE+KEY+example.com/log/testdata+33d7b496+"
             "AeymY/SZAX0jZcJ8enZ5FY1Dz+wTML2yWSkK+9DSF3eg")
      .value();
}

Verifier test_key() {
  return Verifier::parse(test_signer().verifier_key()).value();
}

const std::string dash = "\xE2\x80\x94 ";

std::string kind(const Result<Note>& result) {
  return result.ok() ? "ok" : to_text(result.error().code);
}

// Checkpoint of 15 entries in Tessera's test log; Ed25519 has one signature for one text.
TEST(Note, IsByteForByteWhatAnotherImplementationWrote) {
  const std::string text =
      "example.com/log/testdata\n15\nrKbDipCvhuX1GZ7g5BBe8sA6BbJ7ja/1nk427v383cs=\n";
  const std::string note =
      text + "\n" + dash +
      "example.com/log/testdata M9e0luh4jTG+UMBqOUo9/q+yAEvx1ilBEniMvjf1zfcBOhg+CKubMt53MvIt/"
      "uEWP6zdkdIQzd/fmwlM/dlPWF74ewI=\n";
  EXPECT_EQ(make_note(text, test_signer()), note);
  EXPECT_EQ(open_note(note, test_key()).value().text, text);
}

TEST(Note, MayHaveEmptyLinesInItsText) {
  const std::string text = "one\n\n" + dash + "two AAAAAAA=\n\nthree\n";
  EXPECT_EQ(open_note(make_note(text, test_signer()), test_key()).value().text, text);
}

RC_GTEST_PROP(Note, AFlippedBitIsNeverAccepted, (unsigned at, unsigned bit)) {
  const std::string note = make_note("origin\n5\nroot\n", test_signer());
  std::string broken = note;
  char& byte = broken[at % broken.size()];
  byte = static_cast<char>(byte ^ static_cast<char>(1U << bit % 8U));
  RC_ASSERT(!open_note(broken, test_key()).ok());
}

TEST(Note, SignaturesOfOtherKeysAreIgnored) {
  std::string note = make_note("text\n", test_signer());
  note += dash + "other.example " + to_base64(std::string(90, 'x')) + "\n";
  EXPECT_EQ(open_note(note, test_key()).value().signatures.size(), 2U);
}

TEST(Note, WithoutASignatureOfTheKeyIsAgainstThePolicy) {
  const std::string note = "text\n\n" + dash + "other.example " + to_base64("idxxsignature") + "\n";
  EXPECT_EQ(kind(open_note(note, test_key())), "policy");
}

TEST(Note, ABadSignatureOfTheKeySpoilsAGoodOne) {
  const std::string good = make_note("text\n", test_signer());
  const std::string other = make_note("other\n", test_signer());
  const std::string bad_line = other.substr(other.find(dash));
  EXPECT_EQ(kind(open_note(good + bad_line, test_key())), "crypto");
}

TEST(Note, BrokenFormsAreMalformed) {
  const std::string good = make_note("text\n", test_signer());
  const std::string line = good.substr(good.find(dash));
  const std::string cases[] = {
      "",
      "text\n",
      "text\n\n",
      "\n" + line,
      good.substr(0, good.size() - 1),
      good + "\n",
      "te\rxt\n\n" + line,
      std::string("te\0xt\n\n", 7) + line,
      "te\xFFxt\n\n" + line,
      "text\n\n- name AAAAAAA=\n",
      "text\n\n" + dash + "nameAAAAAAA=\n",
      "text\n\n" + dash + "na+me AAAAAAA=\n",
      "text\n\n" + dash + "na\xC2\xA0me AAAAAAA=\n",
      "text\n\n" + dash + "name AAAAAAA\n",
      "text\n\n" + dash + "name AAAA\n",
      "text\n\n" + dash + "name AAAAAAB=\n",
  };
  for (const std::string& note : cases) {
    EXPECT_EQ(kind(open_note(note, test_key())), "malformed") << note;
  }
}

TEST(Note, TakesSixteenSignaturesAndNotAThousand) {
  const std::string line = dash + "other.example " + to_base64(std::string(4900, 'x')) + "\n";
  std::string note = make_note("text\n", test_signer());
  for (int i = 0; i < 15; ++i) {
    note += line;
  }
  EXPECT_EQ(kind(open_note(note, test_key())), "ok");
  const std::string small = dash + "other.example AAAAAAA=\n";
  for (int i = 0; i < 1000; ++i) {
    note += small;
  }
  EXPECT_EQ(kind(open_note(note, test_key())), "malformed");
}

}  // namespace
}  // namespace truebound::crypto
