#include "passes/Counts.h"
#include "passes/Matching.h"

namespace mlir::qwen {

#define GEN_PASS_DEF_FUSEMOE
#include "passes/Passes.h.inc"

namespace {

// x + experts(h, router(h)), h = rms_norm(x)
struct MoeBlock : CountingPattern<arith::AddFOp> {
  using CountingPattern::CountingPattern;

  LogicalResult matchAndRewrite(arith::AddFOp add, PatternRewriter &rewriter) const override {
    for (auto [residual, sum] : {std::pair(add.getLhs(), add.getRhs()), std::pair(add.getRhs(), add.getLhs())}) {
      auto experts = producer<ExpertsOp>(sum, {add});
      if (experts && isPlain(add) && succeeded(fuse(add, residual, experts, rewriter)))
        return success();
    }
    return failure();
  }

private:
  LogicalResult fuse(arith::AddFOp add, Value residual, ExpertsOp experts, PatternRewriter &rewriter) const {
    auto router = experts.getWeights().getDefiningOp<RouterOp>();
    // No outputs here, not even on request: no router may be left beside the fused op.
    if (!router || experts.getWeights() != router.getWeights() || experts.getExperts() != router.getExperts() ||
        !router.getWeights().hasOneUse() || !router.getExperts().hasOneUse())
      return failure();
    auto norm = producer<RmsNormOp>(experts.getInput(), {experts, router});
    if (!norm || router.getInput() != norm.getResult() || residual != norm.getInput() || !isRowNorm(norm))
      return failure();

    // At the norm: the logits' users may stand before the sum.
    rewriter.setInsertionPoint(norm);
    Location loc = rewriter.getFusedLoc({norm.getLoc(), router.getLoc(), experts.getLoc(), add.getLoc()});
    auto fused = NormMoeOp::create(rewriter, loc, add.getType(), router.getLogits().getType(),
                                   experts.getActivationAttr(), norm.getInput(), norm.getWeightAttr(),
                                   norm.getEpsAttr(), router.getWeightAttr(), router.getTopKAttr(),
                                   router.getNormalizeAttr(), experts.getGateUpAttr(), experts.getDownAttr());
    rewriter.replaceAllUsesWith(router.getLogits(), fused.getLogits());
    rewriter.replaceOp(add, fused.getResult());
    ++count;
    return success();
  }
};

struct FuseMoe : impl::FuseMoeBase<FuseMoe> {
  void runOnOperation() override {
    int64_t found = countOps<RouterOp>(getOperation());
    FailureOr<int64_t> made = applyEverywhere<MoeBlock>(getOperation());
    if (failed(made))
      return signalPassFailure();
    candidates += found;
    fused += *made;
    reportCount(getOperation(), getArgument(), "MoE blocks fused", *made, found);
  }
};

}  // namespace
}  // namespace mlir::qwen
