// The loop nest under every product: output rows of packed weights in lanes, activations broadcast.
// Each output is one chain of multiply-adds over K in rising order, whatever the tile: equal bits for any number
// of rows, threads and chunks.
#pragma once

#include "codegen/cpu/Kernel.h"

namespace mlir::qwen {

// Rows x panels that one pass over K keeps in registers.
struct RegisterTile {
  // Row counts that tiles are made of, falling, the last one 1.
  static SmallVector<int64_t> rowSteps(const ::qwen::MachineDescription &machine);
  // Panels side by side for a tile of `rows` rows, at most `limit`.
  static int64_t panels(const ::qwen::MachineDescription &machine, int64_t rows, int64_t limit);
};

// Lanes of weights, k after k: the element (k, lane) of panel p is memory[bases[p] + k * kStride + lane], in pairs
// of k side by side for kGroup 2: memory[bases[p] + k * kStride + 2 * lane + k % 2].
struct PanelSource {
  Value memory;  // flat memref of f32 or bf16
  int64_t k = 0;
  int64_t kGroup = 1;
  int64_t kStride = kPanelRows;
};

// acc[r * panels + p] += sum_k x[xRows[r], k] * w[p, k]; returns the new sums (vectors of 16). x is [rows, K] f32, or
// [rows, ceil(K / 2)] i32 with a pair of bf16 in each word: then pairs are multiplied (Kernel::usesBf16Dot).
ValueList emitDot(Kernel &kernel, Value x, ArrayRef<Value> xRows, const PanelSource &source, ArrayRef<Value> bases,
                  ArrayRef<Value> init);

// Calls body(first, n) for register tiles of n rows that cover [begin, end).
void forRowTiles(Kernel &kernel, Value begin, Value end, llvm::function_ref<void(Value, int64_t)> body);

// One product: units [begin, end) of `panelsPerUnit` adjacent panels, times the rows [rowBegin, rowEnd).
struct Product {
  PanelSource source;
  Value base;  // element offset of unit 0
  int64_t panelElements = 0;
  int64_t panelsPerUnit = 1;
  Value begin, end;        // units
  Value rowBegin, rowEnd;  // rows
  Value x;                 // [rows, K] f32 or pairs of bf16, see emitDot
  // Row of x for the i-th row; null: the same.
  llvm::function_ref<Value(Value)> xRow = nullptr;
  // What is done with the sums: epilogue(i, unit, sums of the unit's panels), once per row and unit.
  llvm::function_ref<void(Value, Value, ArrayRef<Value>)> epilogue = nullptr;
  // Scratch [kMaxTileRows, panelsPerUnit * 16] f32 through which sums go that don't fit into registers together.
  Value tile;
  // Instead of `epilogue`: tileEpilogue(i, unit, r), the sums are in row r of the tile.
  llvm::function_ref<void(Value, Value, Value)> tileEpilogue = nullptr;
};

// All rows of x times this thread's share of the weight's units, without an epilogue yet.
Product sharedProduct(Kernel &kernel, const PackedArgument &weight, Value x, int64_t units, int64_t panelsPerUnit);
void emitProduct(Kernel &kernel, const Product &product);

}  // namespace mlir::qwen
