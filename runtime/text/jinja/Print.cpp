#include "runtime/text/jinja/Print.h"

#include "runtime/text/Utf8.h"
#include "runtime/text/jinja/Ast.h"
#include "runtime/text/jinja/Builtins.h"
#include "runtime/text/jinja/Objects.h"
#include "runtime/text/jinja/Strings.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace qwen::jinja {
namespace {

void printEscaped(std::string &out, uint32_t point) {
  static const char kDigits[] = "0123456789abcdef";
  int width = point < 0x100 ? 2 : point < 0x10000 ? 4 : 8;
  out += width == 2 ? "\\x" : width == 4 ? "\\u" : "\\U";
  for (int shift = 4 * (width - 1); shift >= 0; shift -= 4)
    out += kDigits[point >> shift & 0xF];
}

void printQuoted(std::string &out, std::string_view text) {
  bool single = text.find('\'') != std::string_view::npos, twice = text.find('"') != std::string_view::npos;
  char quote = single && !twice ? '"' : '\'';
  out += quote;
  for (size_t at = 0; at < text.size();) {
    uint32_t point = nextCodePoint(text, at);
    if (point == static_cast<uint32_t>(quote) || point == '\\')
      out += '\\', out += static_cast<char>(point);
    else if (point == '\n')
      out += "\\n";
    else if (point == '\r')
      out += "\\r";
    else if (point == '\t')
      out += "\\t";
    else if (isPrintable(point))
      appendUtf8(out, point);
    else
      printEscaped(out, point);
  }
  out += quote;
}

// `depth` bounds what namespaces, the only values that can hold themselves, can nest.
void print(std::string &out, const Value &value, int depth);

void printItems(std::string &out, const std::vector<Value> &items, int depth) {
  for (size_t i = 0; i < items.size(); ++i) {
    if (i > 0)
      out += ", ";
    print(out, items[i], depth);
  }
}

void printDict(std::string &out, const Dict &dict, int depth) {
  out += '{';
  for (size_t i = 0; i < dict.entries().size(); ++i) {
    if (i > 0)
      out += ", ";
    print(out, dict.entries()[i].first, depth);
    out += ": ";
    print(out, dict.entries()[i].second, depth);
  }
  out += '}';
}

void printObject(std::string &out, const Value &value, int depth) {
  if (const Range *range = value.object<Range>()) {
    out += "range(" + formatInteger(range->start) + ", " + formatInteger(range->stop);
    out += range->step == 1 ? ")" : ", " + formatInteger(range->step) + ")";
  } else if (const DictView *view = value.object<DictView>()) {
    out += std::string(view->typeName()) + "([";
    printItems(out, collect(value), depth);
    out += "])";
  } else if (const Namespace *space = value.object<Namespace>()) {
    out += "<Namespace ";
    printDict(out, space->attributes, depth);
    out += '>';
  } else if (const Macro *macro = value.object<Macro>()) {
    out += macro->definition.name.empty() ? "<Macro anonymous" : "<Macro '" + macro->definition.name + "'";
    out += '>';
  } else if (Loop *loop = value.object<Loop>()) {
    out += "<LoopContext " + formatInteger(loop->index0 + 1) + "/" + std::to_string(loop->length()) + ">";
  } else {
    fail("printing a " + std::string(value.typeName()) + " is not supported: python shows its address");
  }
}

void print(std::string &out, const Value &value, int depth) {
  if (depth > 2 * kMaxNesting)
    fail("a namespace holds itself");
  if (out.size() > kMaxTextBytes)
    fail("a printed value is over the limit of " + std::to_string(kMaxTextBytes) + " bytes");
  if (value.isNone()) {
    out += "None";
  } else if (value.isUndefined()) {
    out += "Undefined";
  } else if (value.is<bool>()) {
    out += value.get<bool>() ? "True" : "False";
  } else if (value.is<Integer>()) {
    out += formatInteger(value.integer());
  } else if (value.is<double>()) {
    out += formatReal(value.get<double>());
  } else if (value.isText()) {
    if (value.isMarkup())
      out += "Markup(";
    printQuoted(out, value.text());
    if (value.isMarkup())
      out += ')';
  } else if (value.is<List>()) {
    out += '[';
    printItems(out, *value.items(), depth + 1);
    out += ']';
  } else if (value.is<Tuple>()) {
    out += '(';
    printItems(out, *value.items(), depth + 1);
    out += value.items()->size() == 1 ? ",)" : ")";
  } else if (value.isDict()) {
    printDict(out, value.dict(), depth + 1);
  } else {
    printObject(out, value, depth + 1);
  }
}

}  // namespace

std::string toRepr(const Value &value) {
  std::string out;
  print(out, value, 0);
  return out;
}

std::string toText(const Value &value) {
  if (value.isText())
    return std::string(value.text());
  return value.isUndefined() ? "" : toRepr(value);
}

std::string formatInteger(Integer integer) {
  bool negative = integer < 0;
  unsigned __int128 rest = static_cast<unsigned __int128>(integer);
  if (negative)
    rest = -rest;
  std::string digits;
  do {
    digits += static_cast<char>('0' + static_cast<int>(rest % 10));
    rest /= 10;
  } while (rest != 0);
  if (negative)
    digits += '-';
  std::reverse(digits.begin(), digits.end());
  return digits;
}

std::string formatReal(double real) {
  if (std::isnan(real))
    return "nan";
  if (std::isinf(real))
    return real < 0 ? "-inf" : "inf";
  char buffer[32];
  const char *end = std::to_chars(buffer, buffer + sizeof buffer, std::abs(real), std::chars_format::scientific).ptr;
  std::string_view shortest(buffer, static_cast<size_t>(end - buffer));  // d.ddde+dd
  size_t mark = shortest.find('e');
  std::string digits(shortest.substr(0, mark));
  std::erase(digits, '.');
  int exponent = 0;
  std::string_view exponent_text = shortest.substr(mark + (shortest[mark + 1] == '+' ? 2 : 1));
  std::from_chars(exponent_text.data(), exponent_text.data() + exponent_text.size(), exponent);
  std::string sign = std::signbit(real) ? "-" : "";
  if (exponent < -4 || exponent >= 16) {
    if (digits.size() > 1)
      digits.insert(1, ".");
    std::string power = std::to_string(std::abs(exponent));
    return sign + digits + (exponent < 0 ? "e-" : "e+") + (power.size() < 2 ? "0" : "") + power;
  }
  if (exponent < 0)
    return sign + "0." + std::string(static_cast<size_t>(-exponent - 1), '0') + digits;
  size_t whole = static_cast<size_t>(exponent) + 1;
  if (digits.size() <= whole)
    return sign + digits + std::string(whole - digits.size(), '0') + ".0";
  return sign + digits.substr(0, whole) + "." + digits.substr(whole);
}

}  // namespace qwen::jinja
