#include "runtime/text/jinja/Literals.h"

#include "runtime/text/Utf8.h"
#include "runtime/text/jinja/Operators.h"
#include "runtime/text/jinja/Strings.h"

#include <charconv>
#include <cmath>
#include <cstdio>

namespace qwen::jinja {
namespace {

int digitValue(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  char letter = static_cast<char>(c | 0x20);
  return letter >= 'a' && letter <= 'z' ? letter - 'a' + 10 : 99;
}

bool isDigit(std::string_view text, size_t at, int base) { return at < text.size() && digitValue(text[at]) < base; }

// Digits with single underscores between them; `at` when there are none.
size_t skipDigits(std::string_view text, size_t at, int base) {
  while (isDigit(text, at, base) ||
         (at > 0 && at < text.size() && text[at] == '_' && isDigit(text, at - 1, base) && isDigit(text, at + 1, base)))
    ++at;
  return at;
}

Integer digitsToInteger(std::string_view digits, int base) {
  Integer result = 0;
  for (char c : digits) {
    if (c == '_')
      continue;
    if (__builtin_mul_overflow(result, Integer{base}, &result) ||
        __builtin_add_overflow(result, Integer{digitValue(c)}, &result))
      fail("integer overflow: integers beyond 128 bits are not supported");
  }
  return result;
}

double digitsToReal(std::string text) {
  std::erase(text, '_');
  double value = 0;
  std::from_chars_result result = std::from_chars(text.data(), text.data() + text.size(), value);
  if (result.ec == std::errc::result_out_of_range)  // from_chars doesn't say on which side
    return std::strtod(text.c_str(), nullptr);
  return value;
}

// Digits, a fraction, an exponent, each optional; npos unless that is what stands at `at`.
size_t skipReal(std::string_view text, size_t at) {
  size_t whole = skipDigits(text, at, 10), end = whole;
  bool has_digits = whole > at;
  if (end < text.size() && text[end] == '.') {
    size_t fraction = skipDigits(text, end + 1, 10);
    has_digits |= fraction > end + 1;
    end = fraction;
  }
  if (!has_digits)
    return std::string::npos;
  if (end < text.size() && (text[end] == 'e' || text[end] == 'E')) {
    size_t digits = end + 1;
    if (digits < text.size() && (text[digits] == '+' || text[digits] == '-'))
      ++digits;
    if (size_t exponent = skipDigits(text, digits, 10); exponent > digits)
      end = exponent;
  }
  return end;
}

int basePrefix(std::string_view text, size_t at) {
  if (at + 1 >= text.size() || text[at] != '0')
    return 0;
  switch (text[at + 1] | 0x20) {
  case 'b':
    return 2;
  case 'o':
    return 8;
  case 'x':
    return 16;
  default:
    return 0;
  }
}

// Behind `count` hexadecimal digits at `at`, whose value is appended to `result`.
size_t appendHex(std::string &result, std::string_view body, size_t at, size_t count) {
  uint32_t point = 0;
  for (size_t i = 0; i < count; ++i) {
    if (!isDigit(body, at + i, 16))
      fail("truncated escape in a string: expected " + std::to_string(count) + " hexadecimal digits");
    point = point * 16 + static_cast<uint32_t>(digitValue(body[at + i]));
  }
  if (point > 0x10FFFF || (point >= 0xD800 && point < 0xE000))
    fail("an escape in a string is not a unicode character");
  appendUtf8(result, point);
  return at + count;
}

// jinja2 writes a character beyond ASCII as an escape before it resolves escapes, so a backslash before it keeps that.
void appendAsEscape(std::string &result, uint32_t point) {
  char text[16];
  std::snprintf(text, sizeof text, point < 0x100 ? "\\x%02x" : point < 0x10000 ? "\\u%04x" : "\\U%08x", point);
  result += text;
}

}  // namespace

NumberLiteral readNumber(std::string_view source, size_t begin, bool may_be_real) {
  if (may_be_real) {
    size_t whole = skipDigits(source, begin, 10);
    size_t end = skipReal(source, begin);
    bool bare_dot = end == whole + 1 && source[whole] == '.';  // `1.` isn't a number, `1.e5` neither
    bool dot_exponent = end > whole + 1 && source[whole] == '.' && !isDigit(source, whole + 1, 10);
    if (end > whole && !bare_dot && !dot_exponent)
      return {digitsToReal(std::string(source.substr(begin, end - begin))), end};
  }
  if (int base = basePrefix(source, begin)) {
    size_t digits = begin + 2 < source.size() && source[begin + 2] == '_' ? begin + 3 : begin + 2;
    size_t end = skipDigits(source, digits, base);
    if (end > digits)
      return {digitsToInteger(source.substr(digits, end - digits), base), end};
  }
  size_t end = source[begin] == '0' ? begin + 1 : skipDigits(source, begin, 10);
  while (source[begin] == '0' && end < source.size() && (source[end] == '0' || source.substr(end, 2) == "_0"))
    end += source[end] == '0' ? 1 : 2;
  return {digitsToInteger(source.substr(begin, end - begin), 10), end};
}

std::optional<Integer> parseInteger(std::string_view text, int base) {
  text = strip(text, std::nullopt, Ends::both);
  bool negative = !text.empty() && text[0] == '-';
  if (negative || (!text.empty() && text[0] == '+'))
    text.remove_prefix(1);
  int prefix = basePrefix(text, 0);
  if (prefix != 0 && (base == prefix || base == 0)) {
    text.remove_prefix(2);
    if (!text.empty() && text[0] == '_')
      text.remove_prefix(1);
    base = prefix;
  }
  bool zeros = base == 0 && !text.empty() && text[0] == '0';
  base = base == 0 ? 10 : base;
  if (text.empty() || skipDigits(text, 0, base) != text.size())
    return std::nullopt;
  Integer value = digitsToInteger(text, base);
  if (zeros && value != 0)  // int("012", 0) is an error
    return std::nullopt;
  return negative ? -value : value;
}

std::optional<double> parseReal(std::string_view text) {
  text = strip(text, std::nullopt, Ends::both);
  bool negative = !text.empty() && text[0] == '-';
  if (negative || (!text.empty() && text[0] == '+'))
    text.remove_prefix(1);
  std::string word = lower(text);
  double value = 0;
  if (word == "inf" || word == "infinity")
    value = HUGE_VAL;
  else if (word == "nan")
    value = NAN;
  else if (skipReal(text, 0) == text.size())
    value = digitsToReal(std::string(text));
  else
    return std::nullopt;
  return negative ? -value : value;
}

size_t findStringEnd(std::string_view source, size_t begin) {
  for (size_t at = begin + 1; at < source.size(); ++at) {
    if (source[at] == '\\')
      ++at;
    else if (source[at] == source[begin])
      return at + 1;
  }
  return std::string::npos;
}

std::string resolveEscapes(std::string_view body) {
  std::string result;
  for (size_t at = 0; at < body.size();) {
    if (body[at] != '\\') {
      result += body[at++];
      continue;
    }
    char c = body[at + 1];  // findStringEnd saw to it that something follows
    static constexpr std::string_view kLetters = "\\'\"abfnrtv", kResolved = "\\'\"\a\b\f\n\r\t\v";
    if (size_t letter = kLetters.find(c); letter != std::string_view::npos) {
      result += kResolved[letter];
      at += 2;
    } else if (c == '\n') {
      at += 2;
    } else if (isDigit(body, at + 1, 8)) {
      uint32_t point = 0;
      size_t end = at + 1;
      for (; end < at + 4 && isDigit(body, end, 8); ++end)
        point = point * 8 + static_cast<uint32_t>(digitValue(body[end]));
      appendUtf8(result, point);
      at = end;
    } else if (c == 'x' || c == 'u' || c == 'U') {
      at = appendHex(result, body, at + 2, c == 'x' ? 2 : c == 'u' ? 4 : 8);
    } else if (c == 'N') {
      fail("\\N{...} in a string is not supported");
    } else if (static_cast<uint8_t>(c) < 0x80) {
      result += '\\';
      ++at;
    } else {
      ++at;
      appendAsEscape(result, nextCodePoint(body, at));
    }
  }
  return result;
}

}  // namespace qwen::jinja
