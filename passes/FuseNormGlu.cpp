#include "passes/Counts.h"
#include "passes/Matching.h"

namespace mlir::qwen {

#define GEN_PASS_DEF_FUSENORMGLU
#include "passes/Passes.h.inc"

namespace {

// glu(linear(h, gate), linear(h, up)), h = rms_norm(x)
struct GluBlock : CountingPattern<GluOp> {
  using CountingPattern::CountingPattern;

  LogicalResult matchAndRewrite(GluOp glu, PatternRewriter &rewriter) const override {
    auto gate = producer<LinearOp>(glu.getGate(), {glu});
    auto up = producer<LinearOp>(glu.getUp(), {glu});
    if (!gate || !up || gate.getBiasAttr() || up.getBiasAttr() || gate.getInput() != up.getInput())
      return failure();
    auto norm = producer<RmsNormOp>(gate.getInput(), {gate, up});
    if (!norm || !isRowNorm(norm))
      return failure();
    Location loc = rewriter.getFusedLoc({norm.getLoc(), gate.getLoc(), up.getLoc(), glu.getLoc()});
    auto fused =
        NormGluOp::create(rewriter, loc, glu.getType(), glu.getActivationAttr(), norm.getInput(), norm.getWeightAttr(),
                          norm.getEpsAttr(), norm.getZeroCenteredAttr(), gate.getWeightAttr(), up.getWeightAttr());
    rewriter.replaceOp(glu, fused);
    ++count;
    return success();
  }
};

struct FuseNormGlu : impl::FuseNormGluBase<FuseNormGlu> {
  void runOnOperation() override {
    int64_t found = countOps<GluOp>(getOperation());
    FailureOr<int64_t> made = applyEverywhere<GluBlock>(getOperation());
    if (failed(made))
      return signalPassFailure();
    candidates += found;
    fused += *made;
    reportCount(getOperation(), getArgument(), "norm + gated linear units fused", *made, found);
  }
};

}  // namespace
}  // namespace mlir::qwen
