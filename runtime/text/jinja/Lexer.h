// Splits a template into tokens as jinja2's lexer does with HF's settings: trim_blocks, lstrip_blocks, no line
// statements, one trailing newline of the source dropped.
#pragma once

#include "runtime/text/jinja/Value.h"

#include <string>
#include <string_view>
#include <vector>

namespace qwen::jinja {

struct Token {
  enum class Kind {
    data,
    variable_begin,
    variable_end,
    block_begin,
    block_end,
    name,
    string,
    integer,
    real,
    op,
    end,
  };
  Kind kind = Kind::end;
  int line = 0;
  std::string text;  // of data, a name, a string (escapes resolved), an operator
  Value number;      // of an integer or a real

  bool isOp(std::string_view symbol) const { return kind == Kind::op && text == symbol; }
  bool isName(std::string_view name) const { return kind == Kind::name && text == name; }
};

// For messages: 'endfor', "end of print statement".
std::string describe(const Token &token);

// `source` is valid UTF-8. The last token is `end`. Fails with an Error whose line is given in `line`.
std::vector<Token> tokenize(std::string_view source, int &line);

}  // namespace qwen::jinja
