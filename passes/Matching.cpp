#include "passes/Matching.h"

#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace mlir::qwen {

bool isOnRequest(Operation *user) {
  auto output = dyn_cast<OutputOp>(user);
  return output && output.getOnRequest();
}

bool onlyUsedBy(Value value, ArrayRef<Operation *> users) {
  return llvm::all_of(value.getUsers(),
                      [&](Operation *user) { return isOnRequest(user) || llvm::is_contained(users, user); });
}

bool isRowNorm(RmsNormOp norm) {
  RankedTensorType weight = weightType(norm, norm.getWeightAttr());
  return weight && weight.getDimSize(0) == width(norm.getInput());
}

bool isPlain(arith::AddFOp add) { return add.getFastmath() == arith::FastMathFlags::none; }

LogicalResult applyPatterns(func::FuncOp function, RewritePatternSet patterns) {
  GreedyRewriteConfig config;
  config.setUseTopDownTraversal(true).setRegionSimplificationLevel(GreedySimplifyRegionLevel::Disabled);
  return applyPatternsGreedily(function, std::move(patterns), config);
}

}  // namespace mlir::qwen
