#pragma once

// What a kind of safeguard registers: one line in safeguard.cc's table.

#include "truebound/context/safeguard.h"

namespace truebound::context {

/// A safeguard to be made.
struct SafeguardWanted {
  std::string name;  ///< in the plan
  const eval::Specification& specification;
  const FileSource& files;
};

/// A kind: its options for the catalog, and how a safeguard of it is made.
struct SafeguardKind {
  eval::KnownKind kind;
  Result<std::unique_ptr<Safeguard>> (*make)(const SafeguardWanted& wanted) = nullptr;
};

/// A text that stands in the system message, after the deployment's.
SafeguardKind system_prompt_kind();
/// Patterns over the user's last message, as the model would get it.
SafeguardKind input_filter_kind();
/// Patterns over the text of the reply.
SafeguardKind output_filter_kind();

}  // namespace truebound::context
