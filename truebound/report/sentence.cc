#include "truebound/report/sentence.h"

#include "truebound/text/utf8.h"

namespace truebound::report {

Sentence& Sentence::add(Mark mark, Source source, std::string_view text) {
  if (!text.empty()) spans_.push_back({.mark = mark, .source = source, .text = std::string(text)});
  return *this;
}

Sentence& Sentence::link(std::string_view ours, Place to) {
  spans_.push_back({.mark = Mark::link, .text = std::string(ours), .to = to});
  return *this;
}

Sentence& Sentence::add(const Sentence& more) {
  spans_.insert(spans_.end(), more.spans_.begin(), more.spans_.end());
  return *this;
}

std::string Sentence::plain() const {
  std::string text;
  for (const Span& span : spans_)
    text += text::visible(span.text, text::Breaks::show);
  return text;
}

Sentence say(std::string_view ours) {
  return Sentence().say(ours);
}

Sentence foreign(std::string_view text) {
  return Sentence().foreign(text);
}

Sentence code(std::string_view text) {
  return Sentence().code(text);
}

Sentence listed(const std::vector<Sentence>& parts) {
  Sentence list;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) list.say(i + 1 == parts.size() ? " and " : ", ");
    list.add(parts[i]);
  }
  return list;
}

Sentence listed_foreign(const std::vector<std::string>& parts) {
  std::vector<Sentence> sentences;
  for (const std::string& part : parts)
    sentences.push_back(foreign(part));
  return listed(sentences);
}

}  // namespace truebound::report
