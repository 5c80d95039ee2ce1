// The questions that str answers about itself: isdigit() and its like.
#include "runtime/text/jinja/Builtins.h"
#include "runtime/text/jinja/Strings.h"

#include <algorithm>

namespace qwen::jinja {
namespace {

// True when the text isn't empty and all of it passes.
template <bool (*passes)(uint32_t)> Value all(Interpreter &, const Value &self, const BoundArguments &) {
  std::vector<uint32_t> points = decode(self.text());
  return !points.empty() && std::all_of(points.begin(), points.end(), passes);
}

bool isAlphaNumeric(uint32_t point) { return isAlpha(point) || isNumeric(point); }

// Unicode's Numeric_Type=Digit: decimals and what is a digit in a ring, raised or lowered.
bool isDigit(uint32_t point) {
  auto within = [&](uint32_t first, uint32_t last) { return point >= first && point <= last; };
  return isDecimal(point) || point == 0xB2 || point == 0xB3 || point == 0xB9 || within(0x1369, 0x1371) ||
         point == 0x19DA || point == 0x2070 || within(0x2074, 0x2079) || within(0x2080, 0x2089) ||
         within(0x2460, 0x2468) || within(0x2474, 0x247C) || within(0x2488, 0x2490) || point == 0x24EA ||
         within(0x24F5, 0x24FD) || point == 0x24FF || within(0x2776, 0x277E) || within(0x2780, 0x2788) ||
         within(0x278A, 0x2792) || within(0x10A40, 0x10A43) || within(0x10E60, 0x10E68) || within(0x11052, 0x1105A) ||
         within(0x1F100, 0x1F10A);
}

Value isAsciiMethod(Interpreter &, const Value &self, const BoundArguments &) {
  return std::all_of(self.text().begin(), self.text().end(), [](char c) { return static_cast<uint8_t>(c) < 0x80; });
}

Value isPrintableMethod(Interpreter &, const Value &self, const BoundArguments &) {
  std::vector<uint32_t> points = decode(self.text());
  return std::all_of(points.begin(), points.end(), isPrintable);
}

// Some cased code point, and none of the other case.
template <bool (*wanted)(uint32_t), bool (*other)(uint32_t)>
Value oneCase(Interpreter &, const Value &self, const BoundArguments &) {
  std::vector<uint32_t> points = decode(self.text());
  return std::any_of(points.begin(), points.end(), wanted) &&
         std::none_of(points.begin(), points.end(), [](uint32_t point) { return other(point) || isTitle(point); });
}

Value isTitleMethod(Interpreter &, const Value &self, const BoundArguments &) {
  bool in_word = false, found = false;
  for (uint32_t point : decode(self.text())) {
    bool capital = isUpper(point) || isTitle(point), small = isLower(point);
    if ((capital && in_word) || (small && !in_word))
      return false;
    in_word = capital || small;
    found |= in_word;
  }
  return found;
}

const Builtin kPredicates[] = {
    {"isalnum", {}, 0, all<isAlphaNumeric>, nullptr},
    {"isalpha", {}, 0, all<isAlpha>, nullptr},
    {"isascii", {}, 0, isAsciiMethod, nullptr},
    {"isdecimal", {}, 0, all<isDecimal>, nullptr},
    {"isdigit", {}, 0, all<isDigit>, nullptr},
    {"islower", {}, 0, oneCase<isLower, isUpper>, nullptr},
    {"isnumeric", {}, 0, all<isNumeric>, nullptr},
    {"isprintable", {}, 0, isPrintableMethod, nullptr},
    {"isspace", {}, 0, all<isSpace>, nullptr},
    {"istitle", {}, 0, isTitleMethod, nullptr},
    {"isupper", {}, 0, oneCase<isUpper, isLower>, nullptr},
};

}  // namespace

Builtins textPredicates() { return kPredicates; }

}  // namespace qwen::jinja
