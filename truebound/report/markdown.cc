#include "truebound/report/markdown.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "truebound/report/page.h"
#include "truebound/report/sentence.h"
#include "truebound/report/wording.h"
#include "truebound/text/html.h"
#include "truebound/text/markdown.h"
#include "truebound/text/utf8.h"

namespace truebound::report {
namespace {

// Our own words need no backslash before a full stop; what could still mean something gets one.
std::string own_words(std::string_view text) {
  constexpr std::string_view marks = "\\`*_[]<>|#";
  std::string escaped;
  for (const char letter : text::visible(text)) {
    if (marks.find(letter) != std::string_view::npos) escaped += '\\';
    escaped += letter == '\n' ? ' ' : letter;
  }
  return escaped;
}

std::string words_of(const Span& span) {
  return span.source == Source::ours ? own_words(span.text) : text::markdown_inline(span.text);
}

// A code span ends at a run of as many backticks as began it; a bar in one would end a cell.
std::string code_span(const std::string& text) {
  const std::string shown = text::visible(text, text::Breaks::show);
  if (shown.find('|') != std::string::npos || shown.find_first_not_of(' ') == std::string::npos) {
    return text::markdown_inline(text);
  }
  std::string fence = "`";
  while (shown.find(fence) != std::string::npos) {
    fence += '`';
  }
  const bool touches = shown.front() == '`' || shown.back() == '`';
  const std::string space = touches ? " " : "";
  return fence + space + shown + space + fence;
}

std::string line_of(const Sentence& sentence) {
  std::string line;
  for (const Span& span : sentence.spans()) {
    switch (span.mark) {
      case Mark::plain:
      case Mark::link:
        line += words_of(span);
        break;
      case Mark::strong:
        if (const std::string words = words_of(span); !words.empty()) line += "**" + words + "**";
        break;
      case Mark::code:
        line += code_span(span.text);
        break;
    }
  }
  return line;
}

std::string table_row(const std::vector<std::string>& cells) {
  std::string row = "|";
  for (const std::string& cell : cells) {
    row += " " + cell + " |";
  }
  return row + "\n";
}

// The cells of a row without its drawings; where one spans several, the others say `unknown`.
std::vector<std::string> cells_of(const Table& table, const Group& group, const Row& row) {
  std::vector<std::string> cells;
  if (table.grouped) cells.push_back(line_of(group.heading));
  std::size_t column = table.grouped ? 1 : 0;
  for (const Cell& cell : row.cells) {
    const bool drawing = table.columns[column].align == Align::drawing;
    column += static_cast<std::size_t>(cell.columns);
    if (drawing) continue;
    cells.push_back(line_of(cell.text));
    for (int i = 1; i < cell.columns; ++i) {
      cells.emplace_back("unknown");
    }
  }
  return cells;
}

std::string table_of(const Table& table) {
  std::vector<std::string> titles;
  std::vector<std::string> rules;
  for (const Column& column : table.columns) {
    if (column.align == Align::drawing) continue;
    titles.push_back(text::markdown_inline(column.title));
    rules.emplace_back(column.align == Align::right ? "---:" : "---");
  }
  std::string lines = "**" + own_words(table.caption) + "**\n\n";
  lines += table_row(titles) + table_row(rules);
  for (const Group& group : table.groups) {
    for (const Row& row : group.rows) {
      lines += table_row(cells_of(table, group, row));
    }
  }
  return lines + "\n";
}

std::string facts_of(const std::vector<Fact>& facts) {
  std::string lines;
  for (const Fact& fact : facts) {
    lines += "- **" + own_words(fact.label) + ":**";
    if (!fact.value.empty()) lines += " " + line_of(fact.value);
    lines += "\n";
    if (fact.block) lines += "\n" + text::markdown_block(*fact.block) + "\n";
  }
  return lines + "\n";
}

std::string claim_of(const ClaimItem& item) {
  std::string lines = "### " + own_words(item.kind_words) + ". " + line_of(item.heading) + "\n\n";
  lines += line_of(item.lead) + "\n\n";
  if (!item.follow.empty()) lines += line_of(item.follow) + "\n\n";
  return lines + line_of(item.figures) + "\n\n";
}

// Writes each kind of block; links and drawings are left out.
struct BlockWriter {
  std::string operator()(const Paragraph& block) const {
    if (block.tone == Tone::print_only) return "";
    return line_of(block.text) + "\n\n";
  }
  std::string operator()(const Subheading& block) const {
    return "### " + line_of(block.text) + "\n\n";
  }
  std::string operator()(const Claims& block) const {
    std::string lines;
    if (!block.above.empty()) lines += line_of(block.above) + "\n\n";
    for (const ClaimItem& item : block.items) {
      lines += claim_of(item);
    }
    if (!block.below.empty()) lines += line_of(block.below) + "\n\n";
    return lines;
  }
  std::string operator()(const Gaps& block) const {
    std::string lines;
    for (const Sentence& row : block.rows) {
      lines += "- **Not looked at.** " + line_of(row) + "\n";
    }
    for (const Sentence& bullet : block.bullets) {
      lines += "- " + line_of(bullet) + "\n";
    }
    return lines + "\n";
  }
  std::string operator()(const Table& block) const { return table_of(block); }
  std::string operator()(const Bullets& block) const {
    std::string lines;
    for (const Sentence& item : block.items) {
      lines += "- " + line_of(item) + "\n";
    }
    return lines + "\n";
  }
  std::string operator()(const Facts& block) const { return facts_of(block.items); }
  std::string operator()(const Fold& block) const {
    // The summary is one line of HTML, so it is escaped as HTML.
    return "<details><summary>" + text::html_text(block.summary.plain()) + "</summary>\n\n" +
           facts_of(block.items) + "</details>\n\n";
  }
  std::string operator()(Key /*block*/) const { return ""; }
};

}  // namespace

std::string markdown(const Page& page) {
  std::string lines;
  for (const Sentence& mark : page.marks) {
    lines += line_of(mark) + "\n\n";
  }
  lines += own_words(page.kicker) + "\n\n# " + text::markdown_inline(page.title) + "\n\n";
  lines += std::string("**") + disclaimer + "** " + what_a_report_says + "\n\n";
  lines += facts_of(page.head);
  for (const Section& section : page.sections) {
    if (section.place == Place::key) continue;
    lines += "## " + own_words(section.title) + "\n\n";
    for (const Block& block : section.blocks) {
      lines += std::visit(BlockWriter{}, block);
    }
  }
  lines += "---\n\n";
  for (std::size_t i = 0; i < page.footer.size(); ++i) {
    lines += line_of(page.footer[i]) + (i + 1 < page.footer.size() ? "\n\n" : "\n");
  }
  return lines;
}

}  // namespace truebound::report
