#pragma once

// The provider `anthropic`: any server of Anthropic's messages, by its address. As `openai`, in
// another protocol: the system prompt stands apart, answers are lists of blocks, and a limit of
// tokens must be named.

#include "truebound/model/provider.h"

namespace truebound::model {

/// What goes into the table of providers.
Provider anthropic_provider();

}  // namespace truebound::model
