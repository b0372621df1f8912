#include "truebound/ledger/merkle.h"

#include <map>
#include <optional>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "truebound/core/file.h"
#include "truebound/crypto/base64.h"
#include "truebound/crypto/sha256.h"
#include "truebound/json/value.h"

namespace truebound::ledger {
namespace {

// RFC 6962 written down as it is defined: the oracle for Tree.
Digest slow_root(std::span<const Digest> leaves) {
  if (leaves.empty()) return crypto::sha256("");
  if (leaves.size() == 1) return leaves[0];
  std::size_t split = 1;
  while (split * 2 < leaves.size())
    split *= 2;
  return node_hash(slow_root(leaves.first(split)), slow_root(leaves.subspan(split)));
}

std::vector<Digest> make_leaves(std::size_t count) {
  std::vector<Digest> leaves;
  for (std::size_t i = 0; i < count; ++i) {
    leaves.push_back(leaf_hash(std::to_string(i)));
  }
  return leaves;
}

// transparency-dev/merkle, rfc6962/rfc6962_test.go.
TEST(Merkle, HashesAsPublished) {
  EXPECT_EQ(Tree().root().hex(),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(leaf_hash("").hex(),
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
  EXPECT_EQ(leaf_hash("L123456").hex(),
            "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56");
}

TEST(Merkle, GrownRootIsTheDefinedOneForEverySizeTo130) {
  const std::vector<Digest> leaves = make_leaves(130);
  Tree tree;
  for (std::size_t size = 0; size <= leaves.size(); ++size) {
    EXPECT_EQ(tree.size(), size);
    EXPECT_EQ(tree.root(), slow_root(std::span(leaves).first(size))) << size;
    if (size < leaves.size()) tree.add(leaves[size]);
  }
}

TEST(Merkle, EveryLeafOfEverySizeTo70HasAProofThatHoldsAtItsPlaceAlone) {
  const std::vector<Digest> all = make_leaves(70);
  for (std::size_t size = 1; size <= all.size(); ++size) {
    const std::span<const Digest> leaves = std::span(all).first(size);
    const TreeHead head{.size = size, .root = root_of(leaves)};
    for (std::size_t index = 0; index < size; ++index) {
      const std::vector<Digest> proof = inclusion_proof(leaves, index);
      EXPECT_TRUE(verify_inclusion(leaves[index], index, proof, head).ok());
      EXPECT_FALSE(verify_inclusion(leaves[index], index + 1, proof, head).ok());
      EXPECT_FALSE(verify_inclusion(leaf_hash("other"), index, proof, head).ok());
    }
  }
}

TEST(Merkle, EveryGrowthToSize70HasAProofThatHoldsForItAlone) {
  const std::vector<Digest> all = make_leaves(70);
  for (std::size_t size = 1; size <= all.size(); ++size) {
    const std::span<const Digest> leaves = std::span(all).first(size);
    const TreeHead now{.size = size, .root = root_of(leaves)};
    for (std::size_t before = 1; before <= size; ++before) {
      const TreeHead old{.size = before, .root = root_of(leaves.first(before))};
      std::vector<Digest> proof = consistency_proof(leaves, before);
      EXPECT_TRUE(verify_consistency(old, now, proof).ok()) << before << " to " << size;
      EXPECT_FALSE(verify_consistency({before, leaf_hash("other")}, now, proof).ok());
      EXPECT_FALSE(verify_consistency(old, {size, leaf_hash("other")}, proof).ok());
      proof.push_back(leaf_hash("more"));
      EXPECT_FALSE(verify_consistency(old, now, proof).ok());
    }
  }
}

TEST(Merkle, AnEmptyTreeProvesNothing) {
  const TreeHead empty{.size = 0, .root = Tree().root()};
  EXPECT_EQ(verify_consistency(empty, empty, {}).error().code, ErrorCode::malformed);
}

// Data of transparency-dev/merkle. Some digests there are short texts: equal texts stand for equal
// digests, so each is taken as the digest of its bytes. An absent one is none at all, and a probe
// with one is refused before there is anything to compute.
std::optional<Digest> digest_of(const json::Value& value) {
  if (value.text() == nullptr || value.text()->empty()) return std::nullopt;
  const std::string bytes = crypto::from_base64(*value.text()).value();
  Digest digest;
  if (bytes.size() != digest.bytes.size()) return crypto::sha256(bytes);
  std::copy(bytes.begin(), bytes.end(), digest.bytes.begin());
  return digest;
}

struct Probe {
  std::map<std::string, Digest> digests;
  std::map<std::string, std::uint64_t> numbers;
  std::vector<Digest> proof;
  bool whole = true;  ///< no digest is absent
  bool wants_error = false;
};

Probe read_probe(const Path& path) {
  std::string text = read_file(path).value();
  // Index -1 as an unsigned number is beyond what our JSON has; any index outside the tree will do.
  if (const std::size_t at = text.find("18446744073709551615"); at != text.npos) {
    text.replace(at, 20, "9223372036854775807");
  }
  Probe probe;
  const json::Value value = json::parse_json(text, path.string()).value();
  for (const auto& [key, item] : *value.object()) {
    if (item.integer() != nullptr) {
      probe.numbers[key] = static_cast<std::uint64_t>(*item.integer());
    } else if (key == "root" || key == "leafHash" || key == "root1" || key == "root2") {
      const std::optional<Digest> digest = digest_of(item);
      probe.whole = probe.whole && digest.has_value();
      probe.digests[key] = digest.value_or(Digest{});
    }
  }
  if (const json::List* list = value.find("proof")->list()) {
    for (const json::Value& item : *list) {
      const std::optional<Digest> digest = digest_of(item);
      probe.whole = probe.whole && digest.has_value();
      probe.proof.push_back(digest.value_or(Digest{}));
    }
  }
  probe.wants_error = *value.find("wantErr")->boolean();
  return probe;
}

// Each probe of a folder, and whether our verdict is the expected one.
template <class Check>
std::map<std::string, bool> run_probes(const Path& folder, Check holds) {
  std::map<std::string, bool> agrees;
  for (const auto& file : std::filesystem::recursive_directory_iterator(folder)) {
    if (file.path().extension() != ".json") continue;
    Probe probe = read_probe(file.path());
    agrees[file.path().lexically_relative(folder).string()] =
        (probe.whole && holds(probe)) != probe.wants_error;
  }
  return agrees;
}

const Path probes = Path(TRUEBOUND_SHARED) / "vectors/merkle/testdata";

TEST(MerkleProbes, InclusionAgreesWithAll) {
  if (!std::filesystem::exists(probes)) GTEST_SKIP() << "no vectors in " << probes;
  const auto agrees = run_probes(probes / "inclusion", [](Probe& probe) {
    return verify_inclusion(probe.digests["leafHash"], probe.numbers["leafIdx"], probe.proof,
                            {probe.numbers["treeSize"], probe.digests["root"]})
        .ok();
  });
  EXPECT_EQ(agrees.size(), 98U);
  for (const auto& [name, agreed] : agrees) {
    EXPECT_TRUE(agreed) << name;
  }
}

TEST(MerkleProbes, ConsistencyAgreesWithAll) {
  if (!std::filesystem::exists(probes)) GTEST_SKIP() << "no vectors in " << probes;
  const auto agrees = run_probes(probes / "consistency", [](Probe& probe) {
    return verify_consistency({probe.numbers["size1"], probe.digests["root1"]},
                              {probe.numbers["size2"], probe.digests["root2"]}, probe.proof)
        .ok();
  });
  EXPECT_EQ(agrees.size(), 98U);
  for (const auto& [name, agreed] : agrees) {
    EXPECT_TRUE(agreed) << name;
  }
}

}  // namespace
}  // namespace truebound::ledger
