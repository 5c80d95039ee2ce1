#include "passes/Counts.h"
#include "passes/Matching.h"

namespace mlir::qwen {

#define GEN_PASS_DEF_FUSENORMQKV
#include "passes/Passes.h.inc"

namespace {

// Query or key: rope(rms_norm(linear(h))), the norm per head; or rope(rms_norm(split(linear(h)))), where the other half
// of each head is its gate.
struct TurnedHeads {
  RopeOp rope;
  RmsNormOp norm;
  SplitOp split;
  LinearOp linear;

  // Null members where the value isn't made this way for `user` alone.
  TurnedHeads(Value value, Operation *user) {
    if (!(rope = producer<RopeOp>(value, {user})) || !(norm = producer<RmsNormOp>(rope.getInput(), {rope})))
      return;
    if ((split = producer<SplitOp>(norm.getInput(), {norm})))
      linear = producer<LinearOp>(split.getInput(), {split});
    else
      linear = producer<LinearOp>(norm.getInput(), {norm});
  }

  // The gate's place among the projected values; null where there is none.
  Value gate() const { return split ? SplitOp(split).getResult(1) : Value(); }

  // Whether the norm and RoPE go over heads of this size.
  bool hasHeadDim(int64_t headDim) const {
    RankedTensorType weight = weightType(norm, RmsNormOp(norm).getWeightAttr());
    return weight && weight.getDimSize(0) == headDim && int64_t(RopeOp(rope).getHeadDim()) == headDim &&
           (!split || splitsHeads(headDim));
  }

private:
  // Query and gate side by side in each head, nothing else.
  bool splitsHeads(int64_t headDim) const {
    auto [input, results] = std::pair(RmsNormOp(norm).getInput(), SplitOp(split).getResults());
    return results.size() == 2 && results[0] == input && width(results[1]) == width(input) &&
           int64_t(SplitOp(split).getGroups()) == width(input) / headDim;
  }
};

// The last updates of an attention op's two caches before it; null where something else touches the caches since.
struct CacheUpdates {
  CacheAppendOp key, value;

  explicit CacheUpdates(AttentionOp attention) {
    FlatSymbolRefAttr caches[2] = {attention.getKeyCacheAttr(), attention.getValueCacheAttr()};
    for (Operation *op = attention->getPrevNode(); op && !(key && value); op = op->getPrevNode()) {
      if (auto append = dyn_cast<CacheAppendOp>(op)) {
        CacheAppendOp &place = append.getCacheAttr() == caches[0] ? key : value;
        if (llvm::is_contained(caches, append.getCacheAttr()) && !place)
          place = append;
        else if (llvm::is_contained(caches, append.getCacheAttr()))
          return;
      } else if (touches(op, caches)) {
        return;
      }
    }
  }
};

struct QkvBlock : CountingPattern<AttentionOp> {
  using CountingPattern::CountingPattern;

  LogicalResult matchAndRewrite(AttentionOp attention, PatternRewriter &rewriter) const override {
    RankedTensorType cache = stateType(attention, attention.getKeyCacheAttr());
    CacheUpdates updates(attention);
    if (!cache || !updates.key || !updates.value)
      return failure();
    auto [keyUpdate, valueUpdate] = std::pair(updates.key, updates.value);
    if (keyUpdate.getSlot() != valueUpdate.getSlot() || keyUpdate.getIndex() != valueUpdate.getIndex())
      return failure();

    TurnedHeads query(attention.getQuery(), attention), key(keyUpdate.getInput(), keyUpdate);
    auto value = producer<LinearOp>(valueUpdate.getInput(), {valueUpdate});
    int64_t headDim = cache.getDimSize(3);
    if (!query.linear || !key.linear || !value || !query.hasHeadDim(headDim) || !key.hasHeadDim(headDim) || key.split ||
        query.rope.getTable() != key.rope.getTable() || query.norm.getEpsAttr() != key.norm.getEpsAttr())
      return failure();

    LinearOp linears[3] = {query.linear, key.linear, value};
    auto norm = producer<RmsNormOp>(value.getInput(), {linears[0], linears[1], linears[2]});
    if (!norm || !isRowNorm(norm) || norm.getZeroCentered() != query.norm.getZeroCentered() ||
        norm.getZeroCentered() != key.norm.getZeroCentered())
      return failure();
    SmallVector<Attribute> weights, biases;
    SmallVector<Location> locations = {norm.getLoc()};
    for (LinearOp linear : linears) {
      if (linear.getInput() != norm.getResult())
        return failure();
      weights.push_back(linear.getWeightAttr());
      if (linear.getBiasAttr())
        biases.push_back(linear.getBiasAttr());
      locations.push_back(linear.getLoc());
    }
    if (!biases.empty() && biases.size() != weights.size())
      return failure();

    // At the later update: all operands are there, and no op between the two updates touches the caches.
    rewriter.setInsertionPoint(keyUpdate->isBeforeInBlock(valueUpdate) ? valueUpdate : keyUpdate);
    auto fused =
        NormQkvOp::create(rewriter, rewriter.getFusedLoc(locations), attention.getQuery().getType(),
                          query.split ? query.gate().getType() : Type(), norm.getInput(), query.rope.getTable(),
                          keyUpdate.getSlot(), keyUpdate.getIndex(), norm.getWeightAttr(), norm.getEpsAttr(),
                          norm.getZeroCenteredAttr(), rewriter.getArrayAttr(weights), rewriter.getArrayAttr(biases),
                          rewriter.getArrayAttr({query.norm.getWeightAttr(), key.norm.getWeightAttr()}),
                          query.norm.getEpsAttr(), attention.getKeyCacheAttr(), attention.getValueCacheAttr());
    if (query.split)
      rewriter.replaceAllUsesWith(query.gate(), fused.getGate());
    rewriter.modifyOpInPlace(attention, [&] { attention.getQueryMutable().assign(fused.getQuery()); });
    rewriter.eraseOp(keyUpdate);
    rewriter.eraseOp(valueUpdate);
    ++count;
    return success();
  }
};

struct FuseNormQkv : impl::FuseNormQkvBase<FuseNormQkv> {
  void runOnOperation() override {
    int64_t found = countOps<AttentionOp>(getOperation());
    FailureOr<int64_t> made = applyEverywhere<QkvBlock>(getOperation());
    if (failed(made))
      return signalPassFailure();
    candidates += found;
    fused += *made;
    reportCount(getOperation(), getArgument(), "norm + q|k|v + RoPE + cache updates fused", *made, found);
  }
};

}  // namespace
}  // namespace mlir::qwen
