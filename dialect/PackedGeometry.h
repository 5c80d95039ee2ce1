// The geometry of packed weights (dialect/KernelOps.td): shared by who plans sections, who verifies them and who makes
// kernels for them.
#pragma once

#include "mlir/IR/Types.h"

#include <cstdint>

namespace mlir::qwen {

enum class PackedLayout : uint32_t;

// Output rows in one panel: the lanes of every kernel.
inline constexpr int64_t kPanelRows = 16;
// Where sections begin in the weight file: at multiples of so many bytes. Arena, states and scratch keep to it too.
inline constexpr int64_t kAlignment = 64;

inline constexpr int64_t roundUp(int64_t value, int64_t multiple) {
  return (value + multiple - 1) / multiple * multiple;
}
inline constexpr int64_t panelsOf(int64_t rows) { return (rows + kPanelRows - 1) / kPanelRows; }

// A weight as matrices: [experts, rows, columns]; [rows, columns] is one expert, [rows] one column. The channels of
// a depthwise convolution are experts of one row.
struct MatrixShape {
  int64_t experts, rows, columns;
};
MatrixShape matricesOf(ArrayRef<int64_t> weight);

// Whether a layout is f32 whatever its sources are stored as: small weights that kernels take as they are.
bool isWidened(PackedLayout layout);

// Consecutive columns that a lane of a panel holds side by side: what dot products of these elements take at once.
int64_t kGroupOf(Type element);
// A panel of `columns` columns: of f32, bf16, !qwen.q8 or !qwen.q4.
int64_t panelBytes(Type element, int64_t columns, int64_t kGroup);
// Bytes that one source of a section takes. `group` (of rows) and `kGroup` count for panels and glu only.
int64_t packedBytes(PackedLayout layout, Type element, const MatrixShape &source, int64_t group, int64_t kGroup);

}  // namespace mlir::qwen
