#include "truebound/crypto/note.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "truebound/core/check.h"
#include "truebound/core/result.h"
#include "truebound/crypto/base64.h"
#include "truebound/crypto/signer.h"
#include "truebound/crypto/utf8.h"

namespace truebound::crypto {
namespace {

// Em dash and space: how a signature line begins.
constexpr std::string_view dash = "\xE2\x80\x94 ";
constexpr std::size_t max_note_bytes = 1U << 20U;
constexpr std::size_t max_signatures = 100;

Error malformed(const std::string& why) {
  return {.code = ErrorCode::malformed, .message = "note: " + why};
}

bool is_note_text(std::string_view text) {
  const auto points = decode_utf8(text);
  if (!points || points->empty() || points->back() != U'\n') return false;
  for (const char32_t point : *points) {
    if (point < 0x20 && point != U'\n') return false;
  }
  return true;
}

Result<NoteSignature> parse_signature(std::string_view line) {
  if (line.substr(0, dash.size()) != dash) {
    return malformed("expected a signature line that begins with an em dash");
  }
  line.remove_prefix(dash.size());
  const std::size_t space = line.find(' ');
  if (space == std::string_view::npos) return malformed("a signature line has no signature");
  NoteSignature signature;
  signature.name = line.substr(0, space);
  if (!is_key_name(signature.name)) return malformed("a signature line has no valid key name");
  const Result<std::string> bytes = from_base64(line.substr(space + 1));
  if (!bytes.ok()) return malformed("a signature is no base64");
  if (bytes.value().size() <= 4) return malformed("a signature is too short");
  for (std::size_t i = 0; i < 4; ++i) {
    signature.key_id = signature.key_id << 8U | static_cast<unsigned char>(bytes.value()[i]);
  }
  signature.bytes = bytes.value().substr(4);
  return signature;
}

}  // namespace

std::string make_note(std::string_view text, const Signer& signer) {
  TRUEBOUND_CHECK(is_note_text(text), "a note's text is UTF-8 lines without control characters");
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) {
    bytes += static_cast<char>(signer.key_id() >> static_cast<unsigned>(shift));
  }
  bytes += signer.sign(text);
  std::string note(text);
  note += '\n';
  note += dash;
  note += signer.name() + " " + to_base64(bytes) + "\n";
  return note;
}

Result<Note> parse_note(std::string_view bytes) {
  if (bytes.size() > max_note_bytes) return malformed("expected at most 1 MiB");
  if (!is_note_text(bytes)) {
    return malformed("expected UTF-8 lines without control characters, the last one ended");
  }
  // The last empty line parts text and signatures: the text may have empty lines of its own.
  const std::size_t split = bytes.rfind("\n\n");
  if (split == std::string_view::npos)
    return malformed("expected an empty line before the signatures");
  Note note;
  note.text = bytes.substr(0, split + 1);
  std::string_view lines = bytes.substr(split + 2);
  if (lines.empty()) return malformed("it has no signature");
  while (!lines.empty()) {
    if (note.signatures.size() == max_signatures) return malformed("more than 100 signatures");
    const std::size_t end = lines.find('\n');
    TRUEBOUND_TRY(signature, parse_signature(lines.substr(0, end)));
    note.signatures.push_back(std::move(signature));
    lines.remove_prefix(end + 1);
  }
  return note;
}

Result<Note> open_note(std::string_view bytes, const Verifier& key) {
  TRUEBOUND_TRY(note, parse_note(bytes));
  std::size_t fitting = 0;
  for (const NoteSignature& signature : note.signatures) {
    if (signature.name != key.name() || signature.key_id != key.key_id()) continue;
    if (!key.verify(note.text, signature.bytes)) {
      return Error{.code = ErrorCode::crypto,
                   .message = "note: the signature of " + key.name() + " does not fit its text"};
    }
    ++fitting;
  }
  if (fitting == 0) {
    return Error{.code = ErrorCode::policy,
                 .message = "note: expected a signature of " + key.text() + ", found none"};
  }
  return note;
}

}  // namespace truebound::crypto
