// Bounds how deep statements, expressions and macros stand in one another, and how much a template may do.
#pragma once

#include "runtime/text/jinja/Interpreter.h"

namespace qwen::jinja {

inline constexpr int kMaxDepth = 1500;
// In evaluated nodes, or what takes as long: 64 bytes of text, a fifth of a loop's iteration.
inline constexpr size_t kMaxWork = 50'000'000, kIterationWork = 5;

struct DepthGuard {
  explicit DepthGuard(Interpreter &interpreter) : interpreter(interpreter) {
    if (++interpreter.depth > kMaxDepth) {
      --interpreter.depth;
      fail("maximum recursion depth exceeded");
    }
  }
  ~DepthGuard() { --interpreter.depth; }

  Interpreter &interpreter;
};

}  // namespace qwen::jinja
