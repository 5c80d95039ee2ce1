#include "runtime/text/jinja/Parser.h"

#include "runtime/text/jinja/ParserNesting.h"

#include <algorithm>

namespace qwen::jinja {

Token Parser::next() {
  Token token = tokens[index];
  if (index + 1 < tokens.size())
    ++index;
  return token;
}

bool Parser::skipOp(std::string_view symbol) {
  if (!current().isOp(symbol))
    return false;
  next();
  return true;
}

bool Parser::skipName(std::string_view name) {
  if (!current().isName(name))
    return false;
  next();
  return true;
}

void Parser::expectOp(std::string_view symbol) {
  if (!skipOp(symbol))
    failAt(current().line, "expected " + inQuotes(symbol) + ", got " + describe(current()));
}

void Parser::expect(Token::Kind kind) {
  if (current().kind != kind)
    failAt(current().line, "expected " + describe(Token{kind, 0, "", {}}) + ", got " + describe(current()));
  next();
}

std::string Parser::expectName() {
  if (current().kind != Token::Kind::name)
    failAt(current().line, "expected a name, got " + describe(current()));
  return next().text;
}

void Parser::failAt(int where, std::string message) {
  line = where;
  fail(std::move(message));
}

Template Parser::parse() {
  Template result;
  result.body.statements = parseBlock({});
  return result;
}

Block Parser::parseBlock(EndNames ends) {
  Nesting guard(*this);
  Block block;
  auto add = [&](int where, Statement::Node node) {
    block.push_back(std::make_unique<Statement>(Statement{where, std::move(node)}));
  };
  while (current().kind != Token::Kind::end) {
    int where = current().line;
    if (current().kind == Token::Kind::data) {
      add(where, TextData{next().text});
    } else if (current().kind == Token::Kind::variable_begin) {
      next();
      Print print;
      print.values.push_back(parseTuple({}));
      expect(Token::Kind::variable_end);
      add(where, std::move(print));
    } else {
      expect(Token::Kind::block_begin);
      if (std::any_of(ends.begin(), ends.end(), [&](std::string_view name) { return current().isName(name); }))
        return block;
      block.push_back(parseStatement());
      expect(Token::Kind::block_end);
    }
  }
  if (ends.size() > 0) {
    std::string wanted;
    for (std::string_view name : ends)
      wanted += (wanted.empty() ? "" : " or ") + inQuotes(name);
    failAt(current().line, "unexpected end of template, looking for " + wanted);
  }
  return block;
}

Block Parser::parseBody(EndNames ends) {
  skipOp(":");
  expect(Token::Kind::block_end);
  return parseBlock(ends);
}

ScopedBlock Parser::parseScoped(std::string_view end) {
  ScopedBlock block;
  block.statements = parseBody({end});
  next();
  return block;
}

std::unique_ptr<Statement> Parser::parseStatement() {
  int where = current().line;
  return std::make_unique<Statement>(Statement{where, parseStatementNode()});
}

Statement::Node Parser::parseStatementNode() {
  int where = current().line;
  if (current().kind != Token::Kind::name)
    failAt(where, "tag name expected, got " + describe(current()));
  std::string name = next().text;
  if (name == "for")
    return parseFor();
  if (name == "if")
    return parseIf();
  if (name == "set")
    return parseSet();
  if (name == "with")
    return parseWith();
  if (name == "macro")
    return parseMacro();
  if (name == "call")
    return parseCallBlock();
  if (name == "print")
    return parsePrint();
  if (name == "filter") {
    FilterBlock block;
    block.filter = parseFilter(nullptr);
    while (skipOp("|"))
      block.filter = parseFilter(std::move(block.filter));
    block.body = parseScoped("endfilter");
    return block;
  }
  if (name == "generation") {
    int outer = std::exchange(loops, 0);
    Generation block{parseScoped("endgeneration")};
    loops = outer;
    return block;
  }
  if (name == "break" || name == "continue") {
    if (loops == 0)
      failAt(where, inQuotes(name) + " outside loop");
    if (name == "break")
      return Break{};
    return Continue{};
  }
  for (std::string_view known : {"block", "extends", "include", "import", "from", "autoescape"})
    if (name == known)
      failAt(where, "statement {% " + name + " %} is not supported in chat templates");
  failAt(where, "unknown tag " + inQuotes(name));
}

For Parser::parseFor() {
  For loop;
  loop.target = parseTarget(false, true);
  if (!skipName("in"))
    failAt(current().line, "expected 'in', got " + describe(current()));
  loop.iterable = parseTuple({.conditionals = false, .end_name = "recursive"});
  if (skipName("if"))
    loop.test = parseExpression();
  if (current().isName("recursive"))
    failAt(current().line, "recursive loops are not supported in chat templates");
  ++loops;
  loop.body.statements = parseBody({"endfor", "else"});
  --loops;
  if (next().text == "else")
    loop.otherwise = parseScoped("endfor");
  return loop;
}

If Parser::parseIf() {
  If result;
  std::string end = "elif";
  while (end == "elif") {
    If::Branch branch;
    branch.line = current().line;
    branch.test = parseTuple({.conditionals = false});
    branch.body = parseBody({"elif", "else", "endif"});
    result.branches.push_back(std::move(branch));
    end = next().text;
  }
  if (end == "else") {
    result.otherwise = parseBody({"endif"});
    next();
  }
  return result;
}

Statement::Node Parser::parseSet() {
  Target target = parseTarget(true, false);
  if (skipOp("="))
    return Set{std::move(target), parseTuple({})};
  SetBlock block;
  block.target = std::move(target);
  while (skipOp("|"))
    block.filter = parseFilter(std::move(block.filter));
  block.body = parseScoped("endset");
  return block;
}

With Parser::parseWith() {
  With with;
  while (current().kind != Token::Kind::block_end) {
    if (!with.targets.empty())
      expectOp(",");
    with.targets.push_back(parseTarget(false, false));
    expectOp("=");
    with.values.push_back(parseExpression());
  }
  with.body = parseScoped("endwith");
  return with;
}

void Parser::parseSignature(MacroDefinition &macro) {
  expectOp("(");
  while (!current().isOp(")")) {
    if (!macro.parameters.empty())
      expectOp(",");
    int where = current().line;
    macro.parameters.push_back(expectName());
    if (skipOp("="))
      macro.defaults.push_back(parseExpression());
    else if (!macro.defaults.empty())
      failAt(where, "non-default argument follows default argument");
  }
  expectOp(")");
}

MacroDefinition Parser::parseMacro() {
  MacroDefinition macro;
  macro.name = expectName();
  parseSignature(macro);
  int outer = std::exchange(loops, 0);
  macro.body = parseScoped("endmacro");
  loops = outer;
  return macro;
}

CallBlock Parser::parseCallBlock() {
  CallBlock block;
  int where = current().line;
  if (current().isOp("("))
    parseSignature(block.caller);
  block.call = parseExpression();
  if (!std::holds_alternative<Call>(block.call->node))
    failAt(where, "expected call");
  int outer = std::exchange(loops, 0);
  block.caller.body = parseScoped("endcall");
  loops = outer;
  return block;
}

Print Parser::parsePrint() {
  Print print;
  while (current().kind != Token::Kind::block_end) {
    if (!print.values.empty())
      expectOp(",");
    print.values.push_back(parseExpression());
  }
  return print;
}

Target Parser::parseTarget(bool with_attributes, bool in_for) {
  int where = current().line;
  ExprPtr expr = parseTuple({.primaries_only = true, .end_name = in_for ? "in" : ""});
  // `ns.attribute` is a target of its own: no other expression with a dot is one.
  if (with_attributes && std::holds_alternative<Name>(expr->node) && current().isOp(".")) {
    next();
    Target target{Target::Kind::attribute, where, std::get<Name>(expr->node).name, expectName(), {}};
    if (!current().isOp(","))
      return target;
    failAt(where, "namespace attributes in a tuple of targets are not supported");
  }
  return toTarget(*expr, with_attributes);
}

Target Parser::toTarget(Expr &expr, bool with_attributes) {
  Target target;
  target.line = expr.line;
  if (Name *name = std::get_if<Name>(&expr.node)) {
    target.name = name->name;
    return target;
  }
  TupleLiteral *tuple = std::get_if<TupleLiteral>(&expr.node);
  if (!tuple)
    failAt(expr.line, "can't assign to this expression");
  target.kind = Target::Kind::tuple;
  for (ExprPtr &item : tuple->items)
    target.items.push_back(toTarget(*item, with_attributes));
  return target;
}

}  // namespace qwen::jinja
