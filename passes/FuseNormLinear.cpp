#include "passes/Counts.h"
#include "passes/Matching.h"

namespace mlir::qwen {

#define GEN_PASS_DEF_FUSENORMLINEAR
#include "passes/Passes.h.inc"

namespace {

// All linear maps of one input, from the first of them: linear(h, w0), linear(h, w1), ..., with
// h = rms_norm(gather_rows(x)), rms_norm(x), gather_rows(x) or x.
struct SharedInput : CountingPattern<LinearOp> {
  using CountingPattern::CountingPattern;

  LogicalResult matchAndRewrite(LinearOp first, PatternRewriter &rewriter) const override {
    SmallVector<Operation *> group;  // those with the same choice of bias or none, in their order
    for (Operation *user : first.getInput().getUsers()) {
      auto linear = dyn_cast<LinearOp>(user);
      if (linear && !linear.getBiasAttr() == !first.getBiasAttr() && linear->getBlock() == first->getBlock())
        group.push_back(user);
    }
    llvm::sort(group, [](Operation *a, Operation *b) { return a->isBeforeInBlock(b); });
    rewriter.setInsertionPoint(group.front());

    SmallVector<Attribute> weights, biases;
    SmallVector<Type> types;
    SmallVector<Location> locations;
    for (Operation *op : group) {
      auto linear = cast<LinearOp>(op);
      weights.push_back(linear.getWeightAttr());
      if (linear.getBiasAttr())
        biases.push_back(linear.getBiasAttr());
      types.push_back(linear.getType());
      locations.push_back(linear.getLoc());
    }

    // What stands before the maps joins as long as nothing else reads it.
    Value input = first.getInput(), rows;
    FlatSymbolRefAttr normWeight;
    FloatAttr eps;
    UnitAttr zeroCentered;
    SmallVector<Operation *> users = group;
    if (auto norm = producer<RmsNormOp>(input, users); norm && isRowNorm(norm)) {
      normWeight = norm.getWeightAttr();
      eps = norm.getEpsAttr();
      zeroCentered = norm.getZeroCenteredAttr();
      locations.insert(locations.begin(), norm.getLoc());
      input = norm.getInput();
      users = {norm};
    }
    if (auto gather = producer<GatherRowsOp>(input, users)) {
      rows = gather.getRows();
      input = gather.getInput();
    }

    auto fused = NormLinearOp::create(rewriter, rewriter.getFusedLoc(locations), types, input, rows, normWeight, eps,
                                      zeroCentered, rewriter.getArrayAttr(weights), rewriter.getArrayAttr(biases));
    for (auto [op, result] : llvm::zip(group, fused.getResults()))
      rewriter.replaceOp(op, result);
    count += group.size();
    return success();
  }
};

struct FuseNormLinear : impl::FuseNormLinearBase<FuseNormLinear> {
  void runOnOperation() override {
    int64_t found = countOps<LinearOp>(getOperation());
    FailureOr<int64_t> made = applyEverywhere<SharedInput>(getOperation());
    if (failed(made))
      return signalPassFailure();
    candidates += found;
    fused += *made;
    reportCount(getOperation(), getArgument(), "linear maps left taken into norm_linear", *made, found);
  }
};

}  // namespace
}  // namespace mlir::qwen
