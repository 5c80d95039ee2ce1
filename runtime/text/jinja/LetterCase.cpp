// Case and classes of code points as Python's str has them, from utf8proc's tables.
#include "runtime/text/Utf8.h"
#include "runtime/text/jinja/SpecialCasing.h"
#include "runtime/text/jinja/Strings.h"

#include <utf8proc.h>

#include <algorithm>
#include <iterator>

namespace qwen::jinja {
namespace {

constexpr uint32_t kCapitalSigma = 0x3A3, kFinalSigma = 0x3C2, kSmallSigma = 0x3C3, kCapitalIWithDot = 0x130;

enum class Case { upper, lower, title, keep };

const SpecialCasing *findSpecial(uint32_t point) {
  const SpecialCasing *found =
      std::lower_bound(std::begin(kSpecialCasing), std::end(kSpecialCasing), point,
                       [](const SpecialCasing &entry, uint32_t wanted) { return entry.code_point < wanted; });
  return found != std::end(kSpecialCasing) && found->code_point == point ? found : nullptr;
}

utf8proc_category_t category(uint32_t point) { return utf8proc_category(static_cast<utf8proc_int32_t>(point)); }

bool isCased(uint32_t point) {
  const utf8proc_int32_t p = static_cast<utf8proc_int32_t>(point);
  return isUpper(point) || isLower(point) || isTitle(point) || utf8proc_toupper(p) != p || utf8proc_tolower(p) != p;
}

// Unicode's Case_Ignorable, as far as it decides about a final sigma.
bool isCaseIgnorable(uint32_t point) {
  switch (category(point)) {
  case UTF8PROC_CATEGORY_MN:
  case UTF8PROC_CATEGORY_ME:
  case UTF8PROC_CATEGORY_CF:
  case UTF8PROC_CATEGORY_LM:
  case UTF8PROC_CATEGORY_SK:
    return true;
  default:
    return point == '\'' || point == '.' || point == ':' || point == 0xB7 || point == 0x2019;
  }
}

bool isFinalSigma(const std::vector<uint32_t> &points, size_t i) {
  size_t before = i;
  while (before > 0 && isCaseIgnorable(points[before - 1]))
    --before;
  if (before == 0 || !isCased(points[before - 1]))
    return false;
  size_t after = i + 1;
  while (after < points.size() && isCaseIgnorable(points[after]))
    ++after;
  return after == points.size() || !isCased(points[after]);
}

void append(std::string &result, const std::vector<uint32_t> &points, size_t i, Case wanted) {
  uint32_t point = points[i];
  if (wanted == Case::keep) {
    appendUtf8(result, point);
    return;
  }
  if (point < 0x80) {
    bool small = point >= 'a' && point <= 'z', capital = point >= 'A' && point <= 'Z';
    bool changes = wanted == Case::lower ? capital : small;
    result += static_cast<char>(changes ? point ^ 0x20 : point);
    return;
  }
  const utf8proc_int32_t p = static_cast<utf8proc_int32_t>(point);
  if (wanted == Case::lower) {
    if (point == kCapitalIWithDot)
      result += "i\u0307";
    else if (point == kCapitalSigma)
      appendUtf8(result, isFinalSigma(points, i) ? kFinalSigma : kSmallSigma);
    else
      appendUtf8(result, static_cast<uint32_t>(utf8proc_tolower(p)));
    return;
  }
  if (const SpecialCasing *special = findSpecial(point))
    result += wanted == Case::upper ? special->upper : special->title;
  else
    appendUtf8(result, static_cast<uint32_t>(wanted == Case::upper ? utf8proc_toupper(p) : utf8proc_totitle(p)));
}

template <typename Choose>  // (code point, index) -> Case
std::string mapCase(std::string_view text, Choose choose) {
  std::vector<uint32_t> points = decode(text);
  std::string result;
  result.reserve(text.size());
  for (size_t i = 0; i < points.size(); ++i)
    append(result, points, i, choose(points[i], i));
  return result;
}

}  // namespace

std::string upper(std::string_view text) {
  return mapCase(text, [](uint32_t, size_t) { return Case::upper; });
}

std::string lower(std::string_view text) {
  return mapCase(text, [](uint32_t, size_t) { return Case::lower; });
}

std::string capitalize(std::string_view text) {
  return mapCase(text, [](uint32_t, size_t i) { return i == 0 ? Case::title : Case::lower; });
}

std::string titleCase(std::string_view text) {
  bool in_word = false;
  return mapCase(text, [&](uint32_t point, size_t) {
    Case wanted = in_word ? Case::lower : Case::title;
    in_word = isCased(point);
    return wanted;
  });
}

std::string swapCase(std::string_view text) {
  return mapCase(text, [](uint32_t point, size_t) {
    return isUpper(point) ? Case::lower : isLower(point) ? Case::upper : Case::keep;
  });
}

std::string foldCase(std::string_view text) {
  std::string result;
  for (uint32_t point : decode(text)) {
    utf8proc_int32_t folded[8];
    int boundary = 0;
    utf8proc_ssize_t count = utf8proc_decompose_char(static_cast<utf8proc_int32_t>(point), folded, std::size(folded),
                                                     UTF8PROC_CASEFOLD, &boundary);
    for (utf8proc_ssize_t i = 0; i < count; ++i)
      appendUtf8(result, static_cast<uint32_t>(folded[i]));
  }
  return result;
}

bool isAlpha(uint32_t point) {
  utf8proc_category_t c = category(point);
  return c == UTF8PROC_CATEGORY_LU || c == UTF8PROC_CATEGORY_LL || c == UTF8PROC_CATEGORY_LT ||
         c == UTF8PROC_CATEGORY_LM || c == UTF8PROC_CATEGORY_LO;
}

bool isNumeric(uint32_t point) {
  utf8proc_category_t c = category(point);
  return c == UTF8PROC_CATEGORY_ND || c == UTF8PROC_CATEGORY_NL || c == UTF8PROC_CATEGORY_NO;
}

bool isDecimal(uint32_t point) { return category(point) == UTF8PROC_CATEGORY_ND; }

bool isUpper(uint32_t point) { return category(point) == UTF8PROC_CATEGORY_LU; }

bool isLower(uint32_t point) { return category(point) == UTF8PROC_CATEGORY_LL || point == 0xAA || point == 0xBA; }

bool isTitle(uint32_t point) { return category(point) == UTF8PROC_CATEGORY_LT; }

bool isPrintable(uint32_t point) {
  switch (category(point)) {
  case UTF8PROC_CATEGORY_CC:
  case UTF8PROC_CATEGORY_CF:
  case UTF8PROC_CATEGORY_CS:
  case UTF8PROC_CATEGORY_CO:
  case UTF8PROC_CATEGORY_CN:
  case UTF8PROC_CATEGORY_ZL:
  case UTF8PROC_CATEGORY_ZP:
    return false;
  case UTF8PROC_CATEGORY_ZS:
    return point == ' ';
  default:
    return true;
  }
}

}  // namespace qwen::jinja
