#include "codegen/plan/KernelMemory.h"

#include "dialect/QwenDialect.h"

#include "llvm/ADT/TypeSwitch.h"

#include <algorithm>

namespace mlir::qwen {

AttentionScratch attentionScratch(int64_t headDim, int64_t group) {
  AttentionScratch scratch;
  scratch.vectors = std::max(kQueryTile, group);
  scratch.query = 0;
  scratch.scores = roundUp(scratch.vectors * headDim * 4, kAlignment);
  scratch.sums = scratch.scores + scratch.vectors * kKeyBlock * 4;
  scratch.running = scratch.sums + scratch.vectors * roundUp(headDim, kPanelRows) * 4;
  scratch.bytes = roundUp(scratch.running + 3 * scratch.vectors * 4, kAlignment);
  return scratch;
}

MoeTemp moeTemp(int64_t maxRows, int64_t width, int64_t inner, int64_t topK) {
  MoeTemp temp;
  temp.roundedTemp = normTempBytes(maxRows, width);
  temp.activations = temp.roundedTemp + roundUp(maxRows * roundUp(width, 2) * 2, kAlignment);
  temp.bytes = temp.activations + roundUp(maxRows * topK * roundUp(inner, kPanelRows) * 4, kAlignment);
  return temp;
}

MoeScratch moeScratch(int64_t maxRows, int64_t width, int64_t experts, int64_t topK) {
  MoeScratch scratch;
  int64_t end = normScratchBytes(width);
  auto part = [&](int64_t elements) {
    int64_t start = end;
    end += roundUp(elements * 4, kAlignment);
    return start;
  };
  scratch.rounded = part(kPrivateRows * roundUp(width, 2) / 2);
  scratch.probabilities = part(roundUp(experts, kPanelRows));
  scratch.experts = part(maxRows * topK);
  scratch.weights = part(maxRows * topK);
  scratch.offsets = part(experts + 1);
  scratch.cursors = part(experts);
  scratch.sortedRow = part(maxRows * topK);
  scratch.sortedWeight = part(maxRows * topK);
  scratch.tile = part(kMaxTileRows * 2 * kPanelRows);
  scratch.bytes = end;
  return scratch;
}

KernelMemory kernelMemory(Operation *op, int64_t maxRows) {
  return llvm::TypeSwitch<Operation *, KernelMemory>(op)
      .Case([&](NormLinearOp linear) {
        int64_t k = width(linear.getInput());
        auto first = cast<FlatSymbolRefAttr>(linear.getWeights()[0]);
        if (!linear.getNormAttr() && !linear.getRows() && weightType(linear, first).getElementType().isF32())
          return KernelMemory{};
        return KernelMemory{normTempBytes(maxRows, k), normScratchBytes(k)};
      })
      .Case([&](NormGluOp glu) {
        int64_t k = width(glu.getInput());
        return KernelMemory{normTempBytes(maxRows, k), normScratchBytes(k) + tileScratchBytes(2 * kPanelRows)};
      })
      .Case([&](NormQkvOp qkv) {
        int64_t k = width(qkv.getInput());
        int64_t headDim = stateType(qkv, qkv.getKeyCacheAttr()).getDimSize(3);
        return KernelMemory{normTempBytes(maxRows, k), normScratchBytes(k) + tileScratchBytes(headDim)};
      })
      .Case([&](LinearResidualOp linear) {
        int64_t k = width(linear.getInput());
        if (weightType(linear, linear.getWeightAttr()).getElementType().isF32())
          return KernelMemory{};
        return KernelMemory{normTempBytes(maxRows, k), normScratchBytes(k)};
      })
      .Case([&](AttentionOp attention) {
        ArrayRef<int64_t> cache = stateType(attention, attention.getKeyCacheAttr()).getShape();
        int64_t group = width(attention.getQuery()) / cache[3] / cache[1];
        return KernelMemory{0, attentionScratch(cache[3], group).bytes};
      })
      .Case([&](NormMoeOp moe) {
        int64_t h = width(moe.getInput());
        int64_t experts = weightType(moe, moe.getRouterAttr()).getDimSize(0);
        int64_t inner = weightType(moe, moe.getDownAttr()).getDimSize(2);
        return KernelMemory{moeTemp(maxRows, h, inner, moe.getTopK()).bytes,
                            moeScratch(maxRows, h, experts, moe.getTopK()).bytes};
      })
      .Default(KernelMemory{});
}

}  // namespace mlir::qwen
