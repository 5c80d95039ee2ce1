// The innermost loops: rows of a product's input times panels of weights, sums in registers.
// Each output is one chain over K in rising order, whatever the tile: equal bits for any number of rows, threads and
// chunks.
#pragma once

#include "codegen/cpu/ProductInput.h"

namespace mlir::qwen {

// Rows x panels that one pass over K keeps in registers.
class RegisterTile {
public:
  RegisterTile(const ::qwen::MachineDescription &machine, InputForm form) : machine(machine), form(form) {}

  // Row counts that tiles are made of, falling, the last one 1.
  SmallVector<int64_t> rowSteps() const;
  // Panels side by side for a tile of `rows` rows, at most `limit`.
  int64_t panels(int64_t rows, int64_t limit) const;

private:
  bool fits(int64_t rows, int64_t panels) const;

  const ::qwen::MachineDescription &machine;
  InputForm form;
};

// Lanes of weights, k after k. For f32 and bf16 the element (k, lane) of panel p is
// memory[bases[p] + k * kStride + lane], in pairs of k side by side for kGroup 2:
// memory[bases[p] + k * kStride + 2 * lane + k % 2]. Quantised panels are blocks (dialect/QuantFormat.h) that
// begin at byte bases[p] of memory<i8>.
struct PanelSource {
  Value memory;
  int64_t k = 0;
  int64_t kGroup = 1;
  int64_t kStride = kPanelRows;
  QuantizedCodes codes = QuantizedCodes::none;
  Value firstGroup = {}, endGroup = {};  // of quantised panels: the part of K to sum; null: all
};

// acc[r * panels + p] += sum_k x[xRows[r], k] * w[p, k]; returns the new sums (vectors of 16).
ValueList emitDot(Kernel &kernel, const ProductInput &x, ArrayRef<Value> xRows, const PanelSource &source,
                  ArrayRef<Value> bases, ArrayRef<Value> init);

// The same for quantised panels.
ValueList emitIntegerDot(Kernel &kernel, const ProductInput &x, ArrayRef<Value> xRows, const PanelSource &source,
                         ArrayRef<Value> bases, ArrayRef<Value> init);

// Calls body(first, n) for register tiles of n rows that cover [begin, end).
void forRowTiles(Kernel &kernel, const RegisterTile &tile, Value begin, Value end,
                 llvm::function_ref<void(Value, int64_t)> body);

}  // namespace mlir::qwen
