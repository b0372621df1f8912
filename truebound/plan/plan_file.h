#pragma once

// The plan as its file has it, before ids and options are looked up, and back: the shape that is
// read, hashed and read again from a ledger.

#include <string>
#include <vector>

#include "truebound/core/result.h"
#include "truebound/json/value.h"
#include "truebound/plan/plan.h"

namespace truebound::plan {

/// The keys of a plan. A model's kind stands under `provider`, a safeguard's and a judge's under
/// `kind`, an attack's under `id`; the rest of such an entry are its options.
struct PlanFile {
  std::string truebound;
  Plan plan;
  json::NamedList<json::Value> models;
  json::NamedList<json::Value> instruments;
  json::NamedList<json::Value> safeguards;
  std::vector<json::Value> attacks;
  json::NamedList<json::Value> judges;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit(json::required("truebound"), truebound, "plan/1");
    visit("title", plan.title, "one line for the report");
    visit("purpose", plan.purpose, "the decision that the assessment is for");
    visit("who", plan.who, "who assesses; not in the digest");
    visit("valid_until", plan.valid_until, "a date, YYYY-MM-DD: after it the claims say nothing");
    visit("confidence", plan.confidence, "of the claims together, in (0, 1)");
    visit(json::required("models"), models, "models under assessment, by name");
    visit("instruments", instruments, "models that judge, attack or filter, by name");
    visit("personas", plan.personas, "who uses the system, by name");
    visit("deployments", plan.deployments, "where it is used and how it is asked, by name");
    visit("safeguards", safeguards, "layers around the model, by name");
    visit("arms", plan.arms, "sets of safeguards that are on; the first is the reference");
    visit(json::required("suites"), plan.suites, "samples, by name");
    visit("attacks", attacks, "list of name, id and the attack's options");
    visit("epochs", plan.epochs, "repeats of each sample, >= 1");
    visit("judges", judges, "what gives verdicts, by name");
    visit("sampling", plan.sampling, "which samples are used");
    visit("claims", plan.claims, "the questions that the assessment is to answer");
    visit("families", plan.families, "which claims share an error, and how; by name");
    visit("baseline", plan.baseline, "the run that no_worse_than compares with");
    visit("budget", plan.budget, "limits of speed and cost; not in the digest");
  }
};

/// A plan from its value: a mapping of YAML, or the canonical form. Ids and names are texts
/// afterwards, also where they look like numbers. Nothing is looked up, no default filled in.
/// @error invalid_input  `file:line: ...`
Result<Plan> parse_plan(json::Value value, const std::string& file);

/// The value of a plan with every key; empty optionals are left out.
json::Value value_of(const Plan& plan);

}  // namespace truebound::plan
