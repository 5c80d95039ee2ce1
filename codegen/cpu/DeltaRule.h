// The recurrence of gated_delta_net on one column block of a head's state, which stays in the first-level cache while
// the rows of a sequence pass.
#pragma once

#include "codegen/cpu/Kernel.h"
#include "codegen/plan/DeltaNetMemory.h"

namespace mlir::qwen {

// Consecutive rows [begin, end) of one sequence; only the first may begin it, with the index 0.
struct DeltaRun {
  Value begin, end;
  Value slot;   // index
  Value fresh;  // i1: the state is zero whatever memory holds
};

class DeltaRule {
public:
  // `inputs` and `gates` are the parts of temp (DeltaNetMemory), `state` the flat state.
  DeltaRule(Kernel &kernel, const DeltaLayout &layout, const DeltaNetMemory &memory, Value inputs, Value gates);

  // For each row of the run, with the head's query, key, value and gates of the row, and S its columns of the state:
  //   d = beta (v - keep (S^T k)); S = keep S + k d^T; v becomes S^T q
  // Sums run over the key's dimension in rising order, one chain for each column.
  void emitBlock(const DeltaRun &run, Value head, Value block);

private:
  static constexpr int64_t kPanels = kStateColumns / kPanelRows;

  // What a block's loops address: rows of `inputs` and `gates` that belong to row 0, and columns of the first panel.
  struct Place {
    Value inputRow, gateRow, valueColumn, state;
  };

  void clear(const Place &place);
  ValueList known(const Place &place, Value row);
  ValueList step(const Place &place, Value row, int64_t panel, ArrayRef<Value> known, bool hasNext);
  ValueList overKey(ValueRange carried, llvm::function_ref<ValueList(Value, ValueRange)> body);

  // Element (i, column 0) of a panel of the block.
  Value stateAt(const Place &place, Value i, int64_t panel) {
    return b.add(b.add(place.state, b.mul(i, kStateColumns)), panel * kPanelRows);
  }
  Value broadcast(Value row, int64_t column, Value i) { return b.splat(b.load(inputs, {row, b.add(i, column)})); }

  Kernel &kernel;
  KernelBuilder &b;
  const DeltaLayout layout;
  const DeltaNetMemory memory;
  Value inputs, gates, state;
  int64_t together;  // panels whose sums stay in registers
};

}  // namespace mlir::qwen
