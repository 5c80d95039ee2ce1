#include "runtime/text/jinja/Builtins.h"

#include "runtime/text/jinja/Operators.h"
#include "runtime/text/jinja/Print.h"

#include <algorithm>
#include <limits>

namespace qwen::jinja {
namespace {

// jinja2's own, which no chat template needs.
constexpr std::string_view kOtherFilters[] = {"filesizeformat", "groupby", "pprint",   "random", "striptags",
                                              "urlencode",      "urlize",  "wordwrap", "xmlattr"};

const Builtin *find(Builtins table, std::string_view name) {
  auto found = std::find_if(table.begin(), table.end(), [&](const Builtin &entry) { return entry.name == name; });
  return found == table.end() ? nullptr : &*found;
}

std::string countText(size_t count) { return std::to_string(count) + (count == 1 ? " argument" : " arguments"); }

}  // namespace

bool BoundArguments::truthOf(size_t i, bool absent) const { return has(i) ? truth(*values[i]) : absent; }

int64_t BoundArguments::integer(size_t i, int64_t absent) const {
  if (!has(i))
    return absent;
  const Value &value = *values[i];
  if (value.isUndefined())
    failUndefined(value);
  if (!value.isInteger())
    fail(inQuotes(value.typeName()) + " object cannot be interpreted as an integer");
  Integer integer = value.integer();
  if (integer < std::numeric_limits<int64_t>::min() || integer > std::numeric_limits<int64_t>::max())
    fail("the integer " + formatInteger(integer) + " is too large for this argument");
  return static_cast<int64_t>(integer);
}

std::string_view BoundArguments::text(size_t i) const {
  const Value &value = *values[i];
  if (value.isUndefined())
    failUndefined(value);
  if (!value.isText())
    fail("expected str, got " + inQuotes(value.typeName()));
  return value.text();
}

std::optional<std::string_view> BoundArguments::optionalText(size_t i) const {
  if (!has(i) || values[i]->isNone())
    return std::nullopt;
  return text(i);
}

Value callBuiltin(const Builtin &builtin, Interpreter &interpreter, const Value &subject,
                  const CallArguments &arguments) {
  if (builtin.call_any)
    return builtin.call_any(interpreter, subject, arguments);
  const std::string name = std::string(builtin.name) + "()";
  std::vector<std::optional<Value>> values(builtin.parameters.size());
  if (arguments.positional.size() > values.size())
    fail(name + " takes at most " + countText(values.size()) + ", but " + std::to_string(arguments.positional.size()) +
         " were given");
  std::copy(arguments.positional.begin(), arguments.positional.end(), values.begin());
  for (const auto &[keyword, value] : arguments.keywords) {
    auto found = std::find(builtin.parameters.begin(), builtin.parameters.end(), std::string_view(keyword));
    if (keyword.empty() || found == builtin.parameters.end())
      fail(name + " got an unexpected keyword argument " + inQuotes(keyword));
    std::optional<Value> &place = values[static_cast<size_t>(found - builtin.parameters.begin())];
    if (place)
      fail(name + " got multiple values for argument " + inQuotes(keyword));
    place = value;
  }
  for (size_t i = 0; i < builtin.required; ++i)
    if (!values[i])
      fail(name + " is missing its argument " +
           (builtin.parameters[i].empty() ? std::to_string(i + 1) : inQuotes(builtin.parameters[i])));
  return builtin.call(interpreter, subject, BoundArguments(std::move(values)));
}

const Builtin *findFilter(std::string_view name) {
  for (Builtins table : {textFilters(), numberFilters(), sequenceFilters(), selectFilters()})
    if (const Builtin *found = find(table, name))
      return found;
  return nullptr;
}

std::string unknownFilter(std::string_view name) {
  bool known = std::find(std::begin(kOtherFilters), std::end(kOtherFilters), name) != std::end(kOtherFilters);
  return known ? "filter " + inQuotes(name) + " is not supported in chat templates"
               : "no filter named " + inQuotes(name);
}

std::string unknownTest(std::string_view name) { return "no test named " + inQuotes(name); }

}  // namespace qwen::jinja
