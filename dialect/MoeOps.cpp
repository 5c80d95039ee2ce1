// Mixture of experts: verifiers.
#include "dialect/QwenDialect.h"
#include "dialect/SymbolChecks.h"

namespace mlir::qwen {

LogicalResult RouterOp::verifySymbolUses(SymbolTableCollection &symbols) {
  return checkWeight(*this, symbols, getWeightAttr(), {width(getLogits()), width(getInput())});
}

LogicalResult ExpertsOp::verifySymbolUses(SymbolTableCollection &symbols) {
  // Which experts exist is the router's to say; here both weights must agree.
  return checkExperts(*this, symbols, getGateUpAttr(), getDownAttr(), ShapedType::kDynamic, width(getInput()));
}

}  // namespace mlir::qwen
