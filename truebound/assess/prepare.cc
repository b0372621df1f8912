#include "truebound/assess/prepare.h"

#include <vector>

#include "truebound/assess/baseline.h"
#include "truebound/assess/cast.h"
#include "truebound/assess/detection.h"
#include "truebound/ledger/ledger.h"
#include "truebound/plan/freeze.h"
#include "truebound/plan/plan.h"
#include "truebound/plan/slots.h"

namespace truebound::assess {
namespace {

// Measured with the default model on two cores with eight sequences in a batch; other models and
// machines differ, so what is printed says "about".
const plan::CheckOptions known_speeds = {.rates = {{"llama", {.in = 390, .out = 230}}}};

struct ReadPlan {
  plan::Plan plan;
  std::vector<eval::Suite> suites;
};

Result<ReadPlan> read_plan(const std::string& plan_name, const FileSource& files) {
  TRUEBOUND_TRY(plan, plan::read(files, plan_name, known()));
  TRUEBOUND_TRY_VOID(plan::check_files(plan, files));
  TRUEBOUND_TRY(suites, suites_of(plan, files));
  return ReadPlan{.plan = std::move(plan), .suites = std::move(suites)};
}

}  // namespace

Result<plan::Check> check(const std::string& plan_name, const Services& with) {
  TRUEBOUND_TRY(read, read_plan(plan_name, with.files));
  TRUEBOUND_TRY(check, plan::check(read.plan, read.suites, with.files, known_speeds));
  TRUEBOUND_TRY_VOID(add_detection_limits(read.plan, read.suites, with.files, check));
  return check;
}

Result<Registration> register_plan(const std::string& plan_name, const Path& folder,
                                   const Services& with) {
  TRUEBOUND_TRY(read, read_plan(plan_name, with.files));
  TRUEBOUND_TRY(slots, plan::count(read.plan, read.suites));
  // Beyond this point, something is written.
  TRUEBOUND_TRY(ledger, ledger::Ledger::open(folder, with.signer, with.clock));
  TRUEBOUND_TRY(entry, plan::register_plan(read.plan, with.files, slots, *ledger, with.clock));
  TRUEBOUND_TRY_VOID(ledger->checkpoint());
  TRUEBOUND_TRY(registered, plan::registered(*ledger, entry));
  return Registration{.entry = entry,
                      .plan_digest = registered.digest,
                      .slots = slots,
                      .checkpoint = ledger->checkpoint_text(),
                      .key = ledger->verifier_key()};
}

}  // namespace truebound::assess
