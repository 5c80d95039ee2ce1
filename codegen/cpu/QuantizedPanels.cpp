#include "codegen/cpu/QuantizedPanels.h"

#include "dialect/QuantFormat.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

namespace mlir::qwen {

namespace {
constexpr int64_t kScaleBytes = 2 * kPanelRows;  // of a group
constexpr int64_t kHeaderBytes = 2 * kScaleBytes;
constexpr int64_t kQuadBytes = 4 * kPanelRows;
constexpr int64_t kGroupQuads = ::qwen::kQuantGroup / 4;
}  // namespace

Value emitWidenHalf(KernelBuilder &b, const ::qwen::MachineDescription &machine, Value bits) {
  auto vector = dyn_cast<VectorType>(bits.getType());
  auto typed = [&](Type scalar) { return vector ? Type(vector.clone(scalar)) : scalar; };
  if (machine.has_half_conversion) {
    Value half = arith::BitcastOp::create(b, typed(b.getF16Type()), bits);
    return arith::ExtFOp::create(b, typed(b.getF32Type()), half);
  }
  // `arith.extf` would call a library. Exponent and mantissa in the places of an f32, whose exponents are 112 higher:
  // the multiplication also puts denormals right.
  Value word = arith::ExtUIOp::create(b, typed(b.getI32Type()), bits);
  auto constant = [&](int32_t value) { return b.i32Like(value, word); };
  Value magnitude = arith::ShLIOp::create(b, arith::AndIOp::create(b, word, constant(0x7fff)), constant(13));
  Value scaled = arith::BitcastOp::create(b, typed(b.getF32Type()), magnitude);
  scaled = b.mulf(scaled, b.f32Like(0x1p112, scaled));
  Value sign = arith::ShLIOp::create(b, arith::AndIOp::create(b, word, constant(0x8000)), constant(16));
  Value result = arith::OrIOp::create(b, arith::BitcastOp::create(b, typed(b.getI32Type()), scaled), sign);
  return arith::BitcastOp::create(b, typed(b.getF32Type()), result);
}

// The place of the block that group `group` of a panel belongs to.
Value QuantizedPanels::blockOf(Value panel, Value group) {
  return b.add(panel, b.mul(b.div(group, 2), blockBytesOf(codes)));
}

Value QuantizedPanels::scales(Value panel, Value group, int64_t piece) {
  return emitWidenHalf(b, machine, scaleBits(panel, group, piece));
}

Value QuantizedPanels::scaleBits(Value panel, Value group, int64_t piece) {
  Value at = b.add(blockOf(panel, group), b.mul(b.rem(group, 2), kScaleBytes));
  Value raw = b.load(memory, b.add(at, piece * lanes * 2), lanes * 2);
  return vector::BitCastOp::create(b, VectorType::get({lanes}, b.getI16Type()), raw);
}

Value QuantizedPanels::shifts(Value panel, Value group, int64_t piece) {
  auto type = VectorType::get({lanes}, b.getI32Type());
  Value words = arith::ExtUIOp::create(b, type, scaleBits(panel, group, piece));
  return arith::AndIOp::create(b, words, b.i32Like(::qwen::kQ4ShiftMask, words));
}

Value QuantizedPanels::quadOf(Value pair, int64_t which) {
  return codes == QuantizedCodes::q4 ? b.add(pair, which * kPairs) : b.add(b.mul(pair, 2), which);
}

Value QuantizedPanels::quad(Value panel, Value group, Value pair, int64_t which, int64_t piece) {
  bool nibbles = codes == QuantizedCodes::q4;
  Value inGroup = nibbles ? pair : quadOf(pair, which);
  Value inBlock = b.add(b.mul(b.rem(group, 2), nibbles ? kPairs : 2 * kPairs), inGroup);
  Value at = b.add(blockOf(panel, group), b.mul(inBlock, kQuadBytes));
  Value raw = b.load(memory, b.add(at, kHeaderBytes + piece * 4 * lanes), 4 * lanes);
  if (!nibbles)
    return raw;
  if (which)
    raw = arith::ShRUIOp::create(b, raw, b.integerLike(4, raw));
  return lookUp(arith::AndIOp::create(b, raw, b.integerLike(15, raw)));
}

// kQ4Values[nibble], byte by byte.
Value QuantizedPanels::lookUp(Value nibbles) {
  auto type = cast<VectorType>(nibbles.getType());
  int64_t count = type.getDimSize(0);
  if (hasByteShuffle(machine, count)) {
    SmallVector<int8_t> table;
    for (int64_t i = 0; i < count; ++i)
      table.push_back(int8_t(::qwen::kQ4Values[i % 16]));
    Value values = arith::ConstantOp::create(b, DenseElementsAttr::get(type, ArrayRef(table)));
    if (!machine.is_x86)
      return intrinsic("llvm.aarch64.neon.tbl1.v16i8", type, {values, nibbles});
    return intrinsic(count == 64 ? "llvm.x86.avx512.pshuf.b.512" : "llvm.x86.avx2.pshuf.b", type, {values, nibbles});
  }
  return compareAndSelect(nibbles);
}

Value QuantizedPanels::compareAndSelect(Value nibbles) {
  Value result = b.integerLike(::qwen::kQ4Values[0], nibbles);
  for (int i = 1; i < 16; ++i) {
    Value reached = arith::CmpIOp::create(b, arith::CmpIPredicate::uge, nibbles, b.integerLike(i, nibbles));
    result = b.select(reached, b.integerLike(::qwen::kQ4Values[i], nibbles), result);
  }
  return result;
}

Value QuantizedPanels::value(Value panel, Value k, Value lane) {
  bool nibbles = codes == QuantizedCodes::q4;
  Value block = b.add(panel, b.mul(b.div(k, ::qwen::kQuantBlock), blockBytesOf(codes)));
  Value group = b.div(b.rem(k, ::qwen::kQuantBlock), ::qwen::kQuantGroup);
  Value quad = b.div(b.rem(k, ::qwen::kQuantGroup), 4);
  Value vector = nibbles ? b.rem(quad, kGroupQuads / 2) : quad;
  Value place = b.add(b.mul(group, nibbles ? kGroupQuads / 2 : kGroupQuads), vector);
  Value at = b.add(b.add(b.mul(place, kQuadBytes), b.mul(lane, 4)), b.rem(k, 4));
  Value code = b.load(memory, b.add(b.add(block, at), kHeaderBytes));
  code = arith::ExtUIOp::create(b, b.getI32Type(), code);
  Value scaleAt = b.add(b.add(block, b.mul(group, kScaleBytes)), b.mul(lane, 2));
  Value low = arith::ExtUIOp::create(b, b.getI16Type(), b.load(memory, scaleAt));
  Value high = arith::ExtUIOp::create(b, b.getI16Type(), b.load(memory, b.add(scaleAt, 1)));
  Value eight = arith::ConstantOp::create(b, b.getI16IntegerAttr(8));
  Value bits = arith::OrIOp::create(b, low, arith::ShLIOp::create(b, high, eight));
  int32_t zero = ::qwen::kQ8Zero;
  if (nibbles) {
    Value upper = b.less(b.index(kGroupQuads / 2 - 1), quad);
    code = arith::ShRUIOp::create(b, code, b.select(upper, b.i32Like(4, code), b.i32Like(0, code)));
    code = arith::AndIOp::create(b, code, b.i32Like(15, code));
    Value word = arith::ExtUIOp::create(b, b.getI32Type(), bits);
    Value shift = arith::AndIOp::create(b, word, b.i32Like(::qwen::kQ4ShiftMask, word));
    code = arith::AddIOp::create(b, compareAndSelect(code), shift);
    zero = ::qwen::kQ4Zero;
  }
  Value number = arith::SubIOp::create(b, code, b.i32Like(zero, code));
  return b.mulf(emitWidenHalf(b, machine, bits), arith::SIToFPOp::create(b, b.getF32Type(), number));
}

Value QuantizedPanels::slice(Value panel, int64_t piece) {
  if (pieces == 1)
    return panel;
  return vector::ExtractStridedSliceOp::create(b, panel, piece * lanes, lanes, 1);
}

Value QuantizedPanels::join(ArrayRef<Value> parts) {
  if (parts.size() == 1)
    return parts.front();
  Value panel = b.f32(0.0, kPanelRows);
  for (auto [i, part] : llvm::enumerate(parts))
    panel = vector::InsertStridedSliceOp::create(b, part, panel, int64_t(i) * lanes, 1);
  return panel;
}

Value QuantizedPanels::intrinsic(StringRef name, Type result, ArrayRef<Value> arguments) {
  return LLVM::CallIntrinsicOp::create(b, result, b.getStringAttr(name), arguments).getResult(0);
}

void emitUnpack(Kernel &kernel, Value memory, Value from, int64_t blocks, Value target, Value to) {
  KernelBuilder &b = kernel.b;
  QuantizedPanels panels(kernel, memory, QuantizedCodes::q4, std::min(kernel.machine.lanes(), kPanelRows));
  b.loop(b.index(0), b.index(blocks), 1, [&](Value block) {
    Value out = b.add(to, b.mul(block, ::qwen::kQ8BlockBytes));
    b.store(b.load(memory, b.add(from, b.mul(block, ::qwen::kQ4BlockBytes)), kHeaderBytes), target, out);
    out = b.add(out, kHeaderBytes);
    for (int64_t half = 0; half < 2; ++half)
      b.loop(b.index(0), b.index(QuantizedPanels::kPairs), 1, [&](Value pair) {
        Value group = b.add(b.mul(block, 2), half);
        for (int64_t which = 0; which < 2; ++which)
          for (int64_t piece = 0; piece < panels.pieces; ++piece) {
            Value place = b.add(panels.quadOf(pair, which), half * kGroupQuads);
            Value values = panels.quad(from, group, pair, which, piece);
            Value shifts = panels.shifts(from, group, piece);
            shifts = arith::MulIOp::create(b, shifts, b.i32Like(0x01010101, shifts));  // to all four bytes
            shifts = vector::BitCastOp::create(b, values.getType(), shifts);
            b.store(arith::AddIOp::create(b, values, shifts), target,
                    b.add(b.add(out, b.mul(place, kQuadBytes)), piece * panels.lanes * 4));
          }
      });
  });
}

}  // namespace mlir::qwen
