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

// A causal convolution over the channels of `input`: weight [channels, 1, kernel], state [slots, kernel - 1, channels].
LogicalResult checkConvolution(Operation *op, SymbolTableCollection &symbols, FlatSymbolRefAttr weight,
                               FlatSymbolRefAttr state, Value input);

// A gated delta rule over value_heads heads: state [slots, value_heads, key_dim, value_dim]. keyWidth is that of the
// key, so that key_heads = keyWidth / key_dim; value_heads must be a multiple of it, and the value's and the gates'
// widths must fit. Returns the state's type.
FailureOr<RankedTensorType> checkDeltaRule(Operation *op, SymbolTableCollection &symbols, FlatSymbolRefAttr state,
                                           int64_t keyWidth, Value value, Value decay);

// Experts of a MoE block: gate_up [experts, 2I, hidden], down [experts, hidden, I]; experts = kDynamic: any.
LogicalResult checkExperts(Operation *op, SymbolTableCollection &symbols, FlatSymbolRefAttr gateUp,
                           FlatSymbolRefAttr down, int64_t experts, int64_t hidden);

// The type of a cache, [slots, kv_heads, max_seq, head_dim].
FailureOr<RankedTensorType> findCache(Operation *op, SymbolTableCollection &symbols, FlatSymbolRefAttr name);

// The type of a recurrent state of this rank, [slots, ...].
FailureOr<RankedTensorType> findRecurrentState(Operation *op, SymbolTableCollection &symbols, FlatSymbolRefAttr name,
                                               int64_t rank);

// Key and value cache of one layer: equal types, whose head_dim divides the query's width into a multiple of kv_heads.
// Returns that type.
FailureOr<RankedTensorType> findCaches(Operation *op, SymbolTableCollection &symbols, FlatSymbolRefAttr key,
                                       FlatSymbolRefAttr value, int64_t queryWidth);

}  // namespace mlir::qwen
