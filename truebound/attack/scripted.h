#pragma once

// For tests: a system around a model that answers by a function of its request.

#include <functional>
#include <string>
#include <vector>

#include "truebound/attack/attack.h"
#include "truebound/context/systems.h"

namespace truebound::attack {

/// Answers by a function; keeps the texts that it was asked.
class ScriptedModel final : public model::Model {
 public:
  using Script = std::function<model::Answer(model::Request&)>;
  explicit ScriptedModel(Script script) : Model("m"), script_(std::move(script)) {}
  json::Value identity() const override { return json::Object{{"provider", "scripted"}}; }
  const std::vector<std::string>& asked() const { return asked_; }

 protected:
  Task<model::Answer> answer(model::Request request) override {
    asked_.push_back(request.messages.back().text);
    co_return script_(request);
  }

 private:
  Script script_;
  std::vector<std::string> asked_;
};

/// Two arms: `off`, and `on` with the input filter `harm_words`, which stops `knife`.
class ScriptedSystems {
 public:
  explicit ScriptedSystems(ScriptedModel::Script script)
      : model_(std::move(script)), systems_(assembled(model_)) {}
  const context::System& arm(const std::string& name) const {
    return systems_.at("m", "plain", "bare", name);
  }
  const ScriptedModel& model() const { return model_; }

 private:
  class Words final : public FileSource {
   public:
    Result<std::string> read(const std::string& /*name*/) const override {
      return std::string("patterns: [{name: knife, match: knife}]");
    }
  };
  static context::Systems assembled(ScriptedModel& model) {
    context::SystemParts parts;
    parts.models = {&model};
    parts.personas = {{.name = "plain", .specification = {}}};
    parts.deployments = {{.name = "bare", .specification = {}}};
    eval::Specification filter;
    filter.id = "input_filter";
    filter.options = json::Object{{"patterns", "words.yaml"}};
    parts.safeguards = {{.name = "harm_words", .specification = filter}};
    parts.arms = {{.name = "off", .specification = {}},
                  {.name = "on", .specification = {"harm_words"}}};
    return context::Systems::assemble(std::move(parts), Words()).value();
  }

  ScriptedModel model_;
  context::Systems systems_;
};

inline model::Answer reply(std::string text) {
  return eval::Reply{.text = std::move(text)};
}

}  // namespace truebound::attack
