#include "truebound/model/model.h"

#include "truebound/model/llama.h"
#include "truebound/model/openai.h"
#include "truebound/model/provider.h"
#include "truebound/model/replay.h"

namespace truebound::model {
namespace {

// Every provider that exists, a line each.
const std::vector<Provider>& table() {
  static const std::vector<Provider> all = {
      llama_provider(),
      openai_provider(),
      replay_provider(),
  };
  return all;
}

}  // namespace

Task<Answer> Model::ask(eval::CallRole role, Request request, Tape& tape) {
  eval::Call call;
  call.role = role;
  call.model = name_;
  call.messages = request.messages;
  const std::int64_t start_us = tape.clock().steady_us();
  Answer got = co_await answer(std::move(request));
  call.latency_us = tape.clock().steady_us() - start_us;
  if (const auto* reply = std::get_if<eval::Reply>(&got)) {
    call.reply = *reply;
  } else {
    const auto& failure = std::get<Failure>(got);
    call.error = std::string(to_text(failure.status)) + ": " + failure.message;
  }
  tape.keep(std::move(call));
  co_return got;
}

Result<void> Model::accepts(const eval::Conversation& /*messages*/) const {
  return {};
}

Result<std::unique_ptr<Model>> make(const Casting& casting) {
  std::vector<std::string> known;
  for (const Provider& provider : table()) {
    if (provider.kind.id == casting.specification.id) return provider.make(casting);
    known.push_back(provider.kind.id);
  }
  return invalid_input("models." + casting.name + ": provider must be one of " + join(known) +
                       ", got \"" + casting.specification.id + "\"");
}

std::vector<eval::KnownKind> providers() {
  std::vector<eval::KnownKind> kinds;
  for (const Provider& provider : table())
    kinds.push_back(provider.kind);
  return kinds;
}

}  // namespace truebound::model
