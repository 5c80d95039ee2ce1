// Each fused op's definition: the model-level ops that it stands for.
#include "dialect/QwenDialect.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

namespace mlir::qwen {
namespace {

// Builds the model-level ops of one fused op at its place, under its location.
class Builder {
public:
  Builder(OpBuilder &builder, Operation *fused) : builder(builder), fused(fused) {}

  Value norm(Value input, FlatSymbolRefAttr weight, FloatAttr eps) {
    return RmsNormOp::create(builder, fused->getLoc(), input.getType(), input, weight, eps);
  }
  // The result's width is the weight's first dimension.
  Value linear(Value input, FlatSymbolRefAttr weight, FlatSymbolRefAttr bias = {}) {
    Type type = rowsType(fused->getContext(), weightType(fused, weight).getDimSize(0));
    return LinearOp::create(builder, fused->getLoc(), type, input, weight, bias);
  }
  Value add(Value a, Value b) { return arith::AddFOp::create(builder, fused->getLoc(), a, b); }

private:
  OpBuilder &builder;
  Operation *fused;
};

FlatSymbolRefAttr symbolAt(ArrayAttr symbols, unsigned i) {
  return symbols.empty() ? FlatSymbolRefAttr() : cast<FlatSymbolRefAttr>(symbols[i]);
}

}  // namespace

SmallVector<Value> NormLinearOp::decompose(OpBuilder &builder) {
  Builder build(builder, *this);
  Value input = getInput();
  if (getRows())
    input = GatherRowsOp::create(builder, getLoc(), input, getRows());
  if (getNormAttr())
    input = build.norm(input, getNormAttr(), getEpsAttr());
  SmallVector<Value> results;
  for (unsigned i = 0; i < getWeights().size(); ++i)
    results.push_back(build.linear(input, symbolAt(getWeights(), i), symbolAt(getBiases(), i)));
  return results;
}

SmallVector<Value> ScreenedHeadOp::decompose(OpBuilder &builder) {
  Builder build(builder, *this);
  Value gathered = GatherRowsOp::create(builder, getLoc(), getInput(), getRows());
  return {build.linear(build.norm(gathered, getNormAttr(), getEpsAttr()), getWeightAttr())};
}

SmallVector<Value> NormGluOp::decompose(OpBuilder &builder) {
  Builder build(builder, *this);
  Value normed = build.norm(getInput(), getNormAttr(), getEpsAttr());
  Value gate = build.linear(normed, getGateAttr());
  Value up = build.linear(normed, getUpAttr());
  return {GluOp::create(builder, getLoc(), gate.getType(), getActivationAttr(), gate, up)};
}

SmallVector<Value> NormQkvOp::decompose(OpBuilder &builder) {
  Builder build(builder, *this);
  Value normed = build.norm(getInput(), getNormAttr(), getEpsAttr());
  Value qkv[3];
  for (unsigned i = 0; i < 3; ++i)
    qkv[i] = build.linear(normed, symbolAt(getWeights(), i), symbolAt(getBiases(), i));
  for (unsigned i = 0; i < 2; ++i)
    qkv[i] = build.norm(qkv[i], symbolAt(getHeadNorms(), i), getHeadEpsAttr());
  IntegerAttr headDim = builder.getI64IntegerAttr(stateType(*this, getKeyCacheAttr()).getDimSize(3));
  for (unsigned i = 0; i < 2; ++i)
    qkv[i] = RopeOp::create(builder, getLoc(), qkv[i].getType(), qkv[i], getTable(), headDim);
  CacheAppendOp::create(builder, getLoc(), qkv[1], getSlot(), getIndex(), getKeyCacheAttr());
  CacheAppendOp::create(builder, getLoc(), qkv[2], getSlot(), getIndex(), getValueCacheAttr());
  return {qkv[0]};
}

SmallVector<Value> LinearResidualOp::decompose(OpBuilder &builder) {
  Builder build(builder, *this);
  return {build.add(getResidual(), build.linear(getInput(), getWeightAttr(), getBiasAttr()))};
}

SmallVector<Value> NormMoeOp::decompose(OpBuilder &builder) {
  Builder build(builder, *this);
  Value normed = build.norm(getInput(), getNormAttr(), getEpsAttr());
  int64_t k = getTopK();
  Type weights = rowsType(getContext(), k);
  Type choices = RankedTensorType::get({ShapedType::kDynamic, k}, builder.getI32Type());
  auto router = RouterOp::create(builder, getLoc(), weights, choices, getLogits().getType(), normed, getRouterAttr(),
                                 getTopKAttr(), getNormalizeAttr());
  Value experts = ExpertsOp::create(builder, getLoc(), normed.getType(), getActivationAttr(), normed,
                                    router.getWeights(), router.getExperts(), getGateUpAttr(), getDownAttr());
  return {build.add(getInput(), experts), router.getLogits()};
}

}  // namespace mlir::qwen
