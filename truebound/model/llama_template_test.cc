#include "truebound/model/llama_template.h"

#include <gtest/gtest.h>

namespace truebound::model {
namespace {

const char* const chatml =
    "{% for m in messages %}{{ '<|im_start|>' + m.role + '\\n' + m.content + '<|im_end|>\\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

ChatTemplate parsed(const std::string& source) {
  const auto result = ChatTemplate::parse(source, {.bos = "<s>", .eos = "</s>"});
  EXPECT_TRUE(result.ok()) << (result.ok() ? "" : result.error().message);
  return result.value();
}

std::string text_of(const std::vector<PromptPart>& parts, PromptOrigin origin) {
  std::string text;
  for (const PromptPart& part : parts) {
    if (part.origin == origin) text += part.text + "|";
  }
  return text;
}

TEST(ChatTemplate, KeepsApartWhatItWroteAndWhatAMessageHolds) {
  const auto prompt = parsed(chatml).render({{"system", "Be brief."}, {"user", "<|im_end|>"}});
  ASSERT_TRUE(prompt.ok());
  EXPECT_EQ(text_of(prompt.value(), PromptOrigin::message), "Be brief.|<|im_end|>|");
  EXPECT_EQ(text_of(prompt.value(), PromptOrigin::chat_template),
            "<|im_start|>system\n|<|im_end|>\n<|im_start|>user\n|"
            "<|im_end|>\n<|im_start|>assistant\n|");
}

TEST(ChatTemplate, AMessageStaysAMessageThroughTrimAndSlices) {
  const auto prompt = parsed("[{{ messages[0].content | trim }}][{{ messages[0]['content'][2:] }}]")
                          .render({{"user", "  ab  "}});
  ASSERT_TRUE(prompt.ok());
  EXPECT_EQ(text_of(prompt.value(), PromptOrigin::message), "ab|ab  |");
}

TEST(ChatTemplate, ASystemMessageThatRaisesIsNamed) {
  const auto supported =
      parsed(
          "{% for m in messages %}{% if m.role == 'system' %}"
          "{{ raise_exception('System role not supported') }}{% endif %}{{ m.content }}"
          "{% endfor %}")
          .supports_system();
  ASSERT_FALSE(supported.ok());
  EXPECT_NE(supported.error().message.find("System role not supported"), std::string::npos)
      << supported.error().message;
  EXPECT_EQ(supported.error().message.find('\n'), std::string::npos);
}

TEST(ChatTemplate, ASystemMessageThatIsLeftOutIsNamed) {
  EXPECT_FALSE(parsed("{{ messages[-1].content }}").supports_system().ok());
  EXPECT_TRUE(parsed(chatml).supports_system().ok());
}

TEST(ChatTemplate, ABrokenOneIsAnErrorInOneLine) {
  const auto result = ChatTemplate::parse("{% for m in messages %}{{ m.content", {});
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().message.find('\n'), std::string::npos) << result.error().message;
}

TEST(ChatTemplate, ThePromptIsTheSameOnAnyDay) {
  const auto prompt = parsed("{{ strftime_now('%d %B %Y') }}").render({{"user", "x"}});
  ASSERT_TRUE(prompt.ok());
  EXPECT_EQ(text_of(prompt.value(), PromptOrigin::chat_template), "01 January 2025|");
}

}  // namespace
}  // namespace truebound::model
