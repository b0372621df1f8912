#pragma once

// Folder: turns a model into a system, by who uses it (persona), where (deployment) and which
// safeguards are on (arm). This file: one system, which answers as a user would see it answer.

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "truebound/context/safeguard.h"
#include "truebound/core/random.h"
#include "truebound/core/result.h"
#include "truebound/core/task.h"
#include "truebound/eval/conversation.h"
#include "truebound/eval/specification.h"
#include "truebound/eval/spent.h"
#include "truebound/json/fields.h"
#include "truebound/model/model.h"

namespace truebound::context {

/// What a system answered, as its user sees it.
struct Turn {
  std::string text;
  std::string thinking;
  eval::Finish finish = eval::Finish::unknown;
  std::string layer = "none";             ///< who stopped it: a safeguard, `provider`, or none
  std::string reason;                     ///< what that layer found
  std::optional<model::Failure> failure;  ///< no reply came: all of the above is empty
};

/// What a turn needs beside the conversation.
struct TurnNeeds {
  // Affects the result.
  RandomStream stream{0};  ///< what sampling draws from
  std::string slot;        ///< the slot's key

  // Affects speed or cost only.
  std::chrono::milliseconds timeout{60000};
};

/// A model in a context, with an arm's safeguards around it: what is assessed. Borrows the model
/// and the safeguards. Many attempts may use it at once, all from one event loop.
///
/// The system message is the deployment's, then the texts of the arm's safeguards in its order,
/// joined by blank lines (line ends at the end of each are left out). What the persona says stands
/// before the first message of the user, with a blank line between. Safeguards check the request in
/// the arm's order, then the model is asked, then they check the reply; the first stop ends it.
class System {
 public:
  struct Parts {
    model::Model* model = nullptr;
    json::Named<eval::Persona> persona;
    json::Named<eval::Deployment> deployment;  ///< `system_text` filled in
    std::string arm;
    std::vector<const Safeguard*> safeguards;
  };
  explicit System(Parts parts);

  /// Answers a conversation of user and assistant turns, the last one the user's.
  Task<Turn> answer(eval::Conversation conversation, TurnNeeds needs, model::Tape& tape) const;

  /// What the model would get for a conversation.
  eval::Conversation assembled(eval::Conversation conversation) const;

  /// What a request with this text may cost at most, without what safeguards ask.
  eval::Spent most(const std::string& text) const;
  /// How often one request may be sent at most.
  std::int64_t most_tries() const { return parts_.model->most_tries(); }
  /// How long a reply may be, in bytes. A token is counted as 8: no text of any language comes to
  /// more a token over its whole length.
  std::int64_t most_reply_bytes() const;

  /// Names and content of all its parts.
  json::Value identity() const;
  /// SHA-256 of the canonical identity, 64 hexadecimal digits.
  std::string digest() const;

  /// Whether the model takes conversations as this system puts them together.
  /// @error invalid_input  it does not: a chat template that refuses a system message
  Result<void> can_be_asked() const;

 private:
  model::Request request(eval::Conversation conversation) const;

  Parts parts_;
  std::string system_message_;
};

}  // namespace truebound::context
