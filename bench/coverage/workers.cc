#include "bench/coverage/workers.h"

#include <atomic>
#include <thread>
#include <vector>

namespace truebound::coverage {

void each_on_threads(std::size_t count, int threads, const std::function<void(std::size_t)>& work) {
  std::atomic<std::size_t> next = 0;
  const auto take = [&] {
    for (std::size_t i = next++; i < count; i = next++)
      work(i);
  };
  std::vector<std::jthread> others;
  for (int i = 1; i < threads; ++i)
    others.emplace_back(take);
  take();
}

}  // namespace truebound::coverage
