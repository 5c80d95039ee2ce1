#include "runtime/text/jinja/Objects.h"

#include "runtime/text/Utf8.h"
#include "runtime/text/jinja/Operators.h"

#include <algorithm>

namespace qwen::jinja {
namespace {

template <typename At>  // size_t -> Value
Iterator iterateIndexed(size_t size, At at) {
  return [size, at = std::move(at), i = size_t{0}]() mutable -> std::optional<Value> {
    return i < size ? std::optional<Value>(at(i++)) : std::nullopt;
  };
}

Iterator iterateText(const Text &text) {
  return [bytes = text.bytes, markup = text.markup, at = size_t{0}]() mutable -> std::optional<Value> {
    if (at >= bytes->size())
      return std::nullopt;
    size_t begin = at;
    nextCodePoint(*bytes, at);
    return Value(bytes->substr(begin, at - begin), markup);
  };
}

}  // namespace

Iterator iterate(const Value &value) {
  if (value.isText())
    return iterateText(value.get<Text>());
  if (const std::vector<Value> *items = value.items())
    return iterateIndexed(items->size(), [value, items](size_t i) { return (*items)[i]; });
  if (value.isDict())
    return iterateIndexed(value.dict().entries().size(), [value](size_t i) { return value.dict().entries()[i].first; });
  if (value.isUndefined())
    return [] { return std::optional<Value>(); };
  if (const Range *range = value.object<Range>())
    return iterateIndexed(range->size, [value, range](size_t i) { return range->at(i); });
  if (const DictView *view = value.object<DictView>())
    return iterateIndexed(view->dict.dict().entries().size(), [value, view](size_t i) { return view->at(i); });
  if (Generator *generator = value.object<Generator>())
    return [value, generator] { return generator->next(); };
  if (value.object<Loop>())
    fail("iterating over 'loop' is not supported in chat templates");
  fail(inQuotes(value.typeName()) + " object is not iterable");
}

bool isIterable(const Value &value) {
  return value.isText() || value.items() || value.isDict() || value.isUndefined() || value.object<Range>() ||
         value.object<DictView>() || value.object<Generator>() || value.object<Loop>();
}

std::vector<Value> collect(const Value &value) {
  std::vector<Value> items;
  Iterator next = iterate(value);
  while (std::optional<Value> item = next()) {
    if (items.size() == kMaxItems)
      fail("a sequence is over the limit of " + std::to_string(kMaxItems) + " items");
    items.push_back(std::move(*item));
  }
  return items;
}

Generator::Generator(Iterator next, int nesting, std::string_view type)
    : next(std::move(next)), depth(nesting), type(type) {
  if (nesting > kMaxNesting)
    fail("iterators are nested more than " + std::to_string(kMaxNesting) + " deep");
}

Value makeGenerator(Iterator next, const Value &source, std::string_view type) {
  return Value(std::make_shared<Generator>(std::move(next), source.nesting() + 1, type));
}

Value makeGenerator(Iterator next, const Value &source, const std::vector<Value> &arguments) {
  int nesting = source.nesting();
  for (const Value &argument : arguments)
    nesting = std::max(nesting, argument.nesting());
  return Value(std::make_shared<Generator>(std::move(next), nesting + 1));
}

Range::Range(Integer start, Integer stop, Integer step) : start(start), stop(stop), step(step) {
  if (step == 0)
    fail("range() arg 3 must not be zero");
  if (step > 0 ? start < stop : start > stop)
    size = static_cast<size_t>(step > 0 ? (stop - start - 1) / step + 1 : (start - stop - 1) / -step + 1);
}

std::string_view DictView::typeName() const {
  return part == Part::keys ? "dict_keys" : part == Part::values ? "dict_values" : "dict_items";
}

Value DictView::at(size_t i) const {
  const auto &[key, value] = dict.dict().entries()[i];
  return part == Part::keys ? key : part == Part::values ? value : Value::tuple({key, value});
}

Loop::Loop(const Value &iterable, Iterator source, bool sized)
    : iterable(iterable), source(std::move(source)), sized(sized) {}

const std::optional<Value> &Loop::peek() {
  if (!std::exchange(peeked, true))
    after = source();
  return after;
}

bool Loop::advance() {
  peek();
  peeked = false;
  if (!after)
    return false;
  before = std::move(current);
  current = std::move(after);
  after.reset();
  ++index0;
  return true;
}

size_t Loop::length() {
  if (finished)
    fail("'loop' is used after its loop has ended, which is not supported");
  if (!counted && sized)
    counted = lengthOf(iterable);
  if (!counted) {  // as jinja2 does: read the rest to count it
    std::vector<Value> rest;
    size_t seen = static_cast<size_t>(index0 + 1) + (peek() ? 1 : 0);
    while (std::optional<Value> item = source())
      rest.push_back(std::move(*item));
    counted = rest.size() + seen;
    source = iterate(Value::list(std::move(rest)));
  }
  return *counted;
}

void Loop::finish() {
  finished = true;
  source = nullptr;
  iterable = None{};
  before.reset(), current.reset(), after.reset(), last_changed.reset();
}

Value Loop::attribute(std::string_view name) {
  if (finished)
    fail("'loop' is used after its loop has ended, which is not supported");
  if (name == "index")
    return index0 + 1;
  if (name == "index0")
    return index0;
  if (name == "first")
    return index0 == 0;
  if (name == "last")
    return !peek();
  if (name == "length")
    return length();
  if (name == "revindex")
    return static_cast<Integer>(length()) - index0;
  if (name == "revindex0")
    return static_cast<Integer>(length()) - index0 - 1;
  if (name == "depth" || name == "depth0")
    return name == "depth" ? 1 : 0;
  if (name == "previtem")
    return index0 == 0 ? Value::undefined("there is no previous item") : *before;
  if (name == "nextitem")
    return peek() ? *after : Value::undefined("there is no next item");
  return Value::undefined("'LoopContext' has no attribute " + inQuotes(name));
}

bool Loop::changed(std::vector<Value> values) {
  bool same = last_changed && equals(Value::tuple(*last_changed), Value::tuple(values));
  last_changed = std::move(values);
  return !same;
}

}  // namespace qwen::jinja
