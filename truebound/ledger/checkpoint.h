#pragma once

// A checkpoint: the ledger's name, how many entries it has and their root, signed. Whoever keeps
// one can tell later whether anything before it was changed. docs/formats/checkpoint.md
// @source C2SP tlog-checkpoint

#include <string>
#include <string_view>

#include "truebound/core/result.h"
#include "truebound/crypto/signer.h"
#include "truebound/ledger/merkle.h"

namespace truebound::ledger {

/// What a checkpoint says.
struct Checkpoint {
  std::string origin;  ///< the name of the ledger's key
  TreeHead head;
};

/// The signed note of a tree, with the key's name as origin.
std::string make_checkpoint(const TreeHead& head, const crypto::Signer& signer);

/// A checkpoint's body, the text above the signatures. Lines of extensions are refused: nobody
/// could check them.
/// @error malformed  anything but origin, size without leading zeros, root, a line each
Result<Checkpoint> parse_checkpoint_body(std::string_view text);

/// A checkpoint that the key has signed, whose origin is the key's name.
/// @error malformed, policy, crypto  as crypto::open_note
/// @error policy                     signed, under another origin
Result<Checkpoint> open_checkpoint(std::string_view note, const crypto::Verifier& key);

/// The checkpoint in a ledger's own folder: as open_checkpoint, with this one signature and no
/// other, since nobody would answer for the bytes of others.
/// @error malformed, policy, crypto  as open_checkpoint
/// @error policy                     it has further signatures
Result<Checkpoint> open_own_checkpoint(std::string_view note, const crypto::Verifier& key);

}  // namespace truebound::ledger
