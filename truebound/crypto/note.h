#pragma once

// Signed notes: a text that people can read, an empty line, and a line for each signature. The
// checkpoints of a ledger are such notes, and so `openssl` and coreutils can check them.
// @source C2SP signed-note

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "truebound/core/result.h"
#include "truebound/crypto/signer.h"

namespace truebound::crypto {

/// One signature line of a note.
struct NoteSignature {
  std::string name;
  std::uint32_t key_id = 0;
  std::string bytes;
};

/// A note taken apart. `text` ends with its line end; it may be believed only after open_note.
struct Note {
  std::string text;
  std::vector<NoteSignature> signatures;
};

/// The note of a text with one signature.
/// @param text  UTF-8, ends with a line end, has no other control characters; else it is our bug
std::string make_note(std::string_view text, const Signer& signer);

/// Takes a note apart, without looking at any signature.
/// @error malformed  no note: not UTF-8, control characters, no signature, a broken signature line,
///        more than 100 signatures or 1 MiB
Result<Note> parse_note(std::string_view bytes);

/// A note whose text the key has signed. Signatures of other keys are ignored.
/// @error malformed  as parse_note
/// @error policy     the key has not signed it
/// @error crypto     a signature that bears the key's name and id does not fit the text
Result<Note> open_note(std::string_view bytes, const Verifier& key);

}  // namespace truebound::crypto
