#include "runtime/text/jinja/Interpreter.h"

#include "runtime/text/jinja/DepthGuard.h"
#include "runtime/text/jinja/Operators.h"
#include "runtime/text/jinja/Print.h"

namespace qwen::jinja {

std::optional<Value> *Scope::find(std::string_view name) {
  for (auto &[known, value] : variables)
    if (known == name)
      return &value;
  return nullptr;
}

void Scope::set(const std::string &name, std::optional<Value> value) {
  if (std::optional<Value> *known = find(name))
    *known = std::move(value);
  else
    variables.emplace_back(name, std::move(value));
}

Interpreter::~Interpreter() {
  for (const ScopePointer &scope : captured_scopes)
    scope->variables.clear();
  for (const std::shared_ptr<Namespace> &space : namespaces)
    space->attributes = {};
}

std::string Interpreter::render(const Template &parsed) {
  std::string result;
  out = &result;
  runScoped(parsed.body, std::make_shared<Scope>(nullptr));
  return result;
}

void Interpreter::charge(size_t amount) {
  work += amount;
  if (work > kMaxWork)
    fail("the template does not end: " + std::to_string(kMaxWork) + " steps done");
}

void Interpreter::print(std::string_view text) {
  if (out->size() + text.size() > kMaxTextBytes)
    fail("the rendered text is over the limit of " + std::to_string(kMaxTextBytes) + " bytes");
  *out += text;
}

Interpreter::Flow Interpreter::runBlock(const Block &block, const ScopePointer &scope) {
  DepthGuard guard(*this);
  for (const std::unique_ptr<Statement> &statement : block) {
    current_line = statement->line;
    charge(1);
    Flow flow = std::visit([&](const auto &node) { return run(node, scope); }, statement->node);
    if (flow != Flow::normal)
      return flow;
  }
  return Flow::normal;
}

Interpreter::Flow Interpreter::runScoped(const ScopedBlock &block, const ScopePointer &scope) {
  for (const std::string &name : block.hidden)
    scope->set(name, std::nullopt);
  return runBlock(block.statements, scope);
}

Interpreter::Flow Interpreter::run(const TextData &data, const ScopePointer &) {
  print(data.text);
  return Flow::normal;
}

Interpreter::Flow Interpreter::run(const Print &statement, const ScopePointer &scope) {
  for (const ExprPtr &value : statement.values)
    print(toText(evaluate(*value, scope)));
  return Flow::normal;
}

// The items that pass the test of `for x in xs if test`, decided one by one as the loop comes to them.
Iterator Interpreter::filterItems(const For &loop, const ScopePointer &scope, Iterator source) {
  return [this, &loop, scope, source = std::move(source)]() -> std::optional<Value> {
    while (std::optional<Value> candidate = source()) {
      charge(1);
      ScopePointer inner = std::make_shared<Scope>(scope);
      assign(loop.target, *candidate, inner);
      if (truth(evaluate(*loop.test, inner)))
        return candidate;
    }
    return std::nullopt;
  };
}

Interpreter::Flow Interpreter::run(const For &statement, const ScopePointer &scope) {
  Value iterable = evaluate(*statement.iterable, scope);
  Iterator source = iterate(iterable);
  if (statement.test)
    source = filterItems(statement, scope, std::move(source));
  auto loop = std::make_shared<Loop>(iterable, std::move(source), !statement.test);
  bool completed = false;  // some run of the body came to its end: jinja2 runs `else` otherwise
  while (loop->advance()) {
    charge(kIterationWork);
    ScopePointer inner = std::make_shared<Scope>(scope);
    assign(statement.target, *loop->current, inner);
    inner->set("loop", Value(loop));
    Flow flow = runScoped(statement.body, inner);
    if (flow == Flow::break_loop)
      break;
    completed |= flow == Flow::normal;
  }
  loop->finish();
  return completed ? Flow::normal : runScoped(statement.otherwise, std::make_shared<Scope>(scope));
}

Interpreter::Flow Interpreter::run(const If &statement, const ScopePointer &scope) {
  for (const If::Branch &branch : statement.branches) {
    current_line = branch.line;
    if (truth(evaluate(*branch.test, scope)))
      return runBlock(branch.body, scope);
  }
  return runBlock(statement.otherwise, scope);
}

void Interpreter::checkNamespaces(const Target &target, const ScopePointer &scope) {
  if (target.kind == Target::Kind::attribute && !lookUp(target.name, scope).object<Namespace>())
    fail("cannot assign attribute on non-namespace object");
}

void Interpreter::assign(const Target &target, const Value &value, const ScopePointer &scope) {
  switch (target.kind) {
  case Target::Kind::name:
    scope->set(target.name, value);
    return;
  case Target::Kind::attribute:
    if (target.attribute.starts_with('_'))
      fail("chat templates cannot store underscore-prefixed attributes on a namespace, but got " +
           inQuotes(target.attribute));
    lookUp(target.name, scope).object<Namespace>()->attributes.set(target.attribute, value);
    return;
  case Target::Kind::tuple: {
    if (!isIterable(value))
      fail("cannot unpack non-iterable " + std::string(value.typeName()) + " object");
    std::vector<Value> items = collect(value);
    if (items.size() != target.items.size())
      fail((items.size() < target.items.size() ? "not enough values to unpack (expected "
                                               : "too many values to unpack (expected ") +
           std::to_string(target.items.size()) + ", got " + std::to_string(items.size()) + ")");
    for (size_t i = 0; i < items.size(); ++i)
      assign(target.items[i], items[i], scope);
    return;
  }
  }
}

Interpreter::Flow Interpreter::run(const Set &set, const ScopePointer &scope) {
  checkNamespaces(set.target, scope);
  assign(set.target, evaluate(*set.value, scope), scope);
  return Flow::normal;
}

std::string Interpreter::capture(const ScopedBlock &block, const ScopePointer &scope, Flow &flow) {
  std::string text;
  std::string *outer = std::exchange(out, &text);
  flow = runScoped(block, scope);
  out = outer;
  return text;
}

Interpreter::Flow Interpreter::run(const SetBlock &set, const ScopePointer &scope) {
  Flow flow;
  ScopePointer inner = std::make_shared<Scope>(scope);
  Value text = capture(set.body, inner, flow);
  if (flow == Flow::normal)
    assign(set.target, set.filter ? applyBlockFilter(*set.filter, text, inner) : text, scope);
  return flow;
}

Interpreter::Flow Interpreter::run(const FilterBlock &block, const ScopePointer &scope) {
  Flow flow;
  ScopePointer inner = std::make_shared<Scope>(scope);
  Value text = capture(block.body, inner, flow);
  if (flow == Flow::normal)
    print(toText(applyBlockFilter(*block.filter, text, inner)));
  return flow;
}

Interpreter::Flow Interpreter::run(const With &with, const ScopePointer &scope) {
  ScopePointer inner = std::make_shared<Scope>(scope);
  for (size_t i = 0; i < with.targets.size(); ++i)
    assign(with.targets[i], evaluate(*with.values[i], scope), inner);
  return runScoped(with.body, inner);
}

Value Interpreter::makeMacro(const MacroDefinition &macro, const ScopePointer &scope) {
  captured_scopes.push_back(scope);
  return Value(std::make_shared<Macro>(macro, scope));
}

Interpreter::Flow Interpreter::run(const MacroDefinition &macro, const ScopePointer &scope) {
  scope->set(macro.name, makeMacro(macro, scope));
  return Flow::normal;
}

Interpreter::Flow Interpreter::run(const CallBlock &block, const ScopePointer &scope) {
  const Call &node = std::get<Call>(block.call->node);
  Value callee = evaluate(*node.callee, scope);
  CallArguments arguments = evaluateArguments(node.arguments, scope);
  arguments.keywords.emplace_back("caller", makeMacro(block.caller, scope));
  current_line = block.call->line;
  print(toText(call(callee, arguments)));
  return Flow::normal;
}

Interpreter::Flow Interpreter::run(const Generation &block, const ScopePointer &scope) {
  return runScoped(block.body, std::make_shared<Scope>(scope));
}

}  // namespace qwen::jinja
