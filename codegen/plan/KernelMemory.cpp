#include "codegen/plan/KernelMemory.h"

#include "dialect/QwenDialect.h"

#include "llvm/ADT/TypeSwitch.h"

namespace mlir::qwen {

AttentionScratch attentionScratch(int64_t headDim) {
  AttentionScratch scratch;
  scratch.query = 0;
  scratch.scores = roundUp(kQueryTile * headDim * 4, kAlignment);
  scratch.sums = scratch.scores + kQueryTile * kKeyBlock * 4;
  scratch.running = scratch.sums + kQueryTile * roundUp(headDim, kPanelRows) * 4;
  scratch.bytes = roundUp(scratch.running + 3 * kQueryTile * 4, kAlignment);
  return scratch;
}

MoeScratch moeScratch(int64_t maxRows, int64_t width, int64_t experts, int64_t topK) {
  MoeScratch scratch;
  int64_t end = normScratchBytes(width);
  auto part = [&](int64_t elements) {
    int64_t start = end;
    end += roundUp(elements * 4, kAlignment);
    return start;
  };
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
        if (!linear.getNormAttr() && !linear.getRows())
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
      .Case([&](AttentionOp attention) {
        return KernelMemory{0, attentionScratch(stateType(attention, attention.getKeyCacheAttr()).getDimSize(3)).bytes};
      })
      .Case([&](NormMoeOp moe) {
        int64_t h = width(moe.getInput());
        int64_t experts = weightType(moe, moe.getRouterAttr()).getDimSize(0);
        int64_t inner = weightType(moe, moe.getDownAttr()).getDimSize(2);
        int64_t activations = maxRows * moe.getTopK() * roundUp(inner, kPanelRows) * 4;
        return KernelMemory{normTempBytes(maxRows, h) + activations,
                            moeScratch(maxRows, h, experts, moe.getTopK()).bytes};
      })
      .Default(KernelMemory{});
}

}  // namespace mlir::qwen
