// Reads YAML with yaml-cpp's event parser, so that each value knows its line and nothing is
// resolved behind our back: `on`, `no` and `12:30` stay texts, as in YAML 1.2's core schema.

#include <charconv>
#include <cmath>
#include <set>
#include <sstream>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include "truebound/json/value.h"

namespace truebound::json {
namespace {

constexpr std::size_t deepest = 256;

bool is_whole(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool is_decimal(std::string_view text) {
  return !text.empty() && text.find_first_of("0123456789") != std::string_view::npos &&
         text.find_first_not_of("0123456789+-.eE") == std::string_view::npos;
}

Value plain_scalar(const std::string& text) {
  if (text.empty() || text == "~" || text == "null") return nullptr;
  if (text == "true") return true;
  if (text == "false") return false;
  const char* begin = text.data() + (text.starts_with('+') ? 1 : 0);
  const char* end = text.data() + text.size();
  if (is_whole(text)) {
    std::int64_t whole = 0;
    const auto read = std::from_chars(begin, end, whole);
    if (read.ec == std::errc() && read.ptr == end) return whole;
  } else if (is_decimal(text)) {
    double decimal = 0;
    const auto read = std::from_chars(begin, end, decimal);
    if (read.ec == std::errc() && read.ptr == end && std::isfinite(decimal)) return decimal;
  }
  return text;
}

// Builds the value from the parser's events. Open lists and mappings lie on a stack.
class YamlBuilder final : public YAML::EventHandler {
 public:
  explicit YamlBuilder(const std::string& name) : name_(name) {}

  void OnDocumentStart(const YAML::Mark& /*mark*/) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    refuse_anchor(mark, anchor);
    add(nullptr, mark);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override {
    fail(mark, "an alias (*name) is not supported; write the value out");
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    refuse_anchor(mark, anchor);
    // yaml-cpp gives "?" for plain scalars and "!" for quoted ones.
    if (tag == "!") {
      add(Value(value), mark);
    } else if (tag.empty() || tag == "?") {
      add(plain_scalar(value), mark);
    } else {
      fail(mark, "a tag is not supported");
    }
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    refuse_anchor(mark, anchor);
    open(List{}, mark);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    refuse_anchor(mark, anchor);
    open(Object{}, mark);
  }
  void OnMapEnd() override { close(); }

  Result<Value> finish() {
    if (error_) return *error_;
    return std::move(root_);
  }

 private:
  struct Open {
    Value value;
    std::optional<std::string> key;
    int key_line = 0;
    std::set<std::string> keys;
  };

  void fail(const YAML::Mark& mark, const std::string& message) {
    if (error_) return;
    error_ = invalid_input(name_ + ":" + std::to_string(mark.line + 1) + ": " + message);
  }
  void refuse_anchor(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (anchor != 0) fail(mark, "an anchor (&name) is not supported; write the value out");
  }

  void open(Value value, const YAML::Mark& mark) {
    if (stack_.size() >= deepest) fail(mark, "nested too deeply");
    value.stand_at(mark.line + 1);
    stack_.push_back({.value = std::move(value)});
  }
  void close() {
    Value value = std::move(stack_.back().value);
    stack_.pop_back();
    place(std::move(value));
  }

  void add(Value value, const YAML::Mark& mark) {
    const bool is_key = !stack_.empty() && stack_.back().value.object() && !stack_.back().key;
    if (!is_key) {
      value.stand_at(mark.line + 1);
      place(std::move(value));
      return;
    }
    Open& mapping = stack_.back();
    std::string key = value.text() != nullptr ? *value.text() : canonical(value);
    if (!mapping.keys.insert(key).second) fail(mark, "the key " + key + " stands twice");
    mapping.key = std::move(key);
    mapping.key_line = mark.line + 1;
  }

  void place(Value value) {
    if (stack_.empty()) {
      root_ = std::move(value);
      return;
    }
    Open& parent = stack_.back();
    if (parent.value.list() != nullptr) {
      parent.value.push(std::move(value));
    } else if (parent.key) {
      // A block mapping begins on the line after its key; the key is the place people look for.
      value.stand_at(parent.key_line);
      parent.value.object()->emplace_back(*std::exchange(parent.key, std::nullopt),
                                          std::move(value));
    } else {
      error_ = invalid_input(name_ + ": a key must be a text");
      parent.key = "";
    }
  }

  const std::string& name_;
  std::vector<Open> stack_;
  Value root_;
  std::optional<Error> error_;
};

}  // namespace

Result<Value> parse_yaml(std::string_view text, const std::string& name) {
  std::istringstream stream{std::string(text)};
  YamlBuilder builder(name);
  try {
    YAML::Parser parser(stream);
    parser.HandleNextDocument(builder);
    YamlBuilder rest(name);
    if (parser.HandleNextDocument(rest)) {
      return invalid_input(name + ": expected one YAML document, got another after it");
    }
  } catch (const YAML::Exception& wrong_yaml) {
    return invalid_input(name + ":" + std::to_string(wrong_yaml.mark.line + 1) +
                         ": expected YAML: " + wrong_yaml.msg);
  }
  return builder.finish();
}

}  // namespace truebound::json
