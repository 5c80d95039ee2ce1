// A parsed template. Names follow jinja2's grammar.
#pragma once

#include "runtime/text/jinja/Operators.h"
#include "runtime/text/jinja/Value.h"

#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace qwen::jinja {

struct Expr;
using ExprPtr = std::unique_ptr<Expr>;

struct Arguments {
  std::vector<ExprPtr> positional;
  std::vector<std::pair<std::string, ExprPtr>> keywords;
  ExprPtr star, double_star;  // f(*star, **double_star), null when absent
};

struct Literal {
  Value value;
};
struct Name {
  std::string name;
};
struct ListLiteral {
  std::vector<ExprPtr> items;
};
struct TupleLiteral {
  std::vector<ExprPtr> items;
};
struct DictLiteral {
  std::vector<std::pair<ExprPtr, ExprPtr>> entries;
};
struct Unary {
  enum class Op { negative, positive, logical_not } op;
  ExprPtr operand;
};
struct Binary {
  BinaryOp op;
  ExprPtr left, right;
};
struct Logical {
  enum class Op { logical_and, logical_or } op;
  ExprPtr left, right;
};
struct Compare {  // a < b < c
  ExprPtr first;
  std::vector<std::pair<CompareOp, ExprPtr>> rest;
};
struct Concat {  // a ~ b ~ c
  std::vector<ExprPtr> parts;
};
struct Conditional {
  ExprPtr test, then, otherwise;  // otherwise: null when absent
};
struct Attribute {
  ExprPtr object;
  std::string name;
};
struct Subscript {
  ExprPtr object, index;
};
struct Slice {
  ExprPtr object, start, stop, step;  // bounds are null when absent
};
struct Call {
  ExprPtr callee;
  Arguments arguments;
};
struct Filter {
  ExprPtr subject;  // null: the text of the block that the filter stands at
  std::string name;
  Arguments arguments;
};
struct Test {
  ExprPtr subject;
  std::string name;
  Arguments arguments;
};

struct Expr {
  using Node = std::variant<Literal, Name, ListLiteral, TupleLiteral, DictLiteral, Unary, Binary, Logical, Compare,
                            Concat, Conditional, Attribute, Subscript, Slice, Call, Filter, Test>;
  int line = 0;
  int depth = 1;  // of the tree below, bounded by the parser
  Node node;
};

// What `set`, `for` and `with` assign to.
struct Target {
  enum class Kind { name, attribute, tuple } kind = Kind::name;
  int line = 0;
  std::string name;       // of the variable, or of the namespace
  std::string attribute;  // of the namespace
  std::vector<Target> items;
};

struct Statement;
using Block = std::vector<std::unique_ptr<Statement>>;

// The body of a statement that has variables of its own.
struct ScopedBlock {
  Block statements;
  // Names that are undefined on entry whatever stands outside: jinja2 decides at compile time which names a block
  // takes over from outside, see Scopes.h.
  std::vector<std::string> hidden;
};

struct MacroDefinition {
  std::string name;  // empty: the body of a call block
  std::vector<std::string> parameters;
  std::vector<ExprPtr> defaults;  // of the last parameters
  ScopedBlock body;
  bool uses_caller = false, uses_kwargs = false, uses_varargs = false;
};

struct TextData {
  std::string text;
};
struct Print {
  std::vector<ExprPtr> values;
};
struct For {
  Target target;
  ExprPtr iterable, test;  // test: null when absent
  ScopedBlock body, otherwise;
};
struct If {
  struct Branch {
    int line = 0;
    ExprPtr test;
    Block body;
  };
  std::vector<Branch> branches;
  Block otherwise;
};
struct Set {
  Target target;
  ExprPtr value;
};
struct SetBlock {
  Target target;
  ExprPtr filter;  // null when absent
  ScopedBlock body;
};
struct FilterBlock {
  ExprPtr filter;
  ScopedBlock body;
};
struct With {
  std::vector<Target> targets;
  std::vector<ExprPtr> values;
  ScopedBlock body;
};
struct CallBlock {
  MacroDefinition caller;
  ExprPtr call;
};
struct Generation {  // HF's {% generation %}: marks what the assistant said, prints its body
  ScopedBlock body;
};
struct Break {};
struct Continue {};

struct Statement {
  using Node = std::variant<TextData, Print, For, If, Set, SetBlock, FilterBlock, With, MacroDefinition, CallBlock,
                            Generation, Break, Continue>;
  int line = 0;
  Node node;
};

struct Template {
  ScopedBlock body;
};

}  // namespace qwen::jinja
