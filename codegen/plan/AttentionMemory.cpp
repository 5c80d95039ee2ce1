#include "codegen/plan/AttentionMemory.h"

#include <algorithm>

namespace mlir::qwen {

std::optional<AttentionView> attentionOf(Operation *op) {
  auto view = [](auto attention) {
    return AttentionView{attention.getQuery(), attention.getKeyCacheAttr(), attention.getValueCacheAttr(),
                         attention.getWindow()};
  };
  if (auto attention = dyn_cast<AttentionOp>(op))
    return view(attention);
  if (auto attention = dyn_cast<GatedAttentionOp>(op))
    return view(attention);
  return std::nullopt;
}

AttentionMemory::AttentionMemory(const CacheLayout &cache, int64_t queryWidth)
    : group(queryWidth / cache.headDim / cache.kvHeads), tileRows(std::max<int64_t>(1, kQueryTile / group)),
      vectors(tileRows * group) {
  int64_t end = 0;
  auto part = [&](int64_t elements) {
    int64_t start = end;
    end += roundUp(elements * 4, kAlignment);
    return start;
  };
  query = part(vectors * cache.headDim);
  scores = part(vectors * kKeyBlock);
  maxima = part(2 * vectors);
  totals = part(2 * vectors);
  sums = part(2 * vectors * cache.paddedDim);
  corrections = part(vectors);
  scratchBytes = end;

  end = 0;
  int64_t states = cache.chunks() == 1 ? 0 : cache.kvHeads * cache.chunks() * vectors;
  partialMaxima = part(states);
  partialTotals = part(states);
  partialSums = part(states * cache.paddedDim);
  tempBytes = end;
}

}  // namespace mlir::qwen
