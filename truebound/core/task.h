#pragma once

// Coroutines and the loop that drives them. An attempt is a coroutine: it reads as straight code
// and waits with co_await. Task<T> is Asio's awaitable, the one library type allowed in headers.
// No brace and no `?:` in an expression with co_await: g++ 12 frees twice there.

#include <chrono>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace truebound {

template <class T>
using Task = boost::asio::awaitable<T>;

/// Runs a coroutine on an event loop in this thread until it ends. Anything that it started and did
/// not wait for is dropped with the loop. An exception out of `work` is a bug of ours.
void run_loop(std::function<Task<void>()> work);

/// Waits without holding the thread.
Task<void> sleep_for(std::chrono::milliseconds time);

/// Runs all tasks at once on the loop of the caller and waits until all have ended.
Task<void> gather(std::vector<Task<void>> tasks);

/// Waits for a callback that comes once, from any thread: `start` gets the function to call with
/// the result. The coroutine goes on in its own loop.
template <class T>
Task<T> wait_for_callback(std::function<void(std::function<void(T)>)> start) {
  auto begin = [](auto handler, std::function<void(std::function<void(T)>)> started) {
    // The function that is handed out must be copyable, a handler is not: so it is shared.
    auto held = std::make_shared<decltype(handler)>(std::move(handler));
    const auto executor = boost::asio::get_associated_executor(*held);
    auto guard = std::make_shared<boost::asio::executor_work_guard<decltype(executor)>>(executor);
    started([held, guard, executor](T result) {
      boost::asio::post(executor, [held, guard, result = std::move(result)]() mutable {
        std::move (*held)(std::move(result));
      });
    });
  };
  co_return co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>&, void(T)>(
      begin, boost::asio::use_awaitable, std::move(start));
}

}  // namespace truebound
