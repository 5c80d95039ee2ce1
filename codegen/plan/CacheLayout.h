// How a KV cache of the model level, [slots, kv_heads, max_seq, head_dim], lies in memory: [slot][kv_head][block], a
// block being kKeyBlock positions, with max_seq padded to whole blocks. A block of
//   f32   keys   [4][head_dim][16]               16 keys in lanes: scores are a product like any other
//         values [64][padded head_dim]           one row for each key
//   bf16  keys   [4][head_dim / 2][16][2]        pairs of what the product adds up side by side, as bf16 weights have
//         values [32][padded head_dim][2]        them: of dimensions in keys, of keys in values
//   q8    scales [64] f32, one for each position, then codes as f32 has its values: value = scale * code
// The cache ends with a counter for each KV head, i32, zero between calls (codegen/cpu/AttentionKernel.cpp).
#pragma once

#include "codegen/plan/KernelShapes.h"
#include "dialect/QwenDialect.h"

namespace mlir::qwen {

struct CacheLayout {
  Type element;  // f32, bf16 or !qwen.q8
  int64_t slots, kvHeads, maxSeq, headDim, paddedDim;

  explicit CacheLayout(RankedTensorType type)
      : element(type.getElementType()), slots(type.getDimSize(0)), kvHeads(type.getDimSize(1)),
        maxSeq(roundUp(type.getDimSize(2), kKeyBlock)), headDim(type.getDimSize(3)),
        paddedDim(roundUp(headDim, kPanelRows)) {}

  bool quantized() const { return isa<Q8Type>(element); }
  int64_t elementBytes() const { return quantized() ? 1 : element.getIntOrFloatBitWidth() / 8; }
  int64_t kGroup() const { return element.isBF16() ? 2 : 1; }

  int64_t blocks() const { return maxSeq / kKeyBlock; }
  int64_t chunks() const { return (blocks() + kChunkBlocks - 1) / kChunkBlocks; }

  // In elements, which are bytes for q8. Keys and values have blocks of one size.
  int64_t scaleElements() const { return quantized() ? kKeyBlock * 4 : 0; }
  int64_t blockElements() const { return scaleElements() + kKeyBlock * paddedDim; }
  int64_t keyPanelElements() const { return roundUp(headDim, kGroup()) * kPanelRows; }

  int64_t countersAt() const { return slots * kvHeads * blocks() * blockElements() * elementBytes(); }
  // Of a cache of keys or of values. The counters also end what a load of bf16 pairs one element further on reads.
  int64_t bytes() const { return countersAt() + roundUp(kvHeads * 4, kAlignment); }
};

}  // namespace mlir::qwen
