#include "passes/Counts.h"
#include "passes/Matching.h"

namespace mlir::qwen {

#define GEN_PASS_DEF_FUSELINEARRESIDUAL
#include "passes/Passes.h.inc"

namespace {

// x + linear(a), in either order (IEEE addition commutes).
struct ResidualBlock : CountingPattern<arith::AddFOp> {
  using CountingPattern::CountingPattern;

  LogicalResult matchAndRewrite(arith::AddFOp add, PatternRewriter &rewriter) const override {
    // linear + itself is no residual.
    if (!isPlain(add) || add.getLhs() == add.getRhs())
      return failure();
    for (auto [sum, residual] : {std::pair(add.getRhs(), add.getLhs()), std::pair(add.getLhs(), add.getRhs())}) {
      auto linear = producer<LinearOp>(sum, {add});
      if (!linear)
        continue;
      rewriter
          .replaceOpWithNewOp<LinearResidualOp>(add, add.getType(), linear.getInput(), residual, linear.getWeightAttr(),
                                                linear.getBiasAttr())
          ->setLoc(rewriter.getFusedLoc({linear.getLoc(), add.getLoc()}));
      ++count;
      return success();
    }
    return failure();
  }
};

struct FuseLinearResidual : impl::FuseLinearResidualBase<FuseLinearResidual> {
  void runOnOperation() override {
    int64_t found = 0;
    getOperation().walk([&](arith::AddFOp add) {
      found += llvm::any_of(add->getOperands(), [](Value value) { return value.getDefiningOp<LinearOp>(); });
    });
    FailureOr<int64_t> made = applyEverywhere<ResidualBlock>(getOperation());
    if (failed(made))
      return signalPassFailure();
    candidates += found;
    fused += *made;
    reportCount(getOperation(), getArgument(), "linear maps + residual fused", *made, found);
  }
};

}  // namespace
}  // namespace mlir::qwen
