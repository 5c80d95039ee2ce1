#include "runtime/text/jinja/Value.h"

#include "runtime/text/jinja/Operators.h"

#include <algorithm>

namespace qwen::jinja {

void fail(std::string message) { throw Error{std::move(message)}; }

static void checkNesting(int nesting) {
  if (nesting > kMaxNesting)
    fail("values are nested more than " + std::to_string(kMaxNesting) + " deep");
}

static std::shared_ptr<const Sequence> makeSequence(std::vector<Value> items) {
  if (items.size() > kMaxItems)
    fail("a list of " + std::to_string(items.size()) + " items is over the limit of " + std::to_string(kMaxItems));
  int nesting = 0;
  for (const Value &item : items)
    nesting = std::max(nesting, item.nesting());
  checkNesting(nesting + 1);
  return std::make_shared<const Sequence>(Sequence{std::move(items), nesting + 1});
}

Value::Value(std::string text, bool markup) {
  if (text.size() > kMaxTextBytes)
    fail("a string of " + std::to_string(text.size()) + " bytes is over the limit of " + std::to_string(kMaxTextBytes));
  data = Text{std::make_shared<const std::string>(std::move(text)), markup};
}

Value Value::list(std::vector<Value> items) { return List{makeSequence(std::move(items))}; }

Value Value::tuple(std::vector<Value> items) { return Tuple{makeSequence(std::move(items))}; }

Value Value::dict(Dict dict) { return std::make_shared<const Dict>(std::move(dict)); }

Value Value::undefined(std::string reason) { return Undefined{std::make_shared<const std::string>(std::move(reason))}; }

const std::vector<Value> *Value::items() const {
  if (is<List>())
    return &get<List>().data->items;
  if (is<Tuple>())
    return &get<Tuple>().data->items;
  return nullptr;
}

std::string_view Value::typeName() const {
  struct Names {
    std::string_view operator()(const None &) const { return "NoneType"; }
    std::string_view operator()(const Undefined &) const { return "Undefined"; }
    std::string_view operator()(bool) const { return "bool"; }
    std::string_view operator()(Integer) const { return "int"; }
    std::string_view operator()(double) const { return "float"; }
    std::string_view operator()(const Text &text) const { return text.markup ? "Markup" : "str"; }
    std::string_view operator()(const List &) const { return "list"; }
    std::string_view operator()(const Tuple &) const { return "tuple"; }
    std::string_view operator()(const DictPointer &) const { return "dict"; }
    std::string_view operator()(const ObjectPointer &object) const { return object->typeName(); }
  };
  return std::visit(Names{}, data);
}

int Value::nesting() const {
  if (is<List>())
    return get<List>().data->nesting;
  if (is<Tuple>())
    return get<Tuple>().data->nesting;
  if (isDict())
    return dict().nesting();
  if (is<ObjectPointer>())
    return get<ObjectPointer>()->nesting();
  return 0;
}

std::optional<size_t> Dict::place(const Value &key) const {
  auto [begin, end] = places.equal_range(hashOf(key));
  for (auto entry = begin; entry != end; ++entry)
    if (equals(list[entry->second].first, key))
      return entry->second;
  return std::nullopt;
}

const Value *Dict::find(const Value &key) const {
  std::optional<size_t> found = place(key);
  return found ? &list[*found].second : nullptr;
}

void Dict::set(Value key, Value value) {
  depth = std::max({depth, key.nesting() + 1, value.nesting() + 1});
  checkNesting(depth);
  if (std::optional<size_t> found = place(key)) {
    list[*found].second = std::move(value);
    return;
  }
  if (list.size() == kMaxItems)
    fail("a dictionary is over the limit of " + std::to_string(kMaxItems) + " entries");
  places.emplace(hashOf(key), list.size());
  list.emplace_back(std::move(key), std::move(value));
}

}  // namespace qwen::jinja
