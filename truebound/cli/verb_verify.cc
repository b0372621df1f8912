// truebound verify: checks a ledger as a stranger would, and repairs nothing.

#include <fmt/format.h>

#include "truebound/cli/terminal.h"
#include "truebound/core/words.h"
#include "truebound/ledger/verify.h"
#include "truebound/record/history.h"
#include "truebound/text/utf8.h"

namespace truebound::cli {

Result<int> verify(const VerifyArguments& arguments, const Invocation& invocation) {
  std::string folder = arguments.path;
  if (folder.empty()) folder = invocation.ledger.empty() ? "ledger" : invocation.ledger;
  ledger::VerifyOptions options;
  if (!arguments.checkpoint.empty()) options.checkpoint = arguments.checkpoint;
  if (!arguments.key.empty()) options.key = arguments.key;
  TRUEBOUND_TRY(found, ledger::verify(folder, record::References(), options));
  if (invocation.output == Output::json) {
    json::List remarks;
    for (const std::string& text : found.remarks())
      remarks.push_back(text);
    const json::Value result = json::Object{
        {"ok", true},
        {"entries", found.head.size},
        {"root", found.head.root.hex()},
        {"under_checkpoint", found.covered},
        {"blobs", found.blobs},
        {"bytes", found.bytes},
        {"key", found.key},
        {"attestation", found.attestation == ledger::Attestation::own ? "self" : "kept"},
        {"remarks", remarks}};
    TRUEBOUND_TRY_VOID(deliver(invocation, json::pretty(result) + "\n"));
    return 0;
  }
  std::string text = fmt::format(
      "{}: {} entries, {} blobs, {} bytes: every byte accounted for\nroot {}\nkey {}\n", folder,
      found.head.size, found.blobs, found.bytes, found.head.root.hex(), found.key);
  for (const std::string& sentence : found.remarks())
    text += sentence + "\n";
  TRUEBOUND_TRY_VOID(deliver(invocation, text::visible(text)));
  return 0;
}

}  // namespace truebound::cli
