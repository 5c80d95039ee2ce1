// Row-wise building blocks: norms, tails, the preparation of a product's input.
#pragma once

#include "codegen/cpu/Kernel.h"

namespace mlir::qwen {

// The value rounded to `element`, f32 or bf16 (nearest, ties to even), where it isn't of that type already.
Value emitNarrow(KernelBuilder &b, Value value, Type element);

// out[outRow, :] = weight * x[xRow, :] / sqrt(mean(x^2) + eps) over `width` columns from column `column` on;
// `out` may be bf16.
void emitRmsNorm(KernelBuilder &b, Value x, Value xRow, Value weight, double eps, int64_t width, Value column,
                 Value out, Value outRow);

// The input of a product, made from x [rows, K].
struct PreparedInput {
  Value x;
  Value gather = {};  // rows to take; null: all, in order
  Value norm = {};    // weight of an RMS norm; null: values pass as they are
  double eps = 0.0;
  bool bf16 = false;    // rounded to bf16, two in a word, as the products of Kernel::usesBf16Dot take it
  int64_t temp = 0;     // places in the kernel's memory: [max_rows, K]
  int64_t scratch = 0;  // [kPrivateRows, K]
};
// For few rows every thread fills its own scratch; for many the threads share the work in temp and meet at a barrier.
// Returns [max_rows, K] f32, or [max_rows, ceil(K / 2)] i32 with `bf16`.
Value emitPreparedInput(Kernel &kernel, const PreparedInput &input);

// Loads 16 lanes from x[row, column], zeros for the lanes beyond `width`.
Value emitLoadPanel(KernelBuilder &b, Value x, Value row, Value column, int64_t width);

// Stores 16 lanes at out[row, column], without the lanes beyond `width`.
void emitStorePanel(KernelBuilder &b, Value lanes, Value out, Value row, Value column, int64_t width);

}  // namespace mlir::qwen
