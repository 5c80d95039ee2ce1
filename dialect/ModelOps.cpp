// Norms, linear maps, embedding, gating: verifiers and canonical forms.
#include "dialect/QwenDialect.h"
#include "dialect/SymbolChecks.h"

#include "mlir/IR/IRMapping.h"

namespace mlir::qwen {

LogicalResult EmbedOp::verifySymbolUses(SymbolTableCollection &symbols) {
  return checkWeight(*this, symbols, getWeightAttr(), {ShapedType::kDynamic, width(getResult())});
}

LogicalResult RmsNormOp::verifySymbolUses(SymbolTableCollection &symbols) {
  if (failed(checkWeight(*this, symbols, getWeightAttr(), {ShapedType::kDynamic})))
    return failure();
  int64_t group = symbols.lookupNearestSymbolFrom<WeightOp>(*this, getWeightAttr()).getType().getDimSize(0);
  if (width(getInput()) % group != 0)
    return emitOpError() << "weight " << getWeightAttr() << " has " << group
                         << " values, which does not divide the input's width " << width(getInput());
  return success();
}

LogicalResult LinearOp::verifySymbolUses(SymbolTableCollection &symbols) {
  return checkLinear(*this, symbols, getWeightAttr(), getBiasAttr(), width(getInput()), width(getResult()));
}

LogicalResult SplitOp::verify() {
  int64_t total = 0;
  for (auto [i, result] : llvm::enumerate(getResults())) {
    if (width(result) % int64_t(getGroups()) != 0)
      return emitOpError() << "result " << i << " is " << width(result) << " wide, which " << getGroups()
                           << " groups do not divide";
    total += width(result);
  }
  if (total != width(getInput()))
    return emitOpError() << "results are " << total << " wide together, but the input is " << width(getInput());
  return success();
}

namespace {

// gather(f(x)) -> f(gather(x)) for an f that computes each row by itself, where no other op needs all of f's rows
// (an output on request doesn't count: what it needs is computed only when it is asked for).
template <typename RowwiseOp> struct GatherFirst : OpRewritePattern<GatherRowsOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(GatherRowsOp gather, PatternRewriter &rewriter) const override {
    auto op = gather.getInput().getDefiningOp<RowwiseOp>();
    if (!op || !llvm::all_of(op->getUsers(), [&](Operation *user) {
          auto output = dyn_cast<OutputOp>(user);
          return user == gather || (output && output.getOnRequest());
        }))
      return failure();
    Value rows = GatherRowsOp::create(rewriter, gather.getLoc(), op.getInput(), gather.getRows());
    IRMapping mapping;
    mapping.map(op.getInput(), rows);
    rewriter.replaceOp(gather, rewriter.clone(*op, mapping)->getResults());
    return success();
  }
};

}  // namespace

void GatherRowsOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<GatherFirst<RmsNormOp>, GatherFirst<LinearOp>>(context);
}

}  // namespace mlir::qwen
