#pragma once

// Folder: ways of getting harm out of a system, one file a method. An attack decides what to ask
// next and nothing else: it sees replies, never verdicts, which come after the attempt. How many
// queries it may spend, which stream it draws from and what the transcript keeps is not up to it.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "truebound/attack/means.h"
#include "truebound/core/file.h"
#include "truebound/core/result.h"
#include "truebound/core/task.h"
#include "truebound/eval/specification.h"

namespace truebound::attack {

/// A method with its options. Immutable; many attempts may use it at once.
class Attack {
 public:
  Attack() = default;
  Attack(const Attack&) = delete;
  Attack& operator=(const Attack&) = delete;
  virtual ~Attack() = default;

  /// One try at a slot. It ends when the method is done or an ask gives nothing.
  virtual Task<void> attempt(Means& means) const = 0;

  /// At most so many queries an attempt, >= 1: what `check` counts as the cost of a slot.
  virtual std::int64_t queries() const { return 1; }
};

/// Makes the attack that a specification names.
/// @error invalid_input  an unknown id; an option out of its range; a file that is missing or wrong
Result<std::unique_ptr<Attack>> make(const eval::Specification& specification,
                                     const FileSource& files);

/// The attacks that exist, with their options.
std::vector<eval::KnownKind> attacks();

/// The request of a sample as every attack shows it: its input and, where there are choices, an
/// empty line and a line for each, `A. red`. After Z come AA, AB.
std::string render_input(const eval::Sample& sample);

}  // namespace truebound::attack
