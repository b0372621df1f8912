#include "truebound/ledger/merkle.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "truebound/core/bytes.h"
#include "truebound/core/check.h"
#include "truebound/core/result.h"
#include "truebound/crypto/sha256.h"

namespace truebound::ledger {
namespace {

Error malformed(const std::string& why) {
  return {.code = ErrorCode::malformed, .message = "proof: " + why};
}

Error mismatch(const std::string& why) {
  return {.code = ErrorCode::mismatch, .message = "proof: " + why};
}

// Where a tree of `size` > 1 leaves splits.
std::uint64_t split_of(std::uint64_t size) {
  return std::bit_floor(size - 1);
}

// RFC 6962's SUBPROOF: `whole` says whether the verifier knows the root of these leaves already.
enum class Known { yes, no };

void prove_growth(std::span<const Digest> leaves, std::uint64_t old_size, Known known,
                  std::vector<Digest>& proof) {
  if (old_size == leaves.size()) {
    if (known == Known::no) proof.push_back(root_of(leaves));
    return;
  }
  const std::uint64_t split = split_of(leaves.size());
  if (old_size <= split) {
    prove_growth(leaves.first(split), old_size, known, proof);
    proof.push_back(root_of(leaves.subspan(split)));
  } else {
    prove_growth(leaves.subspan(split), old_size - split, Known::no, proof);
    proof.push_back(root_of(leaves.first(split)));
  }
}

}  // namespace

Digest leaf_hash(std::string_view entry) {
  std::string bytes(1, '\0');
  bytes += entry;
  return crypto::sha256(bytes);
}

Digest node_hash(const Digest& left, const Digest& right) {
  std::string bytes("\x01");
  bytes += left.raw();
  bytes += right.raw();
  return crypto::sha256(bytes);
}

void Tree::add(const Digest& leaf) {
  Digest full = leaf;
  for (std::uint64_t bits = size_; (bits & 1U) != 0; bits >>= 1U) {
    full = node_hash(full_.back(), full);
    full_.pop_back();
  }
  full_.push_back(full);
  ++size_;
}

Digest Tree::root() const {
  if (full_.empty()) return crypto::sha256("");
  Digest root = full_.back();
  for (auto left = full_.rbegin() + 1; left != full_.rend(); ++left) {
    root = node_hash(*left, root);
  }
  return root;
}

Digest root_of(std::span<const Digest> leaves) {
  Tree tree;
  for (const Digest& leaf : leaves) {
    tree.add(leaf);
  }
  return tree.root();
}

std::vector<Digest> inclusion_proof(std::span<const Digest> leaves, std::uint64_t index) {
  TRUEBOUND_CHECK(index < leaves.size(), "a leaf that is in the tree");
  std::vector<Digest> proof;
  while (leaves.size() > 1) {
    const std::uint64_t split = split_of(leaves.size());
    if (index < split) {
      proof.push_back(root_of(leaves.subspan(split)));
      leaves = leaves.first(split);
    } else {
      proof.push_back(root_of(leaves.first(split)));
      leaves = leaves.subspan(split);
      index -= split;
    }
  }
  std::reverse(proof.begin(), proof.end());
  return proof;
}

std::vector<Digest> consistency_proof(std::span<const Digest> leaves, std::uint64_t old_size) {
  TRUEBOUND_CHECK(old_size >= 1 && old_size <= leaves.size(), "an old tree that is in the new one");
  std::vector<Digest> proof;
  prove_growth(leaves, old_size, Known::yes, proof);
  return proof;
}

Result<void> verify_inclusion(const Digest& leaf, std::uint64_t index,
                              std::span<const Digest> proof, const TreeHead& head) {
  if (index >= head.size) {
    return malformed("index " + std::to_string(index) + " is outside a tree of " +
                     std::to_string(head.size));
  }
  std::uint64_t place = index;
  std::uint64_t last = head.size - 1;
  Digest root = leaf;
  for (const Digest& other : proof) {
    if (last == 0) return malformed("it is too long");
    if ((place & 1U) != 0 || place == last) {
      root = node_hash(other, root);
      while ((place & 1U) == 0 && place != 0) {
        place >>= 1U;
        last >>= 1U;
      }
    } else {
      root = node_hash(root, other);
    }
    place >>= 1U;
    last >>= 1U;
  }
  if (last != 0) return malformed("it is too short");
  if (root != head.root) return mismatch("the entry is not at this place in the tree");
  return {};
}

Result<void> verify_consistency(const TreeHead& old, const TreeHead& now,
                                std::span<const Digest> proof) {
  if (old.size == 0) return malformed("an empty tree is consistent with any, which proves nothing");
  if (old.size > now.size) return malformed("the old tree is larger than the new one");
  if (old.size == now.size) {
    if (!proof.empty()) return malformed("trees of one size need no digests");
    if (old.root != now.root) return mismatch("two trees of one size have different roots");
    return {};
  }
  std::vector<Digest> path(proof.begin(), proof.end());
  // A full old tree is a node of the new one; the proof leaves out what the verifier knows.
  if (std::has_single_bit(old.size)) path.insert(path.begin(), old.root);
  if (path.empty()) return malformed("it is empty");
  std::uint64_t place = old.size - 1;
  std::uint64_t last = now.size - 1;
  while ((place & 1U) != 0) {
    place >>= 1U;
    last >>= 1U;
  }
  Digest old_root = path.front();
  Digest new_root = path.front();
  for (std::size_t i = 1; i < path.size(); ++i) {
    if (last == 0) return malformed("it is too long");
    if ((place & 1U) != 0 || place == last) {
      old_root = node_hash(path[i], old_root);
      new_root = node_hash(path[i], new_root);
      while ((place & 1U) == 0 && place != 0) {
        place >>= 1U;
        last >>= 1U;
      }
    } else {
      new_root = node_hash(new_root, path[i]);
    }
    place >>= 1U;
    last >>= 1U;
  }
  if (last != 0) return malformed("it is too short");
  if (old_root != old.root) return mismatch("it does not lead to the old tree");
  if (new_root != now.root) return mismatch("it does not lead to the new tree");
  return {};
}

}  // namespace truebound::ledger
