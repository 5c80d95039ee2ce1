// The methods of list, tuple and dict that change nothing.
#include "runtime/text/jinja/Builtins.h"
#include "runtime/text/jinja/Operators.h"

#include <algorithm>

namespace qwen::jinja {
namespace {

using Args = BoundArguments;

Value countItems(Interpreter &, const Value &self, const Args &arguments) {
  return static_cast<int64_t>(std::count_if(self.items()->begin(), self.items()->end(),
                                            [&](const Value &item) { return equals(item, arguments[0]); }));
}

Value indexOf(Interpreter &, const Value &self, const Args &arguments) {
  int64_t size = static_cast<int64_t>(self.items()->size());
  auto bound = [&](size_t i, int64_t absent) {
    int64_t value = arguments.integer(i, absent);
    return std::clamp<int64_t>(value < 0 ? value + size : value, 0, size);
  };
  for (int64_t i = bound(1, 0), end = bound(2, size); i < end; ++i)
    if (equals((*self.items())[static_cast<size_t>(i)], arguments[0]))
      return i;
  fail("the value is not in the " + std::string(self.typeName()));
}

// A tuple has no copy(), but then it can't be told from its copy.
Value copy(Interpreter &, const Value &self, const Args &) { return self; }

template <DictView::Part part> Value view(Interpreter &, const Value &self, const Args &) {
  return Value(std::make_shared<DictView>(self, part));
}

Value getEntry(Interpreter &, const Value &self, const Args &arguments) {
  hashOf(arguments[0]);
  const Value *found = self.dict().find(arguments[0]);
  return found ? *found : arguments.get(1, None{});
}

const Builtin kSequenceMethods[] = {
    {"copy", {}, 0, copy, nullptr},
    {"count", {""}, 1, countItems, nullptr},
    {"index", {"", "", ""}, 1, indexOf, nullptr},
};

const Builtin kDictMethods[] = {
    {"copy", {}, 0, copy, nullptr},
    {"get", {"", ""}, 1, getEntry, nullptr},
    {"items", {}, 0, view<DictView::Part::items>, nullptr},
    {"keys", {}, 0, view<DictView::Part::keys>, nullptr},
    {"values", {}, 0, view<DictView::Part::values>, nullptr},
};

template <size_t N> const Builtin *find(const Builtin (&table)[N], std::string_view name) {
  auto found = std::find_if(std::begin(table), std::end(table), [&](const Builtin &b) { return b.name == name; });
  return found == std::end(table) ? nullptr : found;
}

}  // namespace

const Builtin *findSequenceMethod(std::string_view name) { return find(kSequenceMethods, name); }

const Builtin *findDictMethod(std::string_view name) { return find(kDictMethods, name); }

}  // namespace qwen::jinja
