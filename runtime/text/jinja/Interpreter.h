// Renders a Template: one instance for one rendering.
#pragma once

#include "runtime/text/jinja/Ast.h"
#include "runtime/text/jinja/Builtins.h"
#include "runtime/text/jinja/Objects.h"

namespace qwen::jinja {

// The variables of one run of a block. Macros keep the scope they were defined in.
struct Scope {
  explicit Scope(std::shared_ptr<Scope> outer) : outer(std::move(outer)) {}

  // Null when this scope has no such variable; a variable without a value hides those outside.
  std::optional<Value> *find(std::string_view name);
  void set(const std::string &name, std::optional<Value> value);

  std::shared_ptr<Scope> outer;
  std::vector<std::pair<std::string, std::optional<Value>>> variables;
};
using ScopePointer = std::shared_ptr<Scope>;

class Interpreter {
public:
  // `context`: the template's arguments, text keys to values.
  explicit Interpreter(const Dict &context) : context(context) {}
  ~Interpreter();

  std::string render(const Template &parsed);
  int line() const { return current_line; }  // of what is, or was last, evaluated

  // For the builtins.
  Value call(const Value &callee, const CallArguments &arguments);
  Value callFilter(std::string_view name, const Value &subject, const CallArguments &arguments);
  bool callTest(std::string_view name, const Value &subject, const CallArguments &arguments);
  Value attribute(const Value &object, const std::string &name);  // object.name
  Value item(const Value &object, const Value &key);              // object[key]
  Value makeNamespace(Dict attributes);
  void charge(size_t work);  // fails when a rendering has gone on for too long

private:
  enum class Flow { normal, break_loop, continue_loop };

  // Statements: Interpreter.cpp
  Flow runBlock(const Block &block, const ScopePointer &scope);
  Flow runScoped(const ScopedBlock &block, const ScopePointer &scope);  // `scope` is the block's own
  Flow run(const TextData &, const ScopePointer &scope);
  Flow run(const Print &print, const ScopePointer &scope);
  Flow run(const For &loop, const ScopePointer &scope);
  Flow run(const If &statement, const ScopePointer &scope);
  Flow run(const Set &set, const ScopePointer &scope);
  Flow run(const SetBlock &set, const ScopePointer &scope);
  Flow run(const FilterBlock &block, const ScopePointer &scope);
  Flow run(const With &with, const ScopePointer &scope);
  Flow run(const MacroDefinition &macro, const ScopePointer &scope);
  Flow run(const CallBlock &block, const ScopePointer &scope);
  Flow run(const Generation &block, const ScopePointer &scope);
  Flow run(const Break &, const ScopePointer &) { return Flow::break_loop; }
  Flow run(const Continue &, const ScopePointer &) { return Flow::continue_loop; }
  Iterator filterItems(const For &loop, const ScopePointer &scope, Iterator source);
  void assign(const Target &target, const Value &value, const ScopePointer &scope);
  void checkNamespaces(const Target &target, const ScopePointer &scope);
  Value makeMacro(const MacroDefinition &macro, const ScopePointer &scope);
  std::string capture(const ScopedBlock &block, const ScopePointer &scope, Flow &flow);
  void print(std::string_view text);

  // Expressions: Evaluate.cpp
  Value evaluate(const Expr &expr, const ScopePointer &scope);
  Value evaluate(const Literal &literal, const ScopePointer &) { return literal.value; }
  Value evaluate(const Name &name, const ScopePointer &scope);
  Value evaluate(const ListLiteral &list, const ScopePointer &scope);
  Value evaluate(const TupleLiteral &tuple, const ScopePointer &scope);
  Value evaluate(const DictLiteral &dict, const ScopePointer &scope);
  Value evaluate(const Unary &unary, const ScopePointer &scope);
  Value evaluate(const Binary &binary, const ScopePointer &scope);
  Value evaluate(const Logical &logical, const ScopePointer &scope);
  Value evaluate(const Compare &compare, const ScopePointer &scope);
  Value evaluate(const Concat &concat, const ScopePointer &scope);
  Value evaluate(const Conditional &conditional, const ScopePointer &scope);
  Value evaluate(const Attribute &attribute, const ScopePointer &scope);
  Value evaluate(const Subscript &subscript, const ScopePointer &scope);
  Value evaluate(const Slice &slice, const ScopePointer &scope);
  Value evaluate(const Call &call, const ScopePointer &scope);
  Value evaluate(const Filter &filter, const ScopePointer &scope);
  Value evaluate(const Test &test, const ScopePointer &scope);
  Value applyFilter(const Filter &filter, const Value &subject, const ScopePointer &scope);
  // A filter that stands at a block: the innermost of its chain takes `text`.
  Value applyBlockFilter(const Expr &filter, const Value &text, const ScopePointer &scope);
  std::vector<Value> evaluateAll(const std::vector<ExprPtr> &exprs, const ScopePointer &scope);
  CallArguments evaluateArguments(const Arguments &arguments, const ScopePointer &scope);
  Value lookUp(const std::string &name, const ScopePointer &scope);
  Value callMacro(const Macro &macro, CallArguments arguments);

  const Dict &context;
  std::string *out = nullptr;  // what is printed goes here
  int current_line = 1;
  int depth = 0;  // of statements and expressions in one another, macros included
  size_t work = 0;
  // What can hold itself, emptied at the end.
  std::vector<ScopePointer> captured_scopes;
  std::vector<std::shared_ptr<Namespace>> namespaces;

  friend struct DepthGuard;
};

}  // namespace qwen::jinja
