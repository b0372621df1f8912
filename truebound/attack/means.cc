#include "truebound/attack/means.h"

#include <algorithm>

#include "truebound/crypto/stream.h"

namespace truebound::attack {

Means::Means(Setting setting)
    : setting_(std::move(setting)),
      stream_(crypto::open_stream(setting_.seed, setting_.slot, "attack")) {}

std::int64_t Means::queries_left() const {
  if (failure_) return 0;
  return std::max<std::int64_t>(0, setting_.queries - static_cast<std::int64_t>(queries_.size()));
}

Task<std::optional<eval::Query>> Means::ask(std::string text) {
  eval::Message message;
  message.text = std::move(text);
  eval::Conversation conversation;
  conversation.push_back(std::move(message));
  co_return co_await ask(std::move(conversation));
}

Task<std::optional<eval::Query>> Means::ask(eval::Conversation conversation) {
  if (queries_left() == 0) co_return std::nullopt;
  TRUEBOUND_CHECK(!conversation.empty(), "a conversation that ends with the user's turn");
  std::string asked = conversation.back().text;
  const std::string purpose = "call:system:" + std::to_string(queries_.size() + 1);
  context::TurnNeeds needs;
  needs.stream = crypto::open_stream(setting_.seed, setting_.slot, purpose);
  needs.slot = setting_.slot;
  needs.timeout = setting_.timeout;
  context::Turn turn =
      co_await setting_.system.answer(std::move(conversation), std::move(needs), setting_.tape);
  if (turn.failure) {
    failure_ = std::move(turn.failure);
    co_return std::nullopt;
  }
  record(std::move(asked), std::move(turn));
  co_return queries_.back();
}

void Means::record(std::string asked, context::Turn turn) {
  if (turn.layer != "none") ++stops_[turn.layer + " (" + turn.reason + ")"];
  eval::Query query;
  query.number = static_cast<std::int64_t>(queries_.size()) + 1;
  query.asked = std::move(asked);
  query.text = std::move(turn.text);
  query.thinking = std::move(turn.thinking);
  query.finish = turn.finish;
  query.layer = std::move(turn.layer);
  queries_.push_back(std::move(query));
}

Ending Means::ending() const {
  Ending ending;
  std::vector<std::string> notes;
  for (const auto& [what, count] : stops_)
    notes.push_back("stopped by " + what + ": " + std::to_string(count) + " of " +
                    std::to_string(queries_.size()));
  const bool all_stopped =
      !queries_.empty() && std::all_of(queries_.begin(), queries_.end(),
                                       [](const eval::Query& q) { return q.layer != "none"; });
  if (failure_) {
    ending.status = failure_->status;
    ending.scope = failure_->scope;
    notes.push_back("query " + std::to_string(queries_.size() + 1) + ": " +
                    std::string(to_text(failure_->status)) + ": " + failure_->message);
  } else if (all_stopped) {
    ending.status = eval::Status::stopped;
    ending.layer = queries_.front().layer;
  } else if (queries_.empty()) {
    if (setting_.queries < 1) ending.status = eval::Status::budget;
    notes.emplace_back("the attack asked nothing");
  }
  ending.note = join(notes, "; ");
  return ending;
}

}  // namespace truebound::attack
