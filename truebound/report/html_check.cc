#include "truebound/report/html_check.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace truebound::report::check {
namespace {

class Reader {
 public:
  explicit Reader(const std::string& html) : html_(html) {}

  Document read() {
    if (!html_.starts_with("<!DOCTYPE html>\n")) fault("no doctype first");
    at_ = std::string("<!DOCTYPE html>").size();
    while (at_ < html_.size() && document_.fault.empty()) {
      if (html_[at_] == '<') {
        tag();
      } else {
        text();
      }
    }
    if (document_.fault.empty() && !open_.empty()) fault("never closed: " + open_.back());
    return std::move(document_);
  }

 private:
  void fault(const std::string& what) {
    if (document_.fault.empty()) document_.fault = what + " before: " + html_.substr(at_, 60);
  }

  void text() {
    const std::size_t end = std::min(html_.find('<', at_), html_.size());
    std::string const piece = html_.substr(at_, end - at_);
    if (!open_.empty() && open_.back() == "style") {
      at_ = end;
      return;
    }
    if (piece.find('>') != std::string::npos) fault("a bare >");
    document_.text += resolved(piece);
    at_ = end;
  }

  std::string resolved(const std::string& piece) {
    static const std::array<std::pair<const char*, char>, 5> entities = {
        {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&#39;", '\''}}};
    std::string text;
    for (std::size_t i = 0; i < piece.size();) {
      bool found = false;
      for (const auto& [name, letter] : entities) {
        if (piece.compare(i, std::string(name).size(), name) != 0) continue;
        text += letter;
        i += std::string(name).size();
        found = true;
        break;
      }
      if (found) continue;
      if (piece[i] == '&') fault("a bare &");
      text += piece[i++];
    }
    return text;
  }

  void tag() {
    const std::size_t begin = at_++;
    const bool closing = html_[at_] == '/';
    if (closing) ++at_;
    std::string const name = word();
    if (name.empty()) return fault("a bare <");
    if (closing) {
      if (open_.empty() || open_.back() != name) return fault("closed out of order: " + name);
      open_.pop_back();
      if (html_[at_++] != '>') fault("an end tag with more in it");
      return;
    }
    Element element{.name = name, .attributes = {}, .at = begin};
    while (html_[at_] == ' ') {
      attribute(element);
    }
    const bool empty = html_[at_] == '/';
    if (empty) ++at_;
    if (html_[at_] != '>') return fault("a tag that does not end");
    ++at_;
    static const std::set<std::string> without_end = {"meta"};
    if (!empty && !without_end.contains(name)) open_.push_back(name);
    document_.elements.push_back(std::move(element));
  }

  void attribute(Element& element) {
    ++at_;
    const std::string key = word();
    if (key.empty() || html_.compare(at_, 2, "=\"") != 0) {
      return fault("an attribute without quotes");
    }
    at_ += 2;
    const std::size_t end = html_.find('"', at_);
    const std::string value = resolved(html_.substr(at_, end - at_));
    if (!element.attributes.emplace(key, value).second) fault("an attribute twice: " + key);
    at_ = end + 1;
  }

  std::string word() {
    const std::size_t begin = at_;
    while (at_ < html_.size() &&
           (std::isalnum(static_cast<unsigned char>(html_[at_])) != 0 || html_[at_] == '-')) {
      ++at_;
    }
    return html_.substr(begin, at_ - begin);
  }

  const std::string& html_;
  std::size_t at_ = 0;
  std::vector<std::string> open_;
  Document document_;
};

}  // namespace

Document take_apart(const std::string& html) {
  return Reader(html).read();
}

}  // namespace truebound::report::check
