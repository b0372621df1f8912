// The provider `llama`: where weights are looked for, what pins them, and what a request becomes.

#include "truebound/model/llama.h"

#include <gtest/gtest.h>

namespace truebound::model {
namespace {

const Path model_file = TRUEBOUND_DEFAULT_MODEL;
const std::string model_sha256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53";

class Provided : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(model_file)) {
      GTEST_SKIP() << "the default model is not in the cache; tools/fetch model fetches it";
    }
  }
};

Result<std::unique_ptr<Model>> cast(json::Object options) {
  const DiskFiles files{Path()};
  eval::Specification specification;
  specification.id = "llama";
  options.emplace_back("window", 128);
  options.emplace_back("sequences", 2);
  options.emplace_back("threads", 1);
  specification.options = std::move(options);
  return make({.name = "tiny",
               .specification = specification,
               .files = files,
               .folder = std::filesystem::temp_directory_path(),
               .cache = model_file.parent_path().parent_path()});
}

std::string cast_error(json::Object options) {
  const auto made = cast(std::move(options));
  EXPECT_FALSE(made.ok());
  return made.ok() ? "" : made.error().message;
}

std::vector<Answer> answers(Model& model, std::vector<Request> requests) {
  StepClock clock(1000);
  Tape tape(clock);
  std::vector<Answer> got;
  run_loop([&]() -> Task<void> {
    for (Request& request : requests) {
      Answer answer = co_await model.ask(eval::CallRole::system, std::move(request), tape);
      got.push_back(std::move(answer));
    }
  });
  return got;
}

Request request_of(const std::string& text) {
  Request request;
  request.messages = {{.role = eval::Role::user, .text = text}};
  request.temperature = 0;
  request.max_tokens = 4;
  request.timeout = std::chrono::minutes(10);
  return request;
}

TEST_F(Provided, AnswersAndNamesTheWeightsThatAnswered) {
  const auto model = cast({{"builtin", "smollm2-135m"}});
  ASSERT_TRUE(model.ok()) << model.error().message;
  const auto got = answers(*model.value(), {request_of("Write a long story.")});
  const auto* reply = std::get_if<eval::Reply>(&got[0]);
  ASSERT_NE(reply, nullptr) << std::get<Failure>(got[0]).message;
  EXPECT_EQ(reply->served, "sha256:" + model_sha256.substr(0, 12));
  EXPECT_EQ(reply->finish, eval::Finish::length);
  EXPECT_EQ(reply->tokens_out, 4);
  EXPECT_GT(*reply->tokens_in, 30);
  const json::Value identity = model.value()->identity();
  EXPECT_EQ(*identity.find("weights")->text(), model_sha256);
}

TEST_F(Provided, AFileOfTheCacheIsFoundByItsName) {
  const auto model = cast({{"file", model_file.filename().string()}, {"sha256", model_sha256}});
  EXPECT_TRUE(model.ok()) << model.error().message;
}

TEST_F(Provided, AnotherDigestIsRefused) {
  const std::string message =
      cast_error({{"file", model_file.string()}, {"sha256", std::string(64, '0')}});
  EXPECT_NE(message.find(model_sha256), std::string::npos) << message;
}

TEST_F(Provided, AFileThatIsNowhereIsNamedWithBothPlaces) {
  const std::string message = cast_error({{"file", "absent.gguf"}});
  EXPECT_NE(message.find("models.tiny: expected the model file absent.gguf"), std::string::npos)
      << message;
}

TEST_F(Provided, FileAndBuiltinExcludeEachOther) {
  EXPECT_NE(cast_error({}).find("neither"), std::string::npos);
  EXPECT_NE(cast_error({{"file", "a"}, {"builtin", "b"}}).find("both"), std::string::npos);
  EXPECT_NE(cast_error({{"builtin", "smollm3"}}).find("smollm2-135m"), std::string::npos);
}

TEST_F(Provided, AConversationThatDoesNotFitIsRefusedBeforeTheFirstSlot) {
  const auto model = cast({{"builtin", "smollm2-135m"}});
  ASSERT_TRUE(model.ok());
  EXPECT_TRUE(
      model.value()
          ->accepts({.messages = {{eval::Role::system, "Be brief."}, {eval::Role::user, "x"}}})
          .ok());
  std::string longer;
  for (int i = 0; i < 200; ++i)
    longer += "word ";
  EXPECT_FALSE(model.value()->accepts({.messages = {{eval::Role::user, longer}}}).ok());
  const auto got = answers(*model.value(), {request_of(longer)});
  ASSERT_TRUE(std::holds_alternative<Failure>(got[0]));
  EXPECT_EQ(std::get<Failure>(got[0]).status, eval::Status::rejected);
}

TEST_F(Provided, WhatIsAskedAfterCancelIsCanceled) {
  const auto model = cast({{"builtin", "smollm2-135m"}});
  ASSERT_TRUE(model.ok());
  model.value()->cancel();
  const auto got = answers(*model.value(), {request_of("Hi")});
  ASSERT_TRUE(std::holds_alternative<Failure>(got[0]));
  EXPECT_EQ(std::get<Failure>(got[0]).status, eval::Status::canceled);
}

TEST_F(Provided, TimeThatIsOverIsATimeout) {
  const auto model = cast({{"builtin", "smollm2-135m"}});
  ASSERT_TRUE(model.ok());
  Request hurried = request_of("Write a long story.");
  hurried.timeout = std::chrono::milliseconds(0);
  const auto got = answers(*model.value(), {std::move(hurried)});
  ASSERT_TRUE(std::holds_alternative<Failure>(got[0]));
  EXPECT_EQ(std::get<Failure>(got[0]).status, eval::Status::timeout);
}

}  // namespace
}  // namespace truebound::model
