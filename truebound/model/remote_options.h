#pragma once

// Reads the options of one model behind a network. Internal to the providers over HTTP.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "truebound/core/result.h"
#include "truebound/json/value.h"
#include "truebound/model/model.h"
#include "truebound/model/pace.h"
#include "truebound/model/protocol.h"
#include "truebound/model/remote.h"
#include "truebound/net/address.h"
#include "truebound/net/client.h"

namespace truebound::model {

/// The options of one model, each read when asked for. Borrows both.
/// @error invalid_input  of each: an option that cannot be, with the model's name
class RemoteOptions {
 public:
  RemoteOptions(const RemoteKind& kind, const Casting& casting);

  /// How it wants to be asked, the key included.
  Result<Dialect> dialect() const;
  /// The whole address.
  Result<net::Address> address() const;
  /// The plan's headers, the protocol's and the key's.
  Result<net::Headers> headers(const std::string& key) const;
  /// How fast it may be asked.
  Result<PaceLimits> pace() const;
  /// Whether replies are kept and used again.
  bool keeps_answers() const;
  /// How requests go out.
  Result<net::ClientOptions> client() const;
  /// What pins the model: never the key.
  json::Value identity(const Dialect& dialect) const;

 private:
  Error wrong(const std::string& message) const;
  bool is_set(std::string_view name) const;
  std::string accept() const;
  Result<std::string> secret() const;
  Result<void> check_extra(const json::Value& extra) const;
  Result<std::vector<std::pair<std::string, std::string>>> texts(std::string_view option) const;

  const RemoteKind& kind_;
  const Casting& casting_;
  const eval::Specification& options_;
  std::string place_;
};

}  // namespace truebound::model
