#include "codegen/cpu/Rows.h"

namespace mlir::qwen {

// In integers, since `arith.truncf` calls a library where the machine has no bf16: half of the last place that stays,
// less one unless that place is odd, is added before the cut.
Value emitNarrow(KernelBuilder &b, Value value, Type element) {
  if (getElementTypeOrSelf(value) == element)
    return value;
  auto vector = dyn_cast<VectorType>(value.getType());
  auto typed = [&](Type scalar) { return vector ? Type(vector.clone(scalar)) : scalar; };
  auto constant = [&](int32_t bits) { return b.i32Like(bits, value); };
  Value bits = arith::BitcastOp::create(b, typed(b.getI32Type()), value);
  Value odd = arith::AndIOp::create(b, arith::ShRUIOp::create(b, bits, constant(16)), constant(1));
  Value rounded = arith::AddIOp::create(b, bits, arith::AddIOp::create(b, odd, constant(0x7fff)));
  Value nan = arith::CmpFOp::create(b, arith::CmpFPredicate::UNO, value, value);
  Value kept = arith::ShRUIOp::create(b, b.select(nan, constant(0x7fc00000), rounded), constant(16));
  Value narrow = arith::TruncIOp::create(b, typed(b.getIntegerType(16)), kept);
  return arith::BitcastOp::create(b, typed(element), narrow);
}

Value emitSumOfSquares(KernelBuilder &b, Value x, Value xRow, int64_t width, Value column) {
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
  return squares;
}

Value emitRmsScale(KernelBuilder &b, Value x, Value xRow, double eps, int64_t width, Value column) {
  Value mean = b.divf(emitSumOfSquares(b, x, xRow, width, column), b.f32(double(width)));
  return b.divf(b.f32(1.0), math::SqrtOp::create(b, b.addf(mean, b.f32(eps))));
}

void emitRmsNorm(KernelBuilder &b, Value x, Value xRow, Value weight, double eps, int64_t width, Value column,
                 Value out, Value outRow) {
  Value scale = emitRmsScale(b, x, xRow, eps, width, column);
  b.overLanes(width, [&](Value k, int64_t lanes) {
    Value value = b.load(x, {xRow, b.add(column, k)}, lanes);
    Value normalised = b.mulf(b.load(weight, k, lanes), b.mulf(value, b.splat(scale, lanes)));
    b.store(normalised, out, {outRow, b.add(column, k)});
  });
}

void emitRuns(KernelBuilder &b, Value first, Value end, llvm::function_ref<Value(Value, Value)> breaks,
              llvm::function_ref<void(Value, Value)> body) {
  b.loop(first, end, 1, ValueList{first}, [&](Value row, ValueRange carried) -> ValueList {
    Value begin = carried[0];
    Value next = b.add(row, 1);
    // Past the last row there is none to compare with: the comparison then reads the row itself.
    Value peek = b.select(b.less(next, end), next, row);
    Value ends = arith::OrIOp::create(b, breaks(row, peek), b.equal(next, end));
    b.when(ends, [&] { body(begin, next); });
    return {b.select(ends, next, begin)};
  });
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

Value emitMaskPanel(KernelBuilder &b, Value lanes, Value column, int64_t width, double otherwise) {
  if (width % kPanelRows == 0)
    return lanes;
  return b.select(tailMask(b, column, width), lanes, b.f32(otherwise, kPanelRows));
}

void emitStorePanel(KernelBuilder &b, Value lanes, Value out, Value row, Value column, int64_t width) {
  if (width % kPanelRows == 0)
    b.store(lanes, out, {row, column});
  else
    vector::MaskedStoreOp::create(b, out, ValueRange{row, column}, tailMask(b, column, width), lanes);
}

}  // namespace mlir::qwen
