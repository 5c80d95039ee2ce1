// Calls: functions, methods, macros, filters and tests.
#include "runtime/text/jinja/DepthGuard.h"
#include "runtime/text/jinja/Interpreter.h"
#include "runtime/text/jinja/Operators.h"

#include <algorithm>

namespace qwen::jinja {

Value Interpreter::call(const Value &callee, const CallArguments &arguments) {
  if (callee.isUndefined())
    failUndefined(callee);
  if (const Function *function = callee.object<Function>())
    return callBuiltin(function->builtin, *this, function->self, arguments);
  if (const Macro *macro = callee.object<Macro>())
    return callMacro(*macro, arguments);
  if (callee.object<Loop>())
    fail("recursive loops are not supported in chat templates");
  fail(inQuotes(callee.typeName()) + " object is not callable");
}

Value Interpreter::callFilter(std::string_view name, const Value &subject, const CallArguments &arguments) {
  const Builtin *filter = findFilter(name);
  if (!filter)
    fail(unknownFilter(name));
  return callBuiltin(*filter, *this, subject, arguments);
}

bool Interpreter::callTest(std::string_view name, const Value &subject, const CallArguments &arguments) {
  const Builtin *test = findTest(name);
  if (!test)
    fail(unknownTest(name));
  return truth(callBuiltin(*test, *this, subject, arguments));
}

Value Interpreter::makeNamespace(Dict attributes) {
  namespaces.push_back(std::make_shared<Namespace>());
  namespaces.back()->attributes = std::move(attributes);
  return Value(namespaces.back());
}

// The keyword argument of that name, taken from the others.
static std::optional<Value> take(CallArguments &arguments, const std::string &name) {
  std::optional<Value> value;
  auto found = std::find_if(arguments.keywords.begin(), arguments.keywords.end(),
                            [&](const auto &keyword) { return keyword.first == name; });
  if (found != arguments.keywords.end()) {
    value.emplace(found->second);
    arguments.keywords.erase(found);
  }
  return value;
}

Value Interpreter::callMacro(const Macro &macro, CallArguments arguments) {
  DepthGuard guard(*this);
  const MacroDefinition &definition = macro.definition;
  const std::string name = definition.name.empty() ? "None" : inQuotes(definition.name);
  ScopePointer scope = std::make_shared<Scope>(macro.scope);
  size_t count = definition.parameters.size(), given = std::min(count, arguments.positional.size());
  for (size_t i = 0; i < given; ++i)
    scope->set(definition.parameters[i], arguments.positional[i]);
  for (size_t i = given; i < count; ++i)
    scope->set(definition.parameters[i], take(arguments, definition.parameters[i]));
  if (definition.uses_caller) {
    std::optional<Value> caller = take(arguments, "caller");
    scope->set("caller", caller && !caller->isNone() ? *caller : Value::undefined("no caller defined"));
  }
  if (definition.uses_kwargs) {
    Dict keywords;
    for (const auto &[keyword, value] : arguments.keywords)
      keywords.set(keyword, value);
    scope->set("kwargs", Value::dict(std::move(keywords)));
  } else if (!arguments.keywords.empty()) {
    fail("macro " + name + " takes no keyword argument " + inQuotes(arguments.keywords[0].first));
  }
  if (definition.uses_varargs)
    scope->set("varargs", Value::tuple({arguments.positional.begin() + static_cast<std::ptrdiff_t>(given),
                                        arguments.positional.end()}));
  else if (arguments.positional.size() > count)
    fail("macro " + name + " takes not more than " + std::to_string(count) + " argument(s)");
  for (size_t i = 0; i < count; ++i) {
    const std::string &parameter = definition.parameters[i];
    if (*scope->find(parameter))
      continue;
    size_t without_default = count - definition.defaults.size();
    Value value = Value::undefined("parameter " + inQuotes(parameter) + " was not provided");
    if (i >= without_default)
      value = evaluate(*definition.defaults[i - without_default], scope);
    scope->set(parameter, std::move(value));
  }
  int line = current_line;
  Flow flow;
  std::string text = capture(definition.body, scope, flow);
  current_line = line;
  return Value(std::move(text));
}

}  // namespace qwen::jinja
