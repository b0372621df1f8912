// The provider `openai` against a server that nobody here wrote: llama.cpp's own llama-server, with
// the default model. `tools/build-llama --server` and `tools/fetch model` bring both.

#include <csignal>
#include <filesystem>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "truebound/gateway/endpoint_cases.h"
#include "truebound/net/client.h"

namespace truebound::gateway {
namespace {

constexpr const char* key = "sk-TEST-local-1";

// A port that was free a moment ago.
std::uint16_t free_port() {
  std::uint16_t port = 0;
  run_loop([&]() -> Task<void> {
    const auto listener = std::move((co_await net::Listener::open("127.0.0.1", 0)).value());
    port = listener->port();
  });
  return port;
}

/// llama-server as a process, for as long as the tests of this file run.
class LlamaServer : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (!is_there()) return;
    address_ = "http://127.0.0.1:" + std::to_string(free_port());
    const std::string port = address_.substr(address_.rfind(':') + 1);
    process_ = ::fork();
    if (process_ == 0) {
      const int nowhere = ::open("/dev/null", O_WRONLY);
      ::dup2(nowhere, STDOUT_FILENO);
      ::dup2(nowhere, STDERR_FILENO);
      ::execl(TRUEBOUND_LLAMA_SERVER, "llama-server", "-m", TRUEBOUND_DEFAULT_MODEL, "--host",
              "127.0.0.1", "--port", port.c_str(), "-c", "2048", "-np", "4", "-t", "2", "--alias",
              "small", "--api-key", key, nullptr);
      ::_exit(127);
    }
    wait_until_it_answers();
  }
  static void TearDownTestSuite() {
    if (process_ <= 0) return;
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }
  void SetUp() override {
    if (!is_there()) GTEST_SKIP() << "no llama-server or no default model on this machine";
    ::setenv("TRUEBOUND_TEST_LLAMA_KEY", key, 1);
  }

  static std::unique_ptr<model::Model> model(json::Object options = {},
                                             const std::string& route = "/v1") {
    if (options.empty() || json::Value(options).find("key_env") == nullptr) {
      options.emplace_back("key_env", "TRUEBOUND_TEST_LLAMA_KEY");
    }
    if (json::Value(options).find("name") == nullptr) options.emplace_back("name", "small");
    return std::move(endpoint(address_ + route, std::move(options)).value());
  }

  static model::Request short_question() {
    model::Request request = question();
    request.temperature = 0;
    request.max_tokens = 12;
    request.timeout = std::chrono::seconds(120);
    return request;
  }

 private:
  static bool is_there() {
    return std::filesystem::exists(TRUEBOUND_LLAMA_SERVER) &&
           std::filesystem::exists(TRUEBOUND_DEFAULT_MODEL);
  }

  static void wait_until_it_answers() {
    const auto client = std::move(net::Client::make({}).value());
    run_loop([&]() -> Task<void> {
      for (int i = 0; i < 600; ++i) {
        net::Request request;
        request.method = "GET";
        request.address = net::parse_address(address_ + "/health").value();
        const net::Answer answer = co_await client->send(std::move(request));
        const auto* response = std::get_if<net::Response>(&answer);
        if (response != nullptr && response->status == 200) co_return;
        co_await sleep_for(std::chrono::milliseconds(100));
      }
    });
  }

  static inline std::string address_;
  static inline pid_t process_ = -1;
};

TEST_F(LlamaServer, AnswersWithCountsAndTheReasonOfItsEnd) {
  const model::Answer answer = ask(*model(), short_question());
  const auto* reply = std::get_if<eval::Reply>(&answer);
  ASSERT_NE(reply, nullptr) << text_of(answer);
  EXPECT_FALSE(reply->text.empty());
  EXPECT_EQ(reply->served, "small");
  EXPECT_GT(reply->tokens_in.value_or(0), 0);
  EXPECT_LE(reply->tokens_out.value_or(99), 12);
  const bool is_cut = reply->tokens_out == 12;
  EXPECT_EQ(reply->finish, is_cut ? eval::Finish::length : eval::Finish::stop);
}

TEST_F(LlamaServer, StreamsTheSameText) {
  const std::string whole = text_of(ask(*model(), short_question()));
  const std::string streamed = text_of(ask(*model({{"stream", true}}), short_question()));
  EXPECT_EQ(streamed, whole);
}

TEST_F(LlamaServer, RefusesAnotherKeyAndAnotherRouteInWords) {
  ::setenv("TRUEBOUND_TEST_LLAMA_KEY", "sk-TEST-wrong-1", 1);
  const auto refused = std::get<model::Failure>(ask(*model(), short_question()));
  EXPECT_EQ(refused.scope, model::Scope::endpoint);
  EXPECT_NE(refused.message.find("status 401"), std::string::npos) << refused.message;
  ::setenv("TRUEBOUND_TEST_LLAMA_KEY", key, 1);
  const auto lost = std::get<model::Failure>(ask(*model({}, "/nowhere"), short_question()));
  EXPECT_EQ(lost.scope, model::Scope::endpoint);
  EXPECT_NE(lost.message.find("status 404"), std::string::npos) << lost.message;
}

TEST_F(LlamaServer, AModelThatIsNotThereIsNoAnswer) {
  const auto other = std::get<model::Failure>(ask(*model({{"name", "large"}}), short_question()));
  EXPECT_EQ(other.status, eval::Status::malformed);
  EXPECT_NE(other.message.find("\"large\""), std::string::npos) << other.message;
}

TEST_F(LlamaServer, AnswersSixteenAtOnce) {
  const auto asked = model();
  SystemClock clock;
  model::Tape tape(clock);
  int good = 0;
  run_loop([&]() -> Task<void> {
    const auto one = [&]() -> Task<void> {
      model::Request request = short_question();
      request.max_tokens = 4;
      const model::Answer answer =
          co_await asked->ask(eval::CallRole::system, std::move(request), tape);
      good += std::holds_alternative<eval::Reply>(answer) ? 1 : 0;
    };
    std::vector<Task<void>> all;
    for (int i = 0; i < 16; ++i)
      all.push_back(one());
    co_await gather(std::move(all));
  });
  EXPECT_EQ(good, 16);
}

}  // namespace
}  // namespace truebound::gateway
