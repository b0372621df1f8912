#include "truebound/model/model.h"

#include <algorithm>
#include <cmath>

#include "truebound/model/anthropic.h"
#include "truebound/model/kept_answers.h"
#include "truebound/model/llama.h"
#include "truebound/model/openai.h"
#include "truebound/model/provider.h"
#include "truebound/model/replay.h"
#include "truebound/model/retry.h"

namespace truebound::model {
namespace {

// Every provider that exists, a line each.
const std::vector<Provider>& table() {
  static const std::vector<Provider> all = {
      anthropic_provider(),
      llama_provider(),
      openai_provider(),
      replay_provider(),
  };
  return all;
}

}  // namespace

Model::Model(std::string name) : name_(std::move(name)) {}
Model::~Model() = default;

void Model::keep_answers(std::unique_ptr<KeptAnswers> kept) {
  kept_ = std::move(kept);
}

Result<Price> Price::read(const eval::Specification& specification) {
  const json::Value* option = specification.options.find("price");
  if (option == nullptr || option->is_null()) return Price{};
  const eval::Specification given{.options = *option};
  Price price;
  for (auto [name, part] : {std::pair("in", &price.in), std::pair("out", &price.out)}) {
    constexpr double most = 1e9;
    constexpr double billionths_a_token = 1000;  // of a price a million tokens
    const std::optional<double> number = given.decimal(name);
    if (!number || !(*number >= 0 && *number <= most)) {
      return invalid_input("price: " + std::string(name) +
                           " must be a number in [0, 1e9], money a million tokens");
    }
    *part = static_cast<std::int64_t>(std::ceil(*number * billionths_a_token - 1e-6));
  }
  return price;
}

Most Model::most_tokens(const Request& request) const {
  constexpr std::int64_t template_tokens = 64;
  constexpr std::int64_t message_tokens = 16;
  Most most{.tokens_in = template_tokens};
  for (const eval::Message& message : request.messages) {
    most.tokens_in += static_cast<std::int64_t>(message.text.size()) + message_tokens;
  }
  most.tokens_out = most_reply_tokens(request);
  return most;
}

std::int64_t Model::most_reply_tokens(const Request& request) const {
  constexpr std::int64_t reply_tokens = 4096;
  return request.max_tokens.value_or(std::max(reply_tokens, longest_reply_));
}

std::int64_t Model::most_tries() const {
  return reach() == Reach::over_network ? 1 + most_retries : 1;
}

eval::Spent Model::cost(std::int64_t tokens_in, std::int64_t tokens_out) const {
  return {.calls = 1,
          .tokens = tokens_in + tokens_out,
          .money = tokens_in * price_.in + tokens_out * price_.out};
}

eval::Spent Model::most(const Request& request) const {
  const Most most = most_tokens(request);
  return cost(most.tokens_in, most.tokens_out);
}

Task<std::optional<Most>> Model::take(const Request& request) const {
  const Most most = most_tokens(request);
  if (request.allowance == nullptr) co_return most;
  const bool may_leave = co_await request.allowance->take(cost(most.tokens_in, most.tokens_out));
  if (!may_leave) co_return std::nullopt;
  co_return most;
}

void Model::settle_refused(const Request& request, const Most& most) const {
  if (request.allowance == nullptr) return;
  request.allowance->settle(cost(most.tokens_in, most.tokens_out), cost(0, 0));
}

void Model::settle_unknown(const Request& request, const Most& most) const {
  if (request.allowance == nullptr) return;
  const eval::Spent all = cost(most.tokens_in, most.tokens_out);
  request.allowance->settle(all, all);
}

void Model::settle_answered(const Request& request, const Most& most, const eval::Reply& reply) {
  longest_reply_ = std::max(longest_reply_, reply.tokens_out.value_or(0));
  if (request.allowance == nullptr) return;
  request.allowance->settle(
      cost(most.tokens_in, most.tokens_out),
      cost(reply.tokens_in.value_or(most.tokens_in), reply.tokens_out.value_or(most.tokens_out)));
}

Failure Model::budget_spent() {
  return {.status = eval::Status::budget, .message = "the budget is spent"};
}

Task<Answer> Model::answer_in_process(Request request) {
  const std::optional<Most> most = co_await take(request);
  if (!most) co_return budget_spent();
  Answer got = co_await answer(request);
  if (const auto* reply = std::get_if<eval::Reply>(&got)) {
    settle_answered(request, *most, *reply);
  } else {
    settle_unknown(request, *most);
  }
  co_return got;
}

Task<Answer> Model::ask(eval::CallRole role, Request request, Tape& tape) {
  eval::Call call;
  call.role = role;
  call.model = name_;
  call.messages = request.messages;
  request.allowance = tape.allowance();
  std::string key;
  if (kept_ != nullptr) key = kept_->key(identity(), request, tape.calls().size());
  if (std::optional<eval::Reply> kept = kept_ == nullptr ? std::nullopt : kept_->find(key)) {
    call.reply = *kept;
    call.from_cache = true;
    tape.keep(std::move(call));
    co_return std::move(*kept);
  }
  const std::int64_t start_us = tape.clock().steady_us();
  Answer got;
  if (reach() == Reach::in_process) {
    got = co_await answer_in_process(std::move(request));
  } else {
    got = co_await answer(std::move(request));
  }
  call.latency_us = tape.clock().steady_us() - start_us;
  if (const auto* reply = std::get_if<eval::Reply>(&got)) {
    call.reply = *reply;
    if (kept_ != nullptr) kept_->keep(key, *reply);
  } else {
    const auto& failure = std::get<Failure>(got);
    call.error = std::string(to_text(failure.status)) + ": " + failure.message;
  }
  tape.keep(std::move(call));
  co_return got;
}

Result<void> Model::accepts(const Request& /*request*/) const {
  return {};
}

bool is_same_model(const json::Value& a, const json::Value& b) {
  for (const char* part : {"provider", "sha256", "file", "served", "url"}) {
    const json::Value* left = a.find(part);
    const json::Value* right = b.find(part);
    if ((left == nullptr) != (right == nullptr)) return false;
    if (left != nullptr && !(*left == *right)) return false;
  }
  return true;
}

Result<std::unique_ptr<Model>> make(const Casting& casting) {
  std::vector<std::string> known;
  for (const Provider& provider : table()) {
    if (provider.kind.id == casting.specification.id) {
      TRUEBOUND_TRY(made, provider.make(casting));
      auto price = Price::read(casting.specification);
      if (!price.ok()) {
        return invalid_input("models." + casting.name + ": " + price.error().message);
      }
      made->set_price(price.value());
      return made;
    }
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
