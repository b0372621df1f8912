#pragma once

// What is known of where a model answers. Until it is known to be usable, one request at a time
// goes there, so that a server that is down or refuses the plan is found out by few calls.

#include <map>
#include <optional>
#include <string>

#include "truebound/core/result.h"
#include "truebound/core/task.h"
#include "truebound/model/model.h"

namespace truebound::run {

/// One endpoint.
struct Endpoint {
  bool is_known = false;  ///< a request ended otherwise than by a failure of the whole endpoint
  bool is_asked = false;  ///< by the one request that goes alone
  int failures = 0;       ///< of the whole endpoint
};

/// What an answer tells of the endpoint: there, not known yet, or of no use to this run.
enum class Door { open, unknown, shut };

/// Takes account of one answer's scope.
Door look_at(Endpoint& endpoint, model::Scope scope);

/// Why a run stops at a door that is shut; `place` names the model, `what` was the failure.
Error shut_door(const Endpoint& endpoint, model::Scope scope, const std::string& place,
                const std::string& what);

}  // namespace truebound::run
