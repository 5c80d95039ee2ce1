// What the verifiers of ops that name weights and caches share. All report on `op` and fail, or are silent.
#pragma once

#include "dialect/QwenDialect.h"

namespace mlir::qwen {

// The type of a weight.
FailureOr<RankedTensorType> findWeight(Operation *op, SymbolTableCollection &symbols, FlatSymbolRefAttr name);

// The weight must exist and have this shape; ShapedType::kDynamic stands for any size.
LogicalResult checkWeight(Operation *op, SymbolTableCollection &symbols, FlatSymbolRefAttr name,
                          ArrayRef<int64_t> shape);

// A norm over the whole row: weight [width(input)].
LogicalResult checkRowNorm(Operation *op, SymbolTableCollection &symbols, FlatSymbolRefAttr name, Value input);

// y = x W^T + b: weight [out, in], bias [out]. `bias` may be null.
LogicalResult checkLinear(Operation *op, SymbolTableCollection &symbols, FlatSymbolRefAttr weight,
                          FlatSymbolRefAttr bias, int64_t in, int64_t out);

// Experts of a MoE block: gate_up [experts, 2I, hidden], down [experts, hidden, I]; experts = kDynamic: any.
LogicalResult checkExperts(Operation *op, SymbolTableCollection &symbols, FlatSymbolRefAttr gateUp,
                           FlatSymbolRefAttr down, int64_t experts, int64_t hidden);

// The type of a cache, [slots, kv_heads, max_seq, head_dim].
FailureOr<RankedTensorType> findCache(Operation *op, SymbolTableCollection &symbols, FlatSymbolRefAttr name);

// Key and value cache of one layer: equal types, whose head_dim divides the query's width into a multiple of kv_heads.
// Returns that type.
FailureOr<RankedTensorType> findCaches(Operation *op, SymbolTableCollection &symbols, FlatSymbolRefAttr key,
                                       FlatSymbolRefAttr value, int64_t queryWidth);

}  // namespace mlir::qwen
