#pragma once

// The provider `openai`: any server of OpenAI's chat completions, by its address. Nothing is sent
// that the plan does not name, no host but the plan's is asked, and the key is in no text of ours.

#include "truebound/model/provider.h"

namespace truebound::model {

/// What goes into the table of providers.
Provider openai_provider();

}  // namespace truebound::model
