#include "truebound/model/openai.h"

#include <memory>
#include <utility>

#include "truebound/core/result.h"
#include "truebound/eval/specification.h"
#include "truebound/model/model.h"
#include "truebound/model/openai_body.h"
#include "truebound/model/provider.h"
#include "truebound/model/remote.h"

namespace truebound::model {
namespace {

const RemoteKind& openai_kind() {
  static const RemoteKind kind{
      .provider = "openai",
      .path = "/chat/completions",
      .key_header = "authorization",
      .key_prefix = "Bearer ",
      .protocol = {.request = openai_request, .read = read_openai},
  };
  return kind;
}

Result<std::unique_ptr<Model>> make_openai(const Casting& casting) {
  return make_remote(openai_kind(), casting);
}

}  // namespace

Provider openai_provider() {
  eval::KnownKind kind{.id = "openai",
                       .about = "a server of OpenAI's chat completions, by its address",
                       .options = remote_options(openai_kind().path)};
  kind.options.push_back(
      {.name = "token_limit_name", .about = "max_tokens or max_completion_tokens"});
  return {.kind = std::move(kind), .make = make_openai};
}

}  // namespace truebound::model
