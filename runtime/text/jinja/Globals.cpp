// range, dict, namespace, raise_exception, strftime_now; the methods of `loop`.
#include "runtime/text/jinja/Interpreter.h"
#include "runtime/text/jinja/Operators.h"
#include "runtime/text/jinja/Print.h"

#include <algorithm>
#include <ctime>

namespace qwen::jinja {
namespace {

constexpr size_t kMaxRange = 100000;  // the sandbox's own limit

Value makeRange(Interpreter &, const Value &, const BoundArguments &arguments) {
  Integer start = arguments.has(1) ? arguments.integer(0, 0) : 0;
  Integer stop = arguments.integer(arguments.has(1) ? 1 : 0, 0);
  auto range = std::make_shared<Range>(start, stop, Integer{arguments.integer(2, 1)});
  if (range->size > kMaxRange)
    fail("range too big: the sandbox blocks ranges larger than " + std::to_string(kMaxRange));
  return Value(range);
}

// dict(mapping or pairs, **keywords)
Dict makeDict(const CallArguments &arguments, std::string_view name) {
  Dict result;
  if (arguments.positional.size() > 1)
    fail(std::string(name) + " expected at most 1 argument, got " + std::to_string(arguments.positional.size()));
  if (!arguments.positional.empty()) {
    const Value &source = arguments.positional[0];
    if (source.isDict()) {
      result = source.dict();
    } else {
      Iterator next = iterate(source);
      while (std::optional<Value> pair = next()) {
        std::vector<Value> items = collect(*pair);
        if (items.size() != 2)
          fail("dictionary update sequence element has length " + std::to_string(items.size()) + "; 2 is required");
        result.set(items[0], items[1]);
      }
    }
  }
  for (const auto &[keyword, value] : arguments.keywords)
    result.set(keyword, value);
  return result;
}

Value dictGlobal(Interpreter &, const Value &, const CallArguments &arguments) {
  return Value::dict(makeDict(arguments, "dict"));
}

Value namespaceGlobal(Interpreter &interpreter, const Value &, const CallArguments &arguments) {
  Dict attributes = makeDict(arguments, "namespace");
  for (const auto &[name, value] : attributes.entries())
    if (name.isText() && name.text().starts_with('_'))
      fail("chat templates cannot store underscore-prefixed attributes on a namespace, but got " + toRepr(name));
  return interpreter.makeNamespace(std::move(attributes));
}

Value raiseException(Interpreter &, const Value &, const BoundArguments &arguments) { fail(toText(arguments[0])); }

Value strftimeNow(Interpreter &, const Value &, const BoundArguments &arguments) {
  std::string format(arguments.text(0));
  std::time_t now = std::time(nullptr);
  std::tm local{};
  localtime_r(&now, &local);
  std::string result(format.size() * 8 + 256, '\0');
  // strftime can't tell an empty result from one that doesn't fit; a space makes every result longer than that.
  size_t size = std::strftime(result.data(), result.size(), (format + " ").c_str(), &local);
  if (size == 0)
    fail("strftime_now: the result of " + inQuotes(format) + " is too long");
  result.resize(size - 1);
  return Value(std::move(result));
}

Value loopCycle(Interpreter &, const Value &loop, const CallArguments &arguments) {
  if (arguments.positional.empty())
    fail("no items for cycling given");
  size_t index = static_cast<size_t>(loop.object<Loop>()->index0);
  return arguments.positional[index % arguments.positional.size()];
}

Value loopChanged(Interpreter &, const Value &loop, const CallArguments &arguments) {
  return loop.object<Loop>()->changed(arguments.positional);
}

const Builtin kGlobals[] = {
    {"range", {"", "", ""}, 1, makeRange, nullptr},        {"dict", {}, 0, nullptr, dictGlobal},
    {"namespace", {}, 0, nullptr, namespaceGlobal},        {"raise_exception", {"message"}, 1, raiseException, nullptr},
    {"strftime_now", {"format"}, 1, strftimeNow, nullptr},
};

const Builtin kLoopMethods[] = {
    {"cycle", {}, 0, nullptr, loopCycle},
    {"changed", {}, 0, nullptr, loopChanged},
};

template <size_t N> const Builtin *find(const Builtin (&table)[N], std::string_view name) {
  auto found = std::find_if(std::begin(table), std::end(table), [&](const Builtin &b) { return b.name == name; });
  return found == std::end(table) ? nullptr : found;
}

}  // namespace

const Builtin *findGlobal(std::string_view name) { return find(kGlobals, name); }

const Builtin *findLoopMethod(std::string_view name) { return find(kLoopMethods, name); }

}  // namespace qwen::jinja
