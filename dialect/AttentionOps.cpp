// KV cache and attention: verifiers.
#include "dialect/QwenDialect.h"
#include "dialect/SymbolChecks.h"

namespace mlir::qwen {

LogicalResult CacheAppendOp::verifySymbolUses(SymbolTableCollection &symbols) {
  FailureOr<RankedTensorType> cache = findCache(*this, symbols, getCacheAttr());
  if (failed(cache))
    return failure();
  int64_t kvHeads = cache->getDimSize(1), headDim = cache->getDimSize(3);
  if (width(getInput()) != kvHeads * headDim)
    return emitOpError() << "input is " << width(getInput()) << " wide, but " << getCacheAttr() << " holds " << kvHeads
                         << " heads of " << headDim;
  return success();
}

LogicalResult AttentionOp::verifySymbolUses(SymbolTableCollection &symbols) {
  return findCaches(*this, symbols, getKeyCacheAttr(), getValueCacheAttr(), width(getQuery()));
}

}  // namespace mlir::qwen
