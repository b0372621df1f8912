#include <cstddef>
#include <cstdint>
#include <variant>

#include "truebound/report/html.h"
#include "truebound/report/own.h"
#include "truebound/report/page.h"
#include "truebound/report/piece.h"
#include "truebound/report/plot.h"

namespace truebound::report {
namespace {

// The class of a number's column in a figure, by which narrow screens name the number.
Own column_class(const Table& table, std::size_t column) {
  if (table.style != TableStyle::forest) return "n";
  return Own("n l") + Own::whole(static_cast<std::int64_t>(column));
}

Piece heading_of(const Table& table, std::size_t column) {
  const Column& head = table.columns[column];
  Attributes attributes = {{"scope", "col"}};
  if (head.align == Align::right) attributes.emplace_back("class", "n");
  if (head.align != Align::drawing) return element("th", attributes, head.title);
  if (table.style != TableStyle::forest) return element("th", attributes, head.title);
  attributes.emplace_back("class", "plot");
  return element("th", attributes, element("span", {{"class", "vh"}}, head.title), axis(head));
}

struct Drawer {
  Piece operator()(std::monostate /*nothing*/) const { return {}; }
  Piece operator()(const Plot& plot) const { return draw(plot, PlotSize::row); }
  Piece operator()(const Hatch& hatch) const { return draw(hatch); }
  Piece operator()(const OutcomeBar& bar) const { return draw(bar); }
};

Piece cell_of(const Table& table, const Row& row, const Cell& cell, std::size_t column) {
  if (table.columns[column].align == Align::drawing) {
    const Own kind = table.style == TableStyle::forest ? Own("plot") : Own("barcell");
    return element("td", {{"class", kind}}, std::visit(Drawer{}, cell.drawing));
  }
  Attributes attributes;
  if (cell.columns > 1) attributes.emplace_back("colspan", Own::whole(cell.columns));
  const bool beside_hatch =
      column > 0 && row.cells.size() > 1 && std::holds_alternative<Hatch>(row.cells[1].drawing);
  if (beside_hatch) {
    attributes.emplace_back("class", "nl");
    return element("td", attributes, hatch_icon(), " ", html_of(cell.text));
  }
  Own kind = table.columns[column].align == Align::right ? column_class(table, column) : Own("");
  if (cell.columns > 1) kind = "nl";
  if (cell.weight == Weight::strong) kind += " v";
  if (cell.weight == Weight::soft) kind += " raw";
  if (!kind.text().empty()) attributes.emplace_back("class", kind);
  return element("td", attributes, html_of(cell.text));
}

Piece row_of(const Table& table, const Row& row, const Piece& group_heading) {
  Piece cells = group_heading;
  std::size_t column = table.grouped ? 1 : 0;
  for (std::size_t i = 0; i < row.cells.size(); ++i) {
    const Cell& cell = row.cells[i];
    if (i == 0) {
      Attributes attributes = {{"scope", "row"}};
      if (table.style == TableStyle::forest) attributes.emplace_back("class", "arm");
      if (table.columns[column].align == Align::right) attributes.emplace_back("class", "n");
      cells.add(element("th", attributes, html_of(cell.text)));
    } else {
      cells.add(cell_of(table, row, cell, column));
    }
    column += static_cast<std::size_t>(cell.columns);
  }
  Attributes attributes;
  if (row.weight == Weight::strong) attributes.emplace_back("class", "main");
  return element("tr", attributes, cells).line();
}

Piece group_of(const Table& table, const Group& group) {
  Piece body;
  body.line();
  for (std::size_t i = 0; i < group.rows.size(); ++i) {
    Piece heading;
    if (table.grouped && i == 0) {
      Attributes attributes = {{"scope", "rowgroup"}};
      if (group.rows.size() > 1) {
        attributes.emplace_back("rowspan",
                                Own::whole(static_cast<std::int64_t>(group.rows.size())));
      }
      heading = element("th", attributes, html_of(group.heading));
    }
    body.add(row_of(table, group.rows[i], heading));
  }
  return element("tbody", {}, body).line();
}

Own style_class(TableStyle style) {
  switch (style) {
    case TableStyle::plain:
      return "plain";
    case TableStyle::wide:
      return "wide";
    case TableStyle::forest:
      return "forest";
    case TableStyle::steps:
      return "steps";
  }
  return "plain";
}

Piece fact_of(const Fact& fact) {
  Piece content = html_of(fact.value);
  if (fact.block) content.add(element("pre", {{"dir", "auto"}}, *fact.block));
  return element("dt", {}, fact.label).add(element("dd", {}, content)).line();
}

}  // namespace

Piece html_of(const Table& table) {
  Piece columns;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    columns.add(heading_of(table, i));
  }
  Piece content;
  content.line().add(element("caption", {}, table.caption)).line();
  content.add(element("thead", {}, Piece().line().add(element("tr", {}, columns)))).line();
  for (const Group& group : table.groups) {
    content.add(group_of(table, group));
  }
  const Own label = table.style == TableStyle::forest ? Own("Figure ") : Own("Table ");
  Piece section;
  section.line().add(element("table", {{"class", style_class(table.style)}}, content)).line();
  return element("section",
                 {{"class", "scroll"},
                  {"aria-label", label + Own::whole(table.number)},
                  {"tabindex", "0"}},
                 section)
      .line();
}

Piece html_of(const Facts& facts) {
  Piece list;
  list.line();
  for (const Fact& fact : facts.items) {
    list.add(fact_of(fact));
  }
  return element("dl", {{"class", "facts"}}, list).line();
}

Piece html_of(const Fold& fold) {
  Piece list;
  for (const Fact& fact : fold.items) {
    list.add(fact_of(fact));
  }
  Piece content = element("summary", {}, html_of(fold.summary));
  content.line().add(element("dl", {{"class", "turn"}}, list));
  return element("details", {}, content).line();
}

}  // namespace truebound::report
