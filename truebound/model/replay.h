#pragma once

// The provider `replay`: a model that answers from a recorded file, so that a whole assessment can
// be read, repeated and tested without weights and without a network. The file is JSONL:
//
//   {"slot": "starter:vcr-03|assistant|plain|support|on|direct|0", "text": "I can't help with
//   that."}
//   {"slot": "vcr-04", "query": 2, "text": "Sure.", "thinking": "Is it harmful?", "tokens_out": 2}
//   {"slot": "vcr-05", "query": 1, "fail": {"status": "timeout", "message": "no answer in 60 s"}}
//   {"slot": "*", "text": "No."}
//
// `slot` is looked up as the slot's key, then its first part (`starter:vcr-03`), then the sample's
// id alone, then `*`. `query` counts the calls to this model within the slot from 1, those of a
// second attempt included; a line without it answers all that no other line does.

#include "truebound/model/provider.h"

namespace truebound::model {

/// What goes into the table of providers.
Provider replay_provider();

}  // namespace truebound::model
