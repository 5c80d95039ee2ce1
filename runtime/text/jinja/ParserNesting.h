// Bounds the recursion of the parser, and so the depth of what the interpreter recurses into.
#pragma once

#include "runtime/text/jinja/Parser.h"

namespace qwen::jinja {

inline constexpr int kMaxParseNesting = 150;
inline constexpr int kMaxExprDepth = 300;

struct Nesting {
  explicit Nesting(Parser &parser) : parser(parser) {
    if (++parser.nesting > kMaxParseNesting)
      parser.failAt(parser.current().line, "nested more than " + std::to_string(kMaxParseNesting) + " deep");
  }
  ~Nesting() { --parser.nesting; }

  Parser &parser;
};

}  // namespace qwen::jinja
