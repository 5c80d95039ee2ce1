// How attention cuts up its work, and the memory that it works in.
#pragma once

#include "codegen/plan/CacheLayout.h"

namespace mlir::qwen {

// What `attention` and `gated_attention` have in common.
struct AttentionView {
  Value query;
  FlatSymbolRefAttr keyCache, valueCache;
  std::optional<int64_t> window;
};
std::optional<AttentionView> attentionOf(Operation *op);

struct AttentionMemory {
  AttentionMemory(const CacheLayout &cache, int64_t queryWidth);

  int64_t group;     // heads of a KV head
  int64_t tileRows;  // rows that share one pass over the keys
  int64_t vectors;   // V, query vectors of a tile: rows times heads of a KV head

  // Places in a thread's scratch, all f32: query vectors [V, head_dim], scores [V, kKeyBlock], then two running
  // states, of all chunks so far and of the chunk at hand: maxima and totals [2 * V], sums [2 * V, padded head_dim];
  // and what a block's new maximum multiplies sums by [V].
  int64_t query, scores, maxima, totals, sums, corrections, scratchBytes;

  // Places in temp: running states [kv_heads * chunks, V] of one tile whose chunks several threads share. None where
  // the cache holds one chunk.
  int64_t partialMaxima, partialTotals, partialSums, tempBytes;
};

}  // namespace mlir::qwen
