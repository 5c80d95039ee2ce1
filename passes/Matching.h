// What the fusions share: who uses a value, which norms they take, and how their patterns run.
#pragma once

#include "passes/Passes.h"

#include "mlir/IR/PatternMatch.h"

namespace mlir::qwen {

// Whether `user` is an output on request. Such a use keeps a copy of the value's op alive beside the fused op, which
// computes it only when it is asked for; so it never stands in the way of a fusion.
bool isOnRequest(Operation *user);

// Whether nothing but `users` (and outputs on request) reads the value.
bool onlyUsedBy(Value value, ArrayRef<Operation *> users);

// The op of this type that makes the value, where nothing but `users` (and outputs on request) reads it; else null.
template <typename OpTy> OpTy producer(Value value, ArrayRef<Operation *> users) {
  auto op = value.getDefiningOp<OpTy>();
  return op && onlyUsedBy(value, users) ? op : OpTy();
}

// The op of this type that makes the value, where it has one use, outputs on request counted; else null. For ops that
// update states: no copy of them can stay beside the fused op.
template <typename OpTy> OpTy soleProducer(Value value) {
  return value.hasOneUse() ? value.getDefiningOp<OpTy>() : OpTy();
}

// Whether the op may read or write one of these states; true for ops that don't tell their effects.
bool touches(Operation *op, ArrayRef<FlatSymbolRefAttr> states);

// Whether the value is there before `op`, in its block.
bool isBefore(Value value, Operation *op);

// Whether the norm runs over whole rows, not over heads.
bool isRowNorm(RmsNormOp norm);

// Whether the sum is a plain IEEE addition, as decompositions build it.
bool isPlain(arith::AddFOp add);

// The pattern's counter and its root, for patterns that count their successes.
template <typename RootOp> struct CountingPattern : OpRewritePattern<RootOp> {
  CountingPattern(MLIRContext *context, int64_t &count) : OpRewritePattern<RootOp>(context), count(count) {}
  int64_t &count;
};

// Applies the patterns everywhere in the function, top down; ops that lost their uses go.
LogicalResult applyPatterns(func::FuncOp function, RewritePatternSet patterns);

// The same for one counting pattern; returns how often it applied.
template <typename Pattern> FailureOr<int64_t> applyEverywhere(func::FuncOp function) {
  int64_t count = 0;
  RewritePatternSet patterns(function.getContext());
  patterns.add<Pattern>(function.getContext(), count);
  if (failed(applyPatterns(function, std::move(patterns))))
    return failure();
  return count;
}

// The number of ops of this type in the function.
template <typename OpTy> int64_t countOps(func::FuncOp function) {
  int64_t count = 0;
  function.walk([&](OpTy) { ++count; });
  return count;
}

}  // namespace mlir::qwen
