#include "truebound/report/html.h"

#include <string>
#include <variant>

#include "truebound/evidence/claim.h"
#include "truebound/report/embedded.h"
#include "truebound/report/figures.h"
#include "truebound/report/own.h"
#include "truebound/report/page.h"
#include "truebound/report/piece.h"
#include "truebound/report/plot.h"
#include "truebound/report/sentence.h"
#include "truebound/report/wording.h"

namespace truebound::report {
namespace {

Own kind_class(evidence::ClaimKind kind) {
  switch (kind) {
    case evidence::ClaimKind::found:
    case evidence::ClaimKind::rate_above:
      return "kind above";
    case evidence::ClaimKind::rate_below:
    case evidence::ClaimKind::no_worse_than:
      return "kind below";
    case evidence::ClaimKind::inconclusive:
      break;
  }
  return "kind open";
}

Piece claim_of(const ClaimItem& item, Place place) {
  const Own number = Own::whole(item.number);
  const Own id = place == Place::claims ? Own("all-") + number : Own("c") + number;
  Piece title =
      element("span", {{"class", kind_class(item.kind)}}, icon(item.kind), item.kind_words);
  title.add(" ").add(element("span", {{"class", "of"}}, html_of(item.heading)));
  Piece say;
  say.line().add(element("h3", {}, title)).line();
  say.add(element("p", {{"class", "lead"}}, html_of(item.lead))).line();
  Piece claim;
  claim.line().add(element("div", {{"class", "say"}}, say)).line();
  if (item.plot) {
    claim.add(element("div", {{"class", "plot"}}, draw(*item.plot, PlotSize::claim))).line();
  }
  if (!item.follow.empty()) {
    claim.add(element("p", {{"class", "small"}}, html_of(item.follow))).line();
  }
  claim.add(element("p", {{"class", "num"}}, html_of(item.figures))).line();
  return element("li", {{"class", "claim"}, {"id", id}}, claim).line();
}

Piece claims_of(const Claims& claims, Place place) {
  Piece piece;
  if (!claims.above.empty()) {
    piece.add(element("div", {{"class", "axisrow"}},
                      element("p", {{"class", "num"}}, html_of(claims.above)), axis()));
    piece.line();
  }
  if (!claims.items.empty()) {
    Piece list;
    list.line();
    for (const ClaimItem& item : claims.items) {
      list.add(claim_of(item, place));
    }
    piece.add(element("ol", {{"class", "plain"}}, list)).line();
  }
  if (!claims.below.empty()) {
    piece.add(element("p", {{"class", "small zero"}}, html_of(claims.below))).line();
  }
  return piece;
}

Piece gaps_of(const Gaps& gaps) {
  Piece piece;
  if (!gaps.rows.empty()) {
    Piece list;
    list.line();
    for (const Sentence& row : gaps.rows) {
      list.add(element("li", {{"class", "gap"}}, element("span", {}, html_of(row)), draw(Hatch{})));
      list.line();
    }
    piece.add(element("ul", {{"class", "plain"}}, list)).line();
  }
  Piece list;
  list.line();
  for (const Sentence& bullet : gaps.bullets) {
    list.add(element("li", {}, html_of(bullet))).line();
  }
  return piece.add(element("ul", {{"class", "gaps"}}, list)).line();
}

Piece bullets_of(const Bullets& bullets) {
  Piece list;
  list.line();
  for (const Sentence& item : bullets.items) {
    list.add(element("li", {}, html_of(item))).line();
  }
  return element("ul", {{"class", "limits"}}, list).line();
}

Piece paragraph_of(const Paragraph& paragraph, const Attributes& body) {
  switch (paragraph.tone) {
    case Tone::body:
      return element("p", body, html_of(paragraph.text)).line();
    case Tone::note:
      return element("p", {{"class", "note"}}, html_of(paragraph.text)).line();
    case Tone::warning:
      return element("p", {{"class", "warn"}}, html_of(paragraph.text)).line();
    case Tone::print_only:
      return element("p", {{"class", "onlyprint note"}}, html_of(paragraph.text)).line();
  }
  return {};
}

// Writes each kind of block of one section.
struct BlockWriter {
  Place place;
  Attributes body;

  Piece operator()(const Paragraph& block) const { return paragraph_of(block, body); }
  Piece operator()(const Subheading& block) const {
    return element("h3", {}, html_of(block.text)).line();
  }
  Piece operator()(const Claims& block) const { return claims_of(block, place); }
  Piece operator()(const Gaps& block) const { return gaps_of(block); }
  Piece operator()(const Table& block) const { return html_of(block); }
  Piece operator()(const Bullets& block) const { return bullets_of(block); }
  Piece operator()(const Facts& block) const { return html_of(block); }
  Piece operator()(const Fold& block) const { return html_of(block); }
  Piece operator()(Key block) const {
    Piece piece;
    if (block == Key::outcomes) {
      piece.add(element("h3", {{"class", "vh"}}, "Key to the outcome bars")).line();
    }
    return piece.add(key_of(block)).line();
  }
};

bool is_finding(Place place) {
  return place == Place::found || place == Place::bounded || place == Place::not_looked_at;
}

Piece section_of(const Section& section) {
  const Own id = id_of(section.place);
  const bool finding = is_finding(section.place);
  const BlockWriter write{.place = section.place,
                          .body = finding ? Attributes{{"class", "small zero"}} : Attributes{}};
  Piece content;
  for (const Block& block : section.blocks) {
    content.add(std::visit(write, block));
  }
  Piece piece;
  piece.line();
  if (section.place == Place::key) {
    piece.add(element("h2", {{"class", "vh"}, {"id", id}}, section.title)).line().add(content);
    return element("section", {{"aria-labelledby", id}}, piece).line().line();
  }
  piece.add(element("h2", {{"id", id}}, section.title)).line();
  if (!finding) {
    return element("section", {{"class", "part"}, {"aria-labelledby", id}}, piece.add(content))
        .line()
        .line();
  }
  piece.add(element("div", {}, Piece().line().add(content))).line();
  return element("section", {{"class", "finding"}, {"aria-labelledby", id}}, piece).line().line();
}

Piece contents_of(const Page& page) {
  Piece list;
  list.line();
  for (const Section& section : page.sections) {
    if (is_finding(section.place) || section.place == Place::key) continue;
    const Own link = Own("#") + id_of(section.place);
    list.add(element("li", {}, element("a", {{"href", link}}, section.title))).line();
  }
  return element("nav", {{"aria-label", "Contents"}},
                 Piece().line().add(element("ul", {}, list)).line())
      .line()
      .line();
}

Piece header_of(const Page& page) {
  Piece header;
  header.line().add(element("p", {{"class", "kicker"}}, page.kicker)).line();
  header.add(element("h1", {}, clip(page.title))).line();
  header.add(element("p", {{"class", "never"}}, element("strong", {}, disclaimer), " ",
                     what_a_report_says));
  header.line();
  Piece facts;
  facts.line();
  for (const Fact& fact : page.head) {
    facts.add(
        element("div", {}, element("dt", {}, fact.label), element("dd", {}, html_of(fact.value))));
    facts.line();
  }
  header.add(element("dl", {}, facts)).line();
  return element("header", {{"class", "head"}}, header).line().line();
}

// The margins of printed pages name run and checkpoint, which are numbers and digits.
Own print_margin(const Page& page) {
  return Own("@page { @bottom-center { content: \"Truebound, run ") + Own::whole(page.run) +
         ", checkpoint " + Own::hexadecimal(page.root, 8) +
         "\"; font: 7.5pt sans-serif; color: #56554d; } }\n";
}

Piece head_of(const Page& page) {
  Piece head;
  head.line().add(Piece::empty_element("meta", {{"charset", "utf-8"}})).line();
  const auto meta = [&head](const Own& name, const Own& content) {
    head.add(Piece::empty_element("meta", {{"name", name}, {"content", content}})).line();
  };
  meta("viewport", "width=device-width, initial-scale=1");
  meta("color-scheme", "light dark");
  head.add(
      Piece::empty_element("meta", {{"http-equiv", "Content-Security-Policy"},
                                    {"content", "default-src 'none'; style-src 'unsafe-inline'"}}));
  head.line();
  meta("generator", "truebound");
  head.add(
      Piece::title("Truebound report, run " + std::to_string(page.run) + ": " + clip(page.title)));
  head.line().add(Piece::style(style_sheet() + print_margin(page))).line();
  return element("head", {}, head).line();
}

Piece body_of(const Page& page) {
  Piece body;
  body.line().add(element("a", {{"class", "skip"}, {"href", "#found"}}, "Skip to what was found"));
  body.line().add(Piece::markup(shared_marks())).line();
  Piece marks;
  for (const Sentence& mark : page.marks) {
    marks.add(html_of(mark)).add(" ");
  }
  if (!page.marks.empty()) body.add(element("p", {{"class", "mark"}}, marks)).line();
  body.add(header_of(page));
  Piece main;
  main.line();
  for (const Section& section : page.sections) {
    main.add(section_of(section));
    if (section.place == Place::key) main.add(contents_of(page));
  }
  body.add(element("main", {}, main)).line().line();
  Piece footer;
  footer.line();
  for (const Sentence& sentence : page.footer) {
    footer.add(element("p", {}, html_of(sentence))).line();
  }
  return element("body", {}, body.add(element("footer", {}, footer)).line());
}

}  // namespace

Own id_of(Place place) {
  switch (place) {
    case Place::found:
      return "found";
    case Place::bounded:
      return "bounded";
    case Place::not_looked_at:
      return "notlooked";
    case Place::key:
      return "key";
    case Place::claims:
      return "claims";
    case Place::rates:
      return "rates";
    case Place::arms:
      return "arms";
    case Place::outcomes:
      return "outcomes";
    case Place::judge:
      return "judge";
    case Place::calculation:
      return "calc";
    case Place::limits:
      return "limits";
    case Place::deviations:
      return "deviations";
    case Place::transcripts:
      return "transcripts";
    case Place::evidence:
      return "evidence";
    case Place::words:
      return "words";
  }
  return "words";
}

Piece html_of(const Sentence& sentence) {
  Piece piece;
  for (const Span& span : sentence.spans()) {
    switch (span.mark) {
      case Mark::plain:
        piece.add(span.text);
        break;
      case Mark::strong:
        piece.add(element("b", {}, span.text));
        break;
      case Mark::code:
        piece.add(element("code", {}, span.text));
        break;
      case Mark::link:
        piece.add(element("a", {{"href", Own("#") + id_of(span.to)}}, span.text));
        break;
    }
  }
  return piece;
}

std::string html(const Page& page) {
  Piece content;
  content.line().add(head_of(page)).add(body_of(page)).line();
  return Piece::doctype().add(element("html", {{"lang", "en"}}, content)).line().html();
}

}  // namespace truebound::report
