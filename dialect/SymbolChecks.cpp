#include "dialect/SymbolChecks.h"

#include "llvm/ADT/StringExtras.h"

namespace mlir::qwen {
namespace {

std::string printed(ArrayRef<int64_t> shape) {
  std::string text = "[";
  llvm::interleave(
      shape, [&](int64_t size) { text += ShapedType::isDynamic(size) ? "any" : std::to_string(size); },
      [&] { text += ", "; });
  return text + "]";
}

bool fits(ArrayRef<int64_t> shape, ArrayRef<int64_t> wanted) {
  return shape.size() == wanted.size() && llvm::all_of(llvm::zip(shape, wanted), [](auto sizes) {
           return ShapedType::isDynamic(std::get<1>(sizes)) || std::get<0>(sizes) == std::get<1>(sizes);
         });
}

FailureOr<StateOp> findState(Operation *op, SymbolTableCollection &symbols, FlatSymbolRefAttr name) {
  if (auto state = symbols.lookupNearestSymbolFrom<StateOp>(op, name))
    return state;
  return op->emitOpError() << name << " is not a qwen.state of the module";
}

}  // namespace

FailureOr<RankedTensorType> findWeight(Operation *op, SymbolTableCollection &symbols, FlatSymbolRefAttr name) {
  if (auto weight = symbols.lookupNearestSymbolFrom<WeightOp>(op, name))
    return weight.getType();
  return op->emitOpError() << name << " is not a qwen.weight of the module";
}

LogicalResult checkWeight(Operation *op, SymbolTableCollection &symbols, FlatSymbolRefAttr name,
                          ArrayRef<int64_t> shape) {
  FailureOr<RankedTensorType> type = findWeight(op, symbols, name);
  if (failed(type))
    return failure();
  if (!fits(type->getShape(), shape))
    return op->emitOpError() << "weight " << name << " is " << printed(type->getShape()) << ", but must be "
                             << printed(shape);
  return success();
}

LogicalResult checkRowNorm(Operation *op, SymbolTableCollection &symbols, FlatSymbolRefAttr name, Value input) {
  return checkWeight(op, symbols, name, {width(input)});
}

LogicalResult checkLinear(Operation *op, SymbolTableCollection &symbols, FlatSymbolRefAttr weight,
                          FlatSymbolRefAttr bias, int64_t in, int64_t out) {
  if (failed(checkWeight(op, symbols, weight, {out, in})))
    return failure();
  return bias ? checkWeight(op, symbols, bias, {out}) : success();
}

LogicalResult checkExperts(Operation *op, SymbolTableCollection &symbols, FlatSymbolRefAttr gateUp,
                           FlatSymbolRefAttr down, int64_t experts, int64_t hidden) {
  if (failed(checkWeight(op, symbols, down, {experts, hidden, ShapedType::kDynamic})))
    return failure();
  RankedTensorType type = *findWeight(op, symbols, down);
  return checkWeight(op, symbols, gateUp, {type.getDimSize(0), 2 * type.getDimSize(2), hidden});
}

FailureOr<RankedTensorType> findCache(Operation *op, SymbolTableCollection &symbols, FlatSymbolRefAttr name) {
  FailureOr<StateOp> state = findState(op, symbols, name);
  if (failed(state))
    return failure();
  if (state->getRecurrent())
    return op->emitOpError() << name << " is a recurrent state, but must be a KV cache";
  return state->getType();
}

FailureOr<RankedTensorType> findRecurrentState(Operation *op, SymbolTableCollection &symbols, FlatSymbolRefAttr name,
                                               int64_t rank) {
  FailureOr<StateOp> state = findState(op, symbols, name);
  if (failed(state))
    return failure();
  if (!state->getRecurrent())
    return op->emitOpError() << name << " is a KV cache, but must be a recurrent state";
  if (state->getType().getRank() != rank)
    return op->emitOpError() << "state " << name << " is " << printed(state->getType().getShape()) << ", but must have "
                             << rank << " dimensions";
  return state->getType();
}

LogicalResult checkConvolution(Operation *op, SymbolTableCollection &symbols, FlatSymbolRefAttr weight,
                               FlatSymbolRefAttr state, Value input) {
  FailureOr<RankedTensorType> kept = findRecurrentState(op, symbols, state, 3);
  if (failed(kept))
    return failure();
  if (kept->getDimSize(2) != width(input))
    return op->emitOpError() << "state " << state << " holds " << kept->getDimSize(2) << " channels, but the input is "
                             << width(input) << " wide";
  return checkWeight(op, symbols, weight, {width(input), 1, kept->getDimSize(1) + 1});
}

FailureOr<RankedTensorType> checkDeltaRule(Operation *op, SymbolTableCollection &symbols, FlatSymbolRefAttr state,
                                           int64_t keyWidth, Value value, Value decay) {
  FailureOr<RankedTensorType> type = findRecurrentState(op, symbols, state, 4);
  if (failed(type))
    return failure();
  int64_t valueHeads = type->getDimSize(1), keyDim = type->getDimSize(2), valueDim = type->getDimSize(3);
  if (width(value) != valueHeads * valueDim)
    return op->emitOpError() << "value is " << width(value) << " wide, but " << state << " holds " << valueHeads
                             << " heads of " << valueDim;
  if (width(decay) != valueHeads)
    return op->emitOpError() << "decay is " << width(decay) << " wide, but " << state << " holds " << valueHeads
                             << " heads";
  if (keyWidth <= 0 || keyWidth % keyDim != 0 || valueHeads % (keyWidth / keyDim) != 0)
    return op->emitOpError() << "key is " << keyWidth << " wide, but must be heads of " << keyDim
                             << " whose number divides " << valueHeads;
  return type;
}

FailureOr<RankedTensorType> findCaches(Operation *op, SymbolTableCollection &symbols, FlatSymbolRefAttr key,
                                       FlatSymbolRefAttr value, int64_t queryWidth) {
  FailureOr<RankedTensorType> keys = findCache(op, symbols, key);
  if (failed(keys))
    return failure();
  FailureOr<RankedTensorType> values = findCache(op, symbols, value);
  if (failed(values))
    return failure();
  if (*keys != *values)
    return op->emitOpError() << "caches must have one type, but " << key << " is " << *keys << " and " << value
                             << " is " << *values;
  int64_t kvHeads = keys->getDimSize(1), headDim = keys->getDimSize(3);
  if (queryWidth % (kvHeads * headDim) != 0)
    return op->emitOpError() << "query is " << queryWidth << " wide, but must be a multiple of kv_heads " << kvHeads
                             << " times head_dim " << headDim;
  return *keys;
}

}  // namespace mlir::qwen
