// Perplexity of the embedded example on its own evaluation text.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace qwen::test {

struct Perplexity {
  int64_t tokens = 0;  // of all answers, each with its closing <|im_end|>
  double all = 0, known_words = 0, unseen_words = 0;
};

// Compiles examples/tiny-dictionary with these flags of `qwenc build` and runs the 200 turns of eval.txt through
// `process` and `eval`. Throws std::runtime_error when a program fails.
Perplexity examplePerplexity(const std::vector<std::string> &build_flags);

}  // namespace qwen::test
