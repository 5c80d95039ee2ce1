// embed, rms_norm, output: a thread's share of the rows, one at a time.
#include "codegen/cpu/Kernels.h"
#include "codegen/cpu/QuantizedPanels.h"
#include "codegen/cpu/Rows.h"

namespace mlir::qwen {

namespace {

void forOwnRows(Kernel &kernel, llvm::function_ref<void(Value)> body) {
  auto [begin, end] = kernel.b.share(kernel.rows, kernel.thread, kernel.threads);
  kernel.b.loop(begin, end, 1, body);
}

// out[row, :] = row `id` of a table that lies in quantised panels.
void copyQuantisedRow(Kernel &kernel, Value id, Value out, Value row) {
  KernelBuilder &b = kernel.b;
  const PackedArgument &table = kernel.packed[0];
  QuantizedPanels panels(kernel, table.memory, codesOf(table.element), 1);
  Value panel = b.mul(b.div(id, kPanelRows), table.panelElements());
  Value lane = b.rem(id, kPanelRows);
  b.loop(b.index(0), b.index(Kernel::width(out)), 1, [&](Value k) {
    b.store(panels.value(panel, k, lane), out, {row, k});
  });
}

// out[row, :] = row `id` of the table.
void copyTableRow(Kernel &kernel, Value id, Value out, Value row) {
  KernelBuilder &b = kernel.b;
  const PackedArgument &table = kernel.packed[0];
  int64_t width = Kernel::width(out);
  auto widen = [&](Value value) -> Value {
    if (getElementTypeOrSelf(value).isF32())
      return value;
    auto vector = dyn_cast<VectorType>(value.getType());
    Type f32 = vector ? Type(b.lanesOf(vector.getDimSize(0))) : b.getF32Type();
    return arith::ExtFOp::create(b, f32, value);
  };
  if (table.layout == "rows") {
    Value base = b.mul(id, width);
    b.overLanes(width, [&](Value k, int64_t lanes) {
      b.store(widen(b.load(table.memory, b.add(base, k), lanes)), out, {row, k});
    });
    return;
  }
  if (codesOf(table.element) != QuantizedCodes::none)
    return copyQuantisedRow(kernel, id, out, row);
  // Panels of a tied LM head: element (k, lane) is at k / kGroup * 16 * kGroup + lane * kGroup + k % kGroup.
  Value panel = b.mul(b.div(id, kPanelRows), table.panelElements());
  Value base = b.add(panel, b.mul(b.rem(id, kPanelRows), table.kGroup));
  b.loop(b.index(0), b.index(width), 1, [&](Value k) {
    Value at = b.mul(b.div(k, table.kGroup), kPanelRows * table.kGroup);
    if (table.kGroup > 1)
      at = b.add(at, b.rem(k, table.kGroup));
    b.store(widen(b.load(table.memory, b.add(base, at))), out, {row, k});
  });
}

}  // namespace

void generateEmbed(Kernel &kernel) {
  KernelBuilder &b = kernel.b;
  Value out = kernel.results[0];
  forOwnRows(kernel, [&](Value row) {
    Value id = b.toIndex(b.load(kernel.operands[0], row));
    b.whenElse(
        b.less(id, b.index(0)),
        [&] {
          Value from = b.sub(b.index(-1), id);
          b.overLanes(Kernel::width(out), [&](Value k, int64_t lanes) {
            b.store(b.load(kernel.operands[1], {from, k}, lanes), out, {row, k});
          });
        },
        [&] { copyTableRow(kernel, id, out, row); });
  });
}

void generateRmsNorm(Kernel &kernel) {
  KernelBuilder &b = kernel.b;
  Value x = kernel.operands[0], out = kernel.results[0];
  const PackedArgument &weight = kernel.packed[0];
  int64_t group = weight.shapes[0][0];
  forOwnRows(kernel, [&](Value row) {
    b.loop(b.index(0), b.index(Kernel::width(x)), group,
           [&](Value column) { emitRmsNorm(b, x, row, weight.memory, kernel.real("eps"), group, column, out, row); });
  });
}

void generateOutput(Kernel &kernel) {
  KernelBuilder &b = kernel.b;
  Value x = kernel.operands[0], out = kernel.results[0];
  forOwnRows(kernel, [&](Value row) {
    b.overLanes(Kernel::width(x), [&](Value k, int64_t lanes) { b.store(b.load(x, {row, k}, lanes), out, {row, k}); });
  });
}

}  // namespace mlir::qwen
