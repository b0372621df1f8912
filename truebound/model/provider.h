#pragma once

// What a provider registers: one line in model.cc's table.

#include <memory>

#include "truebound/model/model.h"

namespace truebound::model {

/// A provider: its options for the catalog, and how a model of it is made.
struct Provider {
  eval::KnownKind kind;
  /// @error as model::make
  Result<std::unique_ptr<Model>> (*make)(const Casting& casting) = nullptr;
};

}  // namespace truebound::model
