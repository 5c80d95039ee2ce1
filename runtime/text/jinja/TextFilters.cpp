// Filters that give text.
#include "runtime/text/jinja/Builtins.h"
#include "runtime/text/jinja/Format.h"
#include "runtime/text/jinja/Interpreter.h"
#include "runtime/text/jinja/Operators.h"
#include "runtime/text/jinja/Print.h"
#include "runtime/text/jinja/Strings.h"

namespace qwen::jinja {
namespace {

using Args = BoundArguments;

// markupsafe's soft_str: a string stays what it is, everything else is printed.
Value softText(const Value &value) { return value.isText() ? value : Value(toText(value)); }

template <std::string (*map)(std::string_view)> Value mapText(Interpreter &, const Value &value, const Args &) {
  Value text = softText(value);
  return Value(map(text.text()), text.isMarkup());
}

Value escape(Interpreter &, const Value &value, const Args &) {
  return value.isMarkup() ? value : Value(escapeHtml(toText(value)), true);
}

Value forceEscape(Interpreter &, const Value &value, const Args &) { return Value(escapeHtml(toText(value)), true); }

Value markSafe(Interpreter &, const Value &value, const Args &) { return Value(toText(value), true); }

Value toString(Interpreter &, const Value &value, const Args &) { return softText(value); }

Value trim(Interpreter &, const Value &value, const Args &arguments) {
  Value text = softText(value);
  return Value(std::string(strip(text.text(), arguments.optionalText(0), Ends::both)), text.isMarkup());
}

// Words begin behind white space, hyphens and opening brackets; str.title() has other ideas.
Value title(Interpreter &, const Value &value, const Args &) {
  Value text = softText(value);
  std::string result;
  std::vector<uint32_t> word;
  auto flush = [&] {
    if (!word.empty())
      result += upper(encode({word[0]})) + lower(encode({word.begin() + 1, word.end()}));
    word.clear();
  };
  for (uint32_t point : decode(text.text())) {
    bool separates = isSpace(point) || point == '-' || point == '(' || point == '{' || point == '[' || point == '<';
    if (separates) {
      flush();
      result += encode({point});
    } else {
      word.push_back(point);
    }
  }
  flush();
  return Value(std::move(result));
}

Value replace(Interpreter &, const Value &value, const Args &arguments) {
  int64_t count = arguments.has(2) && !arguments[2].isNone() ? arguments.integer(2, -1) : -1;
  return Value(replaceAll(toText(value), toText(arguments[0]), toText(arguments[1]), count));
}

Value centerFilter(Interpreter &interpreter, const Value &value, const Args &arguments) {
  CallArguments width{{arguments.get(0, 80)}, {}};
  return callBuiltin(*findTextMethod("center"), interpreter, softText(value), width);
}

Value indent(Interpreter &, const Value &value, const Args &arguments) {
  if (value.isUndefined())
    failUndefined(value);
  if (!value.isText())
    fail("indent expects a string, got " + inQuotes(value.typeName()));
  std::string width;
  if (arguments.has(0) && arguments[0].isText())
    width = arguments[0].text();
  else
    width = applyBinary(BinaryOp::multiply, " ", arguments.get(0, 4)).text();
  bool first = arguments.truthOf(1, false), blank = arguments.truthOf(2, false);
  const std::string text = std::string(value.text()) + "\n";
  std::string result = first ? width : "";
  std::vector<std::string_view> lines = splitLines(text, false);
  for (size_t i = 0; i < lines.size(); ++i) {
    if (i > 0)
      result += "\n";
    if (i > 0 && (blank || !lines[i].empty()))
      result += width;
    result += lines[i];
    if (result.size() > kMaxTextBytes)
      fail("indent: the result is over the limit of " + std::to_string(kMaxTextBytes) + " bytes");
  }
  return Value(std::move(result), value.isMarkup());
}

Value truncate(Interpreter &, const Value &value, const Args &arguments) {
  if (!value.isText())
    fail("truncate expects a string, got " + inQuotes(value.typeName()));
  int64_t length = arguments.integer(0, 255), leeway = 5;
  bool kill_words = arguments.truthOf(1, false);
  std::string end = arguments.has(2) ? std::string(arguments.text(2)) : "...";
  if (arguments.has(3) && !arguments[3].isNone())
    leeway = arguments.integer(3, 5);
  int64_t end_length = static_cast<int64_t>(countCodePoints(end));
  if (length < end_length)
    fail("expected length >= " + std::to_string(end_length) + ", got " + std::to_string(length));
  if (leeway < 0)
    fail("expected leeway >= 0, got " + std::to_string(leeway));
  if (static_cast<int64_t>(countCodePoints(value.text())) - leeway <= length)
    return value;
  Value kept = slice(value, None{}, length - end_length, None{});
  std::string_view text = kept.text();
  if (!kill_words)
    text = splitRight(text, " ", 1)[0];
  return Value(std::string(text) + end, value.isMarkup());
}

Value wordCount(Interpreter &, const Value &value, const Args &) {
  size_t count = 0;
  bool in_word = false;
  for (uint32_t point : decode(toText(value))) {
    bool word = point == '_' || isAlpha(point) || isNumeric(point);
    count += word && !in_word;
    in_word = word;
  }
  return count;
}

Value format(Interpreter &, const Value &value, const CallArguments &arguments) {
  if (!arguments.positional.empty() && !arguments.keywords.empty())
    fail("can't handle positional and keyword arguments at the same time");
  if (arguments.keywords.empty())
    return percentFormat(softText(value), Value::tuple(arguments.positional));
  Dict keywords;
  for (const auto &[name, keyword] : arguments.keywords)
    keywords.set(name, keyword);
  return percentFormat(softText(value), Value::dict(std::move(keywords)));
}

Value toJsonFilter(Interpreter &, const Value &value, const Args &arguments) {
  JsonStyle style;
  style.ensure_ascii = arguments.truthOf(0, false);
  style.sort_keys = arguments.truthOf(3, false);
  if (arguments.has(1) && !arguments[1].isNone()) {
    style.indent = arguments[1].isText() ? std::string(arguments[1].text())
                                         : std::string(applyBinary(BinaryOp::multiply, " ", arguments[1]).text());
    style.item_separator = ",";
  }
  if (arguments.has(2) && !arguments[2].isNone()) {
    std::vector<Value> separators = collect(arguments[2]);
    if (separators.size() != 2 || !separators[0].isText() || !separators[1].isText())
      fail("tojson: separators must be two strings");
    style.item_separator = separators[0].text();
    style.key_separator = separators[1].text();
  }
  return Value(toJson(value, style));
}

const Builtin kFilters[] = {
    {"capitalize", {}, 0, mapText<capitalize>, nullptr},
    {"center", {"width"}, 0, centerFilter, nullptr},
    {"e", {}, 0, escape, nullptr},
    {"escape", {}, 0, escape, nullptr},
    {"forceescape", {}, 0, forceEscape, nullptr},
    {"format", {}, 0, nullptr, format},
    {"indent", {"width", "first", "blank"}, 0, indent, nullptr},
    {"lower", {}, 0, mapText<lower>, nullptr},
    {"replace", {"old", "new", "count"}, 2, replace, nullptr},
    {"safe", {}, 0, markSafe, nullptr},
    {"string", {}, 0, toString, nullptr},
    {"title", {}, 0, title, nullptr},
    {"tojson", {"ensure_ascii", "indent", "separators", "sort_keys"}, 0, toJsonFilter, nullptr},
    {"trim", {"chars"}, 0, trim, nullptr},
    {"truncate", {"length", "killwords", "end", "leeway"}, 0, truncate, nullptr},
    {"upper", {}, 0, mapText<upper>, nullptr},
    {"wordcount", {}, 0, wordCount, nullptr},
};

}  // namespace

Builtins textFilters() { return kFilters; }

}  // namespace qwen::jinja
