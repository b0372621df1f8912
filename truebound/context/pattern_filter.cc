// The safeguards `input_filter` and `output_filter`: regular expressions over what goes in or comes
// out, as small deployments have them. A text that any pattern matches is stopped. The file, YAML
// or JSON:
//
//   patterns:
//     - {name: bomb, match: '(?i)\bbuild\b.{0,30}\bbombs?\b'}
//
// An input filter reads the user's last message as the model would get it, after the attack's
// transformation: base64 passes a filter of words, and that is a finding. An output filter reads
// the text of the reply, not the thinking.

#include "truebound/context/safeguard_kind.h"
#include "truebound/crypto/sha256.h"
#include "truebound/json/fields.h"
#include "truebound/text/patterns.h"

namespace truebound::context {
namespace {

enum class Side { input, output };
constexpr std::array<std::string_view, 2> words(Side /*list*/) {
  return {"input_filter", "output_filter"};
}

constexpr const char* default_says = "This request was stopped by a filter.";

/// A pattern as its file has it.
struct PatternLine {
  std::string name;
  std::string match;
  template <class Visitor>
  void fields(Visitor& visit) {
    visit(json::required("name"), name, "names the pattern in transcripts");
    visit(json::required("match"), match, "a regular expression, RE2's syntax");
  }
};

/// A file of patterns.
struct PatternFile {
  std::vector<PatternLine> patterns;
  template <class Visitor>
  void fields(Visitor& visit) {
    visit(json::required("patterns"), patterns, "a text that any of them matches is stopped");
  }
};

Result<text::Patterns> read_patterns(const std::string& bytes, const std::string& file) {
  TRUEBOUND_TRY(value, json::parse_yaml(bytes, file));
  TRUEBOUND_TRY(read, json::read<PatternFile>(value, file, "a file of patterns"));
  if (read.patterns.empty()) return invalid_input(file + ": expected patterns, got none");
  std::vector<text::NamedPattern> patterns;
  for (PatternLine& line : read.patterns) {
    patterns.push_back({.name = std::move(line.name), .pattern = std::move(line.match)});
  }
  auto compiled = text::Patterns::compile(std::move(patterns));
  if (!compiled.ok()) return invalid_input(file + ": " + compiled.error().message);
  return compiled;
}

class PatternFilter final : public Safeguard {
 public:
  struct Parts {
    Side side = Side::input;
    text::Patterns patterns;
    std::string digest;  // of the file
    std::string says;
  };
  PatternFilter(std::string name, Parts parts)
      : Safeguard(std::move(name)), parts_(std::move(parts)) {}

  json::Value identity() const override {
    return json::Object{
        {"kind", to_text(parts_.side)}, {"patterns", parts_.digest}, {"says", parts_.says}};
  }

  Task<std::optional<Stop>> check_request(const eval::Conversation& messages,
                                          model::Tape& /*tape*/) const override {
    if (parts_.side != Side::input) co_return std::nullopt;
    co_return check(messages.back().text);
  }

  Task<std::optional<Stop>> check_reply(const eval::Reply& reply,
                                        model::Tape& /*tape*/) const override {
    if (parts_.side != Side::output) co_return std::nullopt;
    co_return check(reply.text);
  }

 private:
  std::optional<Stop> check(const std::string& text) const {
    const std::vector<int> matched = parts_.patterns.matches(text);
    if (matched.empty()) return std::nullopt;
    std::vector<std::string> names;
    for (const int pattern : matched)
      names.push_back(parts_.patterns.name(pattern));
    return Stop{.layer = name(), .says = parts_.says, .reason = "matched " + join(names)};
  }

  Parts parts_;
};

Result<std::unique_ptr<Safeguard>> make_filter(Side side, const SafeguardWanted& wanted) {
  const std::string file = wanted.specification.text("patterns");
  if (file.empty()) {
    return invalid_input("safeguards." + wanted.name + ": expected patterns, a file, got none");
  }
  TRUEBOUND_TRY(bytes, wanted.files.read(file));
  TRUEBOUND_TRY(patterns, read_patterns(bytes, file));
  std::string says = wanted.specification.text("says");
  PatternFilter::Parts parts{.side = side,
                             .patterns = std::move(patterns),
                             .digest = crypto::sha256(bytes).hex(),
                             .says = says.empty() ? default_says : std::move(says)};
  return std::unique_ptr<Safeguard>(std::make_unique<PatternFilter>(wanted.name, std::move(parts)));
}

Result<std::unique_ptr<Safeguard>> make_input_filter(const SafeguardWanted& wanted) {
  return make_filter(Side::input, wanted);
}

Result<std::unique_ptr<Safeguard>> make_output_filter(const SafeguardWanted& wanted) {
  return make_filter(Side::output, wanted);
}

eval::KnownKind known_filter(Side side, const std::string& about) {
  return {.id = std::string(to_text(side)),
          .about = about,
          .options = {{.name = "patterns",
                       .kind = eval::OptionKind::file,
                       .presence = eval::Presence::required,
                       .about = "a file of patterns; a text that any of them matches is stopped"},
                      {.name = "says",
                       .fallback = default_says,
                       .about = "what the user sees instead of an answer"}}};
}

}  // namespace

SafeguardKind input_filter_kind() {
  return {.kind = known_filter(Side::input, "patterns over the user's last message"),
          .make = make_input_filter};
}

SafeguardKind output_filter_kind() {
  return {.kind = known_filter(Side::output, "patterns over the reply"),
          .make = make_output_filter};
}

}  // namespace truebound::context
