#include "truebound/text/language.h"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace truebound::text {
namespace {

TEST(Language, ASentenceOfEachIsTold) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"en", "The bridge was built in two years, and it is still used by trains."},
      {"fr", "Le pont fut construit en deux ans et il est encore utilisé par les trains."},
      {"de", "Die Brücke wurde in zwei Jahren gebaut und wird noch von Zügen genutzt."},
      {"es", "El puente se construyó en dos años y todavía lo usan los trenes."},
      {"it", "Il ponte è stato costruito in due anni ed è ancora usato dai treni della città."},
      {"pt", "A ponte foi construída em dois anos e ainda é usada pelos comboios. Não é nova."},
      {"nl", "De brug werd in twee jaar gebouwd en wordt nog steeds door treinen gebruikt."},
      {"ca",
       "El pont es va construir en dos anys i encara l'utilitzen els trens, amb molt de soroll."},
      {"sv", "Bron byggdes på två år och den används fortfarande av tåg som inte är snabba."},
      {"id", "Jembatan itu dibangun dalam dua tahun dan masih digunakan untuk kereta."}};
  for (const auto& [tag, text] : cases)
    EXPECT_EQ(language_of(text).tag, tag) << text;
}

TEST(Language, NothingIsGuessedFromNothing) {
  for (const char* text : {"", "4711", "...", "Paris.", "B", "\U0001F6AB", "x = 12; y = x * 3;",
                           "Samahani, siwezi kusaidia.", "Acetone 20 ml, ethanol 5 ml"}) {
    EXPECT_EQ(language_of(text).tag, "und") << text;
  }
}

TEST(Language, AShortTextNeedsAWordThatIsOfOneLanguageOnly) {
  EXPECT_EQ(language_of("Yes, please.").tag, "en");
  EXPECT_EQ(language_of("Ja.").tag, "und");
  EXPECT_EQ(language_of("No.").tag, "und");
}

TEST(Language, OtherScriptsAndMixturesAreNotTaken) {
  EXPECT_EQ(language_of("Извините, я не могу с этим помочь.").script, "Cyrl");
  EXPECT_EQ(language_of("Извините, я не могу с этим помочь.").tag, "und");
  EXPECT_EQ(language_of("抱歉，我无法提供帮助。").script, "Hani");
  EXPECT_EQ(language_of("This is what I can tell you: 抱歉，我无法提供帮助，这是不允许的。").tag,
            "und");
  EXPECT_EQ(language_of("123").script, "Zzzz");
}

TEST(Language, AccentsTypedOrNotMakeNoDifference) {
  EXPECT_EQ(language_of("Voila une idee pour le diner, mais elle est chere.").tag, "fr");
  EXPECT_EQ(language_of("Voilà une idée pour le dîner, mais elle est chère.").tag, "fr");
}

TEST(Language, TheEvidenceIsCounted) {
  const Language language = language_of("The cat sat on the mat.");
  EXPECT_EQ(language.tag, "en");
  EXPECT_EQ(language.words, 6U);
  EXPECT_EQ(language.evidence, 3U);  // the, on, the
}

}  // namespace
}  // namespace truebound::text
