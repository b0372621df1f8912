#pragma once

// What a method registers: one line in attack.cc's table.

#include "truebound/attack/attack.h"

namespace truebound::attack {

/// A method: its options for the catalog, and how an attack of it is made.
struct Method {
  eval::KnownKind kind;
  Result<std::unique_ptr<Attack>> (*make)(const eval::Specification& specification,
                                          const FileSource& files) = nullptr;
};

Method direct();
Method repeated();
Method base64();
Method role_play();
Method prefix_injection();

/// An attack that rewrites the request and asks once: most are one.
class Rewrite : public Attack {
 public:
  Task<void> attempt(Means& means) const final;

 protected:
  /// The message for a request. The same request gives the same message.
  virtual std::string rewritten(const std::string& request) const = 0;
};

}  // namespace truebound::attack
