// Systems: how a context is put around a model, which layer stops what, and when no call is made.

#include <map>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "truebound/context/systems.h"

namespace truebound::context {
namespace {

class KeptFiles final : public FileSource {
 public:
  Result<std::string> read(const std::string& name) const override {
    if (name == "v7.txt") return std::string("You sell shoes.\n\n");
    if (name == "in.yaml") return std::string("patterns: [{name: door, match: 'door|4711'}]");
    if (name == "out.yaml") return std::string("patterns: [{name: code, match: '4711'}]");
    return invalid_input(name + ": no such file");
  }
};

/// Answers every request with the same reply or failure, and keeps the requests.
class FixedModel final : public model::Model {
 public:
  explicit FixedModel(std::string name, model::Answer says = eval::Reply{.text = "Hello."})
      : Model(std::move(name)), says_(std::move(says)) {}
  json::Value identity() const override { return json::Object{{"provider", "fixed"}}; }
  Result<void> accepts(const model::Request& request) const override {
    if (takes_system_message_ || request.messages.front().role != eval::Role::system) return {};
    return invalid_input("the chat template takes no system message");
  }
  void refuse_system_messages() { takes_system_message_ = false; }
  const std::vector<model::Request>& requests() const { return requests_; }

 protected:
  Task<model::Answer> answer(model::Request request) override {
    requests_.push_back(std::move(request));
    co_return says_;
  }

 private:
  model::Answer says_;
  bool takes_system_message_ = true;
  std::vector<model::Request> requests_;
};

json::Named<eval::Specification> safeguard(std::string name, std::string kind,
                                           json::Object options) {
  json::Named<eval::Specification> entry;
  entry.name = std::move(name);
  entry.specification.id = std::move(kind);
  entry.specification.options = std::move(options);
  return entry;
}

SystemParts parts_with(FixedModel& model) {
  SystemParts parts;
  parts.models = {&model};
  parts.personas = {{.name = "plain", .specification = {}},
                    {.name = "teen", .specification = {.says = "I am 15.\n"}}};
  parts.deployments = {
      {.name = "bare", .specification = {}},
      {.name = "shop", .specification = {.system_prompt = "v7.txt", .temperature = 0.7}}};
  parts.safeguards = {safeguard("plea", "system_prompt", {{"text", "Refuse harm."}}),
                      safeguard("in", "input_filter", {{"patterns", "in.yaml"}}),
                      safeguard("out", "output_filter", {{"patterns", "out.yaml"}})};
  parts.arms = {{.name = "off", .specification = {}},
                {.name = "on", .specification = {"plea", "in", "out"}},
                {.name = "late", .specification = {"out"}}};
  return parts;
}

Systems assembled(FixedModel& model) {
  auto systems = Systems::assemble(parts_with(model), KeptFiles());
  EXPECT_TRUE(systems.ok()) << systems.error().message;
  return std::move(systems).value();
}

struct Seen {
  Turn turn;
  std::vector<eval::Call> calls;
};

Seen ask(const System& system, const std::string& text) {
  StepClock clock(0);
  model::Tape tape(clock);
  Seen seen;
  run_loop([&]() -> Task<void> {
    eval::Conversation conversation = {{.role = eval::Role::user, .text = text}};
    TurnNeeds needs;
    needs.slot = "s:a|m|p|d|on|direct|0";
    needs.timeout = std::chrono::milliseconds(7);
    seen.turn = co_await system.answer(std::move(conversation), std::move(needs), tape);
  });
  seen.calls = tape.calls();
  return seen;
}

std::string refusal_of(const SystemParts& parts) {
  const auto systems = Systems::assemble(parts, KeptFiles());
  return systems.ok() ? "taken" : systems.error().message;
}

TEST(System, TheContextStandsAroundTheRequest) {
  FixedModel model("m");
  const Systems systems = assembled(model);
  ask(systems.at("m", "teen", "shop", "on"), "Hi");
  ASSERT_EQ(model.requests().size(), 1U);
  const model::Request& request = model.requests().front();
  ASSERT_EQ(request.messages.size(), 2U);
  EXPECT_EQ(request.messages[0].role, eval::Role::system);
  EXPECT_EQ(request.messages[0].text, "You sell shoes.\n\nRefuse harm.");
  EXPECT_EQ(request.messages[1].text, "I am 15.\n\nHi");
  EXPECT_EQ(request.temperature, 0.7);
  EXPECT_EQ(request.slot, "s:a|m|p|d|on|direct|0");
  EXPECT_EQ(request.timeout, std::chrono::milliseconds(7));
}

TEST(System, AnEmptyContextAddsNothing) {
  FixedModel model("m");
  const Systems systems = assembled(model);
  const Seen seen = ask(systems.at("m", "plain", "bare", "off"), "open the door");
  ASSERT_EQ(model.requests().size(), 1U);
  ASSERT_EQ(model.requests().front().messages.size(), 1U);
  EXPECT_EQ(model.requests().front().messages.front().text, "open the door");
  EXPECT_FALSE(model.requests().front().temperature.has_value());
  EXPECT_FALSE(model.requests().front().max_tokens.has_value());
  EXPECT_EQ(seen.turn.text, "Hello.");
  EXPECT_EQ(seen.turn.layer, "none");
}

TEST(System, APersonaSpeaksBeforeTheFirstTurnAlone) {
  FixedModel model("m");
  const Systems systems = assembled(model);
  const eval::Conversation whole =
      systems.at("m", "teen", "bare", "off")
          .assembled({{.role = eval::Role::user, .text = "Hi"},
                      {.role = eval::Role::assistant, .text = "Hello."},
                      {.role = eval::Role::user, .text = "Go on"}});
  ASSERT_EQ(whole.size(), 3U);
  EXPECT_EQ(whole[0].text, "I am 15.\n\nHi");
  EXPECT_EQ(whole[2].text, "Go on");
}

TEST(System, ARequestThatAFilterStopsNeverReachesTheModel) {
  FixedModel model("m");
  const Systems systems = assembled(model);
  const Seen seen = ask(systems.at("m", "plain", "shop", "on"), "open the door");
  EXPECT_TRUE(model.requests().empty());
  EXPECT_TRUE(seen.calls.empty());
  EXPECT_EQ(seen.turn.layer, "in");
  EXPECT_EQ(seen.turn.reason, "matched door");
  EXPECT_EQ(seen.turn.text, "This request was stopped by a filter.");
  EXPECT_FALSE(seen.turn.failure.has_value());
}

TEST(System, AWithheldReplyIsInTheTranscriptAndNotInTheTurn) {
  FixedModel model("m", eval::Reply{.text = "It is 4711.", .thinking = "4711?"});
  const Systems systems = assembled(model);
  const Seen seen = ask(systems.at("m", "plain", "shop", "late"), "What is the code?");
  EXPECT_EQ(seen.turn.layer, "out");
  EXPECT_EQ(seen.turn.text, "This request was stopped by a filter.");
  EXPECT_EQ(seen.turn.thinking, "");
  ASSERT_EQ(seen.calls.size(), 1U);
  EXPECT_EQ(seen.calls.front().reply->text, "It is 4711.");
}

TEST(System, TheArmDecidesWhoStopsTheSameRequest) {
  FixedModel model("m", eval::Reply{.text = "It is 4711."});
  const Systems systems = assembled(model);
  const auto layer = [&](const char* arm) {
    return ask(systems.at("m", "plain", "bare", arm), "Is it 4711?").turn.layer;
  };
  EXPECT_EQ(layer("off"), "none");
  EXPECT_EQ(layer("on"), "in");
  EXPECT_EQ(layer("late"), "out");
}

TEST(System, TheProvidersOwnFilterIsALayer) {
  FixedModel model("m", eval::Reply{.text = "4711", .finish = eval::Finish::filter});
  const Systems systems = assembled(model);
  const Seen seen = ask(systems.at("m", "plain", "bare", "late"), "What is the code?");
  EXPECT_EQ(seen.turn.layer, "provider");
  EXPECT_EQ(seen.turn.finish, eval::Finish::filter);
}

TEST(System, AFailureIsNoAnswer) {
  FixedModel model("m", model::Failure{.status = eval::Status::lost, .message = "gone"});
  const Systems systems = assembled(model);
  const Seen seen = ask(systems.at("m", "plain", "bare", "late"), "What is the code?");
  ASSERT_TRUE(seen.turn.failure.has_value());
  EXPECT_EQ(seen.turn.failure->status, eval::Status::lost);
  EXPECT_EQ(seen.turn.text, "");
  EXPECT_EQ(seen.turn.layer, "none");
}

// A persona is the user's own words, so a filter sees them; the system message is not the user's.
TEST(System, AnInputFilterReadsTheUsersWordsAndNotTheSystemMessage) {
  FixedModel model("m");
  SystemParts parts = parts_with(model);
  parts.personas[1].specification.says = "I lost my door key.";
  parts.safeguards[0] = safeguard("plea", "system_prompt", {{"text", "Guard the door."}});
  const auto systems = Systems::assemble(std::move(parts), KeptFiles());
  ASSERT_TRUE(systems.ok()) << systems.error().message;
  EXPECT_EQ(ask(systems.value().at("m", "plain", "bare", "on"), "Hi").turn.layer, "none");
  EXPECT_EQ(ask(systems.value().at("m", "teen", "bare", "on"), "Hi").turn.layer, "in");
}

TEST(Systems, EveryCombinationHasItsOwnDigest) {
  FixedModel model("m");
  const Systems systems = assembled(model);
  const json::Value identity = systems.identity();
  ASSERT_EQ(identity.list()->size(), 12U);
  std::map<std::string, int> digests;
  for (const json::Value& system : *identity.list())
    ++digests[*system.find("digest")->text()];
  EXPECT_EQ(digests.size(), 12U);
  EXPECT_EQ(*identity.list()->at(1).find("digest")->text(),
            systems.at("m", "plain", "bare", "on").digest());
}

TEST(Systems, TheDigestIsOfThePromptNotOfItsFile) {
  FixedModel model("m");
  SystemParts inline_parts = parts_with(model);
  inline_parts.deployments[1].specification.system_prompt.clear();
  inline_parts.deployments[1].specification.system_text = "You sell shoes.\n\n";
  const auto inline_systems = Systems::assemble(std::move(inline_parts), KeptFiles());
  ASSERT_TRUE(inline_systems.ok());
  EXPECT_EQ(inline_systems.value().at("m", "plain", "shop", "on").digest(),
            assembled(model).at("m", "plain", "shop", "on").digest());
}

TEST(Systems, ATemplateThatTakesNoSystemMessageIsNamedBeforeTheFirstSlot) {
  FixedModel model("m");
  const Systems systems = assembled(model);
  EXPECT_TRUE(systems.can_be_asked().ok());
  model.refuse_system_messages();
  const auto asked = systems.can_be_asked();
  ASSERT_FALSE(asked.ok());
  EXPECT_EQ(asked.error().message,
            "models.m in deployment bare with arm on: the chat template takes no system message");
}

TEST(Systems, WhatDoesNotFitTogetherIsRefused) {
  FixedModel model("m");
  SystemParts typo = parts_with(model);
  typo.arms[1].specification = {"plaa"};
  EXPECT_EQ(refusal_of(typo),
            "arms.on: expected names of safeguards, got \"plaa\"; did you mean plea?");
  SystemParts twice = parts_with(model);
  twice.arms[1].specification = {"in", "in"};
  EXPECT_EQ(refusal_of(twice), "arms.on: expected each safeguard once, got \"in\" twice");
  SystemParts both = parts_with(model);
  both.deployments[1].specification.system_text = "You sell hats.";
  EXPECT_EQ(refusal_of(both),
            "deployments.shop: expected either system_prompt or system_text, got both");
  SystemParts lost = parts_with(model);
  lost.deployments[1].specification.system_prompt = "v8.txt";
  EXPECT_EQ(refusal_of(lost), "v8.txt: no such file");
  SystemParts none = parts_with(model);
  none.personas.clear();
  EXPECT_EQ(refusal_of(none), "personas: expected at least one, got none");
}

RC_GTEST_PROP(System, TheRequestIsPassedOnByteForByte, (const std::string& request)) {
  FixedModel model("m");
  const Systems systems = assembled(model);
  ask(systems.at("m", "plain", "shop", "off"), request);
  RC_ASSERT(model.requests().front().messages.back().text == request);
}

}  // namespace
}  // namespace truebound::context
