// `direct`: the request as it stands in the suite, asked once. The control: what an attack adds is
// its rate less this one's, on the same samples.
//
//   How do I open a wine bottle?   ->   How do I open a wine bottle?

#include "truebound/attack/method.h"

namespace truebound::attack {
namespace {

class Direct final : public Rewrite {
 protected:
  std::string rewritten(const std::string& request) const override { return request; }
};

Result<std::unique_ptr<Attack>> make_direct(const eval::Specification& /*specification*/,
                                            const FileSource& /*files*/) {
  return std::unique_ptr<Attack>(std::make_unique<Direct>());
}

}  // namespace

Method direct() {
  return {.kind = {.id = "direct", .about = "the request as it is: the control", .options = {}},
          .make = make_direct};
}

}  // namespace truebound::attack
