#pragma once

// A piece of HTML that is well formed and escaped by how it is made: elements close themselves,
// names and attributes are words of ours (`Own`), and everything else comes in as text and is
// escaped. Example: element("p", {{"class", "num"}}, "Arm ", element("b", {}, arm))

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "truebound/report/own.h"

namespace truebound::report {

using Attributes = std::vector<std::pair<Own, Own>>;

class Piece {
 public:
  Piece() = default;

  Piece& add(const Piece& piece) {
    html_ += piece.html_;
    return *this;
  }
  /// Text of anyone, escaped; hidden characters by their code point in a frame.
  Piece& add(std::string_view text);
  Piece& add(const char* text) { return add(std::string_view(text)); }
  Piece& add(const std::string& text) { return add(std::string_view(text)); }
  /// A line end between elements, so that the file can be read.
  Piece& line();

  /// An element around a piece.
  static Piece wrap(const Own& name, const Attributes& attributes, const Piece& content);
  /// An element without content and without end tag: `meta`.
  static Piece empty_element(const Own& name, const Attributes& attributes);
  /// An element of SVG without content.
  static Piece shape(const Own& name, const Attributes& attributes);
  /// The text of `style`, where nothing is escaped and so nothing but ours may stand.
  static Piece style(const Own& css);
  /// The text of `title`, where no element may stand.
  static Piece title(std::string_view text);
  /// The first line of a page.
  static Piece doctype();
  /// Markup that is a literal of this program.
  static Piece markup(const Own& ours);

  const std::string& html() const { return html_; }

 private:
  std::string html_;
};

/// An element around pieces and texts, in order.
template <class... Parts>
Piece element(const Own& name, const Attributes& attributes, const Parts&... parts) {
  Piece content;
  (content.add(parts), ...);
  return Piece::wrap(name, attributes, content);
}

}  // namespace truebound::report
