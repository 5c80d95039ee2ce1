// Python's operators on template values. Each fails with Python's own complaint where Python raises.
#pragma once

#include "runtime/text/jinja/Value.h"

namespace qwen::jinja {

enum class BinaryOp { add, subtract, multiply, divide, floor_divide, modulo, power };
enum class CompareOp { equal, not_equal, less, less_equal, greater, greater_equal, in, not_in };

Value applyBinary(BinaryOp op, const Value &left, const Value &right);
bool applyCompare(CompareOp op, const Value &left, const Value &right);
Value negate(const Value &operand);
Value unaryPlus(const Value &operand);

bool truth(const Value &value);
bool equals(const Value &left, const Value &right);
// Negative, 0 or positive; `symbol` is the operator that the complaint names. A NaN is unordered: nullopt.
std::optional<int> order(const Value &left, const Value &right, std::string_view symbol);
bool contains(const Value &container, const Value &item);
size_t hashOf(const Value &key);

// len(); nullopt where Python has none.
std::optional<size_t> lengthOf(const Value &value);
// object[start:stop:step]; an absent bound is None.
Value slice(const Value &object, const Value &start, const Value &stop, const Value &step);
// The place of item `index` (from the end when negative) among `size`, nullopt when there is none.
std::optional<size_t> resolveIndex(Integer index, size_t size);

[[noreturn]] void failUndefined(const Value &undefined);
std::string inQuotes(std::string_view text);  // 'text'

}  // namespace qwen::jinja
