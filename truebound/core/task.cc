#include "truebound/core/task.h"

#include <exception>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include "truebound/core/check.h"

namespace truebound {
namespace {

namespace asio = boost::asio;

// No exception crosses a folder, so one that comes out of a task is a bug.
void expect_none(const std::exception_ptr& thrown) {
  TRUEBOUND_CHECK(thrown == nullptr, "no exception out of a task");
}

}  // namespace

void run_loop(std::function<Task<void>()> work) {
  asio::io_context loop(1);
  asio::co_spawn(loop, std::move(work), expect_none);
  loop.run();
}

Task<void> sleep_for(std::chrono::milliseconds time) {
  asio::steady_timer timer(co_await asio::this_coro::executor, time);
  co_await timer.async_wait(asio::use_awaitable);
}

Task<void> gather(std::vector<Task<void>> tasks) {
  const auto executor = co_await asio::this_coro::executor;
  // A timer that never fires is Asio's way to wait for a signal from the same loop.
  asio::steady_timer all_ended(executor, asio::steady_timer::time_point::max());
  std::size_t running = tasks.size();
  if (running == 0) co_return;
  for (Task<void>& task : tasks) {
    asio::co_spawn(executor, std::move(task), [&](const std::exception_ptr& thrown) {
      expect_none(thrown);
      if (--running == 0) all_ended.cancel();
    });
  }
  boost::system::error_code canceled;
  co_await all_ended.async_wait(asio::redirect_error(asio::use_awaitable, canceled));
}

}  // namespace truebound
