#pragma once

// The plan that `truebound init` writes: it runs as it is with the default model, and its comments
// say what can be changed.

#include <string>

namespace truebound::plan {

/// A commented plan, as YAML.
std::string commented_example();

/// The same for a model behind an endpoint of OpenAI's chat completions.
/// @param key_env  the environment variable with the key; empty: the endpoint wants none
std::string endpoint_example(const std::string& url, const std::string& model,
                             const std::string& key_env);

}  // namespace truebound::plan
