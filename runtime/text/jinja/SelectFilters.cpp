// map, select, reject, selectattr, rejectattr: lazy, as jinja2's generators are.
#include "runtime/text/jinja/Builtins.h"
#include "runtime/text/jinja/Interpreter.h"
#include "runtime/text/jinja/Operators.h"

#include <algorithm>

namespace qwen::jinja {
namespace {

// The first positional argument, a name, taken from the others.
std::optional<std::string> takeName(CallArguments &arguments, std::string_view what) {
  if (arguments.positional.empty())
    return std::nullopt;
  Value name = arguments.positional[0];
  arguments.positional.erase(arguments.positional.begin());
  if (!name.isText())
    fail(std::string(what) + " must be given by its name, not as " + inQuotes(name.typeName()));
  return std::string(name.text());
}

std::vector<Value> held(const CallArguments &arguments) {
  std::vector<Value> values = arguments.positional;
  for (const auto &[name, value] : arguments.keywords)
    values.push_back(value);
  return values;
}

Value mapByPath(Interpreter &interpreter, const Value &value, CallArguments arguments) {
  Value path, absent;
  for (const auto &[name, keyword] : arguments.keywords) {
    if (name != "attribute" && name != "default")
      fail("map got an unexpected keyword argument " + inQuotes(name));
    (name == "default" ? absent : path) = keyword;
  }
  return makeGenerator(
      [&interpreter, source = iterate(value), path, absent]() -> std::optional<Value> {
        std::optional<Value> item = source();
        return item ? std::optional(lookUpPath(interpreter, *item, path, &absent)) : std::nullopt;
      },
      value, {path, absent});
}

Value map(Interpreter &interpreter, const Value &value, const CallArguments &given) {
  if (!truth(value))  // whatever it is
    return makeGenerator([] { return std::optional<Value>(); }, None{});
  CallArguments arguments = given;
  bool by_path =
      arguments.positional.empty() && std::any_of(arguments.keywords.begin(), arguments.keywords.end(),
                                                  [](const auto &keyword) { return keyword.first == "attribute"; });
  if (by_path)
    return mapByPath(interpreter, value, std::move(arguments));
  std::optional<std::string> filter = takeName(arguments, "the filter of map");
  if (!filter)
    fail("map requires a filter argument");
  return makeGenerator(
      [&interpreter, source = iterate(value), filter = *filter, arguments]() -> std::optional<Value> {
        std::optional<Value> item = source();
        return item ? std::optional(interpreter.callFilter(filter, *item, arguments)) : std::nullopt;
      },
      value, held(arguments));
}

template <bool wanted, bool by_attribute>
Value select(Interpreter &interpreter, const Value &value, const CallArguments &given) {
  if (!truth(value))
    return makeGenerator([] { return std::optional<Value>(); }, None{});
  CallArguments arguments = given;
  Value path = None{};
  if (by_attribute) {
    if (arguments.positional.empty())
      fail("missing parameter for attribute name");
    path = arguments.positional[0];
    arguments.positional.erase(arguments.positional.begin());
  }
  std::optional<std::string> test = takeName(arguments, "the test");
  return makeGenerator(
      [&interpreter, source = iterate(value), path, test, arguments]() -> std::optional<Value> {
        while (std::optional<Value> item = source()) {
          interpreter.charge(1);
          Value subject = lookUpPath(interpreter, *item, path);
          if ((test ? interpreter.callTest(*test, subject, arguments) : truth(subject)) == wanted)
            return item;
        }
        return std::nullopt;
      },
      value, held(arguments));
}

const Builtin kFilters[] = {
    {"map", {}, 0, nullptr, map},
    {"reject", {}, 0, nullptr, select<false, false>},
    {"rejectattr", {}, 0, nullptr, select<false, true>},
    {"select", {}, 0, nullptr, select<true, false>},
    {"selectattr", {}, 0, nullptr, select<true, true>},
};

}  // namespace

Builtins selectFilters() { return kFilters; }

}  // namespace qwen::jinja
