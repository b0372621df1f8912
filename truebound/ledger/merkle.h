#pragma once

// The Merkle tree over a ledger's entries. One root stands for all of them in their order; that an
// entry is in it, or that a tree grew from an older one, takes a proof of about log2(n) digests.
//   leaf = SHA-256(0x00 || entry)    node = SHA-256(0x01 || left || right)
// A tree of n leaves splits at the largest power of two below n; the root of none is SHA-256("").
// @source RFC 6962, section 2.1; RFC 9162, sections 2.1.3.2 and 2.1.4.2 for the verification

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "truebound/core/bytes.h"
#include "truebound/core/result.h"

namespace truebound::ledger {

Digest leaf_hash(std::string_view entry);
Digest node_hash(const Digest& left, const Digest& right);

/// The size of a tree and its root.
struct TreeHead {
  std::uint64_t size = 0;
  Digest root;
  bool operator==(const TreeHead&) const = default;
};

/// A tree that only grows: keeps the roots of its full subtrees, at most 64 digests however large
/// it is. Copy it to keep a state.
class Tree {
 public:
  void add(const Digest& leaf);
  std::uint64_t size() const { return size_; }
  Digest root() const;
  TreeHead head() const { return {.size = size_, .root = root()}; }

 private:
  std::uint64_t size_ = 0;
  std::vector<Digest> full_;  ///< largest first, one for each bit that is set in size_
};

/// The root over leaf hashes.
Digest root_of(std::span<const Digest> leaves);

/// The digests that lead from leaf `index` (< leaves.size()) to the root, lowest first.
std::vector<Digest> inclusion_proof(std::span<const Digest> leaves, std::uint64_t index);

/// The digests that show how the tree of the first `old_size` leaves grew into that of all.
/// 1 <= old_size <= leaves.size(); empty where both are equal.
std::vector<Digest> consistency_proof(std::span<const Digest> leaves, std::uint64_t old_size);

/// Holds where the leaf stands at `index` in the tree.
/// @error malformed  index outside of the tree, or a proof of another length than the place asks
/// @error mismatch   the proof leads to another root
Result<void> verify_inclusion(const Digest& leaf, std::uint64_t index,
                              std::span<const Digest> proof, const TreeHead& head);

/// Holds where the tree `now` grew from the tree `old`. An old size of 0 proves nothing and is
/// refused here, as in RFC 9162; a witness treats it apart.
/// @error malformed  sizes out of order or 0, or a proof of another length than the sizes ask
/// @error mismatch   the proof leads to other roots
Result<void> verify_consistency(const TreeHead& old, const TreeHead& now,
                                std::span<const Digest> proof);

}  // namespace truebound::ledger
