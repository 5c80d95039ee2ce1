// Tokens to a Template, by jinja2's grammar. Statements that a single template has no use for (block, extends,
// include, import, autoescape) and recursive loops are errors.
#pragma once

#include "runtime/text/jinja/Ast.h"
#include "runtime/text/jinja/Lexer.h"

#include <initializer_list>

namespace qwen::jinja {

class Parser {
public:
  // Fails with an Error whose line is given in `line`.
  Parser(std::vector<Token> tokens, int &line) : tokens(std::move(tokens)), line(line) {}

  Template parse();

private:
  // Statements: Parser.cpp
  using EndNames = std::initializer_list<std::string_view>;
  Block parseBlock(EndNames ends);  // up to a statement that begins with one of `ends`, which is next then
  Block parseBody(EndNames ends);   // with the end of the tag before it
  ScopedBlock parseScoped(std::string_view end);  // and with its end
  std::unique_ptr<Statement> parseStatement();
  Statement::Node parseStatementNode();
  For parseFor();
  If parseIf();
  Statement::Node parseSet();
  With parseWith();
  MacroDefinition parseMacro();
  CallBlock parseCallBlock();
  void parseSignature(MacroDefinition &macro);
  Target parseTarget(bool with_attributes, bool in_for);
  Target toTarget(Expr &expr, bool with_attributes);
  Print parsePrint();

  // Expressions: ParseExpression.cpp
  ExprPtr parseExpression();
  ExprPtr parseConditional();
  ExprPtr parseOr();
  ExprPtr parseAnd();
  ExprPtr parseNot();
  ExprPtr parseCompare();
  ExprPtr parseSum();
  ExprPtr parseConcat();
  ExprPtr parseProduct();
  ExprPtr parsePower();
  ExprPtr parseUnary(bool with_filters);
  ExprPtr parsePrimary();
  ExprPtr parseList();
  ExprPtr parseDict();
  ExprPtr parsePostfix(ExprPtr expr);
  ExprPtr parseFilters(ExprPtr expr);
  ExprPtr parseFilter(ExprPtr subject);
  ExprPtr parseTest(ExprPtr subject);
  ExprPtr parseSubscript(ExprPtr object);
  Arguments parseArguments();
  std::string parseDottedName();
  struct TupleStyle {
    bool primaries_only = false;  // names and literals, as in targets
    bool conditionals = true;
    bool parentheses = false;     // the tuple may be empty
    std::string_view end_name{};  // a name that ends it
  };
  ExprPtr parseTuple(TupleStyle style);

  const Token &current() const { return tokens[index]; }
  const Token &ahead() const { return tokens[std::min(index + 1, tokens.size() - 1)]; }
  Token next();
  bool skipOp(std::string_view symbol);
  bool skipName(std::string_view name);
  void expectOp(std::string_view symbol);
  void expect(Token::Kind kind);
  std::string expectName();
  [[noreturn]] void failAt(int where, std::string message);
  // Checks that the tree stays within what evaluation can recurse into.
  ExprPtr make(int where, Expr::Node node, std::initializer_list<Expr *> children);
  ExprPtr make(int where, Expr::Node node, int depth);

  std::vector<Token> tokens;
  size_t index = 0;
  int &line;
  int nesting = 0;  // of parse functions that recurse
  int loops = 0;    // for statements around the current one, within the same macro

  friend struct Nesting;
};

}  // namespace qwen::jinja
