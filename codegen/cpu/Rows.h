// Row-wise building blocks: norms, tails, the preparation of a product's input.
#pragma once

#include "codegen/cpu/Kernel.h"

namespace mlir::qwen {

// out[outRow, :] = weight * x[xRow, :] / sqrt(mean(x^2) + eps) over `width` columns from column `column` on.
void emitRmsNorm(KernelBuilder &b, Value x, Value xRow, Value weight, double eps, int64_t width, Value column,
                 Value out, Value outRow);

// The input of a product: x normalised (weight may be null: copied), rows taken through `gather` (may be null).
// For few rows every thread fills its own scratch; for many the threads share the work in temp and meet at a barrier.
// Returns memref<max_rows x K>.
Value emitPreparedInput(Kernel &kernel, Value x, Value gather, Value weight, double eps);

// Loads 16 lanes from x[row, column], zeros for the lanes beyond `width`.
Value emitLoadPanel(KernelBuilder &b, Value x, Value row, Value column, int64_t width);

// Stores 16 lanes at out[row, column], without the lanes beyond `width`.
void emitStorePanel(KernelBuilder &b, Value lanes, Value out, Value row, Value column, int64_t width);

}  // namespace mlir::qwen
