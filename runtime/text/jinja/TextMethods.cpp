// The methods of str, those that give text or look for it; the questions (isdigit, ...) are in TextPredicates.cpp.
#include "runtime/text/jinja/Builtins.h"
#include "runtime/text/jinja/Format.h"
#include "runtime/text/jinja/Interpreter.h"
#include "runtime/text/jinja/Operators.h"
#include "runtime/text/jinja/Strings.h"

#include <algorithm>

namespace qwen::jinja {
namespace {

using Args = BoundArguments;

Value like(const Value &self, std::string_view text) { return Value(std::string(text), self.isMarkup()); }

// An argument that a safe string takes in: escaped unless it is safe itself.
std::string taken(const Value &self, const Args &arguments, size_t i) {
  std::string_view text = arguments.text(i);
  return self.isMarkup() && !arguments[i].isMarkup() ? escapeHtml(text) : std::string(text);
}

template <std::string (*map)(std::string_view)> Value mapText(Interpreter &, const Value &self, const Args &) {
  return like(self, map(self.text()));
}

template <Ends ends> Value stripText(Interpreter &, const Value &self, const Args &arguments) {
  return like(self, strip(self.text(), arguments.optionalText(0), ends));
}

Value listOf(const Value &self, const std::vector<std::string_view> &parts) {
  std::vector<Value> values;
  for (std::string_view part : parts)
    values.push_back(like(self, part));
  return Value::list(std::move(values));
}

template <std::vector<std::string_view> (*divide)(std::string_view, std::optional<std::string_view>, int64_t)>
Value splitText(Interpreter &, const Value &self, const Args &arguments) {
  std::optional<std::string_view> separator = arguments.optionalText(0);
  if (separator && separator->empty())
    fail("empty separator");
  return listOf(self, divide(self.text(), separator, arguments.integer(1, -1)));
}

Value splitLinesMethod(Interpreter &, const Value &self, const Args &arguments) {
  return listOf(self, splitLines(self.text(), arguments.truthOf(0, false)));
}

template <bool from_right> Value partition(Interpreter &, const Value &self, const Args &arguments) {
  std::string_view text = self.text(), separator = arguments.text(0);
  if (separator.empty())
    fail("empty separator");
  size_t found = from_right ? text.rfind(separator) : text.find(separator);
  std::vector<Value> parts{like(self, ""), like(self, ""), like(self, "")};
  if (found == std::string_view::npos)
    parts[from_right ? 2 : 0] = self;
  else
    parts = {like(self, text.substr(0, found)), like(self, separator),
             like(self, text.substr(found + separator.size()))};
  return Value::tuple(std::move(parts));
}

// text[start:end], with where it begins, in code points; nullopt when start is behind the end.
struct Part {
  Value text;
  int64_t begin = 0;
};
std::optional<Part> partOf(const Value &self, const Args &arguments, size_t first) {
  int64_t size = static_cast<int64_t>(countCodePoints(self.text()));
  auto bound = [&](size_t i, int64_t absent) {
    if (!arguments.has(i) || arguments[i].isNone())
      return absent;
    int64_t value = arguments.integer(i, absent);
    return std::max<int64_t>(value < 0 ? value + size : value, 0);
  };
  int64_t begin = bound(first, 0), end = std::min(bound(first + 1, size), size);
  if (begin > size || begin > end)
    return std::nullopt;
  return Part{slice(Value(std::string(self.text())), begin, end, None{}), begin};
}

template <bool from_right, bool must_find> Value findText(Interpreter &, const Value &self, const Args &arguments) {
  std::string_view wanted = arguments.text(0);
  if (std::optional<Part> part = partOf(self, arguments, 1)) {
    std::string_view text = part->text.text();
    size_t found = from_right ? text.rfind(wanted) : text.find(wanted);
    if (found != std::string_view::npos)
      return part->begin + static_cast<int64_t>(countCodePoints(text.substr(0, found)));
  }
  if (must_find)
    fail("substring not found");
  return -1;
}

Value countText(Interpreter &, const Value &self, const Args &arguments) {
  std::string_view wanted = arguments.text(0);
  std::optional<Part> part = partOf(self, arguments, 1);
  if (!part)
    return 0;
  std::string_view text = part->text.text();
  if (wanted.empty())
    return countCodePoints(text) + 1;
  return split(text, wanted, -1).size() - 1;
}

template <bool at_start> Value hasAffix(Interpreter &, const Value &self, const Args &arguments) {
  std::optional<Part> part = partOf(self, arguments, 1);
  auto matches = [&](const Value &affix) {
    if (!affix.isText())
      fail(std::string(at_start ? "startswith" : "endswith") + " first arg must be str or a tuple of str, not " +
           std::string(affix.typeName()));
    std::string_view text = part ? part->text.text() : std::string_view();
    return part && (at_start ? text.starts_with(affix.text()) : text.ends_with(affix.text()));
  };
  if (arguments[0].isUndefined())
    failUndefined(arguments[0]);
  if (!arguments[0].is<Tuple>())
    return matches(arguments[0]);
  return std::any_of(arguments[0].items()->begin(), arguments[0].items()->end(), matches);
}

template <bool at_start> Value removeAffix(Interpreter &, const Value &self, const Args &arguments) {
  std::string_view text = self.text(), affix = arguments.text(0);
  if (affix.empty() || !(at_start ? text.starts_with(affix) : text.ends_with(affix)))
    return self;
  return like(self, at_start ? text.substr(affix.size()) : text.substr(0, text.size() - affix.size()));
}

Value replaceMethod(Interpreter &, const Value &self, const Args &arguments) {
  return like(self, replaceAll(self.text(), arguments.text(0), taken(self, arguments, 1), arguments.integer(2, -1)));
}

Value joinMethod(Interpreter &, const Value &self, const Args &arguments) {
  std::string result;
  Iterator next = iterate(arguments[0]);
  int64_t index = 0;
  for (; std::optional<Value> item = next(); ++index) {
    bool escapes = self.isMarkup() && !item->isMarkup();
    if (!item->isText())
      fail("sequence item " + std::to_string(index) + ": expected str instance, " + std::string(item->typeName()) +
           " found");
    if (index > 0)
      result += self.text();
    result += escapes ? escapeHtml(item->text()) : std::string(item->text());
    if (result.size() > kMaxTextBytes)
      fail("join: the result is over the limit of " + std::to_string(kMaxTextBytes) + " bytes");
  }
  return like(self, result);
}

template <char align> Value justify(Interpreter &, const Value &self, const Args &arguments) {
  FormatSpec spec;
  spec.align = align;
  spec.width = std::max<int64_t>(arguments.integer(0, 0), 0);
  if (arguments.has(1)) {
    std::vector<uint32_t> fill = decode(taken(self, arguments, 1));
    if (fill.size() != 1)
      fail("the fill character must be exactly one character long");
    spec.fill = fill[0];
  }
  int64_t missing = spec.width - static_cast<int64_t>(countCodePoints(self.text()));
  // str.center() puts the odd one left when the width is odd; format() always right.
  if (align == '^' && missing > 0 && (missing & spec.width & 1)) {
    spec.align = '>';
    spec.width -= missing / 2;
    std::string left = formatText(self.text(), spec);
    spec.align = '<';
    spec.width += missing / 2;
    return like(self, formatText(left, spec));
  }
  return like(self, formatText(self.text(), spec));
}

Value zeroFill(Interpreter &, const Value &self, const Args &arguments) {
  FormatSpec spec;
  spec.fill = '0';
  spec.align = '>';
  std::string_view text = self.text();
  bool has_sign = text.starts_with('-') || text.starts_with('+');
  spec.width = std::max<int64_t>(arguments.integer(0, 0), has_sign) - has_sign;
  return like(self, std::string(text.substr(0, has_sign)) + formatText(text.substr(has_sign), spec));
}

Value expandTabs(Interpreter &, const Value &self, const Args &arguments) {
  int64_t size = std::min<int64_t>(arguments.integer(0, 8), 1 << 20), column = 0;
  std::string result;
  for (uint32_t point : decode(self.text())) {
    if (point == '\t') {
      int64_t spaces = size > 0 ? size - column % size : 0;
      result.append(static_cast<size_t>(spaces), ' ');
      column += spaces;
    } else {
      result += encode({point});
      column = point == '\n' || point == '\r' ? 0 : column + 1;
    }
    if (result.size() > kMaxTextBytes)
      fail("expandtabs: the result is over the limit of " + std::to_string(kMaxTextBytes) + " bytes");
  }
  return like(self, result);
}

void refuseMarkup(const Value &self) {
  if (self.isMarkup())
    fail("formatting a safe string is not supported in chat templates");
}

Value formatMethod(Interpreter &interpreter, const Value &self, const CallArguments &arguments) {
  refuseMarkup(self);
  return Value(braceFormat(interpreter, self.text(), arguments));
}

Value formatMap(Interpreter &interpreter, const Value &self, const Args &arguments) {
  refuseMarkup(self);
  if (!arguments[0].isDict())
    fail("format_map() expects a mapping, got " + inQuotes(arguments[0].typeName()));
  CallArguments keywords;
  for (const auto &[name, value] : arguments[0].dict().entries())
    if (name.isText())
      keywords.keywords.emplace_back(name.text(), value);
  return Value(braceFormat(interpreter, self.text(), keywords));
}

const Builtin kMethods[] = {
    {"capitalize", {}, 0, mapText<capitalize>, nullptr},
    {"casefold", {}, 0, mapText<foldCase>, nullptr},
    {"center", {"", ""}, 1, justify<'^'>, nullptr},
    {"count", {"", "", ""}, 1, countText, nullptr},
    {"endswith", {"", "", ""}, 1, hasAffix<false>, nullptr},
    {"expandtabs", {"tabsize"}, 0, expandTabs, nullptr},
    {"find", {"", "", ""}, 1, findText<false, false>, nullptr},
    {"format", {}, 0, nullptr, formatMethod},
    {"format_map", {""}, 1, formatMap, nullptr},
    {"index", {"", "", ""}, 1, findText<false, true>, nullptr},
    {"join", {""}, 1, joinMethod, nullptr},
    {"ljust", {"", ""}, 1, justify<'<'>, nullptr},
    {"lower", {}, 0, mapText<lower>, nullptr},
    {"lstrip", {""}, 0, stripText<Ends::left>, nullptr},
    {"partition", {""}, 1, partition<false>, nullptr},
    {"removeprefix", {""}, 1, removeAffix<true>, nullptr},
    {"removesuffix", {""}, 1, removeAffix<false>, nullptr},
    {"replace", {"", "", ""}, 2, replaceMethod, nullptr},
    {"rfind", {"", "", ""}, 1, findText<true, false>, nullptr},
    {"rindex", {"", "", ""}, 1, findText<true, true>, nullptr},
    {"rjust", {"", ""}, 1, justify<'>'>, nullptr},
    {"rpartition", {""}, 1, partition<true>, nullptr},
    {"rsplit", {"sep", "maxsplit"}, 0, splitText<splitRight>, nullptr},
    {"rstrip", {""}, 0, stripText<Ends::right>, nullptr},
    {"split", {"sep", "maxsplit"}, 0, splitText<split>, nullptr},
    {"splitlines", {"keepends"}, 0, splitLinesMethod, nullptr},
    {"startswith", {"", "", ""}, 1, hasAffix<true>, nullptr},
    {"strip", {""}, 0, stripText<Ends::both>, nullptr},
    {"swapcase", {}, 0, mapText<swapCase>, nullptr},
    {"title", {}, 0, mapText<titleCase>, nullptr},
    {"upper", {}, 0, mapText<upper>, nullptr},
    {"zfill", {""}, 1, zeroFill, nullptr},
};

}  // namespace

const Builtin *findTextMethod(std::string_view name) {
  for (Builtins table : {Builtins(kMethods), textPredicates()})
    for (const Builtin &method : table)
      if (method.name == name)
        return &method;
  return nullptr;
}

}  // namespace qwen::jinja
