#include "passes/Counts.h"
#include "passes/Matching.h"

namespace mlir::qwen {

#define GEN_PASS_DEF_FUSEGATEDATTENTION
#include "passes/Passes.h.inc"

namespace {

// sigmoid(gate) * attention(query)
struct GatedBlock : CountingPattern<AttentionOp> {
  using CountingPattern::CountingPattern;

  LogicalResult matchAndRewrite(AttentionOp attention, PatternRewriter &rewriter) const override {
    auto glu = attention->use_empty() ? GluOp() : dyn_cast<GluOp>(*attention->user_begin());
    if (!glu || glu.getActivation() != Activation::Sigmoid || glu.getUp() != attention.getResult() ||
        !attention->hasOneUse() || !isBefore(glu.getGate(), attention))
      return failure();
    // At the attention: what is appended to its caches later is none of its keys.
    auto fused = GatedAttentionOp::create(
        rewriter, rewriter.getFusedLoc({attention.getLoc(), glu.getLoc()}), glu.getType(), attention.getQuery(),
        glu.getGate(), attention.getSlot(), attention.getIndex(), attention.getKeyCacheAttr(),
        attention.getValueCacheAttr(), attention.getScaleAttr(), attention.getWindowAttr());
    rewriter.replaceOp(glu, fused);
    rewriter.eraseOp(attention);
    ++count;
    return success();
  }
};

struct FuseGatedAttention : impl::FuseGatedAttentionBase<FuseGatedAttention> {
  void runOnOperation() override {
    int64_t found = 0;  // attention whose result a glu gates
    getOperation().walk([&](GluOp glu) { found += bool(glu.getUp().getDefiningOp<AttentionOp>()); });
    FailureOr<int64_t> made = applyEverywhere<GatedBlock>(getOperation());
    if (failed(made))
      return signalPassFailure();
    candidates += found;
    fused += *made;
    reportCount(getOperation(), getArgument(), "attention + output gates fused", *made, found);
  }
};

}  // namespace
}  // namespace mlir::qwen
