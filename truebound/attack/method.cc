#include "truebound/attack/method.h"

namespace truebound::attack {

Task<void> Rewrite::attempt(Means& means) const {
  std::string message = rewritten(render_input(means.sample()));
  co_await means.ask(std::move(message));
}

}  // namespace truebound::attack
