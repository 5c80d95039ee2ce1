// The tests that stand behind `is`.
#include "runtime/text/jinja/Interpreter.h"
#include "runtime/text/jinja/Operators.h"
#include "runtime/text/jinja/Print.h"
#include "runtime/text/jinja/Strings.h"

#include <algorithm>

namespace qwen::jinja {
namespace {

using Args = BoundArguments;

template <CompareOp op> Value compareTest(Interpreter &, const Value &value, const Args &arguments) {
  return applyCompare(op, value, arguments[0]);
}

Value isOdd(Interpreter &, const Value &value, const Args &) {
  return equals(applyBinary(BinaryOp::modulo, value, 2), 1);
}
Value isEven(Interpreter &, const Value &value, const Args &) {
  return equals(applyBinary(BinaryOp::modulo, value, 2), 0);
}
Value isDivisibleBy(Interpreter &, const Value &value, const Args &arguments) {
  return equals(applyBinary(BinaryOp::modulo, value, arguments[0]), 0);
}
Value isDefined(Interpreter &, const Value &value, const Args &) { return !value.isUndefined(); }
Value isUndefinedTest(Interpreter &, const Value &value, const Args &) { return value.isUndefined(); }
Value isFilterName(Interpreter &, const Value &value, const Args &) {
  return value.isText() && findFilter(value.text());
}
Value isTestName(Interpreter &, const Value &value, const Args &) { return value.isText() && findTest(value.text()); }
Value isNoneTest(Interpreter &, const Value &value, const Args &) { return value.isNone(); }
Value isBoolean(Interpreter &, const Value &value, const Args &) { return value.is<bool>(); }
Value isTrue(Interpreter &, const Value &value, const Args &) { return value.is<bool>() && value.get<bool>(); }
Value isFalse(Interpreter &, const Value &value, const Args &) { return value.is<bool>() && !value.get<bool>(); }
Value isIntegerTest(Interpreter &, const Value &value, const Args &) { return value.is<Integer>(); }
Value isFloat(Interpreter &, const Value &value, const Args &) { return value.is<double>(); }
Value isString(Interpreter &, const Value &value, const Args &) { return value.isText(); }
Value isMapping(Interpreter &, const Value &value, const Args &) { return value.isDict(); }
Value isNumberTest(Interpreter &, const Value &value, const Args &) { return value.isNumber(); }
Value isSequence(Interpreter &, const Value &value, const Args &) {
  return value.isText() || value.items() || value.isDict() || value.isUndefined() || value.object<Range>();
}
Value isIterableTest(Interpreter &, const Value &value, const Args &) { return isIterable(value); }
Value isCallable(Interpreter &, const Value &value, const Args &) {
  return value.isUndefined() || value.object<Function>() || value.object<Macro>() || value.object<Loop>();
}
Value isEscaped(Interpreter &, const Value &value, const Args &) { return value.isMarkup(); }
Value isIn(Interpreter &, const Value &value, const Args &arguments) { return contains(arguments[0], value); }

bool isCase(const Value &value, bool (*wanted)(uint32_t), bool (*other)(uint32_t)) {
  std::vector<uint32_t> points = decode(toText(value));
  return std::any_of(points.begin(), points.end(), wanted) &&
         std::none_of(points.begin(), points.end(), [&](uint32_t p) { return other(p) || isTitle(p); });
}
Value isLowerTest(Interpreter &, const Value &value, const Args &) { return isCase(value, isLower, isUpper); }
Value isUpperTest(Interpreter &, const Value &value, const Args &) { return isCase(value, isUpper, isLower); }

// Identity: told only where Python's is sure.
Value isSameAs(Interpreter &, const Value &value, const Args &arguments) {
  const Value &other = arguments[0];
  auto unique = [](const Value &v) { return v.isNone() || v.is<bool>(); };
  if (unique(value) || unique(other))
    return unique(value) && unique(other) && value.typeName() == other.typeName() && equals(value, other);
  if (value.typeName() != other.typeName())
    return false;
  if (value.is<Value::ObjectPointer>())
    return value.get<Value::ObjectPointer>() == other.get<Value::ObjectPointer>();
  fail("test 'sameas' on " + inQuotes(value.typeName()) + " is not supported in chat templates");
}

const Builtin kTests[] = {
    {"odd", {}, 0, isOdd, nullptr},
    {"even", {}, 0, isEven, nullptr},
    {"divisibleby", {"num"}, 1, isDivisibleBy, nullptr},
    {"defined", {}, 0, isDefined, nullptr},
    {"undefined", {}, 0, isUndefinedTest, nullptr},
    {"filter", {}, 0, isFilterName, nullptr},
    {"test", {}, 0, isTestName, nullptr},
    {"none", {}, 0, isNoneTest, nullptr},
    {"boolean", {}, 0, isBoolean, nullptr},
    {"false", {}, 0, isFalse, nullptr},
    {"true", {}, 0, isTrue, nullptr},
    {"integer", {}, 0, isIntegerTest, nullptr},
    {"float", {}, 0, isFloat, nullptr},
    {"lower", {}, 0, isLowerTest, nullptr},
    {"upper", {}, 0, isUpperTest, nullptr},
    {"string", {}, 0, isString, nullptr},
    {"mapping", {}, 0, isMapping, nullptr},
    {"number", {}, 0, isNumberTest, nullptr},
    {"sequence", {}, 0, isSequence, nullptr},
    {"iterable", {}, 0, isIterableTest, nullptr},
    {"callable", {}, 0, isCallable, nullptr},
    {"sameas", {"other"}, 1, isSameAs, nullptr},
    {"escaped", {}, 0, isEscaped, nullptr},
    {"in", {"seq"}, 1, isIn, nullptr},
    {"==", {""}, 1, compareTest<CompareOp::equal>, nullptr},
    {"eq", {""}, 1, compareTest<CompareOp::equal>, nullptr},
    {"equalto", {""}, 1, compareTest<CompareOp::equal>, nullptr},
    {"!=", {""}, 1, compareTest<CompareOp::not_equal>, nullptr},
    {"ne", {""}, 1, compareTest<CompareOp::not_equal>, nullptr},
    {">", {""}, 1, compareTest<CompareOp::greater>, nullptr},
    {"gt", {""}, 1, compareTest<CompareOp::greater>, nullptr},
    {"greaterthan", {""}, 1, compareTest<CompareOp::greater>, nullptr},
    {">=", {""}, 1, compareTest<CompareOp::greater_equal>, nullptr},
    {"ge", {""}, 1, compareTest<CompareOp::greater_equal>, nullptr},
    {"<", {""}, 1, compareTest<CompareOp::less>, nullptr},
    {"lt", {""}, 1, compareTest<CompareOp::less>, nullptr},
    {"lessthan", {""}, 1, compareTest<CompareOp::less>, nullptr},
    {"<=", {""}, 1, compareTest<CompareOp::less_equal>, nullptr},
    {"le", {""}, 1, compareTest<CompareOp::less_equal>, nullptr},
};

}  // namespace

const Builtin *findTest(std::string_view name) {
  auto found = std::find_if(std::begin(kTests), std::end(kTests), [&](const Builtin &b) { return b.name == name; });
  return found == std::end(kTests) ? nullptr : found;
}

}  // namespace qwen::jinja
