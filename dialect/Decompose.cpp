// Each fused op's definition: the model-level ops that it stands for.
#include "dialect/QwenDialect.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

namespace mlir::qwen {
namespace {

// Builds the model-level ops of one fused op at its place, under its location.
class Builder {
public:
  Builder(OpBuilder &builder, Operation *fused) : builder(builder), fused(fused) {}

  Value norm(Value input, FlatSymbolRefAttr weight, FloatAttr eps, UnitAttr zeroCentered = {}) {
    return RmsNormOp::create(builder, fused->getLoc(), input.getType(), input, weight, eps, zeroCentered);
  }
  // The result's width is the weight's first dimension.
  Value linear(Value input, FlatSymbolRefAttr weight, FlatSymbolRefAttr bias = {}) {
    Type type = rowsType(fused->getContext(), weightType(fused, weight).getDimSize(0));
    return LinearOp::create(builder, fused->getLoc(), type, input, weight, bias);
  }
  Value glu(ActivationAttr activation, Value gate, Value up) {
    return GluOp::create(builder, fused->getLoc(), up.getType(), activation, gate, up);
  }
  Value glu(Activation activation, Value gate, Value up) {
    return glu(ActivationAttr::get(fused->getContext(), activation), gate, up);
  }
  // down(act(gate(x)) * up(x))
  Value mlp(Value input, ActivationAttr activation, FlatSymbolRefAttr gate, FlatSymbolRefAttr up,
            FlatSymbolRefAttr down) {
    Value gated = linear(input, gate);
    return linear(glu(activation, gated, linear(input, up)), down);
  }
  ResultRange split(Value input, ArrayRef<int64_t> widths, int64_t groups = 1) {
    SmallVector<Type> types;
    for (int64_t width : widths)
      types.push_back(rowsType(fused->getContext(), width));
    return SplitOp::create(builder, fused->getLoc(), types, input, groups).getResults();
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
    input = build.norm(input, getNormAttr(), getEpsAttr(), getZeroCenteredAttr());
  SmallVector<Value> results;
  for (unsigned i = 0; i < getWeights().size(); ++i)
    results.push_back(build.linear(input, symbolAt(getWeights(), i), symbolAt(getBiases(), i)));
  return results;
}

SmallVector<Value> ScreenedHeadOp::decompose(OpBuilder &builder) {
  Builder build(builder, *this);
  Value gathered = GatherRowsOp::create(builder, getLoc(), getInput(), getRows());
  return {build.linear(build.norm(gathered, getNormAttr(), getEpsAttr(), getZeroCenteredAttr()), getWeightAttr())};
}

SmallVector<Value> NormGluOp::decompose(OpBuilder &builder) {
  Builder build(builder, *this);
  Value normed = build.norm(getInput(), getNormAttr(), getEpsAttr(), getZeroCenteredAttr());
  Value gate = build.linear(normed, getGateAttr());
  return {build.glu(getActivationAttr(), gate, build.linear(normed, getUpAttr()))};
}

SmallVector<Value> NormQkvOp::decompose(OpBuilder &builder) {
  Builder build(builder, *this);
  IntegerAttr headDim = builder.getI64IntegerAttr(stateType(*this, getKeyCacheAttr()).getDimSize(3));
  Value normed = build.norm(getInput(), getNormAttr(), getEpsAttr(), getZeroCenteredAttr());
  Value qkv[3], gate;
  for (unsigned i = 0; i < 3; ++i)
    qkv[i] = build.linear(normed, symbolAt(getWeights(), i), symbolAt(getBiases(), i));
  if (getGate()) {
    int64_t queryWidth = width(getQuery());
    ResultRange parts = build.split(qkv[0], {queryWidth, queryWidth}, queryWidth / headDim.getInt());
    qkv[0] = parts[0];
    gate = parts[1];
  }
  for (unsigned i = 0; i < 2; ++i)
    qkv[i] = build.norm(qkv[i], symbolAt(getHeadNorms(), i), getHeadEpsAttr(), getZeroCenteredAttr());
  for (unsigned i = 0; i < 2; ++i)
    qkv[i] = RopeOp::create(builder, getLoc(), qkv[i].getType(), qkv[i], getTable(), headDim);
  CacheAppendOp::create(builder, getLoc(), qkv[1], getSlot(), getIndex(), getKeyCacheAttr());
  CacheAppendOp::create(builder, getLoc(), qkv[2], getSlot(), getIndex(), getValueCacheAttr());
  return gate ? SmallVector<Value>{qkv[0], gate} : SmallVector<Value>{qkv[0]};
}

SmallVector<Value> GatedAttentionOp::decompose(OpBuilder &builder) {
  Value mixed = AttentionOp::create(builder, getLoc(), getType(), getQuery(), getSlot(), getIndex(), getKeyCacheAttr(),
                                    getValueCacheAttr(), getScaleAttr(), getWindowAttr());
  return {Builder(builder, *this).glu(Activation::Sigmoid, getGate(), mixed)};
}

SmallVector<Value> GatedDeltaNetOp::decompose(OpBuilder &builder) {
  Builder build(builder, *this);
  Value convolved = CausalConvOp::create(builder, getLoc(), getQkv().getType(), getQkv(), getSlot(), getIndex(),
                                         getConvAttr(), getConvStateAttr());
  convolved = ActivationOp::create(builder, getLoc(), convolved.getType(), getActivationAttr(), convolved);
  int64_t valueWidth = width(getZ()), keyWidth = (width(getQkv()) - valueWidth) / 2;
  SmallVector<Value> parts = build.split(convolved, {keyWidth, keyWidth, valueWidth});
  IntegerAttr keyDim = builder.getI64IntegerAttr(stateType(*this, getDeltaStateAttr()).getDimSize(2));
  for (unsigned i : {0, 1})
    parts[i] = L2NormOp::create(builder, getLoc(), parts[i].getType(), parts[i], keyDim, getL2EpsAttr());
  Value beta = ActivationOp::create(builder, getLoc(), getB().getType(), Activation::Sigmoid, getB());
  Value decay = DecayOp::create(builder, getLoc(), getA().getType(), getA(), getALogAttr(), getDtBiasAttr());
  Value mixed = GatedDeltaRuleOp::create(builder, getLoc(), getType(), parts[0], parts[1], parts[2], decay, beta,
                                         getSlot(), getIndex(), getDeltaStateAttr(), getScaleAttr());
  return {build.glu(Activation::Silu, getZ(), build.norm(mixed, getNormAttr(), getEpsAttr()))};
}

SmallVector<Value> LinearResidualOp::decompose(OpBuilder &builder) {
  Builder build(builder, *this);
  return {build.add(getResidual(), build.linear(getInput(), getWeightAttr(), getBiasAttr()))};
}

SmallVector<Value> NormMoeOp::decompose(OpBuilder &builder) {
  Builder build(builder, *this);
  Value normed = build.norm(getInput(), getNormAttr(), getEpsAttr(), getZeroCenteredAttr());
  int64_t k = getTopK();
  Type weights = rowsType(getContext(), k);
  Type choices = RankedTensorType::get({ShapedType::kDynamic, k}, builder.getI32Type());
  auto router = RouterOp::create(builder, getLoc(), weights, choices, getLogits().getType(), normed, getRouterAttr(),
                                 getTopKAttr(), getNormalizeAttr());
  Value experts = ExpertsOp::create(builder, getLoc(), normed.getType(), getActivationAttr(), normed,
                                    router.getWeights(), router.getExperts(), getGateUpAttr(), getDownAttr());
  if (!getShared().empty()) {
    Value shared = build.mlp(normed, getActivationAttr(), symbolAt(getShared(), 0), symbolAt(getShared(), 1),
                             symbolAt(getShared(), 2));
    Value gate = build.linear(normed, symbolAt(getShared(), 3));
    shared = GateRowsOp::create(builder, getLoc(), shared.getType(), Activation::Sigmoid, gate, shared);
    experts = build.add(experts, shared);
  }
  return {build.add(getInput(), experts), router.getLogits()};
}

}  // namespace mlir::qwen
