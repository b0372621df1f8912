#pragma once

// For the tests of the report: HTML taken apart strictly, so that a page that a browser would mend
// fails here.

#include <map>
#include <string>
#include <vector>

namespace truebound::report::check {

/// An element's start, with its attributes and the byte at which it begins.
struct Element {
  std::string name;
  std::map<std::string, std::string> attributes;
  std::size_t at = 0;
};

struct Document {
  std::vector<Element> elements;  ///< in the order of the file
  std::string text;               ///< all text between tags, entities resolved, style left out
  std::string fault;              ///< the first thing wrong, or empty
};

/// Every element closed in order, every attribute in double quotes and once, no bare `<`, `>` or
/// `&` in text.
Document take_apart(const std::string& html);

}  // namespace truebound::report::check
