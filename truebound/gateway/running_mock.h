#pragma once

// A mock server for tests: it runs in a thread of its own while the test asks it.

#include <future>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "truebound/gateway/mock.h"

namespace truebound::gateway {

/// Listens from the constructor to the destructor.
class RunningMock {
 public:
  struct Asked {
    net::Received request;
    std::int64_t at_us = 0;
  };

  explicit RunningMock(const std::string& script, net::ServerOptions options = {})
      : mock_(read_script(script, "script").value(), clock_,
              [this](std::int64_t, const net::Received& request, std::int64_t at_us) {
                const std::lock_guard held(lock_);
                asked_.push_back({request, at_us});
              }) {
    std::promise<std::string> address;
    std::future<std::string> known = address.get_future();
    thread_ = std::thread([this, options = std::move(options), &address] {
      serve_mock(
          mock_, options, [&](const std::string& at) { address.set_value(at); },
          [this] { return stopped_.load(); })
          .value();
    });
    address_ = known.get();
  }
  RunningMock(const RunningMock&) = delete;
  RunningMock& operator=(const RunningMock&) = delete;
  ~RunningMock() {
    stopped_ = true;
    thread_.join();
  }

  const std::string& address() const { return address_; }
  std::vector<Asked> asked() {
    const std::lock_guard held(lock_);
    return asked_;
  }

 private:
  SystemClock clock_;
  std::mutex lock_;
  std::vector<Asked> asked_;
  std::atomic<bool> stopped_ = false;
  Mock mock_;
  std::string address_;
  std::thread thread_;
};

}  // namespace truebound::gateway
