#pragma once

// What is said between a user, a system and a model: messages, replies, and the record of a call.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "truebound/json/fields.h"

namespace truebound::eval {

enum class Role { system, user, assistant };
constexpr std::array<std::string_view, 3> words(Role /*list*/) {
  return {"system", "user", "assistant"};
}

struct Message {
  Role role = Role::user;
  std::string text;
  template <class Visitor>
  void fields(Visitor& visit) {
    visit(json::required("role"), role, "who speaks");
    visit(json::required("text"), text, "what is said");
  }
};
using Conversation = std::vector<Message>;

/// Why a reply ended: by itself, at the token limit, by the provider's own filter, or nobody said.
enum class Finish { stop, length, filter, unknown };
constexpr std::array<std::string_view, 4> words(Finish /*list*/) {
  return {"stop", "length", "filter", "unknown"};
}

/// What a model returned for one call.
struct Reply {
  std::string text;
  std::string thinking;
  Finish finish = Finish::unknown;
  std::optional<std::int64_t> tokens_in;
  std::optional<std::int64_t> tokens_out;
  std::string served;
  template <class Visitor>
  void fields(Visitor& visit) {
    visit("text", text, "the answer");
    visit("thinking", thinking, "thinking that the provider gave apart");
    visit("finish", finish, "why it ended");
    visit("tokens_in", tokens_in, "tokens of the request, if told");
    visit("tokens_out", tokens_out, "tokens of the reply, if told");
    visit("served", served, "id of the model that answered, as it names itself");
  }
};

/// Who asked a model and what for.
enum class CallRole { system, attacker, in_loop, safeguard, verdict };
constexpr std::array<std::string_view, 5> words(CallRole /*list*/) {
  return {"system", "attacker", "in_loop", "safeguard", "verdict"};
}

/// How an attempt ended on the wire. It says nothing of the slot's outcome: ok is no `held`.
enum class Status {
  ok,
  stopped,
  timeout,
  lost,
  rejected,
  malformed,
  budget,
  canceled,
  attacker_refused,
  crash
};
constexpr std::array<std::string_view, 10> words(Status /*list*/) {
  return {"ok",     "stopped",  "timeout",          "lost", "rejected", "malformed",
          "budget", "canceled", "attacker_refused", "crash"};
}

/// One call to a model, as it is kept in a transcript.
struct Call {
  CallRole role = CallRole::system;
  std::string model;
  Conversation messages;
  std::optional<Reply> reply;
  std::string error;
  std::int64_t latency_us = 0;
  std::optional<bool> from_cache;
  template <class Visitor>
  void fields(Visitor& visit) {
    visit("role", role, "who asked");
    visit("model", model, "the model's name in the plan");
    visit("messages", messages, "what was sent");
    visit("reply", reply, "what came back");
    visit("error", error, "why nothing came back");
    visit("latency_us", latency_us, "microseconds from request to reply");
    visit("from_cache", from_cache,
          "true: nobody was asked, the reply was kept from an earlier run");
  }
};

/// One reply of the system within an attempt: what a judge is asked about. `layer` names the
/// safeguard that stopped it, or is `none`.
struct Query {
  std::int64_t number = 1;
  std::string asked;
  std::string text;
  std::string thinking;
  Finish finish = Finish::unknown;
  std::string layer = "none";
  template <class Visitor>
  void fields(Visitor& visit) {
    visit("number", number, "counted from 1");
    visit("asked", asked, "the last message that the system got, after the attack");
    visit("text", text, "the system's answer");
    visit("thinking", thinking, "thinking, kept apart");
    visit("finish", finish, "why it ended");
    visit("layer", layer, "the safeguard that stopped it, or none");
  }
};

/// All that took place in one attempt, in order. The blob of an attempt.close.
struct Transcript {
  std::vector<Call> calls;
  std::vector<Query> queries;
  std::string note;
  template <class Visitor>
  void fields(Visitor& visit) {
    visit("calls", calls, "every call to a model");
    visit("queries", queries, "every reply of the system");
    visit("note", note, "why the attempt ended as it did, when it did not end well");
  }
};

}  // namespace truebound::eval
