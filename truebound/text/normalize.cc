#include "truebound/text/normalize.h"

#include <utility>

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/uscript.h>

#include "truebound/core/check.h"

namespace truebound::text {
namespace {

bool is_letter(UChar32 point) {
  return u_isalpha(point) != 0;
}

// An acute accent that stands alone and a backtick between letters are typed for an apostrophe;
// NFKC would turn the first into a space with an accent.
icu::UnicodeString mend_apostrophes(const icu::UnicodeString& text) {
  icu::UnicodeString mended;
  for (int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1)) {
    const UChar32 point = text.char32At(i);
    const bool between = i > 0 && is_letter(text.char32At(text.moveIndex32(i, -1))) &&
                         i + 1 < text.length() && is_letter(text.char32At(i + 1));
    const bool typed = point == 0xB4 || (point == '`' && between);
    mended.append(typed ? UChar32{'\''} : point);
  }
  return mended;
}

UChar32 plain_mark(UChar32 point) {
  switch (point) {
    case 0x02B9:
    case 0x02BB:
    case 0x02BC:
    case 0x2018:
    case 0x2019:
    case 0x201A:
    case 0x201B:
    case 0x2032:
    case 0x2039:
    case 0x203A:
    case 0xA78C:
      return '\'';
    case 0x00AB:
    case 0x00BB:
    case 0x201C:
    case 0x201D:
    case 0x201E:
    case 0x201F:
    case 0x300C:
    case 0x300D:
    case 0x300E:
    case 0x300F:
      return '"';
    default:
      return u_charType(point) == U_DASH_PUNCTUATION || point == 0x2212 ? UChar32{'-'} : point;
  }
}

icu::UnicodeString normalized(const icu::UnicodeString& text, const icu::Normalizer2* form) {
  UErrorCode status = U_ZERO_ERROR;
  icu::UnicodeString out = form->normalize(text, status);
  TRUEBOUND_CHECK(U_SUCCESS(status), "ICU normalizes every text");
  return out;
}

const icu::Normalizer2* form(const icu::Normalizer2* (*get)(UErrorCode&)) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* found = get(status);
  TRUEBOUND_CHECK(U_SUCCESS(status), "ICU has its own normalization forms");
  return found;
}

icu::UnicodeString without_latin_accents(const icu::UnicodeString& text) {
  const icu::UnicodeString apart = normalized(text, form(icu::Normalizer2::getNFDInstance));
  icu::UnicodeString bare;
  bool after_latin = false;
  for (int32_t i = 0; i < apart.length(); i = apart.moveIndex32(i, 1)) {
    const UChar32 point = apart.char32At(i);
    const bool is_mark = u_charType(point) == U_NON_SPACING_MARK;
    if (is_mark && after_latin) continue;
    if (!is_mark) {
      UErrorCode status = U_ZERO_ERROR;
      after_latin = uscript_getScript(point, &status) == USCRIPT_LATIN;
    }
    bare.append(point);
  }
  return normalized(bare, form(icu::Normalizer2::getNFCInstance));
}

// Puts one character or one white space for a run of them.
class Squeezer {
 public:
  explicit Squeezer(Breaks breaks) : breaks_(breaks) {}

  void add(UChar32 point) {
    if (u_isUWhiteSpace(point) != 0) {
      pending_ = true;
      line_ = line_ || point == '\n';
      return;
    }
    if (is_hidden(static_cast<char32_t>(point))) return;
    if (pending_ && !out_.empty()) out_ += line_ && breaks_ == Breaks::keep ? '\n' : ' ';
    pending_ = line_ = false;
    append_utf8(out_, static_cast<char32_t>(plain_mark(point)));
  }

  std::string take() { return std::move(out_); }

 private:
  Breaks breaks_;
  bool pending_ = false;
  bool line_ = false;
  std::string out_;
};

icu::UnicodeString mended(std::string_view text) {
  return mend_apostrophes(icu::UnicodeString::fromUTF8(repair_utf8(text).text));
}

std::string squeezed(const icu::UnicodeString& wide, Breaks breaks) {
  Squeezer squeezer(breaks);
  for (int32_t i = 0; i < wide.length(); i = wide.moveIndex32(i, 1))
    squeezer.add(wide.char32At(i));
  return squeezer.take();
}

char32_t plain_sign(char32_t point) {
  switch (point) {
    case 0x066B:
    case 0xFF0E:
      return '.';
    case 0x066C:
    case 0xFF0C:
      return ',';
    case 0x066A:
    case 0xFF05:
      return '%';
    case 0x2212:
    case 0xFF0D:
    case 0xFE63:
      return '-';
    case 0xFF0B:
      return '+';
    default:
      return point;
  }
}

}  // namespace

std::string fold(std::string_view text, Breaks breaks, Accents accents) {
  icu::UnicodeString wide =
      normalized(mended(text), form(icu::Normalizer2::getNFKCCasefoldInstance));
  if (accents == Accents::drop) wide = without_latin_accents(wide);
  return squeezed(wide, breaks);
}

std::string flatten(std::string_view text, Breaks breaks) {
  return squeezed(normalized(mended(text), form(icu::Normalizer2::getNFKCInstance)), breaks);
}

std::string plain_digits(std::string_view text) {
  std::string plain;
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint found = code_point_at(text, at);
    const int32_t digit = u_charDigitValue(static_cast<UChar32>(found.value));
    append_utf8(plain, digit >= 0 ? static_cast<char32_t>('0' + digit) : plain_sign(found.value));
    at += found.size;
  }
  return plain;
}

}  // namespace truebound::text
