// Numbers and strings as they stand in a template.
#pragma once

#include "runtime/text/jinja/Value.h"

namespace qwen::jinja {

struct NumberLiteral {
  Value value;
  size_t end = 0;  // behind its last character
};
// The number that begins with the digit source[begin]; behind a dot (`x.0.1`) nothing is a real.
NumberLiteral readNumber(std::string_view source, size_t begin, bool may_be_real);

// int(text, base) and float(text) of Python, nullopt where they raise ValueError.
std::optional<Integer> parseInteger(std::string_view text, int base);
std::optional<double> parseReal(std::string_view text);

// Behind the closing quote of the string that opens at source[begin], npos when it doesn't end.
size_t findStringEnd(std::string_view source, size_t begin);
// `body` is what stands between the quotes.
std::string resolveEscapes(std::string_view body);

}  // namespace qwen::jinja
