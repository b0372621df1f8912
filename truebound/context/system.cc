#include "truebound/context/system.h"

#include <algorithm>

#include "truebound/crypto/sha256.h"

namespace truebound::context {
namespace {

std::string_view without_line_ends(std::string_view text) {
  const std::size_t last = text.find_last_not_of("\r\n");
  return last == std::string_view::npos ? std::string_view() : text.substr(0, last + 1);
}

std::string joined_system_message(const System::Parts& parts) {
  std::vector<std::string> texts = {
      std::string(without_line_ends(parts.deployment.specification.system_text))};
  for (const Safeguard* safeguard : parts.safeguards)
    texts.emplace_back(without_line_ends(safeguard->system_text()));
  std::erase(texts, "");
  return join(texts, "\n\n");
}

// The finish is unknown: what the user sees is no reply of the model, cut or whole.
Turn stopped_turn(Stop stop) {
  Turn turn;
  turn.text = std::move(stop.says);
  turn.layer = std::move(stop.layer);
  turn.reason = std::move(stop.reason);
  return turn;
}

Turn answered_turn(const eval::Reply& reply) {
  Turn turn;
  turn.text = reply.text;
  turn.thinking = reply.thinking;
  turn.finish = reply.finish;
  return turn;
}

}  // namespace

System::System(Parts parts)
    : parts_(std::move(parts)), system_message_(joined_system_message(parts_)) {}

eval::Conversation System::assembled(eval::Conversation conversation) const {
  TRUEBOUND_CHECK(!conversation.empty() && conversation.back().role == eval::Role::user,
                  "a conversation that ends with the user's turn");
  const std::string& says = parts_.persona.specification.says;
  if (!says.empty()) {
    const auto first =
        std::find_if(conversation.begin(), conversation.end(),
                     [](const eval::Message& m) { return m.role == eval::Role::user; });
    first->text = std::string(without_line_ends(says)) + "\n\n" + first->text;
  }
  if (!system_message_.empty()) {
    conversation.insert(conversation.begin(),
                        {.role = eval::Role::system, .text = system_message_});
  }
  return conversation;
}

model::Request System::request(eval::Conversation conversation) const {
  model::Request request;
  request.messages = assembled(std::move(conversation));
  request.temperature = parts_.deployment.specification.temperature;
  request.top_p = parts_.deployment.specification.top_p;
  request.max_tokens = parts_.deployment.specification.max_tokens;
  return request;
}

eval::Spent System::most(const std::string& text) const {
  return parts_.model->most(request({{.role = eval::Role::user, .text = text}}));
}

std::int64_t System::most_reply_bytes() const {
  constexpr std::int64_t bytes_a_token = 8;
  const model::Request any = request({{.role = eval::Role::user, .text = ""}});
  return parts_.model->most_reply_tokens(any) * bytes_a_token;
}

Task<Turn> System::answer(eval::Conversation conversation, TurnNeeds needs,
                          model::Tape& tape) const {
  model::Request request = this->request(std::move(conversation));
  request.stream = needs.stream;
  request.slot = std::move(needs.slot);
  request.timeout = needs.timeout;

  for (const Safeguard* safeguard : parts_.safeguards) {
    std::optional<Stop> stop = co_await safeguard->check_request(request.messages, tape);
    if (stop) co_return stopped_turn(std::move(*stop));
  }
  const model::Answer got =
      co_await parts_.model->ask(eval::CallRole::system, std::move(request), tape);
  if (const auto* failure = std::get_if<model::Failure>(&got)) {
    Turn failed;
    failed.failure = *failure;
    co_return failed;
  }
  const auto& reply = std::get<eval::Reply>(got);
  Turn turn = answered_turn(reply);
  if (reply.finish == eval::Finish::filter) {
    turn.layer = "provider";
    turn.reason = "the provider's own filter";
    co_return turn;
  }
  for (const Safeguard* safeguard : parts_.safeguards) {
    std::optional<Stop> stop = co_await safeguard->check_reply(reply, tape);
    if (stop) co_return stopped_turn(std::move(*stop));
  }
  co_return turn;
}

json::Value System::identity() const {
  json::List safeguards;
  for (const Safeguard* safeguard : parts_.safeguards) {
    safeguards.push_back(
        json::Object{{"name", safeguard->name()}, {"specification", safeguard->identity()}});
  }
  return json::Object{
      {"model",
       json::Object{{"name", parts_.model->name()}, {"specification", parts_.model->identity()}}},
      {"persona", json::write(parts_.persona)},
      {"deployment", json::write(parts_.deployment)},
      {"arm", json::Object{{"name", parts_.arm}, {"safeguards", std::move(safeguards)}}},
  };
}

std::string System::digest() const {
  return crypto::sha256(json::canonical(identity())).hex();
}

Result<void> System::can_be_asked() const {
  const model::Request probe = request({{.role = eval::Role::user, .text = "What is the time?"}});
  const Result<void> accepted = parts_.model->accepts(probe);
  if (accepted.ok()) return {};
  return invalid_input("models." + parts_.model->name() + " in deployment " +
                       parts_.deployment.name + " with arm " + parts_.arm + ": " +
                       accepted.error().message);
}

}  // namespace truebound::context
