#include "runtime/text/Pretokenizer.h"

#include "runtime/text/Unicode.h"
#include "runtime/text/Utf8.h"

namespace qwen {

namespace {

struct Scanner {
  std::string_view text;
  SplitPattern pattern;

  // The class of the character at `at`, which is moved behind it.
  CharClass next(size_t &at) const {
    uint32_t code_point = nextCodePoint(text, at);
    return charClass(code_point);
  }

  bool isWordClass(CharClass c) const {
    return c == CharClass::letter || (c == CharClass::mark && pattern == SplitPattern::qwen3_5);
  }
  bool isPunctuation(CharClass c) const {
    return c == CharClass::other || (c == CharClass::mark && pattern == SplitPattern::qwen2);
  }

  // Skips while `matches` holds.
  template <typename Predicate> size_t skip(size_t at, Predicate matches) const {
    while (at < text.size()) {
      size_t behind = at;
      if (!matches(next(behind)))
        break;
      at = behind;
    }
    return at;
  }

  size_t skipWord(size_t at) const {
    return skip(at, [this](CharClass c) { return isWordClass(c); });
  }
  size_t skipPunctuationAndNewlines(size_t at) const {
    at = skip(at, [this](CharClass c) { return isPunctuation(c); });
    while (at < text.size() && (text[at] == '\r' || text[at] == '\n'))
      ++at;
    return at;
  }

  // (?i:'s|'t|'re|'ve|'m|'ll|'d) at an apostrophe: the match's end, or 0.
  size_t contraction(size_t at) const {
    std::string_view rest = text.substr(at + 1);
    auto lower = [&](size_t i) { return i < rest.size() ? static_cast<char>(rest[i] | 0x20) : '\0'; };
    char a = lower(0), b = lower(1);
    if (a == 's' || a == 't' || a == 'm' || a == 'd')
      return at + 2;
    if ((a == 'r' && b == 'e') || (a == 'v' && b == 'e') || (a == 'l' && b == 'l'))
      return at + 3;
    if (rest.substr(0, 2) == "\xC5\xBF")  // U+017F, long s, is an s when case is ignored
      return at + 3;
    return 0;
  }

  // \s*[\r\n]+|\s+(?!\S)|\s+ at white space.
  size_t whiteSpace(size_t at) const {
    size_t last = at;     // where the run's last character begins
    size_t newlines = 0;  // behind the run's last \r or \n
    size_t end = at;
    while (end < text.size()) {
      size_t behind = end;
      CharClass c = next(behind);
      if (!isSpace(c))
        break;
      last = end;
      end = behind;
      if (c == CharClass::newline)
        newlines = end;
    }
    if (newlines != 0)
      return newlines;
    if (end == text.size() || last == at)
      return end;
    return last;  // one is left for the word that follows
  }
};

}  // namespace

size_t endOfPiece(std::string_view text, size_t at, SplitPattern pattern) {
  Scanner scan{text, pattern};
  if (text[at] == '\'') {
    if (size_t end = scan.contraction(at))
      return end;
  }
  size_t second = at;
  CharClass first = scan.next(second);
  if (scan.isWordClass(first))
    return scan.skipWord(second);
  if (first == CharClass::number)
    return second;
  CharClass next_class = CharClass::newline;  // stands for "none" too: neither a word nor punctuation
  if (second < text.size()) {
    size_t third = second;
    next_class = scan.next(third);
  }
  if (first != CharClass::newline && scan.isWordClass(next_class))
    return scan.skipWord(second);
  if (text[at] == ' ' && scan.isPunctuation(next_class))
    return scan.skipPunctuationAndNewlines(second);
  if (isSpace(first))
    return scan.whiteSpace(at);
  return scan.skipPunctuationAndNewlines(at);
}

}  // namespace qwen
