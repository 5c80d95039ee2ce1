// Python's string formatting: `text % arguments` and `text.format(...)`.
#pragma once

#include "runtime/text/jinja/Objects.h"

namespace qwen::jinja {

// `arguments`: a tuple, a dictionary for %(name)s, or a single value.
Value percentFormat(const Value &format, const Value &arguments);
// str.format(): fields by place or name with .attribute and [item], conversions !s and !r, format specs.
std::string braceFormat(Interpreter &interpreter, std::string_view format, const CallArguments &arguments);

// How a number or a text is laid out: [[fill]align][sign][#][0][width][,|_][.precision][type].
struct FormatSpec {
  uint32_t fill = ' ';
  char align = '\0';  // < > = ^, 0: the type's own
  char sign = '-';    // + - or space
  bool alternate = false;
  char grouping = '\0';  // , or _
  int64_t width = 0;
  std::optional<int64_t> precision;
  char type = '\0';
};
std::string formatText(std::string_view text, const FormatSpec &spec);
std::string formatNumber(const Value &number, const FormatSpec &spec);  // an int or a float, by spec.type

}  // namespace qwen::jinja
