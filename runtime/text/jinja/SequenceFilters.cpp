// Filters on lists and dictionaries as a whole; those that look at one item after another are in SelectFilters.cpp.
#include "runtime/text/jinja/Builtins.h"
#include "runtime/text/jinja/Interpreter.h"
#include "runtime/text/jinja/Operators.h"
#include "runtime/text/jinja/Print.h"
#include "runtime/text/jinja/Strings.h"

#include <algorithm>

namespace qwen::jinja {
namespace {

using Args = BoundArguments;

Value length(Interpreter &, const Value &value, const Args &) {
  if (std::optional<size_t> size = lengthOf(value))
    return *size;
  fail("object of type " + inQuotes(value.typeName()) + " has no len()");
}

Value first(Interpreter &, const Value &value, const Args &) {
  return iterate(value)().value_or(Value::undefined("No first item, sequence was empty."));
}

// reversed()
std::vector<Value> reversed(const Value &value) {
  if (value.object<Generator>() || value.object<Loop>() || !isIterable(value))
    fail(inQuotes(value.typeName()) + " object is not reversible");
  std::vector<Value> items = collect(value);
  std::reverse(items.begin(), items.end());
  return items;
}

Value last(Interpreter &, const Value &value, const Args &) {
  std::vector<Value> items = reversed(value);
  return items.empty() ? Value::undefined("No last item, sequence was empty.") : items[0];
}

Value reverse(Interpreter &, const Value &value, const Args &) {
  if (value.isText())
    return slice(value, None{}, None{}, -1);
  if (!isIterable(value))
    fail("argument must be iterable");
  if (value.object<Generator>()) {
    std::vector<Value> items = collect(value);
    std::reverse(items.begin(), items.end());
    return Value::list(std::move(items));
  }
  Value items = Value::list(reversed(value));
  return makeGenerator(iterate(items), items, value.is<List>() ? "list_reverseiterator" : "reversed");
}

Value list(Interpreter &, const Value &value, const Args &) { return Value::list(collect(value)); }

Value itemsFilter(Interpreter &, const Value &value, const Args &) {
  if (value.isUndefined())
    return makeGenerator([] { return std::optional<Value>(); }, value);
  // jinja2's is a generator: a wrong type is found when it is read.
  if (!value.isDict())
    return makeGenerator([]() -> std::optional<Value> { fail("can only get item pairs from a mapping"); }, value);
  return makeGenerator(iterate(Value(std::make_shared<DictView>(value, DictView::Part::items))), value);
}

Value defaultFilter(Interpreter &, const Value &value, const Args &arguments) {
  bool replaced = value.isUndefined() || (arguments.truthOf(1, false) && !truth(value));
  return replaced ? arguments.get(0, "") : value;
}

Value join(Interpreter &interpreter, const Value &value, const Args &arguments) {
  std::string separator = arguments.has(0) ? toText(arguments[0]) : "", result;
  Iterator next = iterate(value);
  bool has_path = arguments.has(1) && !arguments[1].isNone();
  for (bool is_first = true; std::optional<Value> item = next(); is_first = false) {
    if (!is_first)
      result += separator;
    result += toText(has_path ? lookUpPath(interpreter, *item, arguments[1]) : *item);
    if (result.size() > kMaxTextBytes)
      fail("join: the result is over the limit of " + std::to_string(kMaxTextBytes) + " bytes");
  }
  return Value(std::move(result));
}

Value ignoreCase(const Value &value, bool case_sensitive) {
  return value.isText() && !case_sensitive ? Value(lower(value.text())) : value;
}

// Stable, by the first of each pair; gives the seconds.
Value sortByKey(std::vector<std::pair<Value, Value>> keyed, bool descending) {
  std::stable_sort(keyed.begin(), keyed.end(), [&](const auto &a, const auto &b) {
    const auto &[low, high] = descending ? std::tie(b.first, a.first) : std::tie(a.first, b.first);
    return order(low, high, "<").value_or(0) < 0;
  });
  std::vector<Value> sorted;
  for (auto &[key, item] : keyed)
    sorted.push_back(std::move(item));
  return Value::list(std::move(sorted));
}

Value sort(Interpreter &interpreter, const Value &value, const Args &arguments) {
  bool case_sensitive = arguments.truthOf(1, false);
  std::vector<Value> paths{arguments.get(2, None{})};
  if (paths[0].isText()) {  // "age,name"
    const Value attribute = paths[0];
    paths.clear();
    for (std::string_view path : split(attribute.text(), ",", -1))
      paths.push_back(path);
  }
  std::vector<std::pair<Value, Value>> keyed;
  for (const Value &item : collect(value)) {
    std::vector<Value> key;
    for (const Value &path : paths)
      key.push_back(ignoreCase(lookUpPath(interpreter, item, path), case_sensitive));
    keyed.emplace_back(Value::list(std::move(key)), item);
  }
  return sortByKey(std::move(keyed), arguments.truthOf(0, false));
}

Value dictSort(Interpreter &, const Value &value, const Args &arguments) {
  bool case_sensitive = arguments.truthOf(0, false);
  std::string by = arguments.has(1) ? std::string(arguments.text(1)) : "key";
  if (by != "key" && by != "value")
    fail("you can only sort by either \"key\" or \"value\"");
  if (value.isUndefined())
    failUndefined(value);
  if (!value.isDict())
    fail(inQuotes(value.typeName()) + " object has no attribute 'items'");
  std::vector<std::pair<Value, Value>> keyed;
  for (const auto &[key, item] : value.dict().entries())
    keyed.emplace_back(ignoreCase(by == "key" ? key : item, case_sensitive), Value::tuple({key, item}));
  return sortByKey(std::move(keyed), arguments.truthOf(2, false));
}

// max() if `sign` is 1, min() if it is -1; the first of equals.
template <int sign> Value extreme(Interpreter &interpreter, const Value &value, const Args &arguments) {
  bool case_sensitive = arguments.truthOf(0, false);
  std::optional<Value> best, best_key;
  Iterator next = iterate(value);
  while (std::optional<Value> item = next()) {
    Value key = ignoreCase(lookUpPath(interpreter, *item, arguments.get(1, None{})), case_sensitive);
    if (best && order(key, *best_key, sign > 0 ? ">" : "<").value_or(0) * sign <= 0)
      continue;
    best = std::move(item);
    best_key = std::move(key);
  }
  return best.value_or(Value::undefined("No aggregated item, sequence was empty."));
}

Value sum(Interpreter &interpreter, const Value &value, const Args &arguments) {
  Value total = arguments.get(1, 0);
  if (total.isText())
    fail("sum() can't sum strings [use ''.join(seq) instead]");
  Iterator next = iterate(value);
  while (std::optional<Value> item = next())
    total = applyBinary(BinaryOp::add, total, lookUpPath(interpreter, *item, arguments.get(0, None{})));
  return total;
}

Value batch(Interpreter &, const Value &value, const Args &arguments) {
  int64_t count = arguments.integer(0, 0);
  Value fill = arguments.get(1, None{});
  auto pending = std::make_shared<std::vector<Value>>();
  return makeGenerator(
      [source = iterate(value), count, fill, pending]() -> std::optional<Value> {
        while (std::optional<Value> item = source()) {
          bool full = static_cast<int64_t>(pending->size()) == count;
          std::vector<Value> line = full ? std::exchange(*pending, {}) : std::vector<Value>();
          pending->push_back(std::move(*item));
          if (full)
            return Value::list(std::move(line));
        }
        if (pending->empty())
          return std::nullopt;
        if (count > static_cast<int64_t>(kMaxItems))
          fail("batch: lines of " + std::to_string(count) + " items are over the limit");
        while (!fill.isNone() && static_cast<int64_t>(pending->size()) < count)
          pending->push_back(fill);
        return Value::list(std::exchange(*pending, {}));
      },
      value, {fill});
}

Value sliceFilter(Interpreter &, const Value &value, const Args &arguments) {
  std::vector<Value> items = collect(value), slices;
  int64_t count = arguments.integer(0, 0);
  if (count == 0)
    fail("integer division or modulo by zero");
  if (count > static_cast<int64_t>(kMaxItems))
    fail("slice: " + std::to_string(count) + " slices are over the limit");
  Value fill = arguments.get(1, None{});
  size_t n = count < 0 ? 0 : static_cast<size_t>(count), begin = 0;
  for (size_t i = 0; i < n; ++i) {
    bool longer = i < items.size() % n;
    size_t end = begin + items.size() / n + (longer ? 1 : 0);
    std::vector<Value> part(items.begin() + static_cast<std::ptrdiff_t>(begin),
                            items.begin() + static_cast<std::ptrdiff_t>(end));
    if (!fill.isNone() && !longer)
      part.push_back(fill);
    slices.push_back(Value::list(std::move(part)));
    begin = end;
  }
  Value all = Value::list(std::move(slices));
  return makeGenerator(iterate(all), all);
}

Value unique(Interpreter &interpreter, const Value &value, const Args &arguments) {
  bool case_sensitive = arguments.truthOf(0, false);
  auto seen = std::make_shared<Dict>();
  return makeGenerator(
      [&interpreter, source = iterate(value), seen, case_sensitive, path = arguments.get(1, None{})] {
        std::optional<Value> item;
        while ((item = source())) {
          Value key = ignoreCase(lookUpPath(interpreter, *item, path), case_sensitive);
          if (seen->find(key))
            continue;
          seen->set(key, None{});
          break;
        }
        return item;
      },
      value);
}

Value attributeFilter(Interpreter &interpreter, const Value &value, const Args &arguments) {
  // Unlike the dot, never an item of a dictionary.
  Value none = value.isDict() ? Value::dict({}) : value;
  Value found = interpreter.attribute(none, std::string(arguments.text(0)));
  return found.object<Function>() ? interpreter.attribute(value, std::string(arguments.text(0))) : found;
}

const Builtin kFilters[] = {
    {"attr", {"name"}, 1, attributeFilter, nullptr},
    {"batch", {"linecount", "fill_with"}, 1, batch, nullptr},
    {"count", {}, 0, length, nullptr},
    {"d", {"default_value", "boolean"}, 0, defaultFilter, nullptr},
    {"default", {"default_value", "boolean"}, 0, defaultFilter, nullptr},
    {"dictsort", {"case_sensitive", "by", "reverse"}, 0, dictSort, nullptr},
    {"first", {}, 0, first, nullptr},
    {"items", {}, 0, itemsFilter, nullptr},
    {"join", {"d", "attribute"}, 0, join, nullptr},
    {"last", {}, 0, last, nullptr},
    {"length", {}, 0, length, nullptr},
    {"list", {}, 0, list, nullptr},
    {"max", {"case_sensitive", "attribute"}, 0, extreme<1>, nullptr},
    {"min", {"case_sensitive", "attribute"}, 0, extreme<-1>, nullptr},
    {"reverse", {}, 0, reverse, nullptr},
    {"slice", {"slices", "fill_with"}, 1, sliceFilter, nullptr},
    {"sort", {"reverse", "case_sensitive", "attribute"}, 0, sort, nullptr},
    {"sum", {"attribute", "start"}, 0, sum, nullptr},
    {"unique", {"case_sensitive", "attribute"}, 0, unique, nullptr},
};

}  // namespace

Builtins sequenceFilters() { return kFilters; }

}  // namespace qwen::jinja
