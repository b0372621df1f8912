#include "truebound/text/html.h"

#include "truebound/text/utf8.h"

namespace truebound::text {
namespace {

void append_escaped(std::string& html, std::string_view text) {
  for (const char letter : text) {
    switch (letter) {
      case '&':
        html += "&amp;";
        break;
      case '<':
        html += "&lt;";
        break;
      case '>':
        html += "&gt;";
        break;
      case '"':
        html += "&quot;";
        break;
      case '\'':
        html += "&#39;";
        break;
      default:
        html += letter;
    }
  }
}

}  // namespace

std::string html_text(std::string_view text) {
  std::string html;
  html.reserve(text.size() + text.size() / 8);
  walk_visible(
      text, Breaks::keep, [&html](std::string_view plain) { append_escaped(html, plain); },
      [&html](const std::string& name) { html += "<span class=\"cp\">" + name + "</span>"; });
  return html;
}

std::string html_attribute(std::string_view text) {
  std::string html;
  append_escaped(html, visible(text, Breaks::show));
  return html;
}

}  // namespace truebound::text
