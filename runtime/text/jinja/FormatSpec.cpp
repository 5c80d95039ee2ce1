#include "runtime/text/jinja/Format.h"
#include "runtime/text/jinja/Operators.h"
#include "runtime/text/jinja/Print.h"
#include "runtime/text/jinja/Strings.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace qwen::jinja {
namespace {

constexpr int64_t kMaxWidth = 1 << 20, kMaxPrecision = 1000;

std::string pad(std::string text, const FormatSpec &spec, char default_align, size_t sign_length) {
  int64_t missing = spec.width - static_cast<int64_t>(countCodePoints(text));
  if (spec.width > kMaxWidth)
    fail("format: the width " + std::to_string(spec.width) + " is over the limit of " + std::to_string(kMaxWidth));
  if (missing <= 0)
    return text;
  auto fill = [&](int64_t count) {
    std::string one = encode({spec.fill}), result;
    for (int64_t i = 0; i < count; ++i)
      result += one;
    return result;
  };
  switch (spec.align ? spec.align : default_align) {
  case '<':
    return text + fill(missing);
  case '^':
    return fill(missing / 2) + text + fill(missing - missing / 2);
  case '=':
    return text.substr(0, sign_length) + fill(missing) + text.substr(sign_length);
  default:
    return fill(missing) + text;
  }
}

std::string group(const std::string &digits, char separator, size_t size) {
  std::string result;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % size == 0)
      result += separator;
    result += digits[i];
  }
  return result;
}

std::string inBase(Integer value, unsigned base, bool capital) {
  unsigned __int128 rest = static_cast<unsigned __int128>(value);
  const char *symbols = capital ? "0123456789ABCDEF" : "0123456789abcdef";
  std::string digits;
  do {
    digits += symbols[static_cast<unsigned>(rest % base)];
    rest /= base;
  } while (rest != 0);
  std::reverse(digits.begin(), digits.end());
  return digits;
}

// The digits of a finite, non-negative real.
std::string realDigits(double value, const FormatSpec &spec) {
  char type = spec.type;
  if (type == '\0' && !spec.precision)
    return formatReal(value);
  if (type == '%')
    value *= 100, type = 'f';
  int precision = static_cast<int>(spec.precision.value_or(6));
  bool general = type == '\0';  // like g, but with a digit behind the point
  char format[] = {'%', spec.alternate ? '#' : '0', '.', '*', general || type == 'n' ? 'g' : type, '\0'};
  char text[2048];
  std::snprintf(text, sizeof text, format, precision, value);
  std::string digits = text;
  if (general && digits.find_first_of(".e") == std::string::npos)
    digits += ".0";
  return digits;
}

std::string signOf(bool negative, const FormatSpec &spec) {
  return negative ? "-" : spec.sign == '-' ? "" : std::string(1, spec.sign);
}

std::string formatRealSpec(double value, const FormatSpec &spec) {
  if (spec.precision.value_or(0) > kMaxPrecision)
    fail("format: the precision is over the limit of " + std::to_string(kMaxPrecision));
  std::string sign = signOf(std::signbit(value) && !std::isnan(value), spec), digits;
  bool capital = spec.type == 'E' || spec.type == 'F' || spec.type == 'G';
  if (std::isfinite(value))
    digits = realDigits(std::abs(value), spec);
  else
    digits = std::isnan(value) ? (capital ? "NAN" : "nan") : (capital ? "INF" : "inf");
  if (spec.grouping) {
    size_t whole = std::min(digits.find_first_not_of("0123456789"), digits.size());
    digits = group(digits.substr(0, whole), spec.grouping, 3) + digits.substr(whole);
  }
  if (spec.type == '%')
    digits += '%';
  return pad(sign + digits, spec, '>', sign.size());
}

std::string formatIntegerSpec(Integer value, const FormatSpec &spec) {
  if (spec.precision)
    fail("precision not allowed in integer format specifier");
  bool negative = value < 0;
  std::string prefix = signOf(negative, spec), digits;
  Integer magnitude = negative ? -value : value;
  unsigned base = spec.type == 'b' ? 2 : spec.type == 'o' ? 8 : spec.type == 'x' || spec.type == 'X' ? 16 : 10;
  digits = inBase(magnitude, base, spec.type == 'X');
  if (spec.alternate && base != 10)
    prefix += std::string("0") + spec.type;
  if (spec.grouping)
    digits = group(digits, spec.grouping, base == 10 ? 3 : 4);
  return pad(prefix + digits, spec, '>', prefix.size());
}

}  // namespace

std::string formatText(std::string_view text, const FormatSpec &spec) {
  if (spec.type != '\0' && spec.type != 's')
    fail(std::string("unknown format code '") + spec.type + "' for object of type 'str'");
  if (spec.align == '=')
    fail("'=' alignment not allowed in string format specifier");
  std::string result(text);
  if (spec.precision)
    result = std::string(slice(text, None{}, *spec.precision, None{}).text());
  return pad(std::move(result), spec, '<', 0);
}

std::string formatNumber(const Value &number, const FormatSpec &spec) {
  static constexpr std::string_view kInteger = "bcdoxXn", kReal = "eEfFgG%";
  if (number.is<double>()) {
    if (spec.type != '\0' && spec.type != 'n' && kReal.find(spec.type) == std::string_view::npos)
      fail(std::string("unknown format code '") + spec.type + "' for object of type 'float'");
    return formatRealSpec(number.get<double>(), spec);
  }
  if (spec.type != '\0' && kReal.find(spec.type) != std::string_view::npos)
    return formatRealSpec(number.real(), spec);
  if (spec.type == 'c')
    fail("format type 'c' is not supported in chat templates");
  if (spec.type != '\0' && kInteger.find(spec.type) == std::string_view::npos)
    fail(std::string("unknown format code '") + spec.type + "' for object of type 'int'");
  return formatIntegerSpec(number.integer(), spec);
}

}  // namespace qwen::jinja
