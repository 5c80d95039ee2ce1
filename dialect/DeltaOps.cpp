// Gated delta rule and the convolution before it: verifiers.
#include "dialect/QwenDialect.h"
#include "dialect/SymbolChecks.h"

namespace mlir::qwen {

LogicalResult CausalConvOp::verifySymbolUses(SymbolTableCollection &symbols) {
  return checkConvolution(*this, symbols, getWeightAttr(), getStateAttr(), getInput());
}

LogicalResult DecayOp::verifySymbolUses(SymbolTableCollection &symbols) {
  for (FlatSymbolRefAttr weight : {getALogAttr(), getDtBiasAttr()})
    if (failed(checkWeight(*this, symbols, weight, {width(getInput())})))
      return failure();
  return success();
}

LogicalResult GatedDeltaRuleOp::verifySymbolUses(SymbolTableCollection &symbols) {
  return checkDeltaRule(*this, symbols, getStateAttr(), width(getKey()), getValue(), getDecay());
}

}  // namespace mlir::qwen
