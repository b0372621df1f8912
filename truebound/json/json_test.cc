// Values, their readers and writers, and nouns read through their list of fields.

#include <array>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "truebound/core/file.h"
#include "truebound/json/fields.h"
#include "truebound/json/value.h"

namespace truebound::json {
namespace {

enum class Color { red, blue };
constexpr std::array<std::string_view, 2> words(Color /*color*/) {
  return {"red", "blue"};
}

struct Wheel {
  std::int64_t spokes = 8;
  Color color = Color::red;
  template <class Visitor>
  void fields(Visitor& visit) {
    visit("spokes", spokes, "how many");
    visit(required("color"), color, "its paint");
  }
};

struct Cart {
  NamedList<Wheel> wheels;
  std::optional<double> weight;
  std::vector<std::string> cargo;
  template <class Visitor>
  void fields(Visitor& visit) {
    visit("wheels", wheels, "by name, in order");
    visit("weight", weight, "in kilograms");
    visit("cargo", cargo, "what it carries");
  }
};

Result<Cart> read_cart(const std::string& yaml) {
  TRUEBOUND_TRY(value, parse_yaml(yaml, "cart.yaml"));
  return read<Cart>(value, "cart.yaml", "the cart");
}

TEST(Yaml, OnAndOffAreTextsAndNumbersAreNumbers) {
  const Value value = parse_yaml("on: [off, 1, 1.5, '2', no, true]", "x").value();
  const List& list = *value.find("on")->list();
  EXPECT_EQ(*list[0].text(), "off");
  EXPECT_EQ(*list[1].integer(), 1);
  EXPECT_EQ(*list[2].decimal(), 1.5);
  EXPECT_EQ(*list[3].text(), "2");
  EXPECT_EQ(*list[4].text(), "no");
  EXPECT_TRUE(*list[5].boolean());
}

TEST(Yaml, AKeyThatStandsTwiceIsRefusedWithItsLine) {
  EXPECT_EQ(parse_yaml("a: 1\nb: 2\na: 3\n", "p.yaml").error().message,
            "p.yaml:3: the key a stands twice");
}

TEST(Yaml, ASecondDocumentIsRefused) {
  EXPECT_EQ(parse_yaml("a: 1\n---\nb: 2\n", "p.yaml").error().message,
            "p.yaml: expected one YAML document, got another after it");
  EXPECT_TRUE(parse_yaml("---\na: 1\n...\n", "p.yaml").ok());
}

TEST(Yaml, AnAliasIsRefused) {
  EXPECT_EQ(parse_yaml("a: &x 1\nb: *x\n", "p.yaml").error().message,
            "p.yaml:1: an anchor (&name) is not supported; write the value out");
}

TEST(Json, DuplicateKeysTrailingTextAndBadUtf8AreRefused) {
  EXPECT_FALSE(parse_json(R"({"a":1,"a":2})", "x").ok());
  EXPECT_FALSE(parse_json(R"({"a":1} x)", "x").ok());
  EXPECT_FALSE(parse_json(R"({"a":NaN})", "x").ok());
  EXPECT_FALSE(parse_json(R"({"a":nul})", "x").ok());
  EXPECT_FALSE(parse_json("{\"a\":\"\xff\"}", "x").ok());
  EXPECT_FALSE(parse_json("", "x").ok());
  EXPECT_FALSE(parse_json("[1,2", "x").ok());
  EXPECT_FALSE(parse_json(std::string(1000, '['), "x").ok());
}

TEST(Json, AnErrorNamesTheLine) {
  const auto value = parse_json("{\n\"a\": 1,\n\"b\": {\"c\": 1, \"c\": 2}}", "f.json");
  ASSERT_FALSE(value.ok());
  EXPECT_EQ(value.error().message, "f.json:3: the key c stands twice");
}

TEST(Json, ScalarsAreDocumentsToo) {
  EXPECT_EQ(*parse_json("4", "x").value().integer(), 4);
  EXPECT_EQ(*parse_json("\"a\"", "x").value().text(), "a");
  EXPECT_TRUE(parse_json("null", "x").value().is_null());
}

// Values of RFC 8785, appendix B.
TEST(Canonical, NumbersAreWrittenAsEcmascriptDoes) {
  EXPECT_EQ(number_text(5e-324), "5e-324");
  EXPECT_EQ(number_text(1.7976931348623157e308), "1.7976931348623157e+308");
  EXPECT_EQ(number_text(9007199254740992.0), "9007199254740992");
  EXPECT_EQ(number_text(295147905179352830000.0), "295147905179352830000");
  EXPECT_EQ(number_text(1e21), "1e+21");
  EXPECT_EQ(number_text(9.5e-7), "9.5e-7");
  EXPECT_EQ(number_text(0.000001), "0.000001");
  EXPECT_EQ(number_text(-0.0), "0");
  EXPECT_EQ(number_text(333333333.33333329), "333333333.3333333");
}

TEST(Canonical, TheRfcsTestFilesComeOutAsTheirOutputs) {
  const Path folder = Path(TRUEBOUND_SHARED) / "vectors/jcs/testdata";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "the vectors are not beside the project";
  int checked = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder / "input")) {
    const std::string text = read_file(file.path()).value();
    const auto value = parse_json(text, file.path().string());
    ASSERT_TRUE(value.ok()) << value.error().message;
    EXPECT_EQ(canonical(value.value()),
              read_file(folder / "output" / file.path().filename()).value());
    ++checked;
  }
  EXPECT_GE(checked, 6);
}

RC_GTEST_PROP(Canonical, WhatIsWrittenReadsBackAsTheSame, (double number, std::int64_t whole)) {
  RC_PRE(std::isfinite(number));
  const Value value = Object{{"whole", whole}, {"list", List{Value(number), Value("t\n\"x")}}};
  const Value back = parse_json(canonical(value), "x").value();
  RC_ASSERT(canonical(back) == canonical(value));
  RC_ASSERT(canonical(parse_json(pretty(value), "x").value()) == canonical(value));
}

TEST(Pretty, WhatATerminalObeysOrNobodySeesIsEscaped) {
  const std::string text = "a\x1b\x07\x7f\u009b31m\u202e\u200b\u2028\ufeff\u00e9\U0001F600";
  EXPECT_EQ(
      pretty(Value(List{Value(text)})),
      "[\n  \"a\\u001b\\u0007\\u007f\\u009b31m\\u202e\\u200b\\u2028\\ufeff\u00e9\U0001F600\"\n]");
  EXPECT_EQ(*parse_json(pretty(Value(text)), "x").value().text(), text);
  EXPECT_EQ(canonical(Value("\u009b")), "\"\u009b\"");
}

TEST(Fields, AMistypedKeyIsRefusedWithTheNearestKnownOne) {
  EXPECT_EQ(read_cart("wheels:\n  front: {color: red, spoke: 3}\n").error().message,
            "cart.yaml:2: unknown key spoke in wheels.front; did you mean spokes?");
}

TEST(Fields, AMissingRequiredFieldAndAWrongWordAreTold) {
  EXPECT_EQ(read_cart("wheels:\n  front: {}\n").error().message, "cart.yaml:2: color is required");
  EXPECT_EQ(read_cart("wheels: {front: {color: blu}}").error().message,
            "cart.yaml:1: color must be one of red, blue, got blu; did you mean blue?");
  EXPECT_EQ(read_cart("weight: heavy").error().message,
            "cart.yaml:1: weight must be a number, got a text");
}

TEST(Fields, AMappingKeepsItsOrderThroughItsCanonicalForm) {
  const Cart cart =
      read_cart("wheels: {rear: {color: red}, front: {color: blue, spokes: 3}}\n").value();
  const std::string written = canonical(write(cart));
  EXPECT_EQ(written,
            R"({"cargo":[],"wheels":[{"name":"rear","specification":{"color":"red","spokes":8}},)"
            R"({"name":"front","specification":{"color":"blue","spokes":3}}]})");
  const Cart back = read<Cart>(parse_json(written, "x").value(), "x", "the cart").value();
  EXPECT_EQ(back.wheels[0].name, "rear");
  EXPECT_EQ(canonical(write(back)), written);
}

}  // namespace
}  // namespace truebound::json
