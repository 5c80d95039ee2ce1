#include "runtime/text/Unicode.h"

#include "runtime/text/UnicodeTables.h"
#include "runtime/text/Utf8.h"

#include <utf8proc.h>

#include <array>
#include <vector>

namespace qwen {

namespace {

// \s of the regex engine is Unicode's White_Space.
bool isWhiteSpace(uint32_t c) {
  return (c >= 0x09 && c <= 0x0D) || c == 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

CharClass classOf(uint32_t c) {
  if (c == '\r' || c == '\n')
    return CharClass::newline;
  if (isWhiteSpace(c))
    return CharClass::space;
  utf8proc_category_t category = utf8proc_category(static_cast<utf8proc_int32_t>(c));
  if (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO)
    return CharClass::letter;
  if (category >= UTF8PROC_CATEGORY_MN && category <= UTF8PROC_CATEGORY_ME)
    return CharClass::mark;
  if (category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO)
    return CharClass::number;
  if (category == UTF8PROC_CATEGORY_CN) {
    if (const ClassRange *range = findRange(kNewerClasses, c))
      return range->char_class;
  }
  return CharClass::other;
}

constexpr auto kCompose = static_cast<utf8proc_option_t>(UTF8PROC_COMPOSE | UTF8PROC_STABLE);

constexpr uint32_t kCombiningStart =
    0x300;  // everything below is a starter in NFC that composes with nothing before it

// Whether NFC can be cut before `c`: it stays as it is and never joins what precedes it. May say no where yes is true.
bool isNfcBoundary(uint32_t c) {
  if (c < kCombiningStart || (c >= 0x3400 && c <= 0x9FFF) || (c >= 0xAC00 && c <= 0xD7A3))
    return true;  // Latin, CJK ideographs, Hangul syllables
  if (findRange(kUnknownToNfc, c))
    return true;
  if (c >= 0x1100 && c <= 0x11FF)
    return false;  // Hangul jamo
  auto code_point = static_cast<utf8proc_int32_t>(c);
  utf8proc_category_t category = utf8proc_category(code_point);
  if (category >= UTF8PROC_CATEGORY_MN && category <= UTF8PROC_CATEGORY_ME)
    return false;
  utf8proc_int32_t decomposed[8];
  int last_class = 0;
  utf8proc_ssize_t count = utf8proc_decompose_char(code_point, decomposed, 8, UTF8PROC_DECOMPOSE, &last_class);
  if (count == 1 && decomposed[0] == code_point)
    return true;
  // A composite that isn't excluded from composition comes back.
  return count > 1 && count <= 8 && utf8proc_normalize_utf32(decomposed, count, kCompose) == 1 &&
         decomposed[0] == code_point;
}

struct Decomposed {
  utf8proc_int32_t code_point;
  int combining_class;
};

// Appends NFC of `text`, which holds nothing unknown to NFC.
void appendNfc(std::string_view text, std::string &out) {
  std::vector<Decomposed> parts;
  for (size_t at = 0; at < text.size();) {
    auto code_point = static_cast<utf8proc_int32_t>(nextCodePoint(text, at));
    std::array<utf8proc_int32_t, 32> buffer;  // Unicode's longest canonical decomposition has 4
    int last_class = 0;
    utf8proc_ssize_t count =
        utf8proc_decompose_char(code_point, buffer.data(), buffer.size(), UTF8PROC_DECOMPOSE, &last_class);
    for (utf8proc_ssize_t i = 0; i < count; ++i)
      parts.push_back({buffer[i], utf8proc_get_property(buffer[i])->combining_class});
  }
  // Canonical order: marks between starters sorted by class. (utf8proc's own sort is quadratic in a run of marks.)
  for (size_t begin = 0; begin < parts.size();) {
    size_t end = begin + 1;
    while (end < parts.size() && parts[end].combining_class != 0)
      ++end;
    size_t marks = parts[begin].combining_class == 0 ? begin + 1 : begin;
    std::stable_sort(parts.begin() + marks, parts.begin() + end,
                     [](const Decomposed &a, const Decomposed &b) { return a.combining_class < b.combining_class; });
    begin = end;
  }
  std::vector<utf8proc_int32_t> code_points;
  code_points.reserve(parts.size());
  for (const Decomposed &part : parts)
    code_points.push_back(part.code_point);
  utf8proc_ssize_t count =
      utf8proc_normalize_utf32(code_points.data(), static_cast<utf8proc_ssize_t>(code_points.size()), kCompose);
  for (utf8proc_ssize_t i = 0; i < count; ++i)
    appendUtf8(out, static_cast<uint32_t>(code_points[i]));
}

}  // namespace

CharClass charClass(uint32_t code_point) {
  static const auto low = [] {
    std::array<CharClass, kCombiningStart> table;
    for (uint32_t c = 0; c < table.size(); ++c)
      table[c] = classOf(c);
    return table;
  }();
  return code_point < low.size() ? low[code_point] : classOf(code_point);
}

std::string_view normalizeNfc(std::string_view text, std::string &storage) {
  storage.clear();
  size_t copied = 0;   // text[0, copied) is in `storage`, once anything had to change
  size_t segment = 0;  // where the last boundary lies
  for (size_t at = 0; at < text.size();) {
    size_t here = at;
    if (static_cast<uint8_t>(text[at]) < 0xCC) {  // below U+0300
      at += static_cast<uint8_t>(text[at]) < 0x80 ? 1 : 2;
      segment = here;
      continue;
    }
    if (isNfcBoundary(nextCodePoint(text, at))) {
      segment = here;
      continue;
    }
    while (at < text.size()) {
      size_t next = at;
      if (isNfcBoundary(nextCodePoint(text, next)))
        break;
      at = next;
    }
    // Code points unknown to NFC are boundaries that what follows must not touch.
    size_t behind = segment;
    if (segment < here && findRange(kUnknownToNfc, nextCodePoint(text, behind)))
      segment = behind;
    storage.append(text, copied, segment - copied);
    appendNfc(text.substr(segment, at - segment), storage);
    copied = at;
    segment = at;
  }
  if (copied == 0)
    return text;
  storage.append(text, copied);
  return storage;
}

}  // namespace qwen
