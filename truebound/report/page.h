#pragma once

// The report as a page before it has a format: sections of paragraphs, tables, claims, lists and
// transcripts. HTML and Markdown are two writers of one page, so that they say the same.

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "truebound/analyze/estimate.h"
#include "truebound/eval/outcome.h"
#include "truebound/evidence/dossier.h"
#include "truebound/report/sentence.h"

namespace truebound::report {

/// The marks of one rate, all proportions, on an axis from 0 to 100 %. Without a value: only the
/// thin line over what is possible, and the threshold.
struct Plot {
  std::optional<double> value;
  analyze::Range complete;
  analyze::Range missing;
  std::optional<double> raw;
  std::optional<double> bound;
  std::optional<double> threshold;
};

/// A strip that says: not looked at.
struct Hatch {};

/// Shares of the planned slots; `stopped` of them by a layer, within broke or held.
struct OutcomeBar {
  eval::Counts counts;
  eval::Expect expect = eval::Expect::refuse;
  std::int64_t stopped = 0;
};

/// What only a picture shows; the cells beside it say the same in numbers.
using Drawing = std::variant<std::monostate, Plot, Hatch, OutcomeBar>;

enum class Align { left, right, drawing };

struct Column {
  std::string title;
  Align align = Align::left;
  std::optional<double> threshold = std::nullopt;  ///< drawn on the axis of a plot
  std::string axis_label;                          ///< beside it
};

enum class Weight { normal, strong, soft };

struct Cell {
  Sentence text;
  Drawing drawing;
  Weight weight = Weight::normal;
  int columns = 1;  ///< how many it spans
};

/// The first cell is the row's heading.
struct Row {
  std::vector<Cell> cells;
  Weight weight = Weight::normal;
};

/// Rows under one heading, which is empty where rows stand alone.
struct Group {
  Sentence heading;
  std::vector<Row> rows;
};

/// A figure's rows fold on narrow screens; a wide table takes the whole width.
enum class TableStyle { plain, wide, forest, steps };

struct Table {
  std::int64_t number = 0;  ///< among the figures or the tables of the page, set by lay_out
  std::string caption;
  TableStyle style = TableStyle::plain;
  std::vector<Column> columns;  ///< with grouped rows, the first is the groups' column
  bool grouped = false;
  std::vector<Group> groups;
};

enum class Tone { body, note, warning, print_only };

struct Paragraph {
  Sentence text;
  Tone tone = Tone::body;
};

struct Subheading {
  Sentence text;
};

/// A claim as the page shows it.
struct ClaimItem {
  std::int64_t number = 1;  ///< in the dossier's order, from 1
  evidence::ClaimKind kind = evidence::ClaimKind::inconclusive;
  std::string kind_words;
  Sentence heading;
  Sentence lead;
  Sentence follow;
  Sentence figures;
  std::optional<Plot> plot;  ///< none for a difference, whose axis is another
};

/// Where claims stand: their axis is drawn where `above` is said.
struct Claims {
  Sentence above;
  std::vector<ClaimItem> items;
  Sentence below;
};

/// What was not looked at: rows with a hatched strip, then what no cell was planned for.
struct Gaps {
  std::vector<Sentence> rows;
  std::vector<Sentence> bullets;
};

struct Bullets {
  std::vector<Sentence> items;
};

/// A label and what belongs to it; `block` is a text of its own lines, empty where there is none.
struct Fact {
  std::string label;
  Sentence value;
  std::optional<std::string> block;
};

struct Facts {
  std::vector<Fact> items;
};

/// A text of a model or a suite, hidden until it is opened.
struct Fold {
  Sentence summary;
  std::vector<Fact> items;
};

/// The meaning of marks.
enum class Key { rates, outcomes };

using Block = std::variant<Paragraph, Subheading, Claims, Gaps, Table, Bullets, Facts, Fold, Key>;

struct Section {
  Place place = Place::found;
  std::string title;
  std::vector<Block> blocks;
};

struct Page {
  std::int64_t run = 1;
  std::string root;  ///< of the ledger's tree, in hexadecimal digits
  std::vector<Sentence> marks;
  std::string kicker;
  std::string title;
  std::vector<Fact> head;
  std::vector<Section> sections;
  std::vector<Sentence> footer;
};

/// The page of a dossier.
Page lay_out(const evidence::Dossier& dossier);

}  // namespace truebound::report
