// Goes over the children of an expression.
#pragma once

#include "runtime/text/jinja/Ast.h"

namespace qwen::jinja {

template <typename Visit>  // (const Expr &)
struct ChildVisitor {
  Visit visit;

  void one(const ExprPtr &expr) {
    if (expr)
      visit(*expr);
  }
  void all(const std::vector<ExprPtr> &exprs) {
    for (const ExprPtr &expr : exprs)
      one(expr);
  }
  void all(const Arguments &arguments) {
    all(arguments.positional);
    for (const auto &[name, value] : arguments.keywords)
      one(value);
    one(arguments.star);
    one(arguments.double_star);
  }

  void operator()(const Literal &) {}
  void operator()(const Name &) {}
  void operator()(const ListLiteral &list) { all(list.items); }
  void operator()(const TupleLiteral &tuple) { all(tuple.items); }
  void operator()(const DictLiteral &dict) {
    for (const auto &[key, value] : dict.entries)
      one(key), one(value);
  }
  void operator()(const Unary &unary) { one(unary.operand); }
  void operator()(const Binary &binary) { one(binary.left), one(binary.right); }
  void operator()(const Logical &logical) { one(logical.left), one(logical.right); }
  void operator()(const Compare &compare) {
    one(compare.first);
    for (const auto &[op, operand] : compare.rest)
      one(operand);
  }
  void operator()(const Concat &concat) { all(concat.parts); }
  void operator()(const Conditional &c) { one(c.test), one(c.then), one(c.otherwise); }
  void operator()(const Attribute &attribute) { one(attribute.object); }
  void operator()(const Subscript &subscript) { one(subscript.object), one(subscript.index); }
  void operator()(const Slice &slice) { one(slice.object), one(slice.start), one(slice.stop), one(slice.step); }
  void operator()(const Call &call) { one(call.callee), all(call.arguments); }
  void operator()(const Filter &filter) { one(filter.subject), all(filter.arguments); }
  void operator()(const Test &test) { one(test.subject), all(test.arguments); }
};

template <typename Visit> void forEachChild(const Expr &expr, Visit visit) {
  std::visit(ChildVisitor<Visit>{std::move(visit)}, expr.node);
}

}  // namespace qwen::jinja
