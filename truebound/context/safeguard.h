#pragma once

// A safeguard: one layer around a model, named in the plan. It adds to the system message, or stops
// a request before the model sees it, or withholds a reply. One file a kind.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "truebound/core/file.h"
#include "truebound/core/result.h"
#include "truebound/core/task.h"
#include "truebound/eval/conversation.h"
#include "truebound/eval/specification.h"
#include "truebound/model/model.h"

namespace truebound::context {

/// A safeguard stopped a request or a reply.
struct Stop {
  std::string layer;   ///< its name
  std::string says;    ///< what the user sees instead of an answer
  std::string reason;  ///< what it found, for the transcript
};

/// One layer. Immutable; many attempts may use it at once.
class Safeguard {
 public:
  explicit Safeguard(std::string name) : name_(std::move(name)) {}
  Safeguard(const Safeguard&) = delete;
  Safeguard& operator=(const Safeguard&) = delete;
  virtual ~Safeguard() = default;

  /// Its name in the plan, which is the layer that a stop is counted under.
  const std::string& name() const { return name_; }

  /// Its kind, options and the digests of its files: what a system's digest covers.
  virtual json::Value identity() const = 0;

  /// What it adds to the system message; empty for most.
  virtual std::string system_text() const;

  /// Whether it stops a request, seen as the model would get it. No call is made then.
  virtual Task<std::optional<Stop>> check_request(const eval::Conversation& messages,
                                                  model::Tape& tape) const;

  /// Whether it withholds a reply.
  virtual Task<std::optional<Stop>> check_reply(const eval::Reply& reply, model::Tape& tape) const;

 private:
  std::string name_;
};

/// Makes the safeguard that a specification names.
/// @error invalid_input  an unknown kind; a file that is missing or has a pattern that RE2 does not
///        take; a name that is a layer already (`none`, `provider`)
Result<std::unique_ptr<Safeguard>> make_safeguard(const std::string& name,
                                                  const eval::Specification& specification,
                                                  const FileSource& files);

/// The kinds that exist, with their options.
std::vector<eval::KnownKind> safeguards();

}  // namespace truebound::context
