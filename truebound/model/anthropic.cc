#include "truebound/model/anthropic.h"

#include <memory>
#include <utility>

#include "truebound/core/result.h"
#include "truebound/eval/specification.h"
#include "truebound/model/anthropic_body.h"
#include "truebound/model/model.h"
#include "truebound/model/provider.h"
#include "truebound/model/remote.h"

namespace truebound::model {
namespace {

const RemoteKind& anthropic_kind() {
  static const RemoteKind kind{
      .provider = "anthropic",
      .path = "/messages",
      .key_header = "x-api-key",
      .headers = {{"anthropic-version", "2023-06-01"}},
      .needs_max_tokens = true,
      .protocol = {.request = anthropic_request, .read = read_anthropic},
  };
  return kind;
}

Result<std::unique_ptr<Model>> make_anthropic(const Casting& casting) {
  return make_remote(anthropic_kind(), casting);
}

}  // namespace

Provider anthropic_provider() {
  eval::KnownKind kind{.id = "anthropic",
                       .about = "a server of Anthropic's messages, by its address",
                       .options = remote_options(anthropic_kind().path)};
  return {.kind = std::move(kind), .make = make_anthropic};
}

}  // namespace truebound::model
