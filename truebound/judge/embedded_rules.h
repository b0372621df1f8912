#pragma once

// The bytes of refusal_rules.yaml, which the build puts into the program; see embed_rules.cmake.

#include <string_view>

namespace truebound::judge {

std::string_view embedded_refusal_rules();

}  // namespace truebound::judge
