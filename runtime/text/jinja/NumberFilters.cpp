// abs, int, float, round.
#include "runtime/text/jinja/Builtins.h"
#include "runtime/text/jinja/Literals.h"
#include "runtime/text/jinja/Operators.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace qwen::jinja {
namespace {

using Args = BoundArguments;

Value absolute(Interpreter &, const Value &value, const Args &) {
  if (value.isUndefined())
    failUndefined(value);
  if (value.is<double>())
    return std::abs(value.get<double>());
  if (!value.isInteger())
    fail("bad operand type for abs(): " + inQuotes(value.typeName()));
  return value.integer() < 0 ? negate(value) : Value(value.integer());
}

Value truncateReal(double real) {
  if (std::isinf(real))
    fail("cannot convert float infinity to integer");
  if (std::abs(real) > 1e38)
    fail("integer overflow: integers beyond 128 bits are not supported");
  return static_cast<Integer>(real);
}

Value toInt(Interpreter &, const Value &value, const Args &arguments) {
  if (value.isUndefined())
    failUndefined(value);
  Value absent = arguments.get(0, 0);
  if (value.isInteger())
    return value.integer();
  if (value.is<double>())
    return std::isnan(value.get<double>()) ? absent : truncateReal(value.get<double>());
  if (!value.isText())
    return absent;
  int64_t base = arguments.integer(1, 10);
  if (base != 0 && (base < 2 || base > 36))
    return absent;
  if (std::optional<Integer> parsed = parseInteger(value.text(), static_cast<int>(base)))
    return *parsed;
  std::optional<double> real = parseReal(value.text());  // "42.23" gives 42
  return real && std::isfinite(*real) ? truncateReal(*real) : absent;
}

Value toFloat(Interpreter &, const Value &value, const Args &arguments) {
  if (value.isUndefined())
    failUndefined(value);
  Value absent = arguments.get(0, 0.0);
  if (value.isNumber())
    return value.real();
  std::optional<double> parsed = value.isText() ? parseReal(value.text()) : std::nullopt;
  return parsed ? Value(*parsed) : absent;
}

// To the nearest multiple of `unit`, half to even.
Integer roundInteger(Integer value, Integer unit) {
  Integer rest = ((value % unit) + unit) % unit, low = value - rest;
  bool up = 2 * rest > unit || (2 * rest == unit && (low / unit) % 2 != 0);
  return up ? low + unit : low;
}

double roundReal(double value, int64_t digits) {
  if (!std::isfinite(value) || digits > 323)
    return value;
  if (digits < -308)
    return std::copysign(0.0, value);
  if (digits >= 0) {  // the C library rounds the exact binary value, as Python does
    char text[800];
    std::snprintf(text, sizeof text, "%.*f", static_cast<int>(digits), value);
    return std::strtod(text, nullptr);
  }
  double unit = std::pow(10.0, static_cast<double>(-digits));
  return std::nearbyint(value / unit) * unit;
}

Value round(Interpreter &, const Value &value, const Args &arguments) {
  if (value.isUndefined())
    failUndefined(value);
  if (!value.isNumber())
    fail("type " + std::string(value.typeName()) + " doesn't define __round__ method");
  std::string method = arguments.has(1) ? std::string(arguments.text(1)) : "common";
  int64_t precision = arguments.integer(0, 0);
  if (method == "common") {
    if (!value.isInteger())
      return roundReal(value.get<double>(), precision);
    Integer unit = 1;
    for (int64_t i = precision; i < 0 && unit < Integer{1} << 100; ++i)
      unit *= 10;
    return roundInteger(value.integer(), unit);
  }
  if (method != "ceil" && method != "floor")
    fail("method must be common, ceil or floor");
  Value scale = applyBinary(BinaryOp::power, 10, precision);
  double scaled = applyBinary(BinaryOp::multiply, value, scale).real();
  Value whole = truncateReal(method == "ceil" ? std::ceil(scaled) : std::floor(scaled));
  return applyBinary(BinaryOp::divide, whole, scale);
}

const Builtin kFilters[] = {
    {"abs", {}, 0, absolute, nullptr},
    {"float", {"default"}, 0, toFloat, nullptr},
    {"int", {"default", "base"}, 0, toInt, nullptr},
    {"round", {"precision", "method"}, 0, round, nullptr},
};

}  // namespace

Builtins numberFilters() { return kFilters; }

}  // namespace qwen::jinja
