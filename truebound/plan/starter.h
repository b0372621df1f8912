#pragma once

// The plan that `truebound init` writes: it runs as it is with the default model, and its comments
// say what can be changed.

#include <string>

namespace truebound::plan {

/// A commented plan, as YAML.
std::string commented_example();

}  // namespace truebound::plan
