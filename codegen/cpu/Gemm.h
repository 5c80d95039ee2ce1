// The loop nest under every product: output rows of packed weights in lanes, activations broadcast.
#pragma once

#include "codegen/cpu/Dot.h"

namespace mlir::qwen {

// One product: units [begin, end) of `panelsPerUnit` adjacent panels, times the rows [rowBegin, rowEnd).
struct Product {
  PanelSource source;
  Value base;  // place of unit 0 in the source's memory
  int64_t panelElements = 0;
  int64_t panelsPerUnit = 1;
  Value begin, end;        // units
  Value rowBegin, rowEnd;  // rows
  ProductInput x = Value();
  // Row of x for the i-th row; null: the same.
  llvm::function_ref<Value(Value)> xRow = nullptr;
  // What is done with the sums: epilogue(i, unit, sums of the unit's panels), once per row and unit.
  llvm::function_ref<void(Value, Value, ArrayRef<Value>)> epilogue = nullptr;
  // Scratch [tileRows(), tilePanels() * 16] f32 through which sums go that don't fit into registers together.
  Value tile = {};
  // Scratch in which codes of 4 bits are unpacked once for many rows; null where there are none.
  Value unpacked = {};
  // Instead of `epilogue`: tileEpilogue(i, unit, r), the sums are in row r of the tile.
  llvm::function_ref<void(Value, Value, Value)> tileEpilogue = nullptr;
};

// All rows of x times this thread's share of the weight's units, without an epilogue yet. `scratch`: place of the
// product's own scratch (productScratch of codegen/plan/KernelMemory.h).
Product sharedProduct(Kernel &kernel, const PackedArgument &weight, const ProductInput &x, int64_t units,
                      int64_t panelsPerUnit, int64_t scratch);
void emitProduct(Kernel &kernel, const Product &product);

// For quantised weights and so many rows that it pays to bring a piece of a panel into the L1 cache for them.
void emitQuantizedProduct(Kernel &kernel, const Product &product);

}  // namespace mlir::qwen
