#include "runtime/text/jinja/DepthGuard.h"
#include "runtime/text/jinja/Interpreter.h"
#include "runtime/text/jinja/Operators.h"
#include "runtime/text/jinja/Print.h"

#include <algorithm>

namespace qwen::jinja {

Value Interpreter::evaluate(const Expr &expr, const ScopePointer &scope) {
  DepthGuard guard(*this);
  current_line = expr.line;
  charge(1);
  Value value = std::visit([&](const auto &node) { return evaluate(node, scope); }, expr.node);
  current_line = expr.line;  // a macro or an operand moved it
  if (value.isText())
    charge(value.text().size() / 64);
  return value;
}

Value Interpreter::lookUp(const std::string &name, const ScopePointer &scope) {
  for (Scope *s = scope.get(); s; s = s->outer.get())
    if (std::optional<Value> *found = s->find(name))
      return *found ? **found : Value::undefined(inQuotes(name) + " is undefined");
  if (const Value *argument = context.find(name))
    return *argument;
  if (const Builtin *global = findGlobal(name))
    return Value(std::make_shared<Function>(*global, None{}));
  for (std::string_view other : {"lipsum", "cycler", "joiner", "self"})
    if (name == other)
      fail("the global " + inQuotes(name) + " is not supported in chat templates");
  return Value::undefined(inQuotes(name) + " is undefined");
}

Value Interpreter::evaluate(const Name &name, const ScopePointer &scope) { return lookUp(name.name, scope); }

std::vector<Value> Interpreter::evaluateAll(const std::vector<ExprPtr> &exprs, const ScopePointer &scope) {
  std::vector<Value> values;
  values.reserve(exprs.size());
  for (const ExprPtr &expr : exprs)
    values.push_back(evaluate(*expr, scope));
  return values;
}

Value Interpreter::evaluate(const ListLiteral &list, const ScopePointer &scope) {
  return Value::list(evaluateAll(list.items, scope));
}

Value Interpreter::evaluate(const TupleLiteral &tuple, const ScopePointer &scope) {
  return Value::tuple(evaluateAll(tuple.items, scope));
}

Value Interpreter::evaluate(const DictLiteral &dict, const ScopePointer &scope) {
  Dict result;
  for (const auto &[key, value] : dict.entries) {
    Value evaluated_key = evaluate(*key, scope);
    result.set(std::move(evaluated_key), evaluate(*value, scope));
  }
  return Value::dict(std::move(result));
}

Value Interpreter::evaluate(const Unary &unary, const ScopePointer &scope) {
  Value operand = evaluate(*unary.operand, scope);
  switch (unary.op) {
  case Unary::Op::negative:
    return negate(operand);
  case Unary::Op::positive:
    return unaryPlus(operand);
  case Unary::Op::logical_not:
    return !truth(operand);
  }
  __builtin_unreachable();
}

Value Interpreter::evaluate(const Binary &binary, const ScopePointer &scope) {
  Value left = evaluate(*binary.left, scope), right = evaluate(*binary.right, scope);
  Value result = applyBinary(binary.op, left, right);
  if (const std::vector<Value> *items = result.items())
    charge(items->size() / 4);
  return result;
}

Value Interpreter::evaluate(const Logical &logical, const ScopePointer &scope) {
  Value left = evaluate(*logical.left, scope);
  return truth(left) == (logical.op == Logical::Op::logical_and) ? evaluate(*logical.right, scope) : left;
}

Value Interpreter::evaluate(const Compare &compare, const ScopePointer &scope) {
  Value left = evaluate(*compare.first, scope);
  for (const auto &[op, operand] : compare.rest) {
    Value right = evaluate(*operand, scope);
    if (!applyCompare(op, left, right))
      return false;
    left = std::move(right);
  }
  return true;
}

Value Interpreter::evaluate(const Concat &concat, const ScopePointer &scope) {
  std::string text;
  for (const Value &part : evaluateAll(concat.parts, scope))
    text += toText(part);
  return Value(std::move(text));
}

Value Interpreter::evaluate(const Conditional &conditional, const ScopePointer &scope) {
  if (truth(evaluate(*conditional.test, scope)))
    return evaluate(*conditional.then, scope);
  if (conditional.otherwise)
    return evaluate(*conditional.otherwise, scope);
  return Value::undefined("the inline if-expression evaluated to false and no else section was defined");
}

Value Interpreter::evaluate(const Attribute &node, const ScopePointer &scope) {
  return attribute(evaluate(*node.object, scope), node.name);
}

Value Interpreter::evaluate(const Subscript &subscript, const ScopePointer &scope) {
  Value object = evaluate(*subscript.object, scope);
  return item(object, evaluate(*subscript.index, scope));
}

Value Interpreter::evaluate(const Slice &node, const ScopePointer &scope) {
  auto bound = [&](const ExprPtr &expr) { return expr ? evaluate(*expr, scope) : Value(None{}); };
  Value object = evaluate(*node.object, scope);
  Value start = bound(node.start), stop = bound(node.stop), step = bound(node.step);
  return slice(object, start, stop, step);
}

CallArguments Interpreter::evaluateArguments(const Arguments &arguments, const ScopePointer &scope) {
  CallArguments result;
  result.positional = evaluateAll(arguments.positional, scope);
  if (arguments.star)
    for (Value &value : collect(evaluate(*arguments.star, scope)))
      result.positional.push_back(std::move(value));
  auto add = [&](std::string name, Value value) {
    auto same = [&](const auto &keyword) { return keyword.first == name; };
    if (std::any_of(result.keywords.begin(), result.keywords.end(), same))
      fail("keyword argument repeated: " + name);
    result.keywords.emplace_back(std::move(name), std::move(value));
  };
  for (const auto &[name, value] : arguments.keywords)
    add(name, evaluate(*value, scope));
  if (arguments.double_star) {
    Value extra = evaluate(*arguments.double_star, scope);
    if (!extra.isDict())
      fail("argument after ** must be a mapping, not " + std::string(extra.typeName()));
    for (const auto &[name, value] : extra.dict().entries()) {
      if (!name.isText())
        fail("keywords must be strings");
      add(std::string(name.text()), value);
    }
  }
  return result;
}

Value Interpreter::evaluate(const Call &node, const ScopePointer &scope) {
  Value callee = evaluate(*node.callee, scope);
  return call(callee, evaluateArguments(node.arguments, scope));
}

Value Interpreter::applyFilter(const Filter &filter, const Value &subject, const ScopePointer &scope) {
  return callFilter(filter.name, subject, evaluateArguments(filter.arguments, scope));
}

Value Interpreter::evaluate(const Filter &filter, const ScopePointer &scope) {
  return applyFilter(filter, evaluate(*filter.subject, scope), scope);
}

Value Interpreter::applyBlockFilter(const Expr &expr, const Value &text, const ScopePointer &scope) {
  current_line = expr.line;
  const Filter &filter = std::get<Filter>(expr.node);
  return applyFilter(filter, filter.subject ? applyBlockFilter(*filter.subject, text, scope) : text, scope);
}

Value Interpreter::evaluate(const Test &test, const ScopePointer &scope) {
  Value subject = evaluate(*test.subject, scope);
  return callTest(test.name, subject, evaluateArguments(test.arguments, scope));
}

}  // namespace qwen::jinja
