// Sizes that the layout of memory and the kernels share.
#pragma once

#include "dialect/PackedGeometry.h"

namespace mlir::qwen {

// Calls of at most so many rows normalise their input privately in every thread: cheaper than a barrier.
inline constexpr int64_t kPrivateRows = 16;
// Keys whose scores are merged at once; blocks begin at multiples of it, whatever the chunking: equal bits.
inline constexpr int64_t kKeyBlock = 64;
// Key blocks of a chunk. Each chunk is summed up from nothing, then chunks are merged in rising order: so different
// threads may do different chunks, with equal bits.
inline constexpr int64_t kChunkBlocks = 8;
// Query vectors (rows times heads of a KV head) that share one pass over the keys.
inline constexpr int64_t kQueryTile = 32;
// Columns of a delta rule's state that stand together: all rows of a sequence pass over them while they stay in a
// first-level cache (a key_dim of 128: 16 KiB).
inline constexpr int64_t kStateColumns = 32;
// Largest register tile of any machine, in rows.
inline constexpr int64_t kMaxTileRows = 16;

// Largest logits that a screened head looks for; calls that ask for more get all of them.
inline constexpr int64_t kScreenTopK = 64;

// Rows that pass a piece of a quantised panel while it stays in a first-level cache.
inline constexpr int64_t kRowBlock = 64;
// Panels of 4 bits that are unpacked to bytes at once for many rows: as many as stay in a second-level cache.
inline constexpr int64_t kUnpackedBytes = 256 * 1024;

}  // namespace mlir::qwen
