#include "codegen/cpu/Rows.h"

namespace mlir::qwen {

void emitRmsNorm(KernelBuilder &b, Value x, Value xRow, Value weight, double eps, int64_t width, Value column,
                 Value out, Value outRow) {
  // Whole panels first, the tail's lanes after them: one order of additions for any call.
  int64_t whole = width / kPanelRows * kPanelRows;
  Value squares = b.f32(0.0);
  if (whole) {
    ValueList sums = b.loop(b.index(0), b.index(whole), kPanelRows, ValueList{b.f32(0.0, kPanelRows)},
                            [&](Value k, ValueRange carried) -> ValueList {
                              Value lanes = b.load(x, {xRow, b.add(column, k)}, kPanelRows);
                              return {b.fma(lanes, lanes, carried[0])};
                            });
    squares = b.sumLanes(sums[0]);
  }
  for (int64_t k = whole; k < width; ++k) {
    Value value = b.load(x, {xRow, b.add(column, k)});
    squares = b.fma(value, value, squares);
  }
  Value mean = b.divf(squares, b.f32(double(width)));
  Value scale = b.divf(b.f32(1.0), math::SqrtOp::create(b, b.addf(mean, b.f32(eps))));
  b.overLanes(width, [&](Value k, int64_t lanes) {
    Value value = b.load(x, {xRow, b.add(column, k)}, lanes);
    Value normalised = b.mulf(b.load(weight, k, lanes), b.mulf(value, b.splat(scale, lanes)));
    b.store(normalised, out, {outRow, b.add(column, k)});
  });
}

Value emitPreparedInput(Kernel &kernel, Value x, Value gather, Value weight, double eps) {
  KernelBuilder &b = kernel.b;
  int64_t k = Kernel::width(x);
  auto row = [&](Value out, Value i) {
    Value from = gather ? b.toIndex(b.load(gather, i)) : i;
    if (weight) {
      emitRmsNorm(b, x, from, weight, eps, k, b.index(0), out, i);
      return;
    }
    b.overLanes(k, [&](Value at, int64_t lanes) { b.store(b.load(x, {from, at}, lanes), out, {i, at}); });
  };
  Value own = b.view(kernel.scratch, 0, {kernel.maxRows, k}, b.getF32Type());
  Value common = b.view(kernel.temp, 0, {kernel.maxRows, k}, b.getF32Type());
  Value few = b.less(kernel.rows, b.index(kPrivateRows + 1));
  b.whenElse(
      few, [&] { b.loop(b.index(0), kernel.rows, 1, [&](Value i) { row(own, i); }); },
      [&] {
        auto [begin, end] = b.share(kernel.rows, kernel.thread, kernel.threads);
        b.loop(begin, end, 1, [&](Value i) { row(common, i); });
        kernel.barrier();
      });
  return b.select(few, own, common);
}

// Lanes of a panel at `column` that exist.
static Value tailMask(KernelBuilder &b, Value column, int64_t width) {
  auto flags = VectorType::get({kPanelRows}, b.getI1Type());
  return vector::CreateMaskOp::create(b, flags, ValueRange{b.sub(b.index(width), column)});
}

Value emitLoadPanel(KernelBuilder &b, Value x, Value row, Value column, int64_t width) {
  if (width % kPanelRows == 0)
    return b.load(x, {row, column}, kPanelRows);
  return vector::MaskedLoadOp::create(b, b.panel(), x, ValueRange{row, column}, tailMask(b, column, width),
                                      b.f32(0.0, kPanelRows));
}

void emitStorePanel(KernelBuilder &b, Value lanes, Value out, Value row, Value column, int64_t width) {
  if (width % kPanelRows == 0)
    b.store(lanes, out, {row, column});
  else
    vector::MaskedStoreOp::create(b, out, ValueRange{row, column}, tailMask(b, column, width), lanes);
}

}  // namespace mlir::qwen
