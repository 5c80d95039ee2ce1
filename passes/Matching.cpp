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

bool touches(Operation *op, ArrayRef<FlatSymbolRefAttr> states) {
  auto effects = dyn_cast<MemoryEffectOpInterface>(op);
  if (!effects)
    return true;
  SmallVector<MemoryEffects::EffectInstance> instances;
  effects.getEffects(instances);
  return llvm::any_of(instances, [&](auto &effect) { return llvm::is_contained(states, effect.getSymbolRef()); });
}

bool isBefore(Value value, Operation *op) {
  Operation *maker = value.getDefiningOp();
  return !maker || (maker->getBlock() == op->getBlock() && maker->isBeforeInBlock(op));
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
