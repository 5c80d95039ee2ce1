#include "runtime/text/jinja/Operators.h"

#include "runtime/text/jinja/Format.h"
#include "runtime/text/jinja/Print.h"
#include "runtime/text/jinja/Strings.h"

#include <cmath>

namespace qwen::jinja {
namespace {

constexpr std::string_view kSymbols[] = {"+", "-", "*", "/", "//", "%", "** or pow()"};

[[noreturn]] void failOperands(BinaryOp op, const Value &left, const Value &right) {
  fail("unsupported operand type(s) for " + std::string(kSymbols[static_cast<int>(op)]) + ": " +
       inQuotes(left.typeName()) + " and " + inQuotes(right.typeName()));
}

[[noreturn]] void failOverflow() { fail("integer overflow: integers beyond 128 bits are not supported"); }

Integer floorDivide(Integer left, Integer right) {
  Integer quotient = left / right;
  return left % right != 0 && (left < 0) != (right < 0) ? quotient - 1 : quotient;
}

Integer power(Integer base, Integer exponent) {
  Integer result = 1;
  while (exponent > 0) {
    if ((exponent & 1) && __builtin_mul_overflow(result, base, &result))
      failOverflow();
    exponent >>= 1;
    if (exponent > 0 && __builtin_mul_overflow(base, base, &base))
      failOverflow();
  }
  return result;
}

Value integerOp(BinaryOp op, Integer left, Integer right) {
  Integer result = 0;
  switch (op) {
  case BinaryOp::add:
    if (__builtin_add_overflow(left, right, &result))
      failOverflow();
    return result;
  case BinaryOp::subtract:
    if (__builtin_sub_overflow(left, right, &result))
      failOverflow();
    return result;
  case BinaryOp::multiply:
    if (__builtin_mul_overflow(left, right, &result))
      failOverflow();
    return result;
  case BinaryOp::power:
    if (right >= 0)
      return power(left, right);
    if (left == 0)
      fail("0.0 cannot be raised to a negative power");
    return std::pow(static_cast<double>(left), static_cast<double>(right));
  case BinaryOp::divide:
    if (right == 0)
      fail("division by zero");
    return static_cast<double>(left) / static_cast<double>(right);
  case BinaryOp::floor_divide:
  case BinaryOp::modulo:
    if (right == 0)
      fail("integer division or modulo by zero");
    if (right == -1)  // the one quotient that can overflow
      return op == BinaryOp::modulo ? Value(0) : integerOp(BinaryOp::subtract, 0, left);
    result = floorDivide(left, right);
    return op == BinaryOp::floor_divide ? result : left - result * right;
  }
  __builtin_unreachable();
}

double floatModulo(double left, double right) {
  double result = std::fmod(left, right);
  if (result != 0)
    return (right < 0) != (result < 0) ? result + right : result;
  return std::copysign(0.0, right);
}

Value realOp(BinaryOp op, double left, double right) {
  bool divides = op == BinaryOp::divide || op == BinaryOp::floor_divide || op == BinaryOp::modulo;
  if (divides && right == 0)
    fail("float division by zero");
  switch (op) {
  case BinaryOp::add:
    return left + right;
  case BinaryOp::subtract:
    return left - right;
  case BinaryOp::multiply:
    return left * right;
  case BinaryOp::divide:
    return left / right;
  case BinaryOp::modulo:
    return floatModulo(left, right);
  case BinaryOp::floor_divide: {
    double quotient = (left - floatModulo(left, right)) / right;
    double floored = std::floor(quotient);
    return quotient - floored > 0.5 ? floored + 1 : floored;
  }
  case BinaryOp::power: {
    if (left == 0 && right < 0)
      fail("0.0 cannot be raised to a negative power");
    if (left < 0 && std::isfinite(right) && right != std::floor(right))
      fail("complex numbers are not supported");
    double result = std::pow(left, right);
    if (std::isinf(result) && std::isfinite(left) && std::isfinite(right))
      fail("(34, 'Numerical result out of range')");
    return result;
  }
  }
  __builtin_unreachable();
}

Value concatenate(const Value &left, const Value &right) {
  bool markup = left.isMarkup() || right.isMarkup();
  auto piece = [&](const Value &value) {
    return markup && !value.isMarkup() ? escapeHtml(value.text()) : std::string(value.text());
  };
  return Value(piece(left) + piece(right), markup);
}

Value repeat(const Value &value, Integer times) {
  if (times < 0)
    times = 0;
  auto check = [&](size_t size, size_t limit) {
    if (size > 0 && times > static_cast<Integer>(limit / size))
      fail("the result of * is over the limit of " + std::to_string(limit));
  };
  if (value.isText()) {
    check(value.text().size(), kMaxTextBytes);
    std::string result;
    result.reserve(value.text().size() * static_cast<size_t>(times));
    for (Integer i = 0; i < times && !value.text().empty(); ++i)
      result += value.text();
    return Value(std::move(result), value.isMarkup());
  }
  const std::vector<Value> &items = *value.items();
  check(items.size(), kMaxItems);
  std::vector<Value> result;
  for (Integer i = 0; i < times && !items.empty(); ++i)
    result.insert(result.end(), items.begin(), items.end());
  return value.is<List>() ? Value::list(std::move(result)) : Value::tuple(std::move(result));
}

Value chain(const Value &left, const Value &right) {
  std::vector<Value> result = *left.items();
  result.insert(result.end(), right.items()->begin(), right.items()->end());
  return left.is<List>() ? Value::list(std::move(result)) : Value::tuple(std::move(result));
}

}  // namespace

void failUndefined(const Value &undefined) { fail(*undefined.get<Undefined>().reason); }

std::string inQuotes(std::string_view text) { return "'" + std::string(text) + "'"; }

Value applyBinary(BinaryOp op, const Value &left, const Value &right) {
  // Python asks the left operand first: a string formats whatever stands right of %.
  if (op == BinaryOp::modulo && left.isText())
    return percentFormat(left, right);
  for (const Value *operand : {&left, &right})
    if (operand->isUndefined())
      failUndefined(*operand);
  if (left.isInteger() && right.isInteger())
    return integerOp(op, left.integer(), right.integer());
  if (left.isNumber() && right.isNumber())
    return realOp(op, left.real(), right.real());
  if (op == BinaryOp::add) {
    if (left.isText() && right.isText())
      return concatenate(left, right);
    if ((left.is<List>() && right.is<List>()) || (left.is<Tuple>() && right.is<Tuple>()))
      return chain(left, right);
  }
  if (op == BinaryOp::multiply) {
    auto repeatable = [](const Value &value) { return value.isText() || value.items(); };
    if (repeatable(left) && right.isInteger())
      return repeat(left, right.integer());
    if (left.isInteger() && repeatable(right))
      return repeat(right, left.integer());
  }
  failOperands(op, left, right);
}

Value negate(const Value &operand) {
  if (operand.isUndefined())
    failUndefined(operand);
  if (operand.is<double>())
    return -operand.get<double>();
  if (!operand.isInteger())
    fail("bad operand type for unary -: " + inQuotes(operand.typeName()));
  return integerOp(BinaryOp::subtract, 0, operand.integer());
}

Value unaryPlus(const Value &operand) {
  if (operand.isUndefined())
    failUndefined(operand);
  if (!operand.isNumber())
    fail("bad operand type for unary +: " + inQuotes(operand.typeName()));
  return operand.is<bool>() ? Value(operand.integer()) : operand;
}

std::optional<size_t> resolveIndex(Integer index, size_t size) {
  Integer place = index < 0 ? index + static_cast<Integer>(size) : index;
  if (place < 0 || place >= static_cast<Integer>(size))
    return std::nullopt;
  return static_cast<size_t>(place);
}

}  // namespace qwen::jinja
