// A row's update of the state and the next row's sum over it are one pass, so that each element is loaded and stored
// once a row. Both work on the element as it is stored, in the order of passes of their own: where a call ends, which
// cuts a pass in two, changes no bit.
#include "codegen/cpu/DeltaRule.h"

namespace mlir::qwen {

// Of each panel elements, results, the next row's sums and corrections; and what is kept and three broadcasts.
static int64_t panelsTogether(const ::qwen::MachineDescription &machine, int64_t most) {
  int64_t perPanel = std::max<int64_t>(1, kPanelRows / machine.lanes());
  return most * perPanel * 4 + 4 <= machine.vector_registers ? most : 1;
}

DeltaRule::DeltaRule(Kernel &kernel, const DeltaLayout &layout, const DeltaNetMemory &memory, Value inputs, Value gates)
    : kernel(kernel), b(kernel.b), layout(layout), memory(memory), inputs(inputs), gates(gates),
      together(panelsTogether(kernel.machine, kPanels)) {
  state = b.view(kernel.states[1], 0, {layout.bytes() / DeltaLayout::kElementBytes}, b.getF32Type());
}

void DeltaRule::emitBlock(const DeltaRun &run, Value head, Value block) {
  Place place;
  place.inputRow = b.mul(b.div(head, memory.group), kernel.maxRows);
  place.gateRow = b.mul(head, kernel.maxRows);
  place.valueColumn =
      b.add(b.add(b.mul(b.rem(head, memory.group), layout.paddedDim), b.mul(block, kStateColumns)), memory.value);
  Value sequence = b.add(b.mul(run.slot, layout.heads), head);
  place.state = b.mul(b.add(b.mul(sequence, layout.blocks()), block), layout.blockElements());

  b.when(run.fresh, [&] { clear(place); });
  ValueList first = known(place, run.begin);
  Value last = b.sub(run.end, b.index(1));
  for (int64_t panel = 0; panel < kPanels; panel += together) {
    ValueList sums(first.begin() + panel, first.begin() + panel + together);
    sums = b.loop(run.begin, last, 1, sums, [&](Value row, ValueRange carried) {
      return step(place, row, panel, ValueList(carried), /*hasNext=*/true);
    });
    step(place, last, panel, sums, /*hasNext=*/false);
  }
}

void DeltaRule::clear(const Place &place) {
  b.loop(b.index(0), b.index(layout.keyDim), 1, [&](Value i) {
    for (int64_t panel = 0; panel < kPanels; ++panel)
      b.store(b.f32(0.0, kPanelRows), state, stateAt(place, i, panel));
  });
}

ValueList DeltaRule::overKey(ValueRange carried, llvm::function_ref<ValueList(Value, ValueRange)> body) {
  constexpr int64_t kUnroll = 4;
  int64_t whole = layout.keyDim / kUnroll * kUnroll;
  ValueList sums(carried);
  if (whole)
    sums = b.loop(b.index(0), b.index(whole), kUnroll, sums, [&](Value i, ValueRange carried) {
      ValueList next(carried);
      for (int64_t u = 0; u < kUnroll; ++u)
        next = body(b.add(i, u), next);
      return next;
    });
  for (int64_t i = whole; i < layout.keyDim; ++i)
    sums = body(b.index(i), sums);
  return sums;
}

// S^T k of a row, for all panels of the block.
ValueList DeltaRule::known(const Place &place, Value row) {
  Value inputRow = b.add(place.inputRow, row);
  return overKey(ValueList(kPanels, b.f32(0.0, kPanelRows)), [&](Value i, ValueRange carried) {
    Value key = broadcast(inputRow, memory.key, i);
    ValueList next;
    for (int64_t panel = 0; panel < kPanels; ++panel)
      next.push_back(b.fma(b.load(state, stateAt(place, i, panel), kPanelRows), key, carried[panel]));
    return next;
  });
}

// One row of `together` panels, given its `known` sums. With `hasNext` returns the next row's; without, it asks for the
// same elements of the next block instead, which a decode step would else wait for.
ValueList DeltaRule::step(const Place &place, Value row, int64_t panel, ArrayRef<Value> known, bool hasNext) {
  Value inputRow = b.add(place.inputRow, row), nextRow = b.add(inputRow, 1), gateRow = b.add(place.gateRow, row);
  Value keep = b.splat(b.load(gates, {gateRow, b.index(0)}));
  Value beta = b.splat(b.load(gates, {gateRow, b.index(1)}));
  ValueList columns, corrections;
  for (int64_t p = 0; p < together; ++p) {
    columns.push_back(b.add(place.valueColumn, (panel + p) * kPanelRows));
    Value value = b.load(inputs, {inputRow, columns[p]}, kPanelRows);
    corrections.push_back(b.mulf(beta, b.subf(value, b.mulf(keep, known[p]))));
  }
  size_t chains = hasNext ? 2 : 1;
  ValueList sums(chains * together, b.f32(0.0, kPanelRows));
  sums = overKey(sums, [&](Value i, ValueRange carried) {
    Value key = broadcast(inputRow, memory.key, i), query = broadcast(inputRow, 0, i), nextKey;
    if (hasNext)
      nextKey = broadcast(nextRow, memory.key, i);
    ValueList next(carried);
    for (int64_t p = 0; p < together; ++p) {
      Value at = stateAt(place, i, panel + p);
      Value element = b.fma(key, corrections[p], b.mulf(keep, b.load(state, at, kPanelRows)));
      b.store(element, state, at);
      next[p] = b.fma(element, query, next[p]);
      if (hasNext)
        next[together + p] = b.fma(element, nextKey, next[together + p]);
      else
        b.prefetch(state, b.add(at, layout.blockElements()), /*isWrite=*/true);
    }
    return next;
  });
  for (int64_t p = 0; p < together; ++p)
    b.store(sums[p], inputs, {inputRow, columns[p]});
  return ValueList(sums.begin() + together, sums.end());
}

}  // namespace mlir::qwen
