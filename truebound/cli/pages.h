#pragma once

// The pages of docs/methods, built into the program by pages.cmake, so that a method explains
// itself wherever the program runs.

#include <string_view>
#include <vector>

namespace truebound::cli {

/// A page: the name of its file without the ending, and its text in Markdown.
struct Page {
  std::string_view name;
  std::string_view text;
};

/// All pages of methods, by name.
const std::vector<Page>& method_pages();

}  // namespace truebound::cli
