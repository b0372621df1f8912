#include "truebound/model/llama_engine.h"

#include <fstream>
#include <future>

#include <gtest/gtest.h>

namespace truebound::model {
namespace {

const Path model_file = TRUEBOUND_DEFAULT_MODEL;

/// Tests on the real weights; `tools/fetch model` puts them where the build looks.
class Engine : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(model_file)) {
      GTEST_SKIP() << "the default model is not in the cache; tools/fetch model fetches it";
    }
  }

  static std::unique_ptr<LlamaEngine> load(LlamaOptions options) {
    auto engine = LlamaEngine::load(model_file, options);
    EXPECT_TRUE(engine.ok()) << (engine.ok() ? "" : engine.error().message);
    return std::move(engine).value();
  }
};

LlamaRequest request(const std::string& text, std::uint64_t key) {
  return {.messages = {{"user", text}},
          .sampling = {.temperature = 0.8, .top_p = 0.95},
          .max_tokens = 24,
          .stream = RandomStream(key)};
}

std::vector<Result<LlamaReply>> ask(LlamaEngine& engine, std::vector<LlamaRequest> requests) {
  std::vector<std::future<Result<LlamaReply>>> futures;
  for (LlamaRequest& one : requests) {
    auto promise = std::make_shared<std::promise<Result<LlamaReply>>>();
    futures.push_back(promise->get_future());
    engine.submit(std::move(one),
                  [promise](Result<LlamaReply> r) { promise->set_value(std::move(r)); });
  }
  std::vector<Result<LlamaReply>> replies;
  for (auto& future : futures)
    replies.push_back(future.get());
  return replies;
}

TEST_F(Engine, Speaks) {
  auto engine = load({.window = 512, .sequences = 2});
  const auto replies = ask(*engine, {{.messages = {{"user", "What is the capital of France?"}},
                                      .sampling = {.temperature = 0},
                                      .max_tokens = 32}});
  ASSERT_TRUE(replies[0].ok()) << replies[0].error().message;
  EXPECT_NE(replies[0].value().text.find("Paris"), std::string::npos) << replies[0].value().text;
  EXPECT_EQ(replies[0].value().finish, LlamaFinish::stop);
}

/// Requests of different lengths, each with its own stream, by number.
LlamaRequest numbered(int number) {
  std::string text = "Number " + std::to_string(number) + ".";
  for (int i = 0; i < (number * 7) % 12; ++i)
    text += " Tell me a story about a lighthouse.";
  return request(text, static_cast<std::uint64_t>(number));
}

std::vector<std::string> texts(const std::vector<int>& numbers, LlamaOptions options) {
  const auto engine = LlamaEngine::load(model_file, options);
  EXPECT_TRUE(engine.ok()) << (engine.ok() ? "" : engine.error().message);
  std::vector<LlamaRequest> requests;
  for (const int number : numbers)
    requests.push_back(numbered(number));
  std::vector<std::string> all;
  for (const auto& reply : ask(*engine.value(), std::move(requests))) {
    all.push_back(reply.ok() ? reply.value().text : reply.error().message);
  }
  return all;
}

TEST_F(Engine, ASlotHasOneTextAloneInABatchOf9OrOf32WithOneOrTwoThreads) {
  std::vector<int> first9;
  std::vector<int> all32;
  for (int number = 0; number < 32; ++number) {
    if (number < 9) first9.push_back(number);
    all32.push_back(number);
  }
  const auto of32 = texts(all32, {.window = 256, .sequences = 32, .threads = 2});
  const auto of9 = texts(first9, {.window = 256, .sequences = 9, .threads = 1});
  for (std::size_t i = 0; i < of9.size(); ++i)
    EXPECT_EQ(of9[i], of32[i]) << i;
  for (const int threads : {1, 2}) {
    const auto alone = texts({8}, {.window = 256, .sequences = 1, .threads = threads});
    EXPECT_EQ(alone[0], of32[8]) << threads << " threads";
  }
  const std::vector<int> mixed = {31, 0, 17, 5, 8, 30};
  const auto other_company = texts(mixed, {.window = 256, .sequences = 4, .threads = 2});
  for (std::size_t i = 0; i < mixed.size(); ++i) {
    EXPECT_EQ(other_company[i], of32[static_cast<std::size_t>(mixed[i])]) << mixed[i];
  }
}

}  // namespace
}  // namespace truebound::model
