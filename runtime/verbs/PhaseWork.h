// What a run of forward calls reads and computes, by Program::phases.
#pragma once

#include "runtime/abi/Program.h"

namespace qwen {

// Calls of at most `chunk` tokens that put `tokens` tokens into one slot after `depth` others. The head is computed
// for the last token of each call, or of the last call only.
struct TokenRun {
  int64_t depth = 0;
  int64_t tokens = 0;
  int64_t chunk = 1;
  bool head_each_call = true;
  int64_t top_k = 0;    // of the logits that are asked for (QwenCall::top_k)
  double computed = 1;  // share of the logits that are computed exactly, where the head has a screen
};

struct Work {
  double bytes = 0;              // of weights and of keys and values, each once a call that reads it; of states twice
  double weight_multiplies = 0;  // multiply-adds of products with weights, and of recurrences
  double key_multiplies = 0;     // of attention

  Work &operator+=(const Work &other);
  Work &operator*=(double factor);
};

// Experts are taken to be chosen evenly.
Work workOf(const Program &program, const Phase &phase, const TokenRun &run);
// Of all phases but those that run on request.
Work workOf(const Program &program, const TokenRun &run);

}  // namespace qwen
