// Filters, tests, methods and global functions: one table for each family, found by name.
#pragma once

#include "runtime/text/jinja/Objects.h"

#include <span>

namespace qwen::jinja {

class Interpreter;

// The arguments of a call in the order of the parameters, absent where the default holds.
class BoundArguments {
public:
  explicit BoundArguments(std::vector<std::optional<Value>> values) : values(std::move(values)) {}

  bool has(size_t i) const { return i < values.size() && values[i].has_value(); }
  const Value &operator[](size_t i) const { return *values[i]; }
  Value get(size_t i, Value absent) const { return has(i) ? *values[i] : std::move(absent); }
  bool truthOf(size_t i, bool absent) const;
  // An int (or bool); fails for anything else.
  int64_t integer(size_t i, int64_t absent) const;
  // A str; fails for anything else.
  std::string_view text(size_t i) const;
  // As `text`; None counts as absent.
  std::optional<std::string_view> optionalText(size_t i) const;

private:
  std::vector<std::optional<Value>> values;
};

struct Builtin {
  std::string_view name;
  // Names of the parameters behind the subject; "" can't be given by keyword.
  std::vector<std::string_view> parameters;
  size_t required = 0;  // the first so many must be given
  Value (*call)(Interpreter &, const Value &subject, const BoundArguments &) = nullptr;
  // Instead of `call`: takes the arguments as they come.
  Value (*call_any)(Interpreter &, const Value &subject, const CallArguments &) = nullptr;
};

Value callBuiltin(const Builtin &builtin, Interpreter &interpreter, const Value &subject,
                  const CallArguments &arguments);

using Builtins = std::span<const Builtin>;

// Null when there is none of that name.
const Builtin *findFilter(std::string_view name);
const Builtin *findTest(std::string_view name);
const Builtin *findGlobal(std::string_view name);
// Methods and fields of a value by Python's type; see Attributes.cpp for what isn't found.
const Builtin *findTextMethod(std::string_view name);
const Builtin *findSequenceMethod(std::string_view name);
const Builtin *findDictMethod(std::string_view name);
const Builtin *findLoopMethod(std::string_view name);

// What to say when findFilter and findTest have nothing.
std::string unknownFilter(std::string_view name);
std::string unknownTest(std::string_view name);

// The parts of the tables, by what they are about.
Builtins textFilters();
Builtins numberFilters();
Builtins sequenceFilters();
Builtins selectFilters();
Builtins textPredicates();

// jinja2's make_attrgetter: "a.b.0" or an index, looked up part by part; nullopt is the value itself.
Value lookUpPath(Interpreter &interpreter, const Value &object, const Value &path, const Value *absent = nullptr);

}  // namespace qwen::jinja
