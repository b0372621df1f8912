#pragma once

// A model behind a network, whatever its protocol: options, retries, pace, and what is taken from
// the budget for each try. Nothing is sent that the plan does not name, no host but the plan's is
// asked, and the key is in no text of ours.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "truebound/model/model.h"
#include "truebound/model/protocol.h"
#include "truebound/net/http.h"

namespace truebound::model {

/// A provider over HTTP, as far as it differs from the others.
struct RemoteKind {
  std::string provider;           ///< its id
  std::string path;               ///< after the plan's address: `/chat/completions`
  std::string key_header;         ///< takes the key
  std::string key_prefix;         ///< before the key: `Bearer `
  net::Headers headers;           ///< that it always sends
  bool needs_max_tokens = false;  ///< the protocol has no request without a limit
  Protocol protocol;
};

/// Makes a model of a kind from its specification.
/// @error invalid_input  an address that is none; no key in the variable that is named; a secret or
///                       a field of ours among headers or extra_body; no certificate in ca_file
Result<std::unique_ptr<Model>> make_remote(const RemoteKind& kind, const Casting& casting);

/// The options that every provider over HTTP takes.
/// @param path  for what is said of the address
std::vector<eval::Option> remote_options(const std::string& path);

}  // namespace truebound::model
