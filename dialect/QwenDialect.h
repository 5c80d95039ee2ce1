// C++ side of the qwen dialect.
#pragma once

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace mlir::qwen {

// What effects act on: the KV caches and recurrent states, and what the caller receives.
struct StateResource : SideEffects::Resource::Base<StateResource> {
  StringRef getName() final { return "qwen state"; }
};
struct OutputResource : SideEffects::Resource::Base<OutputResource> {
  StringRef getName() final { return "qwen output"; }
};

// Static size of the last dimension.
inline int64_t width(Value value) { return cast<RankedTensorType>(value.getType()).getShape().back(); }

}  // namespace mlir::qwen

#include "dialect/QwenDialect.h.inc"
#include "dialect/QwenEnums.h.inc"
#include "dialect/QwenInterfaces.h.inc"
#define GET_TYPEDEF_CLASSES
#include "dialect/QwenTypes.h.inc"
#define GET_OP_CLASSES
#include "dialect/QwenOps.h.inc"

namespace mlir::qwen {

// Attributes of the module (see the dialect's description).
inline constexpr StringLiteral kMaxRowsAttr = "qwen.max_rows";
inline constexpr StringLiteral kMaxSeqAttr = "qwen.max_seq";
inline constexpr StringLiteral kBatchAttr = "qwen.batch";

// tensor<?xWIDTHxf32>, the type of activations.
RankedTensorType rowsType(MLIRContext *context, int64_t width);

// Whether weights of this stored element are quantised.
inline bool isQuantized(Type element) { return isa<Q8Type, Q4Type>(element); }

// Bits of one value of a stored element, without scales.
inline int64_t bitsOf(Type element) {
  if (isQuantized(element))
    return isa<Q8Type>(element) ? 8 : 4;
  return element.getIntOrFloatBitWidth();
}

// The declaration of a weight or state from anywhere inside its module; null when there is none.
template <typename OpTy> OpTy lookup(Operation *from, FlatSymbolRefAttr name) {
  return SymbolTable::lookupNearestSymbolFrom<OpTy>(from, name);
}

// The type under which a weight or state is declared; null when there is no such declaration.
inline RankedTensorType weightType(Operation *from, FlatSymbolRefAttr name) {
  auto weight = lookup<WeightOp>(from, name);
  return weight ? weight.getType() : RankedTensorType();
}
inline RankedTensorType stateType(Operation *from, FlatSymbolRefAttr name) {
  auto state = lookup<StateOp>(from, name);
  return state ? state.getType() : RankedTensorType();
}

}  // namespace mlir::qwen
