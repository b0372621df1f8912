#pragma once

// A sentence of the report before it is HTML, Markdown or plain text: runs of words that say which
// are ours and which came from a plan, a suite or a model. So every format says the same, and each
// escapes by itself.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace truebound::report {

/// The parts of the page that can be linked.
enum class Place {
  found,
  bounded,
  not_looked_at,
  key,
  claims,
  rates,
  arms,
  outcomes,
  judge,
  calculation,
  limits,
  deviations,
  transcripts,
  evidence,
  words
};
constexpr std::array<std::string_view, 15> words(Place /*list*/) {
  return {"found",  "bounded",    "not_looked_at", "key",      "claims",
          "rates",  "arms",       "outcomes",      "judge",    "calculation",
          "limits", "deviations", "transcripts",   "evidence", "words"};
}

enum class Mark { plain, strong, code, link };
enum class Source { ours, foreign };

/// A run of words of one kind. `to` counts for links only.
struct Span {
  Mark mark = Mark::plain;
  Source source = Source::ours;
  std::string text;
  Place to = Place::found;
};

class Sentence {
 public:
  Sentence() = default;
  /// A literal of ours.
  template <std::size_t Size>
  Sentence(const char (&ours)[Size]) {  // NOLINT(google-explicit-constructor)
    say(ours);
  }

  /// Words and figures of ours.
  Sentence& say(std::string_view ours) { return add(Mark::plain, Source::ours, ours); }
  /// What a plan, a suite, a judge or a model said.
  Sentence& foreign(std::string_view text) { return add(Mark::plain, Source::foreign, text); }
  Sentence& strong(std::string_view ours) { return add(Mark::strong, Source::ours, ours); }
  Sentence& strong_foreign(std::string_view text) {
    return add(Mark::strong, Source::foreign, text);
  }
  /// An id, a digest, a command.
  Sentence& code(std::string_view text) { return add(Mark::code, Source::foreign, text); }
  Sentence& link(std::string_view ours, Place to);
  Sentence& add(const Sentence& more);

  bool empty() const { return spans_.empty(); }
  const std::vector<Span>& spans() const { return spans_; }
  /// The words alone, for a terminal: hidden characters shown, line ends too.
  std::string plain() const;

 private:
  Sentence& add(Mark mark, Source source, std::string_view text);
  std::vector<Span> spans_;
};

/// Words and figures of ours.
Sentence say(std::string_view ours);
/// A name or text of a plan.
Sentence foreign(std::string_view text);
/// An id, a digest, a command.
Sentence code(std::string_view text);
/// `a`, `a and b`, `a, b and c`.
Sentence listed(const std::vector<Sentence>& parts);
Sentence listed_foreign(const std::vector<std::string>& parts);

}  // namespace truebound::report
