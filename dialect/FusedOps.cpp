// Fused ops: verifiers.
#include "dialect/QwenDialect.h"
#include "dialect/SymbolChecks.h"

namespace mlir::qwen {
namespace {

FlatSymbolRefAttr symbolAt(ArrayAttr symbols, unsigned i) {
  return symbols.empty() ? FlatSymbolRefAttr() : cast<FlatSymbolRefAttr>(symbols[i]);
}

}  // namespace

LogicalResult NormLinearOp::verifySymbolUses(SymbolTableCollection &symbols) {
  if (getNormAttr() && failed(checkRowNorm(*this, symbols, getNormAttr(), getInput())))
    return failure();
  for (auto [i, result] : llvm::enumerate(getResults()))
    if (failed(checkLinear(*this, symbols, symbolAt(getWeights(), i), symbolAt(getBiases(), i), width(getInput()),
                           width(result))))
      return failure();
  return success();
}

LogicalResult ScreenedHeadOp::verifySymbolUses(SymbolTableCollection &symbols) {
  if (failed(checkRowNorm(*this, symbols, getNormAttr(), getInput())) ||
      failed(checkWeight(*this, symbols, getWeightAttr(), {width(getLogits()), width(getInput())})))
    return failure();
  Type stored = symbols.lookupNearestSymbolFrom<WeightOp>(*this, getWeightAttr()).getStoredElement();
  if (bitsOf(getScreen()) >= bitsOf(stored))
    return emitOpError() << "the screen is of " << getScreen() << ", but must have fewer bits than " << getWeightAttr()
                         << ", which is stored as " << stored;
  return success();
}

LogicalResult NormGluOp::verifySymbolUses(SymbolTableCollection &symbols) {
  for (FlatSymbolRefAttr weight : {getGateAttr(), getUpAttr()})
    if (failed(checkWeight(*this, symbols, weight, {width(getResult()), width(getInput())})))
      return failure();
  return checkRowNorm(*this, symbols, getNormAttr(), getInput());
}

LogicalResult NormQkvOp::verifySymbolUses(SymbolTableCollection &symbols) {
  if (failed(checkRowNorm(*this, symbols, getNormAttr(), getInput())))
    return failure();
  FailureOr<RankedTensorType> cache =
      findCaches(*this, symbols, getKeyCacheAttr(), getValueCacheAttr(), width(getQuery()));
  if (failed(cache))
    return failure();
  int64_t headDim = cache->getDimSize(3), kvWidth = cache->getDimSize(1) * headDim;
  if (width(getTable()) > headDim)
    return emitOpError() << "table is " << width(getTable()) << " wide, but head_dim is " << headDim;
  for (unsigned i : {0, 1, 2})
    if (failed(checkLinear(*this, symbols, symbolAt(getWeights(), i), symbolAt(getBiases(), i), width(getInput()),
                           i == 0 ? width(getQuery()) * (getGate() ? 2 : 1) : kvWidth)))
      return failure();
  for (unsigned i : {0, 1})
    if (failed(checkWeight(*this, symbols, symbolAt(getHeadNorms(), i), {headDim})))
      return failure();
  return success();
}

LogicalResult GatedAttentionOp::verifySymbolUses(SymbolTableCollection &symbols) {
  return findCaches(*this, symbols, getKeyCacheAttr(), getValueCacheAttr(), width(getQuery()));
}

LogicalResult GatedDeltaNetOp::verifySymbolUses(SymbolTableCollection &symbols) {
  if (failed(checkConvolution(*this, symbols, getConvAttr(), getConvStateAttr(), getQkv())))
    return failure();
  int64_t queryAndKey = width(getQkv()) - width(getZ());
  if (queryAndKey % 2 != 0)
    return emitOpError() << "qkv is " << width(getQkv()) << " wide, which leaves " << queryAndKey
                         << " beside the value: no two equal parts";
  FailureOr<RankedTensorType> state =
      checkDeltaRule(*this, symbols, getDeltaStateAttr(), queryAndKey / 2, getZ(), getB());
  if (failed(state))
    return failure();
  for (FlatSymbolRefAttr weight : {getALogAttr(), getDtBiasAttr()})
    if (failed(checkWeight(*this, symbols, weight, {width(getA())})))
      return failure();
  return checkWeight(*this, symbols, getNormAttr(), {state->getDimSize(3)});
}

LogicalResult LinearResidualOp::verifySymbolUses(SymbolTableCollection &symbols) {
  return checkLinear(*this, symbols, getWeightAttr(), getBiasAttr(), width(getInput()), width(getResult()));
}

// An expert that every row takes: [gate, up, down, row_gate].
static LogicalResult checkShared(Operation *op, SymbolTableCollection &symbols, ArrayAttr shared, int64_t hidden) {
  if (failed(checkWeight(op, symbols, symbolAt(shared, 0), {ShapedType::kDynamic, hidden})))
    return failure();
  int64_t inner = weightType(op, symbolAt(shared, 0)).getDimSize(0);
  return success(succeeded(checkWeight(op, symbols, symbolAt(shared, 1), {inner, hidden})) &&
                 succeeded(checkWeight(op, symbols, symbolAt(shared, 2), {hidden, inner})) &&
                 succeeded(checkWeight(op, symbols, symbolAt(shared, 3), {1, hidden})));
}

LogicalResult NormMoeOp::verifySymbolUses(SymbolTableCollection &symbols) {
  if (failed(checkRowNorm(*this, symbols, getNormAttr(), getInput())) ||
      failed(checkWeight(*this, symbols, getRouterAttr(), {width(getLogits()), width(getInput())})))
    return failure();
  if (failed(checkExperts(*this, symbols, getGateUpAttr(), getDownAttr(), width(getLogits()), width(getInput()))))
    return failure();
  return getShared().empty() ? success() : checkShared(*this, symbols, getShared(), width(getInput()));
}

}  // namespace mlir::qwen
