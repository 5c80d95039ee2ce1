#include "passes/Counts.h"
#include "passes/Matching.h"

namespace mlir::qwen {

#define GEN_PASS_DEF_FUSEMOE
#include "passes/Passes.h.inc"

namespace {

// sigmoid(linear(h, row_gate)) * linear(act(linear(h, gate)) * linear(h, up), down) for `user` alone: an expert that
// every row takes.
struct SharedExpert {
  GateRowsOp gated;
  LinearOp rowGate, down, gate, up;
  GluOp glu;

  // `glu` and `rowGate` are null where the value isn't made this way.
  SharedExpert(Value value, Operation *user) {
    if (!(gated = producer<GateRowsOp>(value, {user})) || gated.getActivation() != Activation::Sigmoid ||
        !(down = exactMap(gated.getInput(), gated)) || !(glu = producer<GluOp>(down.getInput(), {down})))
      return;
    gate = exactMap(glu.getGate(), glu);
    up = exactMap(glu.getUp(), glu);
    rowGate = exactMap(gated.getGate(), gated);
  }

  // Whether it is one, of the same rows and activation as the routed experts.
  bool fits(ExpertsOp experts) const {
    return rowGate && gate && up && gate != up && GluOp(glu).getActivation() == experts.getActivation() &&
           llvm::all_of(ArrayRef<LinearOp>{rowGate, gate, up},
                        [&](LinearOp linear) { return linear.getInput() == experts.getInput(); });
  }
  SmallVector<Attribute> weights() {
    return {gate.getWeightAttr(), up.getWeightAttr(), down.getWeightAttr(), rowGate.getWeightAttr()};
  }

private:
  static LinearOp exactMap(Value value, Operation *user) {
    auto linear = producer<LinearOp>(value, {user});
    return linear && !linear.getBiasAttr() ? linear : LinearOp();
  }
};

// x + experts(h, router(h)), or x + (experts(h, router(h)) + shared(h)), h = rms_norm(x)
struct MoeBlock : CountingPattern<arith::AddFOp> {
  using CountingPattern::CountingPattern;

  LogicalResult matchAndRewrite(arith::AddFOp add, PatternRewriter &rewriter) const override {
    for (auto [residual, sum] : {std::pair(add.getLhs(), add.getRhs()), std::pair(add.getRhs(), add.getLhs())}) {
      if (!isPlain(add))
        continue;
      if (auto experts = producer<ExpertsOp>(sum, {add});
          experts && succeeded(fuse(add, residual, experts, nullptr, rewriter)))
        return success();
      auto both = producer<arith::AddFOp>(sum, {add});
      if (!both || !isPlain(both))
        continue;
      for (auto [routed, always] : {std::pair(both.getLhs(), both.getRhs()), std::pair(both.getRhs(), both.getLhs())}) {
        SharedExpert shared(always, both);
        if (auto experts = producer<ExpertsOp>(routed, {both});
            experts && shared.fits(experts) && succeeded(fuse(add, residual, experts, &shared, rewriter)))
          return success();
      }
    }
    return failure();
  }

private:
  LogicalResult fuse(arith::AddFOp add, Value residual, ExpertsOp experts, SharedExpert *shared,
                     PatternRewriter &rewriter) const {
    auto router = experts.getWeights().getDefiningOp<RouterOp>();
    // No outputs here, not even on request: no router may be left beside the fused op.
    if (!router || experts.getWeights() != router.getWeights() || experts.getExperts() != router.getExperts() ||
        !router.getWeights().hasOneUse() || !router.getExperts().hasOneUse())
      return failure();
    SmallVector<Operation *> readers = {experts, router};
    if (shared)
      readers.append({shared->gate, shared->up, shared->rowGate});
    auto norm = producer<RmsNormOp>(experts.getInput(), readers);
    if (!norm || router.getInput() != norm.getResult() || residual != norm.getInput() || !isRowNorm(norm))
      return failure();

    // At the norm: the logits' users may stand before the sum.
    rewriter.setInsertionPoint(norm);
    SmallVector<Location> locations = {norm.getLoc(), router.getLoc(), experts.getLoc()};
    if (shared)
      locations.push_back(shared->glu.getLoc());
    locations.push_back(add.getLoc());
    auto fused =
        NormMoeOp::create(rewriter, rewriter.getFusedLoc(locations), add.getType(), router.getLogits().getType(),
                          experts.getActivationAttr(), norm.getInput(), norm.getWeightAttr(), norm.getEpsAttr(),
                          norm.getZeroCenteredAttr(), router.getWeightAttr(), router.getTopKAttr(),
                          router.getNormalizeAttr(), experts.getGateUpAttr(), experts.getDownAttr(),
                          rewriter.getArrayAttr(shared ? shared->weights() : SmallVector<Attribute>()));
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
