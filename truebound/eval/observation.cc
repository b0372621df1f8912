#include "truebound/eval/observation.h"

namespace truebound::eval {

const std::vector<std::string>& factors() {
  static const std::vector<std::string> names = {"suite",      "sample", "model",   "persona",
                                                 "deployment", "arm",    "attack",  "epoch",
                                                 "expect",     "hazard", "stratum", "language"};
  return names;
}

std::string level_of(const Observation& observation, std::string_view factor) {
  if (factor == "suite") return observation.suite;
  if (factor == "model") return observation.model;
  if (factor == "persona") return observation.persona;
  if (factor == "deployment") return observation.deployment;
  if (factor == "arm") return observation.arm;
  if (factor == "attack") return observation.attack;
  if (factor == "hazard") return observation.hazard;
  if (factor == "expect") return std::string(to_text(observation.expect));
  if (factor == "stratum") return observation.stratum;
  if (factor == "language") return observation.language;
  if (factor == "sample") return observation.sample;
  TRUEBOUND_CHECK(factor == "epoch", "a factor of the closed list");
  return std::to_string(observation.epoch);
}

}  // namespace truebound::eval
