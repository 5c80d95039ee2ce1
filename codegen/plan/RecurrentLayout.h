// How recurrent states of the model level lie in memory, all f32.
//   of a convolution      [slots, kernel - 1, channels]: as declared
//   of a gated delta rule [slots, value_heads, key_dim, value_dim]: [slot][head][column block][key_dim][kStateColumns],
//                         with value_dim padded to whole blocks
#pragma once

#include "codegen/plan/KernelShapes.h"
#include "dialect/QwenDialect.h"

namespace mlir::qwen {

struct DeltaLayout {
  static constexpr int64_t kElementBytes = 4;

  int64_t slots, heads, keyDim, valueDim, paddedDim;

  explicit DeltaLayout(RankedTensorType type)
      : slots(type.getDimSize(0)), heads(type.getDimSize(1)), keyDim(type.getDimSize(2)), valueDim(type.getDimSize(3)),
        paddedDim(roundUp(valueDim, kStateColumns)) {}

  int64_t blocks() const { return paddedDim / kStateColumns; }
  int64_t blockElements() const { return keyDim * kStateColumns; }
  int64_t bytes() const { return slots * heads * blocks() * blockElements() * kElementBytes; }
};

// Only the delta rule's states have heads.
inline int64_t recurrentBytes(RankedTensorType type) {
  return type.getRank() == 4 ? DeltaLayout(type).bytes() : type.getNumElements() * 4;
}

}  // namespace mlir::qwen
