// How a KV cache of the model level, [slots, kv_heads, max_seq, head_dim], lies in memory. All f32.
//   keys    [slot][kv_head][max_seq / 16][head_dim][16]   16 keys in lanes: scores are a product like any other
//   values  [slot][kv_head][max_seq][padded head_dim]
// with max_seq padded to whole key blocks.
#pragma once

#include "codegen/plan/KernelShapes.h"

#include "llvm/ADT/ArrayRef.h"

namespace mlir::qwen {

struct CacheLayout {
  int64_t slots, kvHeads, maxSeq, headDim, paddedDim;

  explicit CacheLayout(llvm::ArrayRef<int64_t> shape)
      : slots(shape[0]), kvHeads(shape[1]), maxSeq(roundUp(shape[2], kKeyBlock)), headDim(shape[3]),
        paddedDim(roundUp(shape[3], kPanelRows)) {}

  // Room for keys or values: one size for both.
  int64_t bytes() const { return slots * kvHeads * maxSeq * paddedDim * 4; }
};

}  // namespace mlir::qwen
