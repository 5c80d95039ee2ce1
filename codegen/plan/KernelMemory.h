// Working memory that an op's kernel needs beside its operands and results. Sizes in bytes.
#pragma once

#include "codegen/plan/KernelShapes.h"

#include "mlir/IR/Types.h"

namespace mlir {
class Operation;
}

namespace mlir::qwen {

struct KernelMemory {
  int64_t temp = 0;     // shared by all threads, in the arena while the op runs
  int64_t scratch = 0;  // private to each thread
};

// Places in `temp` and `scratch`, as kernels and this plan agree on them. Every part begins 64-byte aligned.

// `rows` rows of a product's input, K wide, prepared for weights stored as `element` (codegen/cpu/ProductInput.h): f32,
// bf16 or codes with scales, whichever is largest on any machine. `temp` has room for all rows, `scratch` for the
// kPrivateRows that a thread prepares for itself.
int64_t preparedBytes(int64_t rows, int64_t k, Type element);

// A product's own scratch from `start` on: sums of a tile of rows [tileRows(), tilePanels() * 16] f32, then panels of
// 4 bits unpacked to bytes. Two single quantised panels may be summed together.
int64_t tileRows(Type element);
int64_t tilePanels(int64_t panelsPerUnit, Type element);
struct ProductScratch {
  int64_t tile, unpacked, unpackedBytes, end;
};
ProductScratch productScratch(int64_t start, int64_t k, int64_t panelsPerUnit, Type element);

// An input K wide that is prepared once for each type in which the weights are stored that it is multiplied with, in
// the order in which they come; then the products' own scratch.
struct LinearMemory {
  struct Input {
    Type element;
    int64_t temp, scratch;
  };
  SmallVector<Input> inputs;
  int64_t temp = 0, products = 0, scratch = 0;

  LinearMemory(int64_t maxRows, int64_t k, int64_t panelsPerUnit, ArrayRef<Type> elements);
};

// attention: codegen/plan/AttentionMemory.h; gated_delta_net: codegen/plan/DeltaNetMemory.h.

// norm_moe: temp = normalised rows [max_rows, H] f32, the same prepared for the experts, gated activations
// [max_rows * top_k, padded I] f32, the same prepared for the down projection; with a shared expert all of that once
// more for it, rows [max_rows], and its weight of each row [max_rows] f32.
struct MoeTemp {
  int64_t expertInput, activations, downInput;
  int64_t sharedInput, sharedActivations, sharedDownInput, rowGates, bytes;
};
// scratch = the same inputs for few rows, then probabilities [padded E] f32, then the list of (row, weight) sorted
// by expert: chosen experts [max_rows, top_k] i32, their weights f32, offsets [E + 1] and cursors [E] i32, sorted row
// i32 and weight f32, then the products' own.
struct MoeScratch {
  int64_t expertInput, downInput, sharedInput, sharedDownInput, probabilities, experts, weights, offsets, cursors,
      sortedRow, sortedWeight, products, bytes;
};
struct MoeShape {
  int64_t maxRows, width, inner, experts, topK;
  Type router;              // f32: what the router's input is whatever its weights are
  Type gateUp, down;        // stored elements
  int64_t sharedInner = 0;  // 0: no shared expert
  Type sharedGateUp = {}, sharedDown = {};
};
MoeTemp moeTemp(const MoeShape &shape);
MoeScratch moeScratch(const MoeShape &shape);

// screened_head: temp = input for the exact product, then of the screen's panels the largest value [kPrivateRows,
// padded panels] f32 and the largest bound, for as many rows as are screened.
struct ScreenTemp {
  int64_t values, bounds, bytes;
};
// scratch = both inputs for few rows, the screen's with two f32 a group behind (codegen/cpu/ProductInput.h), factors of
// the bounds [kPrivateRows, 2] f32, chosen panels [kPrivateRows, kScreenTopK] i32 and their values [kScreenTopK] f32,
// then the products' own.
struct ScreenScratch {
  int64_t screenInput, factors, chosen, values, products, bytes;
};
struct ScreenShape {
  int64_t maxRows, columns, outputs;
  Type stored, screen;
};
ScreenTemp screenTemp(const ScreenShape &shape);
ScreenScratch screenScratch(const ScreenShape &shape);

KernelMemory kernelMemory(Operation *op, int64_t maxRows);

}  // namespace mlir::qwen
