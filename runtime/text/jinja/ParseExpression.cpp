#include "runtime/text/jinja/ParserNesting.h"

#include <algorithm>

namespace qwen::jinja {

ExprPtr Parser::make(int where, Expr::Node node, int depth) {
  if (depth > kMaxExprDepth)
    failAt(where, "an expression is more than " + std::to_string(kMaxExprDepth) + " operations deep");
  return std::make_unique<Expr>(Expr{where, depth, std::move(node)});
}

ExprPtr Parser::make(int where, Expr::Node node, std::initializer_list<Expr *> children) {
  int depth = 0;
  for (Expr *child : children)
    if (child)
      depth = std::max(depth, child->depth);
  return make(where, std::move(node), depth + 1);
}

static int depthOf(const std::vector<ExprPtr> &exprs) {
  int depth = 0;
  for (const ExprPtr &expr : exprs)
    depth = std::max(depth, expr->depth);
  return depth;
}

static int depthOf(const Arguments &arguments) {
  int depth = depthOf(arguments.positional);
  for (const auto &[name, value] : arguments.keywords)
    depth = std::max(depth, value->depth);
  for (const ExprPtr *extra : {&arguments.star, &arguments.double_star})
    if (*extra)
      depth = std::max(depth, (*extra)->depth);
  return depth;
}

ExprPtr Parser::parseExpression() { return parseConditional(); }

ExprPtr Parser::parseConditional() {
  Nesting guard(*this);
  int where = current().line;
  ExprPtr expr = parseOr();
  while (skipName("if")) {
    ExprPtr test = parseOr(), otherwise;
    if (skipName("else"))
      otherwise = parseConditional();
    auto children = {test.get(), expr.get(), otherwise.get()};
    expr = make(where, Conditional{std::move(test), std::move(expr), std::move(otherwise)}, children);
    where = current().line;
  }
  return expr;
}

ExprPtr Parser::parseOr() {
  int where = current().line;
  ExprPtr left = parseAnd();
  while (skipName("or")) {
    ExprPtr right = parseAnd();
    auto children = {left.get(), right.get()};
    left = make(where, Logical{Logical::Op::logical_or, std::move(left), std::move(right)}, children);
  }
  return left;
}

ExprPtr Parser::parseAnd() {
  int where = current().line;
  ExprPtr left = parseNot();
  while (skipName("and")) {
    ExprPtr right = parseNot();
    auto children = {left.get(), right.get()};
    left = make(where, Logical{Logical::Op::logical_and, std::move(left), std::move(right)}, children);
  }
  return left;
}

ExprPtr Parser::parseNot() {
  Nesting guard(*this);
  int where = current().line;
  if (!skipName("not"))
    return parseCompare();
  ExprPtr operand = parseNot();
  int depth = operand->depth + 1;
  return make(where, Unary{Unary::Op::logical_not, std::move(operand)}, depth);
}

ExprPtr Parser::parseCompare() {
  static const std::pair<std::string_view, CompareOp> kOperators[] = {
      {"==", CompareOp::equal},      {"!=", CompareOp::not_equal}, {"<", CompareOp::less},
      {"<=", CompareOp::less_equal}, {">", CompareOp::greater},    {">=", CompareOp::greater_equal}};
  int where = current().line;
  ExprPtr first = parseSum();
  int depth = first->depth;
  std::vector<std::pair<CompareOp, ExprPtr>> rest;
  auto add = [&](CompareOp op) {
    rest.emplace_back(op, parseSum());
    depth = std::max(depth, rest.back().second->depth);
  };
  for (;;) {
    auto found = std::find_if(std::begin(kOperators), std::end(kOperators),
                              [&](const auto &entry) { return current().isOp(entry.first); });
    if (found != std::end(kOperators)) {
      next();
      add(found->second);
    } else if (skipName("in")) {
      add(CompareOp::in);
    } else if (current().isName("not") && ahead().isName("in")) {
      next();
      next();
      add(CompareOp::not_in);
    } else {
      break;
    }
  }
  return rest.empty() ? std::move(first) : make(where, Compare{std::move(first), std::move(rest)}, depth + 1);
}

ExprPtr Parser::parseSum() {
  int where = current().line;
  ExprPtr left = parseConcat();
  while (current().isOp("+") || current().isOp("-")) {
    BinaryOp op = next().text == "+" ? BinaryOp::add : BinaryOp::subtract;
    ExprPtr right = parseConcat();
    auto children = {left.get(), right.get()};
    left = make(where, Binary{op, std::move(left), std::move(right)}, children);
    where = current().line;
  }
  return left;
}

ExprPtr Parser::parseConcat() {
  int where = current().line;
  std::vector<ExprPtr> parts;
  parts.push_back(parseProduct());
  while (skipOp("~"))
    parts.push_back(parseProduct());
  if (parts.size() == 1)
    return std::move(parts[0]);
  int depth = depthOf(parts) + 1;
  return make(where, Concat{std::move(parts)}, depth);
}

ExprPtr Parser::parseProduct() {
  static const std::pair<std::string_view, BinaryOp> kOperators[] = {
      {"*", BinaryOp::multiply}, {"/", BinaryOp::divide}, {"//", BinaryOp::floor_divide}, {"%", BinaryOp::modulo}};
  int where = current().line;
  ExprPtr left = parsePower();
  for (;;) {
    auto found = std::find_if(std::begin(kOperators), std::end(kOperators),
                              [&](const auto &entry) { return current().isOp(entry.first); });
    if (found == std::end(kOperators))
      return left;
    next();
    ExprPtr right = parsePower();
    auto children = {left.get(), right.get()};
    left = make(where, Binary{found->second, std::move(left), std::move(right)}, children);
    where = current().line;
  }
}

ExprPtr Parser::parsePower() {
  int where = current().line;
  ExprPtr left = parseUnary(true);
  while (skipOp("**")) {
    ExprPtr right = parseUnary(true);
    auto children = {left.get(), right.get()};
    left = make(where, Binary{BinaryOp::power, std::move(left), std::move(right)}, children);
    where = current().line;
  }
  return left;
}

ExprPtr Parser::parseUnary(bool with_filters) {
  Nesting guard(*this);
  int where = current().line;
  ExprPtr expr;
  if (current().isOp("-") || current().isOp("+")) {
    Unary::Op op = next().text == "-" ? Unary::Op::negative : Unary::Op::positive;
    ExprPtr operand = parseUnary(false);
    int depth = operand->depth + 1;
    expr = make(where, Unary{op, std::move(operand)}, depth);
  } else {
    expr = parsePrimary();
  }
  expr = parsePostfix(std::move(expr));
  return with_filters ? parseFilters(std::move(expr)) : std::move(expr);
}

ExprPtr Parser::parsePrimary() {
  int where = current().line;
  auto literal = [&](Value value) { return make(where, Literal{std::move(value)}, 1); };
  switch (current().kind) {
  case Token::Kind::name: {
    std::string name = next().text;
    if (name == "true" || name == "True")
      return literal(true);
    if (name == "false" || name == "False")
      return literal(false);
    if (name == "none" || name == "None")
      return literal(None{});
    return make(where, Name{std::move(name)}, 1);
  }
  case Token::Kind::string: {
    std::string text;
    while (current().kind == Token::Kind::string)
      text += next().text;
    return literal(std::move(text));
  }
  case Token::Kind::integer:
  case Token::Kind::real:
    return literal(next().number);
  default:
    break;
  }
  if (skipOp("(")) {
    ExprPtr expr = parseTuple({.parentheses = true});
    expectOp(")");
    return expr;
  }
  if (current().isOp("["))
    return parseList();
  if (current().isOp("{"))
    return parseDict();
  failAt(where, "unexpected " + describe(current()));
}

ExprPtr Parser::parseTuple(TupleStyle style) {
  Nesting guard(*this);
  int where = current().line;
  auto at_end = [&] {
    return current().kind == Token::Kind::variable_end || current().kind == Token::Kind::block_end ||
           current().isOp(")") || (!style.end_name.empty() && current().isName(style.end_name));
  };
  std::vector<ExprPtr> items;
  bool is_tuple = false;
  while (!at_end()) {
    items.push_back(style.primaries_only ? parsePrimary() : style.conditionals ? parseExpression() : parseOr());
    if (!skipOp(","))
      break;
    is_tuple = true;
  }
  if (!is_tuple && !items.empty())
    return std::move(items[0]);
  if (!is_tuple && !style.parentheses)
    failAt(where, "expected an expression, got " + describe(current()));
  int depth = depthOf(items) + 1;
  return make(where, TupleLiteral{std::move(items)}, depth);
}

ExprPtr Parser::parseList() {
  int where = next().line;
  std::vector<ExprPtr> items;
  while (!current().isOp("]")) {
    if (!items.empty())
      expectOp(",");
    if (current().isOp("]"))
      break;
    items.push_back(parseExpression());
  }
  expectOp("]");
  int depth = depthOf(items) + 1;
  return make(where, ListLiteral{std::move(items)}, depth);
}

ExprPtr Parser::parseDict() {
  int where = next().line, depth = 0;
  DictLiteral dict;
  while (!current().isOp("}")) {
    if (!dict.entries.empty())
      expectOp(",");
    if (current().isOp("}"))
      break;
    ExprPtr key = parseExpression();
    expectOp(":");
    ExprPtr value = parseExpression();
    depth = std::max({depth, key->depth, value->depth});
    dict.entries.emplace_back(std::move(key), std::move(value));
  }
  expectOp("}");
  return make(where, std::move(dict), depth + 1);
}

ExprPtr Parser::parsePostfix(ExprPtr expr) {
  for (;;) {
    int where = current().line;
    if (current().isOp(".") || current().isOp("[")) {
      expr = parseSubscript(std::move(expr));
    } else if (current().isOp("(")) {
      Arguments arguments = parseArguments();
      int depth = std::max(expr->depth, depthOf(arguments)) + 1;
      expr = make(where, Call{std::move(expr), std::move(arguments)}, depth);
    } else {
      return expr;
    }
  }
}

ExprPtr Parser::parseFilters(ExprPtr expr) {
  for (;;) {
    int where = current().line;
    if (skipOp("|")) {
      expr = parseFilter(std::move(expr));
    } else if (skipName("is")) {
      expr = parseTest(std::move(expr));
    } else if (current().isOp("(")) {
      Arguments arguments = parseArguments();
      int depth = std::max(expr->depth, depthOf(arguments)) + 1;
      expr = make(where, Call{std::move(expr), std::move(arguments)}, depth);
    } else {
      return expr;
    }
  }
}

std::string Parser::parseDottedName() {
  std::string name = expectName();
  while (skipOp("."))
    name += "." + expectName();
  return name;
}

ExprPtr Parser::parseFilter(ExprPtr subject) {
  int where = current().line;
  std::string name = parseDottedName();
  Arguments arguments;
  if (current().isOp("("))
    arguments = parseArguments();
  int depth = std::max(subject ? subject->depth : 0, depthOf(arguments)) + 1;
  return make(where, Filter{std::move(subject), std::move(name), std::move(arguments)}, depth);
}

ExprPtr Parser::parseTest(ExprPtr subject) {
  int where = current().line;
  bool negated = skipName("not");
  std::string name = parseDottedName();
  Arguments arguments;
  bool takes_operand = current().kind == Token::Kind::string || current().kind == Token::Kind::integer ||
                       current().kind == Token::Kind::real || current().isOp("[") || current().isOp("{") ||
                       (current().kind == Token::Kind::name && !current().isName("else") && !current().isName("or") &&
                        !current().isName("and"));
  if (current().isOp("(")) {
    arguments = parseArguments();
  } else if (takes_operand) {
    if (current().isName("is"))
      failAt(where, "tests can't be chained with 'is'");
    arguments.positional.push_back(parsePostfix(parsePrimary()));
  }
  int depth = std::max(subject->depth, depthOf(arguments)) + 1;
  ExprPtr test = make(where, Test{std::move(subject), std::move(name), std::move(arguments)}, depth);
  return negated ? make(where, Unary{Unary::Op::logical_not, std::move(test)}, depth + 1) : std::move(test);
}

ExprPtr Parser::parseSubscript(ExprPtr object) {
  int where = next().line, depth = object->depth;
  if (tokens[index - 1].isOp(".")) {
    Token name = next();
    if (name.kind == Token::Kind::name)
      return make(where, Attribute{std::move(object), name.text}, depth + 1);
    if (name.kind != Token::Kind::integer)
      failAt(name.line, "expected name or number, got " + describe(name));
    return make(where, Subscript{std::move(object), make(where, Literal{name.number}, 1)}, depth + 1);
  }
  std::vector<ExprPtr> items;  // a[b, c] is a[(b, c)]
  while (!current().isOp("]")) {
    if (!items.empty())
      expectOp(",");
    ExprPtr first;
    if (!current().isOp(":"))
      first = parseExpression();
    if (!current().isOp(":")) {
      items.push_back(std::move(first));
      continue;
    }
    next();
    ExprPtr stop, step;
    if (!current().isOp(":") && !current().isOp("]") && !current().isOp(","))
      stop = parseExpression();
    if (skipOp(":") && !current().isOp("]") && !current().isOp(","))
      step = parseExpression();
    if (!items.empty() || !current().isOp("]"))
      failAt(where, "a slice among several subscripts is not supported");
    next();
    auto children = {object.get(), first.get(), stop.get(), step.get()};
    return make(where, Slice{std::move(object), std::move(first), std::move(stop), std::move(step)}, children);
  }
  expectOp("]");
  int item_depth = depthOf(items);
  ExprPtr key = items.size() == 1 ? std::move(items[0]) : make(where, TupleLiteral{std::move(items)}, item_depth + 1);
  auto children = {object.get(), key.get()};
  return make(where, Subscript{std::move(object), std::move(key)}, children);
}

Arguments Parser::parseArguments() {
  Nesting guard(*this);
  int where = current().line;
  Arguments arguments;
  auto ensure = [&](bool holds) {
    if (!holds)
      failAt(where, "invalid syntax for function call expression");
  };
  expectOp("(");
  bool first = true;
  while (!current().isOp(")")) {
    if (!std::exchange(first, false)) {
      expectOp(",");
      if (current().isOp(")"))
        break;
    }
    if (skipOp("*")) {
      ensure(!arguments.star && !arguments.double_star);
      arguments.star = parseExpression();
    } else if (skipOp("**")) {
      ensure(!arguments.double_star);
      arguments.double_star = parseExpression();
    } else if (current().kind == Token::Kind::name && ahead().isOp("=")) {
      ensure(!arguments.double_star);
      std::string name = next().text;
      next();
      arguments.keywords.emplace_back(std::move(name), parseExpression());
    } else {
      ensure(!arguments.star && !arguments.double_star && arguments.keywords.empty());
      arguments.positional.push_back(parseExpression());
    }
  }
  expectOp(")");
  return arguments;
}

}  // namespace qwen::jinja
