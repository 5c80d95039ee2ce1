// Sizes that the layout of memory and the kernels share.
#pragma once

#include <cstdint>

namespace mlir::qwen {

// Output rows in one panel of a packed weight: the lanes of every kernel.
inline constexpr int64_t kPanelRows = 16;
// Calls of at most so many rows normalise their input privately in every thread: cheaper than a barrier.
inline constexpr int64_t kPrivateRows = 16;
// Keys whose scores are merged at once; blocks begin at multiples of it, whatever the chunking: equal bits.
inline constexpr int64_t kKeyBlock = 64;
// Query vectors (rows times heads of a KV head) that share one pass over the keys.
inline constexpr int64_t kQueryTile = 32;
// Largest register tile of any machine, in rows.
inline constexpr int64_t kMaxTileRows = 16;
// Alignment of everything in the arena, the states, the scratch and the weight file, in bytes.
inline constexpr int64_t kAlignment = 64;

inline constexpr int64_t roundUp(int64_t value, int64_t multiple) {
  return (value + multiple - 1) / multiple * multiple;
}
inline constexpr int64_t panelsOf(int64_t rows) { return (rows + kPanelRows - 1) / kPanelRows; }

}  // namespace mlir::qwen
