#include "runtime/text/jinja/Builtins.h"
#include "runtime/text/jinja/Scopes.h"
#include "runtime/text/jinja/Walk.h"

#include <set>

namespace qwen::jinja {
namespace {

// Which of a macro's special names its body reads before it sets them.
struct MacroUse {
  std::set<std::string> candidates{"caller", "kwargs", "varargs"};
  std::set<std::string> used;
};

class NameChecker {
public:
  explicit NameChecker(int &line) : line(line) {}

  // `soft`: within an `if`, where unknown filters wait until they run.
  void block(Block &statements, bool soft) {
    for (std::unique_ptr<Statement> &statement : statements) {
      line = statement->line;
      std::visit([&](auto &node) { visit(node, soft); }, statement->node);
    }
  }

private:
  void load(const std::string &name) {
    for (MacroUse *macro : macros)
      if (macro->candidates.count(name))
        macro->used.insert(name);
  }

  void store(const std::string &name) {
    if (name == "loop" && loops > 0)
      fail("can't assign to special loop variable");
    for (MacroUse *macro : macros)
      macro->candidates.erase(name);
  }

  void target(const Target &target) {
    if (target.kind == Target::Kind::name)
      store(target.name);
    for (const Target &item : target.items)
      this->target(item);
  }

  void expr(const Expr &expr, bool soft) {
    if (const Name *name = std::get_if<Name>(&expr.node))
      load(name->name);
    if (const Filter *filter = std::get_if<Filter>(&expr.node); filter && !soft && !findFilter(filter->name))
      failAt(expr, unknownFilter(filter->name));
    if (const Test *test = std::get_if<Test>(&expr.node); test && !soft && !findTest(test->name))
      failAt(expr, unknownTest(test->name));
    bool soft_child = soft || std::holds_alternative<Conditional>(expr.node);
    forEachChild(expr, [&](const Expr &child) { this->expr(child, soft_child); });
  }
  void expr(const ExprPtr &expr, bool soft) {
    if (expr)
      this->expr(*expr, soft);
  }

  [[noreturn]] void failAt(const Expr &expr, std::string message) {
    line = expr.line;
    fail(std::move(message));
  }

  void visit(TextData &, bool) {}
  void visit(Break &, bool) {}
  void visit(Continue &, bool) {}
  void visit(Print &print, bool soft) {
    for (const ExprPtr &value : print.values)
      expr(value, soft);
  }
  void visit(For &loop, bool soft) {
    ++loops;
    target(loop.target);
    expr(loop.iterable, soft);
    block(loop.body.statements, false);
    block(loop.otherwise.statements, false);
    expr(loop.test, false);
    --loops;
  }
  void visit(If &statement, bool) {
    for (If::Branch &branch : statement.branches) {
      expr(branch.test, true);
      block(branch.body, true);
    }
    block(statement.otherwise, true);
  }
  void visit(Set &set, bool soft) {
    target(set.target);
    expr(set.value, soft);
  }
  void visit(SetBlock &set, bool) {
    target(set.target);
    expr(set.filter, false);
    block(set.body.statements, false);
  }
  void visit(FilterBlock &statement, bool) {
    block(statement.body.statements, false);
    expr(statement.filter, false);
  }
  void visit(Generation &statement, bool) { block(statement.body.statements, false); }
  void visit(With &with, bool soft) {
    for (const Target &name : with.targets)
      target(name);
    for (const ExprPtr &value : with.values)
      expr(value, soft);
    block(with.body.statements, false);
  }
  void visit(CallBlock &statement, bool soft) {
    expr(statement.call, soft);
    visit(statement.caller, soft);
  }
  void visit(MacroDefinition &macro, bool) {
    for (const std::string &parameter : macro.parameters)
      store(parameter);
    for (const ExprPtr &value : macro.defaults)
      expr(value, false);
    MacroUse use;
    macros.push_back(&use);
    block(macro.body.statements, false);
    macros.pop_back();
    auto uses = [&](const char *name) {
      for (const std::string &parameter : macro.parameters)
        if (parameter == name)
          return false;
      return use.used.count(name) > 0;
    };
    macro.uses_caller = uses("caller");
    macro.uses_kwargs = uses("kwargs");
    macro.uses_varargs = uses("varargs");
  }

  int &line;
  int loops = 0;
  std::vector<MacroUse *> macros;
};

}  // namespace

void checkNames(Template &parsed, int &line) { NameChecker(line).block(parsed.body.statements, false); }

}  // namespace qwen::jinja
