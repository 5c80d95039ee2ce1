// object.name and object[key] as jinja2's sandbox looks them up: an attribute of Python's type first or last, an item
// last or first.
#include "runtime/text/jinja/Interpreter.h"
#include "runtime/text/jinja/Operators.h"
#include "runtime/text/jinja/Print.h"

#include <algorithm>
#include <span>

namespace qwen::jinja {
namespace {

// Attributes that Python's types have and that the sandbox hides.
constexpr std::string_view kListMutators[] = {"append", "clear",  "extend",  "insert",
                                              "pop",    "remove", "reverse", "sort"};
constexpr std::string_view kDictMutators[] = {"clear", "pop", "popitem", "setdefault", "update"};
// Those that it shows, but that are not supported here.
constexpr std::string_view kOtherText[] = {"encode", "isidentifier", "maketrans", "translate"};
constexpr std::string_view kOtherMarkup[] = {"escape", "striptags", "unescape"};
constexpr std::string_view kOtherDict[] = {"fromkeys"};
constexpr std::string_view kOtherNumber[] = {"as_integer_ratio", "bit_count", "bit_length", "conjugate", "denominator",
                                             "from_bytes",       "fromhex",   "hex",        "imag",      "is_integer",
                                             "numerator",        "real",      "to_bytes"};
constexpr std::string_view kOtherRange[] = {"count", "index", "start", "step", "stop"};
constexpr std::string_view kOtherView[] = {"isdisjoint", "mapping"};
constexpr std::string_view kOtherGenerator[] = {"close", "gi_running", "gi_suspended", "gi_yieldfrom", "send", "throw"};
constexpr std::string_view kOtherMacro[] = {"arguments",     "caller",          "catch_kwargs",
                                            "catch_varargs", "explicit_caller", "name"};

using Names = std::span<const std::string_view>;

bool holds(Names names, std::string_view name) { return std::find(names.begin(), names.end(), name) != names.end(); }

struct Attributes {
  const Builtin *(*find)(std::string_view) = nullptr;  // methods
  Names hidden, unsupported;
};

Attributes attributesOf(const Value &object) {
  if (object.isText())
    return {findTextMethod, {}, kOtherText};
  if (object.items())
    return {findSequenceMethod, object.is<List>() ? Names(kListMutators) : Names(), {}};
  if (object.isDict())
    return {findDictMethod, kDictMutators, kOtherDict};
  if (object.isNumber())
    return {nullptr, {}, kOtherNumber};
  if (object.object<Loop>())
    return {findLoopMethod, {}, {}};
  if (object.object<Range>())
    return {nullptr, {}, kOtherRange};
  if (object.object<DictView>())
    return {nullptr, {}, kOtherView};
  if (object.object<Generator>())
    return {nullptr, {}, kOtherGenerator};
  if (object.object<Macro>())
    return {nullptr, {}, kOtherMacro};
  return {};
}

// getattr(), nullopt where it raises AttributeError.
std::optional<Value> findAttribute(const Value &object, std::string_view name) {
  if (object.isUndefined())
    failUndefined(object);
  if (const Namespace *space = object.object<Namespace>()) {
    const Value *found = space->attributes.find(name);
    return found ? std::optional<Value>(*found) : std::nullopt;
  }
  Attributes attributes = attributesOf(object);
  std::string type(object.typeName());
  if (holds(attributes.hidden, name))
    return Value::undefined("access to attribute " + inQuotes(name) + " of " + inQuotes(type) + " object is unsafe.");
  if (holds(attributes.unsupported, name) || (object.isMarkup() && holds(kOtherMarkup, name)))
    fail("attribute " + inQuotes(name) + " of " + inQuotes(type) + " is not supported in chat templates");
  if (const Builtin *method = attributes.find ? attributes.find(name) : nullptr) {
    if (object.nesting() + 1 > kMaxNesting)
      fail("values are nested more than " + std::to_string(kMaxNesting) + " deep");
    return Value(std::make_shared<Function>(*method, object));
  }
  if (Loop *loop = object.object<Loop>()) {
    Value found = loop->attribute(name);
    bool absent = found.isUndefined() && name != "previtem" && name != "nextitem";
    return absent ? std::nullopt : std::optional<Value>(found);
  }
  return std::nullopt;
}

// object[key], nullopt where it raises TypeError or LookupError.
std::optional<Value> findItem(const Value &object, const Value &key) {
  if (object.isUndefined())
    failUndefined(object);
  if (object.isDict()) {
    bool hashable = !key.is<List>() && !key.isDict();
    const Value *found = hashable ? object.dict().find(key) : nullptr;
    return found ? std::optional<Value>(*found) : std::nullopt;
  }
  const Range *range = object.object<Range>();
  if (!key.isInteger() || (!object.isText() && !object.items() && !range))
    return std::nullopt;
  std::optional<size_t> index = resolveIndex(key.integer(), *lengthOf(object));
  if (!index)
    return std::nullopt;
  if (object.isText())
    return slice(object, *index, *index + 1, None{});
  return range ? range->at(*index) : (*object.items())[*index];
}

std::string describeType(const Value &object) {
  return object.isNone() ? "None" : inQuotes(std::string(object.typeName()) + " object");
}

}  // namespace

Value Interpreter::attribute(const Value &object, const std::string &name) {
  if (std::optional<Value> found = findAttribute(object, name))
    return *found;
  if (std::optional<Value> found = findItem(object, name))
    return *found;
  return Value::undefined(describeType(object) + " has no attribute " + inQuotes(name));
}

Value Interpreter::item(const Value &object, const Value &key) {
  if (std::optional<Value> found = findItem(object, key))
    return *found;
  if (!key.isText())
    return Value::undefined(describeType(object) + " has no element " + toRepr(key));
  if (std::optional<Value> found = findAttribute(object, key.text()))
    return *found;
  return Value::undefined(describeType(object) + " has no attribute " + toRepr(key));
}

Value lookUpPath(Interpreter &interpreter, const Value &object, const Value &path, const Value *absent) {
  std::vector<Value> parts;
  if (path.isText()) {
    std::string_view rest = path.text();
    for (size_t dot = 0; dot != std::string_view::npos; rest.remove_prefix(std::min(dot + 1, rest.size()))) {
      dot = rest.find('.');
      std::string_view part = rest.substr(0, dot);
      bool digits = !part.empty() && part.size() < 10 && part.find_first_not_of("0123456789") == std::string_view::npos;
      parts.push_back(digits ? Value(std::stoi(std::string(part))) : Value(part));
      if (dot == std::string_view::npos)
        break;
    }
  } else if (!path.isNone()) {
    parts.push_back(path);
  }
  Value value = object;
  for (const Value &part : parts) {
    value = interpreter.item(value, part);
    if (absent && !absent->isNone() && value.isUndefined())
      value = *absent;
  }
  return value;
}

}  // namespace qwen::jinja
