// The memory that gated_delta_net works in, and how its work is cut up.
#pragma once

#include "codegen/plan/RecurrentLayout.h"

namespace mlir::qwen {

struct DeltaNetMemory {
  DeltaNetMemory(const DeltaLayout &state, int64_t qkvWidth, int64_t maxRows)
      : keyHeads((qkvWidth - state.heads * state.valueDim) / (2 * state.keyDim)), group(state.heads / keyHeads),
        key(roundUp(state.keyDim, kPanelRows)), value(2 * key), inputsWidth(value + group * state.paddedDim),
        inputRows(keyHeads * maxRows), gateRows(state.heads * maxRows), gates(inputRows * inputsWidth * 4),
        tempBytes(roundUp(gates + gateRows * 2 * 4, kAlignment)) {}

  int64_t keyHeads;
  int64_t group;  // value heads of a key head

  // temp = inputs of the recurrence [key_heads, max_rows, inputsWidth], where a row is its query, its key and the
  // values of `group` heads, padded to whole panels resp. column blocks; then gates [value_heads, max_rows, 2]: what is
  // kept of the state, and beta. All f32. The recurrence's results take the place of the values.
  int64_t key, value;  // first columns of key and values
  int64_t inputsWidth, inputRows, gateRows;
  int64_t gates, tempBytes;  // place and size in bytes
};

}  // namespace mlir::qwen
