#include "truebound/report/piece.h"

#include <string>
#include <string_view>

#include "truebound/report/own.h"
#include "truebound/text/html.h"

namespace truebound::report {
namespace {

std::string start_of(const Own& name, const Attributes& attributes) {
  std::string tag = "<" + name.text();
  for (const auto& [key, value] : attributes) {
    tag += " " + key.text() + "=\"" + text::html_attribute(value.text()) + "\"";
  }
  return tag;
}

}  // namespace

Piece& Piece::add(std::string_view text) {
  html_ += text::html_text(text);
  return *this;
}

Piece& Piece::line() {
  html_ += '\n';
  return *this;
}

Piece Piece::wrap(const Own& name, const Attributes& attributes, const Piece& content) {
  Piece piece;
  piece.html_ = start_of(name, attributes) + ">" + content.html_ + "</" + name.text() + ">";
  return piece;
}

Piece Piece::empty_element(const Own& name, const Attributes& attributes) {
  Piece piece;
  piece.html_ = start_of(name, attributes) + ">";
  return piece;
}

Piece Piece::shape(const Own& name, const Attributes& attributes) {
  Piece piece;
  piece.html_ = start_of(name, attributes) + "/>";
  return piece;
}

Piece Piece::style(const Own& css) {
  Piece piece;
  piece.html_ = "<style>\n" + css.text() + "</style>";
  return piece;
}

Piece Piece::title(std::string_view text) {
  Piece piece;
  piece.html_ = "<title>" + text::html_attribute(text) + "</title>";
  return piece;
}

Piece Piece::doctype() {
  Piece piece;
  piece.html_ = "<!DOCTYPE html>\n";
  return piece;
}

Piece Piece::markup(const Own& ours) {
  Piece piece;
  piece.html_ = ours.text();
  return piece;
}

}  // namespace truebound::report
