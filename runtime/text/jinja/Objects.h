// The values that aren't data: what iterates, what can be called, what can change.
#pragma once

#include "runtime/text/jinja/Value.h"

#include <functional>

namespace qwen::jinja {

class Interpreter;

// Yields the next item, nullopt at the end.
using Iterator = std::function<std::optional<Value>()>;

// Fails with "'int' object is not iterable" and the like.
Iterator iterate(const Value &value);
bool isIterable(const Value &value);
std::vector<Value> collect(const Value &value);

// What map, select and reversed() give: lazy, and over after one pass.
struct Generator : Object {
  Generator(Iterator next, int nesting, std::string_view type = "generator");
  std::string_view typeName() const override { return type; }
  int nesting() const override { return depth; }

  Iterator next;
  int depth;
  std::string_view type;
};
// `source` and `arguments` are what `next` holds on to.
Value makeGenerator(Iterator next, const Value &source, std::string_view type = "generator");
Value makeGenerator(Iterator next, const Value &source, const std::vector<Value> &arguments);

struct Range : Object {
  Range(Integer start, Integer stop, Integer step);  // fails when step is 0
  std::string_view typeName() const override { return "range"; }
  Value at(size_t i) const { return start + step * static_cast<Integer>(i); }

  Integer start, stop, step;
  size_t size = 0;
};

// dict.keys(), dict.values(), dict.items()
struct DictView : Object {
  enum class Part { keys, values, items };
  DictView(Value dict, Part part) : dict(std::move(dict)), part(part) {}
  std::string_view typeName() const override;
  int nesting() const override { return dict.nesting() + 1; }
  Value at(size_t i) const;

  Value dict;
  Part part;
};

struct Namespace : Object {
  std::string_view typeName() const override { return "Namespace"; }
  Dict attributes;
};

// The `loop` of a for statement; empties itself when the statement ends.
struct Loop : Object {
  Loop(const Value &iterable, Iterator source, bool sized);
  std::string_view typeName() const override { return "LoopContext"; }

  bool advance();  // to the next item, false at the end
  const std::optional<Value> &peek();
  size_t length();
  void finish();
  Value attribute(std::string_view name);  // undefined when the loop has no such attribute
  bool changed(std::vector<Value> values);

  Value iterable;
  Iterator source;
  bool sized;  // `iterable` has a length, otherwise the rest of `source` is counted when asked for
  bool peeked = false;
  bool finished = false;
  Integer index0 = -1;
  std::optional<size_t> counted;
  std::optional<Value> before, current, after;
  std::optional<std::vector<Value>> last_changed;
};

// Arguments of a call, evaluated.
struct CallArguments {
  std::vector<Value> positional;
  std::vector<std::pair<std::string, Value>> keywords;
};

struct Builtin;

// A global function (self is none) or a method bound to its value.
struct Function : Object {
  Function(const Builtin &builtin, Value self) : builtin(builtin), self(std::move(self)) {}
  std::string_view typeName() const override { return "builtin_function_or_method"; }
  int nesting() const override { return self.nesting() + 1; }

  const Builtin &builtin;
  Value self;
};

struct MacroDefinition;
struct Scope;

struct Macro : Object {
  Macro(const MacroDefinition &definition, std::shared_ptr<Scope> scope)
      : definition(definition), scope(std::move(scope)) {}
  std::string_view typeName() const override { return "Macro"; }

  const MacroDefinition &definition;
  std::shared_ptr<Scope> scope;  // where it was defined
};

}  // namespace qwen::jinja
