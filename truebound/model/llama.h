#pragma once

// The provider `llama`: a chat model in this process from a GGUF file (llama_engine.h).

#include "truebound/model/provider.h"

namespace truebound::model {

/// What goes into the table of providers.
Provider llama_provider();

}  // namespace truebound::model
