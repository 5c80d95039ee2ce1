#include "runtime/text/Utf8.h"
#include "runtime/text/jinja/Format.h"
#include "runtime/text/jinja/Interpreter.h"
#include "runtime/text/jinja/Operators.h"
#include "runtime/text/jinja/Print.h"

#include <algorithm>
#include <charconv>

namespace qwen::jinja {
namespace {

std::optional<int64_t> wholeNumber(std::string_view text) {
  int64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  bool digits = !text.empty() && text[0] != '-' && end == text.data() + text.size();
  return digits && error == std::errc() ? std::optional(value) : std::nullopt;
}

FormatSpec parseSpec(std::string_view text) {
  FormatSpec spec;
  auto is_align = [](char c) { return c == '<' || c == '>' || c == '=' || c == '^'; };
  size_t at = 0;
  if (!text.empty()) {
    size_t behind_fill = 0;
    uint32_t fill = nextCodePoint(text, behind_fill);
    if (behind_fill < text.size() && is_align(text[behind_fill])) {
      spec.fill = fill;
      spec.align = text[behind_fill];
      at = behind_fill + 1;
    } else if (is_align(text[0])) {
      spec.align = text[at++];
    }
  }
  auto peek = [&] { return at < text.size() ? text[at] : '\0'; };
  auto digits = [&] {
    size_t begin = at;
    while (peek() >= '0' && peek() <= '9')
      ++at;
    return wholeNumber(text.substr(begin, at - begin));
  };
  if (peek() == '+' || peek() == '-' || peek() == ' ')
    spec.sign = text[at++];
  if (peek() == '#')
    spec.alternate = true, ++at;
  if (peek() == '0' && spec.align == '\0')
    spec.fill = '0', spec.align = '=', ++at;
  spec.width = digits().value_or(0);
  if (peek() == ',' || peek() == '_')
    spec.grouping = text[at++];
  if (peek() == '.') {
    ++at;
    spec.precision = digits();
    if (!spec.precision)
      fail("format specifier missing precision");
  }
  if (at < text.size())
    spec.type = text[at++];
  if (at != text.size())
    fail("invalid format specifier " + inQuotes(text));
  return spec;
}

class BraceFormatter {
public:
  BraceFormatter(Interpreter &interpreter, const CallArguments &arguments)
      : interpreter(interpreter), arguments(arguments) {}

  std::string run(std::string_view format, int level) {
    if (level > 2)
      fail("max string recursion exceeded");
    std::string result;
    for (size_t at = 0; at < format.size();) {
      char c = format[at++];
      if (c != '{' && c != '}') {
        result += c;
      } else if (at < format.size() && format[at] == c) {
        result += format[at++];
      } else if (c == '}') {
        fail("single '}' encountered in format string");
      } else {
        size_t end = fieldEnd(format, at);
        result += field(format.substr(at, end - at), level);
        at = end + 1;
      }
      if (result.size() > kMaxTextBytes)
        fail("format: the result is over the limit of " + std::to_string(kMaxTextBytes) + " bytes");
    }
    return result;
  }

private:
  static size_t fieldEnd(std::string_view format, size_t at) {
    for (int open = 1; at < format.size(); ++at) {
      open += format[at] == '{' ? 1 : format[at] == '}' ? -1 : 0;
      if (open == 0)
        return at;
    }
    fail("expected '}' before end of string");
  }

  // name!conversion:spec
  std::string field(std::string_view text, int level) {
    size_t name_end = std::min(text.find_first_of("!:"), text.size());
    Value value = lookUp(text.substr(0, name_end));
    text.remove_prefix(name_end);
    if (text.starts_with('!')) {
      if (text.size() < 2 || (text.size() > 2 && text[2] != ':'))
        fail("expected ':' after conversion specifier");
      if (text[1] != 's' && text[1] != 'r')
        fail(std::string("conversion '!") + text[1] + "' is not supported in chat templates");
      value = text[1] == 's' ? toText(value) : toRepr(value);
      text.remove_prefix(2);
    }
    std::string spec = text.empty() ? "" : run(text.substr(1), level + 1);
    if (value.isText())
      return formatText(value.text(), parseSpec(spec));
    if (value.is<bool>() && spec.empty())
      return toText(value);
    if (value.isNumber())
      return formatNumber(value, parseSpec(spec));
    if (!spec.empty())
      fail("unsupported format string passed to " + std::string(value.typeName()) + ".__format__");
    return toText(value);
  }

  // name or place, then .attribute and [item]
  Value lookUp(std::string_view path) {
    size_t end = std::min(path.find_first_of(".["), path.size());
    Value value = first(path.substr(0, end));
    path.remove_prefix(end);
    while (!path.empty()) {
      bool is_item = path[0] == '[';
      size_t close = is_item ? path.find(']') : std::min(path.find_first_of(".[", 1), path.size());
      if (close == std::string_view::npos || close == 1)
        fail("empty attribute or missing ']' in format string");
      std::string name(path.substr(1, close - 1));
      std::optional<int64_t> index = is_item ? wholeNumber(name) : std::nullopt;
      Value key = index ? Value(*index) : Value(name);
      value = is_item ? interpreter.item(value, key) : interpreter.attribute(value, name);
      path.remove_prefix(is_item ? close + 1 : close);
      if (is_item && !path.empty() && path[0] != '.' && path[0] != '[')
        fail("only '.' or '[' may follow ']' in format field specifier");
    }
    return value;
  }

  Value first(std::string_view name) {
    std::optional<int64_t> place = wholeNumber(name);
    if (name.empty() || place) {
      if (numbering == (place ? Numbering::automatic : Numbering::manual))
        fail("cannot switch between automatic field numbering and manual field specification");
      numbering = place ? Numbering::manual : Numbering::automatic;
      size_t index = place ? static_cast<size_t>(*place) : next++;
      if (index >= arguments.positional.size())
        fail("replacement index " + std::to_string(index) + " out of range for positional args tuple");
      return arguments.positional[index];
    }
    for (const auto &[keyword, value] : arguments.keywords)
      if (keyword == name)
        return value;
    fail("format key " + inQuotes(name) + " is missing");
  }

  enum class Numbering { open, automatic, manual };
  Interpreter &interpreter;
  const CallArguments &arguments;
  Numbering numbering = Numbering::open;
  size_t next = 0;
};

}  // namespace

std::string braceFormat(Interpreter &interpreter, std::string_view format, const CallArguments &arguments) {
  return BraceFormatter(interpreter, arguments).run(format, 0);
}

}  // namespace qwen::jinja
