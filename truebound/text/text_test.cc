#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "truebound/text/html.h"
#include "truebound/text/lines.h"
#include "truebound/text/markdown.h"
#include "truebound/text/normalize.h"
#include "truebound/text/utf8.h"

namespace truebound::text {
namespace {

TEST(Utf8, BrokenSequencesAreReplacedOneByOneAndCounted) {
  const auto good = repair_utf8("na\u00EFve \U0001F600");
  EXPECT_EQ(good.text, "na\u00EFve \U0001F600");
  EXPECT_EQ(good.replaced, 0U);
  // Unicode 15, table 3-11: E1 80 | E2 | F0 91 92 | F1 BF | 41.
  const auto bad = repair_utf8(
      "\xE1\x80\xE2\xF0\x91\x92\xF1\xBF"
      "A");
  EXPECT_EQ(bad.text, "\uFFFD\uFFFD\uFFFD\uFFFDA");
  EXPECT_EQ(bad.replaced, 4U);
}

TEST(Utf8, SurrogatesOverlongFormsAndTooLargeValuesAreBroken) {
  for (const char* bytes :
       {"\xED\xA0\x80", "\xC0\xAF", "\xE0\x80\xAF", "\xF4\x90\x80\x80", "\x9B"}) {
    EXPECT_EQ(first_bad_byte(std::string("ok") + bytes), 2U);
  }
  EXPECT_EQ(first_bad_byte("\xF4\x8F\xBF\xBF \xED\x9F\xBF"), std::nullopt);
}

TEST(Visible, NothingReachesTheTerminalThatItWouldObey) {
  const std::string shown = visible("p \x1B]0;title\x07 q \x1B[2K r \u009B31m s \x9B t");
  EXPECT_EQ(shown, "p <U+001B>]0;title<U+0007> q <U+001B>[2K r <U+009B>31m s <0x9B> t");
}

TEST(Visible, WhatTheEyeCannotSeeIsShown) {
  EXPECT_EQ(visible("a\u202Eb\u200Bc\u2066d\U000E0041e\u00ADf\uFEFFg"),
            "a<U+202E>b<U+200B>c<U+2066>d<U+E0041>e<U+00AD>f<U+FEFF>g");
  // One variation selector belongs to an emoji, a row of them can carry a message.
  EXPECT_EQ(visible("\u2764\uFE0F"), "\u2764\uFE0F");
  EXPECT_EQ(visible("x\uFE00\uFE01\U000E0100"), "x\uFE00<U+FE01><U+E0100>");
}

TEST(Visible, LineEndsStayWhereAskedAndALoneCarriageReturnIsShown) {
  EXPECT_EQ(visible("a\r\nb\tc\rd"), "a\nb\tc<U+000D>d");
  EXPECT_EQ(visible("a\nb\r\n", Breaks::show), "a<U+000A>b<U+000D><U+000A>");
}

RC_GTEST_PROP(Visible, NoControlByteComesOut, (const std::string& bytes)) {
  for (const char letter : visible(bytes)) {
    const auto byte = static_cast<unsigned char>(letter);
    RC_ASSERT(byte == '\n' || byte == '\t' || (byte >= 0x20 && byte != 0x7F));
  }
  RC_ASSERT(!first_bad_byte(visible(bytes)));
}

TEST(Html, MarkupOfATextIsShownAndNotObeyed) {
  EXPECT_EQ(html_text("<b a='1' c=\"2\">x & y</b>"),
            "&lt;b a=&#39;1&#39; c=&quot;2&quot;&gt;x &amp; y&lt;/b&gt;");
  EXPECT_EQ(html_text("a\u202Eb\x1B"
                      "c\xFF"),
            "a<span class=\"cp\">U+202E</span>b<span class=\"cp\">U+001B</span>c"
            "<span class=\"cp\">0xFF</span>");
  EXPECT_EQ(html_text("one\r\ntwo"), "one\ntwo");
}

TEST(Html, AnAttributeHoldsNoElementAndNoLineEnd) {
  EXPECT_EQ(html_attribute("\"a\"\n\u202E"), "&quot;a&quot;&lt;U+000A&gt;&lt;U+202E&gt;");
}

TEST(Markdown, AFenceIsLongerThanAnyRunInside) {
  EXPECT_EQ(markdown_block("```\n# All well\n````\n<img src=x>"),
            "`````\n```\n# All well\n````\n<img src=x>\n`````\n");
  EXPECT_EQ(markdown_block("plain\n"), "```\nplain\n```\n");
}

TEST(Markdown, InlineTextIsOneLineWithoutMarks) {
  EXPECT_EQ(markdown_inline("# a *b* <i>\n- [x](http://y)\n"),
            "\\# a \\*b\\* \\<i\\> \\- \\[x\\]\\(http\\://y\\)");
  EXPECT_EQ(markdown_inline("me@example.org\x1B"), "me\\@example\\.org\\<U\\+001B\\>");
}

TEST(Lines, OnlyLineFeedsCutAndBlankLinesAreSkipped) {
  const auto found = lines("\xEF\xBB\xBF{\"a\":1}\r\n\n  \t \r\n{\"b\":\"x\u0085y\u2028z\"}\n\n");
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].number, 1U);
  EXPECT_EQ(found[0].text, "{\"a\":1}");
  EXPECT_EQ(found[1].number, 4U);
  EXPECT_EQ(found[1].text, "{\"b\":\"x\u0085y\u2028z\"}");
  EXPECT_TRUE(lines("").empty());
  EXPECT_EQ(lines("last").at(0).text, "last");
}

TEST(Fold, OneWordTypedInManyWaysIsOneWord) {
  for (const char* typed : {"I can't", "I CAN\u2019T", "i can\u02BCt", "I  can\u00B4t", "I can`t",
                            "\uFF29 can\uFF07t", "I\u00A0can\u200B't", "\tI\ncan't "}) {
    EXPECT_EQ(fold(typed), "i can't") << typed;
  }
  EXPECT_EQ(fold("\u201CA \u2014 b\u201D"), "\"a - b\"");
  EXPECT_EQ(fold("a \n\n b  c", Breaks::keep), "a\nb c");
}

TEST(Fold, AccentsGoFromLatinLettersOnlyWhereAsked) {
  EXPECT_EQ(fold("D\u00E9sol\u00E9e, Stra\u00DFe"), "d\u00E9sol\u00E9e, strasse");
  EXPECT_EQ(fold("D\u00E9sol\u00E9e, n\u00E3o, f\u00FCr", Breaks::show, Accents::drop),
            "desolee, nao, fur");
  // In Russian and Hindi a mark makes another letter.
  EXPECT_EQ(fold("\u0439", Breaks::show, Accents::drop), "\u0439");
  EXPECT_EQ(fold("\u0939\u093F\u0902", Breaks::show, Accents::drop), "\u0939\u093F\u0902");
}

TEST(Fold, FlatteningKeepsCase) {
  EXPECT_EQ(flatten("\uFF21\uFF1A \uFF22\n b"), "A: B b");
  EXPECT_EQ(flatten("A\n\nB c", Breaks::keep), "A\nB c");
}

TEST(Fold, DigitsOfAllScriptsArePlain) {
  EXPECT_EQ(plain_digits("\u0664\u0662\u066B\u0665"), "42.5");
  EXPECT_EQ(plain_digits("\uFF11\uFF12\uFF0C\uFF10 x\u00B2 \u22123"), "12,0 x\u00B2 -3");
  EXPECT_EQ(plain_digits("\u0967\u0968 a\u00BD"), "12 a\u00BD");
}

RC_GTEST_PROP(Fold, FoldingTwiceIsFoldingOnce, (const std::string& bytes)) {
  const std::string once = fold(bytes, Breaks::keep, Accents::drop);
  RC_ASSERT(fold(once, Breaks::keep, Accents::drop) == once);
}

}  // namespace
}  // namespace truebound::text
