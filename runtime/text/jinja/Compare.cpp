// Truth, equality, order, membership, length and slices.
#include "runtime/text/jinja/Objects.h"
#include "runtime/text/jinja/Operators.h"
#include "runtime/text/jinja/Strings.h"

#include <algorithm>
#include <cmath>
#include <functional>

namespace qwen::jinja {
namespace {

// Exact, as Python compares int and float.
std::optional<int> orderNumbers(const Value &left, const Value &right) {
  if (left.isInteger() && right.isInteger())
    return left.integer() < right.integer() ? -1 : left.integer() > right.integer();
  if (left.is<double>() && right.is<double>()) {
    double a = left.get<double>(), b = right.get<double>();
    if (std::isnan(a) || std::isnan(b))
      return std::nullopt;
    return a < b ? -1 : a > b;
  }
  if (left.is<double>()) {
    std::optional<int> reversed = orderNumbers(right, left);
    return reversed ? std::optional(-*reversed) : std::nullopt;
  }
  double b = right.get<double>();
  if (std::isnan(b))
    return std::nullopt;
  if (std::abs(b) > 1e38)  // beyond every Integer
    return b > 0 ? -1 : 1;
  Integer whole = static_cast<Integer>(std::floor(b));
  if (left.integer() != whole)
    return left.integer() < whole ? -1 : 1;
  return b > std::floor(b) ? -1 : 0;
}

bool equalDicts(const Dict &left, const Dict &right) {
  if (left.entries().size() != right.entries().size())
    return false;
  return std::all_of(left.entries().begin(), left.entries().end(), [&](const Dict::Entry &entry) {
    const Value *other = right.find(entry.first);
    return other && equals(entry.second, *other);
  });
}

bool equalRanges(const Range &left, const Range &right) {
  return left.size == right.size && (left.size == 0 || equals(left.at(0), right.at(0))) &&
         (left.size < 2 || left.step == right.step);
}

size_t combine(size_t seed, size_t hash) { return seed ^ (hash + 0x9e3779b97f4a7c15ULL + (seed << 6) + (seed >> 2)); }

size_t hashInteger(Integer integer) {
  return combine(std::hash<uint64_t>{}(static_cast<uint64_t>(integer)), static_cast<uint64_t>(integer >> 64));
}

// An index of a slice, clamped to [low, high] as CPython does; `absent` when it is None.
Integer sliceBound(const Value &bound, Integer absent, Integer size, Integer low, Integer high) {
  if (bound.isNone())
    return absent;
  if (!bound.isInteger())
    fail("slice indices must be integers or None, not " + inQuotes(bound.typeName()));
  Integer index = bound.integer() < 0 ? bound.integer() + size : bound.integer();
  return std::clamp(index, low, high);
}

}  // namespace

bool truth(const Value &value) {
  if (value.isNone() || value.isUndefined())
    return false;
  if (value.isInteger())
    return value.integer() != 0;
  if (value.is<double>())
    return value.get<double>() != 0;
  std::optional<size_t> length = lengthOf(value);
  return !length || *length > 0;
}

bool equals(const Value &left, const Value &right) {
  if (left.isNumber() && right.isNumber())
    return orderNumbers(left, right) == 0;
  if (left.isText() && right.isText())
    return left.text() == right.text();
  if (left.isNone() || left.isUndefined())
    return left.isNone() ? right.isNone() : right.isUndefined();
  if ((left.is<List>() && right.is<List>()) || (left.is<Tuple>() && right.is<Tuple>()))
    return std::equal(left.items()->begin(), left.items()->end(), right.items()->begin(), right.items()->end(), equals);
  if (left.isDict() && right.isDict())
    return equalDicts(left.dict(), right.dict());
  if (left.object<Range>() && right.object<Range>())
    return equalRanges(*left.object<Range>(), *right.object<Range>());
  if (left.object<DictView>() && right.object<DictView>())
    fail("comparing " + std::string(left.typeName()) + " is not supported");
  return left.is<Value::ObjectPointer>() && right.is<Value::ObjectPointer>() &&
         left.get<Value::ObjectPointer>() == right.get<Value::ObjectPointer>();
}

std::optional<int> order(const Value &left, const Value &right, std::string_view symbol) {
  for (const Value *operand : {&left, &right})
    if (operand->isUndefined())
      failUndefined(*operand);
  if (left.isNumber() && right.isNumber())
    return orderNumbers(left, right);
  if (left.isText() && right.isText()) {  // UTF-8 sorts as its code points do
    int result = left.text().compare(right.text());
    return result < 0 ? -1 : result > 0;
  }
  if ((left.is<List>() && right.is<List>()) || (left.is<Tuple>() && right.is<Tuple>())) {
    const std::vector<Value> &a = *left.items(), &b = *right.items();
    for (size_t i = 0; i < std::min(a.size(), b.size()); ++i)
      if (!equals(a[i], b[i]))
        return order(a[i], b[i], symbol);
    return a.size() < b.size() ? -1 : a.size() > b.size();
  }
  fail(inQuotes(symbol) + " not supported between instances of " + inQuotes(left.typeName()) + " and " +
       inQuotes(right.typeName()));
}

bool applyCompare(CompareOp op, const Value &left, const Value &right) {
  switch (op) {
  case CompareOp::equal:
    return equals(left, right);
  case CompareOp::not_equal:
    return !equals(left, right);
  case CompareOp::in:
    return contains(right, left);
  case CompareOp::not_in:
    return !contains(right, left);
  case CompareOp::less: {
    std::optional<int> result = order(left, right, "<");
    return result && *result < 0;
  }
  case CompareOp::less_equal: {
    std::optional<int> result = order(left, right, "<=");
    return result && *result <= 0;
  }
  case CompareOp::greater: {
    std::optional<int> result = order(left, right, ">");
    return result && *result > 0;
  }
  case CompareOp::greater_equal: {
    std::optional<int> result = order(left, right, ">=");
    return result && *result >= 0;
  }
  }
  __builtin_unreachable();
}

bool contains(const Value &container, const Value &item) {
  if (container.isText()) {
    if (!item.isText())
      fail("'in <string>' requires string as left operand, not " + std::string(item.typeName()));
    return container.text().find(item.text()) != std::string_view::npos;
  }
  if (container.isDict()) {
    hashOf(item);  // fails where Python does, even in an empty dictionary
    return container.dict().find(item) != nullptr;
  }
  if (!isIterable(container))
    fail("argument of type " + inQuotes(container.typeName()) + " is not iterable");
  Iterator next = iterate(container);
  while (std::optional<Value> candidate = next())
    if (equals(*candidate, item))
      return true;
  return false;
}

size_t hashOf(const Value &key) {
  if (key.isText())
    return std::hash<std::string_view>{}(key.text());
  if (key.isInteger())
    return hashInteger(key.integer());
  if (key.is<double>()) {
    double real = key.get<double>();
    bool whole = std::abs(real) < 1e38 && real == std::floor(real);
    return whole ? hashInteger(static_cast<Integer>(real)) : std::hash<double>{}(real);
  }
  if (key.isNone() || key.isUndefined())
    return key.isNone() ? 1 : 2;
  if (key.is<Tuple>()) {
    size_t seed = key.items()->size();
    for (const Value &item : *key.items())
      seed = combine(seed, hashOf(item));
    return seed;
  }
  if (const Range *range = key.object<Range>())
    return range->size;
  if (key.is<Value::ObjectPointer>() && !key.object<DictView>())
    return std::hash<const Object *>{}(key.get<Value::ObjectPointer>().get());
  fail("unhashable type: " + inQuotes(key.typeName()));
}

std::optional<size_t> lengthOf(const Value &value) {
  if (value.isText())
    return countCodePoints(value.text());
  if (const std::vector<Value> *items = value.items())
    return items->size();
  if (value.isDict())
    return value.dict().entries().size();
  if (value.isUndefined())
    return 0;
  if (const Range *range = value.object<Range>())
    return range->size;
  if (const DictView *view = value.object<DictView>())
    return view->dict.dict().entries().size();
  if (Loop *loop = value.object<Loop>())
    return loop->length();
  return std::nullopt;
}

Value slice(const Value &object, const Value &start, const Value &stop, const Value &step) {
  if (object.isUndefined())
    failUndefined(object);
  const Range *range = object.object<Range>();
  if (!object.isText() && !object.items() && !range)
    fail(inQuotes(object.typeName()) + " object is not sliceable");
  Integer size = static_cast<Integer>(*lengthOf(object));
  Integer stride = 1;
  if (!step.isNone()) {
    if (!step.isInteger())
      fail("slice indices must be integers or None, not " + inQuotes(step.typeName()));
    stride = step.integer();
    if (stride == 0)
      fail("slice step cannot be zero");
  }
  Integer low = stride > 0 ? 0 : -1, high = stride > 0 ? size : size - 1;
  Integer first = sliceBound(start, stride > 0 ? low : high, size, low, high);
  Integer last = sliceBound(stop, stride > 0 ? high : low, size, low, high);
  stride = std::clamp<Integer>(stride, -(size + 1), size + 1);  // the same items, and no overflow below
  Integer count = stride > 0 ? (last - first + stride - 1) / stride : (first - last - stride - 1) / -stride;
  count = std::max<Integer>(count, 0);
  if (range)
    return Value(std::make_shared<Range>(range->start + range->step * first, range->start + range->step * last,
                                         range->step * stride));
  if (object.isText()) {
    std::vector<uint32_t> points = decode(object.text());
    std::vector<uint32_t> chosen;
    for (Integer i = 0; i < count; ++i)
      chosen.push_back(points[static_cast<size_t>(first + i * stride)]);
    return Value(encode(chosen), object.isMarkup());
  }
  std::vector<Value> chosen;
  for (Integer i = 0; i < count; ++i)
    chosen.push_back((*object.items())[static_cast<size_t>(first + i * stride)]);
  return object.is<List>() ? Value::list(std::move(chosen)) : Value::tuple(std::move(chosen));
}

}  // namespace qwen::jinja
