#include "truebound/ledger/checkpoint.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>

#include "truebound/core/result.h"
#include "truebound/crypto/base64.h"
#include "truebound/crypto/note.h"
#include "truebound/crypto/signer.h"
#include "truebound/ledger/merkle.h"

namespace truebound::ledger {
namespace {

Error malformed(const std::string& why) {
  return {.code = ErrorCode::malformed, .message = "checkpoint: " + why};
}

// The text up to the next line end, which is taken off with it.
Result<std::string_view> take_line(std::string_view& text, const char* what) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos || end == 0)
    return malformed(std::string("expected a line with ") + what);
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

Result<std::uint64_t> parse_size(std::string_view digits) {
  std::uint64_t size = 0;
  const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), size);
  if (failed != std::errc() || end != digits.data() + digits.size() ||
      std::to_string(size) != digits) {
    return malformed("expected a size without leading zeros, got '" + std::string(digits) + "'");
  }
  return size;
}

}  // namespace

std::string make_checkpoint(const TreeHead& head, const crypto::Signer& signer) {
  return crypto::make_note(signer.name() + "\n" + std::to_string(head.size) + "\n" +
                               crypto::to_base64(head.root.raw()) + "\n",
                           signer);
}

Result<Checkpoint> parse_checkpoint_body(std::string_view text) {
  Checkpoint checkpoint;
  TRUEBOUND_TRY(origin, take_line(text, "the origin"));
  TRUEBOUND_TRY(digits, take_line(text, "the size"));
  TRUEBOUND_TRY(root, take_line(text, "the root"));
  if (!text.empty()) return malformed("expected three lines, got more");
  checkpoint.origin = origin;
  TRUEBOUND_TRY(size, parse_size(digits));
  checkpoint.head.size = size;
  const Result<std::string> bytes = crypto::from_base64(root);
  if (!bytes.ok() || bytes.value().size() != checkpoint.head.root.bytes.size()) {
    return malformed("expected a root of 32 bytes in base64, got '" + std::string(root) + "'");
  }
  std::copy(bytes.value().begin(), bytes.value().end(), checkpoint.head.root.bytes.begin());
  return checkpoint;
}

Result<Checkpoint> open_checkpoint(std::string_view note, const crypto::Verifier& key) {
  TRUEBOUND_TRY(opened, crypto::open_note(note, key));
  TRUEBOUND_TRY(checkpoint, parse_checkpoint_body(opened.text));
  if (checkpoint.origin != key.name()) {
    return Error{
        .code = ErrorCode::policy,
        .message = "checkpoint: expected the origin " + key.name() + ", got " + checkpoint.origin};
  }
  return checkpoint;
}

Result<Checkpoint> open_own_checkpoint(std::string_view note, const crypto::Verifier& key) {
  TRUEBOUND_TRY(checkpoint, open_checkpoint(note, key));
  TRUEBOUND_TRY(parsed, crypto::parse_note(note));
  if (parsed.signatures.size() != 1) {
    return Error{.code = ErrorCode::policy,
                 .message = "checkpoint: expected the signature of " + key.name() + " alone, got " +
                            std::to_string(parsed.signatures.size())};
  }
  return checkpoint;
}

}  // namespace truebound::ledger
