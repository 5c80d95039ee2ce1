// Row-wise building blocks: norms, tails, rounding.
#pragma once

#include "codegen/cpu/Kernel.h"

namespace mlir::qwen {

// The value rounded to `element`, f32 or bf16 (nearest, ties to even), where it isn't of that type already.
Value emitNarrow(KernelBuilder &b, Value value, Type element);

// sum(x^2) over `width` columns of x[xRow, :] from column `column` on.
Value emitSumOfSquares(KernelBuilder &b, Value x, Value xRow, int64_t width, Value column);

// 1 / sqrt(mean(x^2) + eps) over the same columns.
Value emitRmsScale(KernelBuilder &b, Value x, Value xRow, double eps, int64_t width, Value column);

// out[outRow, :] = weight * x[xRow, :] / sqrt(mean(x^2) + eps) over the same columns.
void emitRmsNorm(KernelBuilder &b, Value x, Value xRow, Value weight, double eps, int64_t width, Value column,
                 Value out, Value outRow);

// body(begin, end) for maximal stretches of the rows [first, end) of which no two neighbours are parted: by
// `breaks(row, next)`, that the rows `row` and `next` = row + 1 don't belong together.
void emitRuns(KernelBuilder &b, Value first, Value end, llvm::function_ref<Value(Value, Value)> breaks,
              llvm::function_ref<void(Value, Value)> body);

// Loads 16 lanes from x[row, column], zeros for the lanes beyond `width`.
Value emitLoadPanel(KernelBuilder &b, Value x, Value row, Value column, int64_t width);

// The lanes of a panel at `column`, with `otherwise` in those beyond `width`.
Value emitMaskPanel(KernelBuilder &b, Value lanes, Value column, int64_t width, double otherwise);

// Stores 16 lanes at out[row, column], without the lanes beyond `width`.
void emitStorePanel(KernelBuilder &b, Value lanes, Value out, Value row, Value column, int64_t width);

}  // namespace mlir::qwen
