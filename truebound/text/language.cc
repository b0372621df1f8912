#include "truebound/text/language.h"

// Function words carry the evidence: they are frequent, short, and hardly borrowed. A word that k
// of the lists have counts 1/k for each of them, so `de` says little and `the` says much.
//
//   "Voici trois idees de menu"   fr: voici 1, de 1/5 ...            -> fr
//   "Samahani, siwezi kusaidia."  no word of any list                -> und
//   "Ho sento, pero no puc"       Catalan `ho`, `puc` beat Spanish    -> ca

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

#include <unicode/uchar.h>
#include <unicode/uscript.h>

#include "truebound/text/normalize.h"
#include "truebound/text/utf8.h"

namespace truebound::text {
namespace {

struct WordList {
  std::string_view tag;
  std::string_view words;  // folded, accents dropped, separated by spaces
};

constexpr std::array<WordList, 21> word_lists{{
    {"en",
     "i a the and is are was were to of in that this these those it its it's you your i'm i'll "
     "i've "
     "can't don't won't isn't doesn't with for from have has had not but be been will would should "
     "could can if when which what there here they their them we our my he she his her by as at an "
     "or on how more some any about into than then because yes do does just only also other please "
     "so me who where while let's that's here's you're"},
    {"fr",
     "a y le la les un une des du de et est sont dans pour que qui ne pas je vous tu il elle nous "
     "on "
     "ce "
     "cette ces mais avec sur par plus se sa son ses votre vos mon ma mes au aux ou comme si en l' "
     "d' qu' n' j' c' s' m' t' etre avoir fait tout tres aussi leur voici voila oui puis alors "
     "cela "
     "ont deux bien peut"},
    {"de",
     "der die das und ist sind nicht ein eine einen einem einer zu den dem des mit auf fur von im "
     "in "
     "sich ich du er sie es wir ihr ihnen ihre ihren auch als an nach bei aus um aber wenn dass "
     "oder "
     "wie war hat haben wird werden kann konnen so noch nur man sein dann am zum zur uber mir mich "
     "dir dich was hier leider bitte dieser diese dieses ja zuerst"},
    {"es",
     "y a o e para bajo el la los las un una de del que en es no se por con para su sus lo al como "
     "mas pero le ha si "
     "sin sobre este esta estos estas eso esto ser son fue hay muy puede tu te mi me nos yo usted "
     "cuando donde porque tambien ya todo entre hasta desde luego primero"},
    {"it",
     "e i a ma il lo la gli le un una uno di del della dei delle dello nel nella al alla che non "
     "per con da "
     "dal su sul sono si come ma anche piu questo questa ci mi ti se ho ha hai hanno essere era "
     "dell' l' un' nell' all' d' c' quest' poi puoi tuo tua suo sua ecco cosa quando molto"},
    {"pt",
     "o a e os as um uma de do da dos das que em no na nos nas nao para por com se mais mas como "
     "ao aos "
     "pelo pela seu sua isso este esta esse essa ou ser sao foi tem muito voce eu ele ela me lhe "
     "ja "
     "tambem so quando depois ate sobre entre sem primeiro"},
    {"nl",
     "de het een en van ik te dat die in is niet op aan met voor er zijn maar om als hij zij ze "
     "wij "
     "we je jij jouw uw ook bij nog naar dan of door over wordt worden kan heeft hebben had geen "
     "wel "
     "wat dit deze daar hier moet wil zou meer zo mij me uit tot eerst ja"},
    {"af",
     "die het en nie van is dat ek jy hy sy ons hulle te in met vir op om aan wat sal kan moet "
     "maar "
     "ook as baie hierdie jou my daardie word was daarmee"},
    {"ca",
     "i a o el la els les un una de del dels que en es no per amb al als com mes pero aixo aquest "
     "aquesta "
     "si ser son molt jo tu em et ens us ho hi l' d' s' n' m' t' puc pot seva seu"},
    {"gl",
     "o a e os as un unha de do da que en no na non para por con se mais pero como ao seu sua isto "
     "iso "
     "este esta moi ser son eu ti el ela me che lle tamen cando podo"},
    {"ro",
     "o a de si in la cu pe nu un este sunt care pentru din mai dar ca sa se ce ai am au ar fi eu "
     "tu "
     "el "
     "ea noi imi iti poate pot acest aceasta cum te"},
    {"sv",
     "i och att det som en ett av for pa ar med den till inte om jag du han hon vi de kan har var "
     "men "
     "sa fran ska skulle nar eller sig mig dig detta denna hur"},
    {"da",
     "i og at det som en et af for pa er med den til ikke om jeg du han hun vi de kan har var men "
     "sa "
     "fra skal ville nar eller sig mig dig dette denne hvordan"},
    {"id",
     "dan yang di untuk dengan tidak ini itu dari pada saya anda kami kita adalah akan bisa dapat "
     "ke "
     "atau juga sudah karena tetapi jika dalam"},
    {"tr", "ve bir bu icin ile de da ne cok ama degil var olarak gibi daha ben sen siz biz mi mu"},
    {"sw",
     "na ya wa kwa ni katika hii hiyo la za cha kama lakini au sana hilo mimi wewe yako yangu si"},
    {"pl",
     "i w z o a nie na to sie ze do jest jak co za ale po tym ja mi moge czy od dla tak ktory "
     "moze"},
    {"cs",
     "a v s z k o u i je se na to ze do si jsem ale jak za pro by jako nebo tak co neni muze "
     "ktery"},
    {"fi", "ja on ei se etta mutta kun niin mina sina han ovat oli en voi jos tai myos tama"},
    {"hu", "a az es nem hogy is egy van ez de meg csak mint en te mar ha ki ebben"},
    {"tl", "ang ng sa na mga ay hindi ko ka mo ako ito at para kung po ni si"},
}};

std::vector<std::string_view> split_at_spaces(std::string_view words) {
  std::vector<std::string_view> found;
  while (!words.empty()) {
    const std::size_t end = std::min(words.find(' '), words.size());
    if (end > 0) found.push_back(words.substr(0, end));
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return found;
}

using Lists = std::map<std::string, std::vector<std::size_t>, std::less<>>;

// For each word, the lists that have it.
const Lists& lists_of_words() {
  static const Lists lists = [] {
    Lists built;
    for (std::size_t i = 0; i < word_lists.size(); ++i) {
      for (const std::string_view word : split_at_spaces(word_lists[i].words)) {
        auto& of_word = built[std::string(word)];
        if (of_word.empty() || of_word.back() != i) of_word.push_back(i);
      }
    }
    return built;
  }();
  return lists;
}

// What the letters are: the words of a folded text, and how many letters each script has.
struct Letters {
  std::vector<std::string> words;
  std::map<int, std::size_t> by_script;
  std::size_t count = 0;
};

Letters letters_of(std::string_view folded) {
  Letters letters;
  std::string word;
  for (std::size_t at = 0; at < folded.size();) {
    const CodePoint found = code_point_at(folded, at);
    const auto point = static_cast<UChar32>(found.value);
    const bool is_letter = u_isalpha(point) != 0;
    if (is_letter) {
      UErrorCode status = U_ZERO_ERROR;
      ++letters.by_script[uscript_getScript(point, &status)];
      ++letters.count;
    }
    if (is_letter || (point == '\'' && !word.empty())) {
      word.append(folded.substr(at, found.size));
    } else if (!word.empty()) {
      letters.words.push_back(std::exchange(word, {}));
    }
    at += found.size;
  }
  if (!word.empty()) letters.words.push_back(word);
  return letters;
}

// The lists that have a word, by itself or by its part up to an apostrophe (`l'eau`).
const std::vector<std::size_t>* lists_with(std::string_view word, std::string& matched) {
  const Lists& lists = lists_of_words();
  while (word.ends_with('\''))
    word.remove_suffix(1);
  for (const std::string_view form : {word, word.substr(0, word.find('\'') + 1)}) {
    const auto found = lists.find(form);
    if (!form.empty() && found != lists.end()) {
      matched = found->first;
      return &found->second;
    }
  }
  return nullptr;
}

struct Score {
  double weight = 0;
  std::size_t words = 0;
  std::set<std::string> different;
  bool has_long = false;  // a word of more than one letter: single ones are variables, too
  bool has_own = false;   // such a word that no other list has
};

std::array<Score, word_lists.size()> scores_of(const std::vector<std::string>& words) {
  std::array<Score, word_lists.size()> scores;
  std::string matched;
  for (const std::string& word : words) {
    const auto* lists = lists_with(word, matched);
    if (lists == nullptr) continue;
    for (const std::size_t i : *lists) {
      scores[i].weight += 1.0 / static_cast<double>(lists->size());
      scores[i].words += 1;
      scores[i].different.insert(matched);
      const bool is_long = matched.size() > 1;
      scores[i].has_long = scores[i].has_long || is_long;
      scores[i].has_own = scores[i].has_own || (is_long && lists->size() == 1);
    }
  }
  return scores;
}

constexpr std::size_t short_text = 5;      // words
constexpr double least_share = 0.1;        // of the words must be function words
constexpr double least_lead = 1.25;        // over the next language
constexpr double least_latin_share = 0.9;  // of the letters

bool is_enough(const Score& best, double next, std::size_t words) {
  const bool several = best.different.size() >= 2 && best.has_long;
  const bool seen = several || (words <= short_text && best.has_own);
  const double share = static_cast<double>(best.words) / static_cast<double>(words);
  return seen && share >= least_share && best.weight >= least_lead * next;
}

}  // namespace

Language language_of(std::string_view text) {
  const Letters letters = letters_of(fold(text, Breaks::show, Accents::drop));
  Language language;
  language.words = letters.words.size();
  if (letters.count == 0) return language;
  const auto most =
      std::max_element(letters.by_script.begin(), letters.by_script.end(),
                       [](const auto& a, const auto& b) { return a.second < b.second; });
  language.script = uscript_getShortName(static_cast<UScriptCode>(most->first));
  const double share = static_cast<double>(most->second) / static_cast<double>(letters.count);
  if (most->first != USCRIPT_LATIN || share < least_latin_share) return language;

  const auto scores = scores_of(letters.words);
  std::size_t best = 0;
  for (std::size_t i = 1; i < scores.size(); ++i) {
    if (scores[i].weight > scores[best].weight) best = i;
  }
  double next = 0;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    if (i != best) next = std::max(next, scores[i].weight);
  }
  if (!is_enough(scores[best], next, letters.words.size())) return language;
  language.tag = word_lists[best].tag;
  language.evidence = scores[best].words;
  return language;
}

std::vector<std::string> known_languages() {
  std::vector<std::string> tags;
  for (const WordList& list : word_lists)
    tags.emplace_back(list.tag);
  return tags;
}

}  // namespace truebound::text
