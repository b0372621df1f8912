#include "truebound/run/endpoint.h"

namespace truebound::run {
namespace {

// So many failures without a usable endpoint stop a run that has not seen one.
constexpr int most_endpoint_failures = 3;

}  // namespace

Door look_at(Endpoint& endpoint, model::Scope scope) {
  if (scope == model::Scope::call) endpoint.is_known = true;
  if (endpoint.is_known) return Door::open;
  ++endpoint.failures;
  const bool refuses_plan = scope == model::Scope::plan;
  return refuses_plan || endpoint.failures >= most_endpoint_failures ? Door::shut : Door::unknown;
}

Error shut_door(const Endpoint& endpoint, model::Scope scope, const std::string& place,
                const std::string& what) {
  const std::string why =
      scope == model::Scope::plan
          ? "the endpoint refuses what the plan sends: "
          : "the first " + std::to_string(endpoint.failures) + " attempts failed: ";
  return stopped(place + ": " + why + what +
                 "; once that is mended without a change of the plan, --resume goes on");
}

}  // namespace truebound::run
