#include "codegen/cpu/CacheAppend.h"

#include "codegen/cpu/Rows.h"

namespace mlir::qwen {

// q8: x[r, :] becomes round(x / scale), still as f32, with scale = max |x| / 127 stored beside the codes.
static void emitQuantize(KernelBuilder &b, const Cache &cache, Value x, Value r, Value base, Value position) {
  Value largest = b.f32(0.0);
  // Maxima are exact, so their order is of no account.
  int64_t width = cache.layout.headDim, whole = width / kPanelRows * kPanelRows;
  if (whole) {
    ValueList lanes = b.loop(b.index(0), b.index(whole), kPanelRows, ValueList{b.f32(0.0, kPanelRows)},
                             [&](Value d, ValueRange carried) -> ValueList {
                               Value sizes = math::AbsFOp::create(b, b.load(x, {r, d}, kPanelRows));
                               return {arith::MaxNumFOp::create(b, carried[0], sizes)};
                             });
    largest = b.maxLanes(lanes[0]);
  }
  for (int64_t d = whole; d < width; ++d)
    largest = arith::MaxNumFOp::create(b, largest, math::AbsFOp::create(b, b.load(x, {r, b.index(d)})));
  Value zero = arith::CmpFOp::create(b, arith::CmpFPredicate::OEQ, largest, b.f32(0.0));
  Value inverse = b.select(zero, b.f32(0.0), b.divf(b.f32(127.0), largest));
  b.store(b.mulf(largest, b.f32(1.0 / 127.0)), cache.scales, cache.scaleAt(b, base, position));
  b.overLanes(width, [&](Value d, int64_t lanes) {
    Value scaled = b.mulf(b.load(x, {r, d}, lanes), b.splat(inverse, lanes));
    b.store(math::RoundEvenOp::create(b, scaled), x, {r, d});
  });
}

// Stores x[r, d] at first + d * stride, bf16 pairs of d side by side where `pairs`.
static void emitScatter(KernelBuilder &b, const Cache &cache, Value x, Value r, Value first, int64_t stride,
                        bool pairs) {
  b.loop(b.index(0), b.index(cache.layout.headDim), 1, [&](Value d) {
    Value value = b.load(x, {r, d});
    if (cache.layout.quantized())
      value = arith::FPToSIOp::create(b, b.getI8Type(), value);
    else
      value = emitNarrow(b, value, cache.layout.element);
    Value at = pairs ? b.add(b.mul(b.div(d, 2), 2 * stride), b.rem(d, 2)) : b.mul(d, stride);
    b.store(value, cache.memory, b.add(first, at));
  });
}

void emitAppendKey(KernelBuilder &b, const Cache &cache, Value x, Value r, Value sequence, Value place) {
  const CacheLayout &layout = cache.layout;
  Value base = cache.blockAt(b, sequence, b.div(place, kKeyBlock)), key = b.rem(place, kKeyBlock);
  if (layout.quantized())
    emitQuantize(b, cache, x, r, base, key);
  Value panel = b.add(b.add(base, layout.scaleElements()), b.mul(b.div(key, kPanelRows), layout.keyPanelElements()));
  bool pairs = layout.kGroup() == 2;
  Value lane = b.mul(b.rem(key, kPanelRows), layout.kGroup());
  emitScatter(b, cache, x, r, b.add(panel, lane), kPanelRows, pairs);
}

void emitAppendValue(KernelBuilder &b, const Cache &cache, Value x, Value r, Value sequence, Value place) {
  const CacheLayout &layout = cache.layout;
  Value base = cache.blockAt(b, sequence, b.div(place, kKeyBlock)), key = b.rem(place, kKeyBlock);
  if (layout.quantized())
    emitQuantize(b, cache, x, r, base, key);
  Value codes = b.add(base, layout.scaleElements());
  if (layout.kGroup() == 2) {
    Value pair = b.add(b.mul(b.div(key, 2), 2 * layout.paddedDim), b.rem(key, 2));
    emitScatter(b, cache, x, r, b.add(codes, pair), /*stride=*/2, /*pairs=*/false);
    return;
  }
  Value row = b.add(codes, b.mul(key, layout.paddedDim));
  b.overLanes(layout.headDim, [&](Value d, int64_t lanes) {
    Value value = b.load(x, {r, d}, lanes);
    if (layout.quantized()) {
      auto bytes = lanes ? Type(VectorType::get({lanes}, b.getI8Type())) : Type(b.getI8Type());
      value = arith::FPToSIOp::create(b, bytes, value);
    }
    b.store(value, cache.memory, b.add(row, d));
  });
}

}  // namespace mlir::qwen
