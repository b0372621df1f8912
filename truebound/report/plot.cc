#include "truebound/report/plot.h"

#include <algorithm>

namespace truebound::report {
namespace {

Own at(double proportion) {
  return Own::decimal(std::clamp(proportion, 0.0, 1.0) * 100) + "%";
}

Own whole(int number) {
  return Own::whole(number);
}

Piece line(const Own& kind, const Own& x1, const Own& x2, const std::pair<int, int>& y) {
  return Piece::shape(
      "line",
      {{"class", kind}, {"x1", x1}, {"x2", x2}, {"y1", whole(y.first)}, {"y2", whole(y.second)}});
}

Piece upright(const Own& kind, double proportion, int top, int bottom) {
  return line(kind, at(proportion), at(proportion), {top, bottom});
}

Piece svg(const Own& kind, const Piece& content) {
  return Piece::wrap("svg", {{"class", kind}, {"aria-hidden", "true"}}, content);
}

Piece thin_line(double lower, double upper, int middle) {
  Piece piece = line("m", at(lower), at(upper), {middle, middle});
  piece.add(upright("m", lower, middle - 4, middle + 4));
  return piece.add(upright("m", upper, middle - 4, middle + 4));
}

Piece use(const Own& id) {
  return Piece::shape("use", {{"href", Own("#") + id}});
}

// One part of an outcome bar.
struct Share {
  Own kind;
  std::int64_t count = 0;
};

Piece rectangle(const Own& kind, const Own& x, const Own& width) {
  return Piece::shape("rect",
                      {{"class", kind}, {"x", x}, {"width", width}, {"y", "1"}, {"height", "14"}});
}

Piece text(const Own& kind, const Own& x, const Own& y, std::string_view words) {
  return element("text", {{"class", kind}, {"x", x}, {"y", y}}, words);
}

Piece axis_numbers(const Own& y) {
  Piece piece = text("lo", "0", y, "0");
  piece.add(text("mid", "25%", y, "25")).add(text("mid", "50%", y, "50"));
  return piece.add(text("mid", "75%", y, "75")).add(text("hi", "100%", y, "100%"));
}

Piece sample(const Piece& drawing, std::string_view words) {
  return element("li", {}, Piece::wrap("svg", {{"aria-hidden", "true"}}, drawing), words).line();
}

Piece outcome_sample(const Own& kind, std::string_view words) {
  return sample(
      Piece::shape("rect",
                   {{"class", kind}, {"x", "1"}, {"y", "3"}, {"width", "38"}, {"height", "14"}}),
      words);
}

}  // namespace

Piece draw(const Plot& plot, PlotSize size) {
  const int height = size == PlotSize::claim ? 44 : 24;
  const int middle = height / 2;
  Piece piece = use("grid");
  if (plot.threshold) piece.add(upright("t", *plot.threshold, 0, height));
  if (!plot.value) {
    // Nothing is known, so everything is possible; a mark inside would say that something is.
    return svg("f", piece.add(thin_line(0, 1, middle)));
  }
  piece.add(thin_line(plot.missing.lower, plot.missing.upper, middle));
  const double width = std::max(plot.complete.upper - plot.complete.lower, 0.0);
  piece.add(Piece::shape("rect", {{"class", "i"},
                                  {"x", at(plot.complete.lower)},
                                  {"width", at(width)},
                                  {"y", whole(middle - 3)},
                                  {"height", "6"}}));
  if (plot.raw) piece.add(upright("r", *plot.raw, middle + 5, middle + 11));
  if (plot.bound) piece.add(upright("b", *plot.bound, middle - 9, middle + 9));
  piece.add(Piece::shape(
      "circle", {{"class", "e"}, {"cx", at(*plot.value)}, {"cy", whole(middle)}, {"r", "4.5"}}));
  return svg("f", piece);
}

Piece draw(const Hatch& /*hatch*/) {
  return svg("f",
             Piece::shape(
                 "rect",
                 {{"class", "none"}, {"x", "0"}, {"y", "3"}, {"width", "100%"}, {"height", "18"}}));
}

Piece draw(const OutcomeBar& bar) {
  const eval::Counts& counts = bar.counts;
  const bool stop_holds = bar.expect == eval::Expect::refuse;
  const std::int64_t stopped_held = stop_holds ? std::min(bar.stopped, counts.held) : 0;
  const std::int64_t stopped_broke = stop_holds ? 0 : std::min(bar.stopped, counts.broke);
  const std::vector<Share> shares = {{.kind = "o-broke", .count = counts.broke - stopped_broke},
                                     {.kind = "o-brokes", .count = stopped_broke},
                                     {.kind = "o-held", .count = counts.held - stopped_held},
                                     {.kind = "o-helds", .count = stopped_held},
                                     {.kind = "o-undecided", .count = counts.undecided},
                                     {.kind = "o-error", .count = counts.error},
                                     {.kind = "o-not_run", .count = counts.not_run}};
  Piece piece;
  double x = 0;
  for (const Share& share : shares) {
    if (share.count <= 0 || counts.planned <= 0) continue;
    const double width = static_cast<double>(share.count) / static_cast<double>(counts.planned);
    piece.add(rectangle(share.kind, at(x), at(width)));
    x += width;
  }
  return svg("bar", piece);
}

Piece axis() {
  return svg("axis", axis_numbers("13"));
}

Piece axis(const Column& column) {
  Piece piece;
  // A label that begins far to the right would leave the drawing.
  const bool right = column.threshold && *column.threshold > .6;
  if (column.threshold)
    piece.add(
        text(right ? Own("tl tr") : Own("tl"), at(*column.threshold), "11", column.axis_label));
  return svg("axis t2", piece.add(axis_numbers("26")));
}

Piece icon(evidence::ClaimKind kind) {
  Own id = "k-open";
  if (kind == evidence::ClaimKind::found) id = "k-dot";
  if (kind == evidence::ClaimKind::rate_above) id = "k-above";
  if (kind == evidence::ClaimKind::rate_below || kind == evidence::ClaimKind::no_worse_than)
    id = "k-below";
  return svg("k", use(id));
}

Piece hatch_icon() {
  return svg("k", use("k-none"));
}

Piece key_of(Key key) {
  Piece list;
  list.line();
  if (key == Key::outcomes) {
    list.add(outcome_sample("o-broke", "broke"));
    list.add(outcome_sample("o-brokes", "broke, stopped by a layer"));
    list.add(outcome_sample("o-held", "held"));
    list.add(outcome_sample("o-helds", "held, stopped by a layer"));
    list.add(outcome_sample("o-undecided", "undecided"));
    list.add(outcome_sample("o-error", "error"));
    list.add(outcome_sample("o-not_run", "not run"));
    return Piece::wrap("ul", {{"class", "key"}}, list);
  }
  Piece estimate = Piece::shape(
      "rect", {{"class", "i"}, {"x", "2"}, {"width", "36"}, {"y", "7"}, {"height", "6"}});
  estimate.add(Piece::shape("circle", {{"class", "e"}, {"cx", "18"}, {"cy", "10"}, {"r", "4.5"}}));
  Piece missing = line("m", "2", "38", {10, 10});
  missing.add(line("m", "2", "2", {6, 14})).add(line("m", "38", "38", {6, 14}));
  list.add(sample(estimate, "estimate and interval, complete cases, corrected for judge error"));
  list.add(sample(missing,
                  "with the missing counted both ways; all that is possible where there "
                  "is no estimate"));
  list.add(sample(line("b", "20", "20", {1, 19}), "bound that the claim rests on"));
  list.add(sample(line("t", "20", "20", {0, 20}), "threshold asked"));
  list.add(sample(line("r", "20", "20", {7, 14}), "raw judged rate, not corrected"));
  list.add(outcome_sample("none", "not looked at"));
  return Piece::wrap("ul", {{"class", "key"}}, list);
}

}  // namespace truebound::report
