#include "runtime/text/jinja/Format.h"
#include "runtime/text/jinja/Literals.h"
#include "runtime/text/jinja/Operators.h"
#include "runtime/text/jinja/Print.h"

#include <cmath>

namespace qwen::jinja {
namespace {

class PercentFormatter {
public:
  PercentFormatter(std::string_view format, const Value &arguments) : format(format), arguments(arguments) {}

  std::string run() {
    std::string result;
    while (at < format.size()) {
      size_t percent = format.find('%', at);
      result += format.substr(at, percent - at);
      if (percent == std::string_view::npos)
        break;
      at = percent + 1;
      result += conversion();
      if (result.size() > kMaxTextBytes)
        fail("format: the result is over the limit of " + std::to_string(kMaxTextBytes) + " bytes");
    }
    bool surplus = arguments.is<Tuple>() ? used < arguments.items()->size()
                                         : !arguments.isDict() && !arguments.is<List>() && used == 0;
    if (surplus)
      fail("not all arguments converted during string formatting");
    return result;
  }

private:
  char peek() const { return at < format.size() ? format[at] : '\0'; }

  char take() {
    if (at >= format.size())
      fail("incomplete format");
    return format[at++];
  }

  Value nextArgument() {
    if (arguments.is<Tuple>()) {
      if (used >= arguments.items()->size())
        fail("not enough arguments for format string");
      return (*arguments.items())[used++];
    }
    if (used++ > 0)
      fail("not enough arguments for format string");
    return arguments;
  }

  Value namedArgument() {
    ++at;
    size_t end = at;
    for (int open = 1; open > 0; ++end) {
      if (end >= format.size())
        fail("incomplete format key");
      open += format[end] == '(' ? 1 : format[end] == ')' ? -1 : 0;
    }
    std::string_view key = format.substr(at, end - 1 - at);
    at = end;
    if (!arguments.isDict())
      fail("format requires a mapping");
    const Value *found = arguments.dict().find(key);
    if (!found)
      fail("format key " + inQuotes(key) + " is missing");
    return *found;
  }

  int64_t number() {  // digits, or * for an argument
    if (peek() == '*') {
      ++at;
      Value value = nextArgument();
      if (!value.isInteger())
        fail("* wants int");
      return static_cast<int64_t>(value.integer());
    }
    int64_t result = 0;
    while (peek() >= '0' && peek() <= '9' && result < 1'000'000'000)
      result = result * 10 + (take() - '0');
    return result;
  }

  std::string conversion() {
    std::optional<Value> named;
    if (peek() == '(')
      named = namedArgument();
    FormatSpec spec;
    spec.align = '>';
    bool zero = false, left = false;
    for (; std::string_view("#0- +").find(peek()) != std::string_view::npos && peek() != '\0'; ++at) {
      switch (peek()) {
      case '#':
        spec.alternate = true;
        break;
      case '0':
        zero = true;
        break;
      case '-':
        left = true;
        break;
      case '+':
        spec.sign = '+';
        break;
      default:
        spec.sign = spec.sign == '+' ? '+' : ' ';
      }
    }
    spec.width = number();
    if (spec.width < 0)
      left = true, spec.width = -spec.width;
    if (peek() == '.') {
      ++at;
      spec.precision = number();
    }
    while (peek() == 'h' || peek() == 'l' || peek() == 'L')
      ++at;
    spec.type = take();
    if (spec.type == '%')
      return "%";
    Value value = named ? *named : nextArgument();
    bool numeric = spec.type != 's' && spec.type != 'r' && spec.type != 'a';
    if (left)
      spec.align = '<';
    else if (zero && numeric)
      spec.align = '=', spec.fill = '0';
    return numeric ? numberText(value, spec) : text(value, spec);
  }

  std::string text(const Value &value, FormatSpec spec) {
    if (spec.type == 'a')
      fail("format type 'a' is not supported in chat templates");
    std::string printed = spec.type == 's' ? toText(value) : toRepr(value);
    spec.type = 's';
    return formatText(printed, spec);
  }

  std::string numberText(const Value &value, FormatSpec spec) {
    if (value.isUndefined())
      failUndefined(value);
    if (spec.type == 'c')
      fail("format type 'c' is not supported in chat templates");
    if (!value.isNumber())
      fail("%" + std::string(1, spec.type) + " format: a real number is required, not " +
           std::string(value.typeName()));
    if (std::string_view("eEfFgG").find(spec.type) != std::string_view::npos)
      return formatNumber(value.real(), spec);
    if (std::string_view("diuoxX").find(spec.type) == std::string_view::npos)
      fail(std::string("unsupported format character '") + spec.type + "'");
    if (spec.precision)
      fail("a precision for integers in % formatting is not supported in chat templates");
    Value integer = value;
    if (value.is<double>()) {
      if (std::string_view("oxX").find(spec.type) != std::string_view::npos)
        fail(std::string("%") + spec.type + " format: an integer is required, not float");
      if (!(std::abs(value.get<double>()) < 1e38))
        fail("cannot convert float to integer");
      integer = static_cast<Integer>(value.get<double>());
    }
    if (std::string_view("diu").find(spec.type) != std::string_view::npos)
      spec.type = 'd';
    return formatNumber(integer.integer(), spec);
  }

  std::string_view format;
  const Value &arguments;
  size_t at = 0, used = 0;
};

}  // namespace

Value percentFormat(const Value &format, const Value &arguments) {
  if (format.isMarkup())
    fail("formatting a safe string is not supported in chat templates");
  return Value(PercentFormatter(format.text(), arguments).run());
}

}  // namespace qwen::jinja
