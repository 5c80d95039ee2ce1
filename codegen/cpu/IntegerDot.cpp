// Products of quantised panels: of every group of 32 columns an exact integer sum, scaled into f32 sums.
#include "codegen/cpu/Dot.h"
#include "codegen/cpu/QuantizedPanels.h"
#include "dialect/QuantFormat.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

namespace mlir::qwen {

namespace {

constexpr int64_t kQuads = ::qwen::kQuantGroup / 4;  // of a group

// IntegerDot::maddubs16 keeps a group's 16 products of a lane in 16 bits, the zero taken off beforehand.
static_assert(16 * 127 * ::qwen::kQ4Zero <= INT16_MAX);
static_assert(::qwen::kQ4Values.back() + ::qwen::kQ4ShiftMask <= 2 * ::qwen::kQ4Zero);
constexpr int kQ4ZeroBits = 4;
static_assert(::qwen::kQ4Zero == 1 << kQ4ZeroBits);

class IntegerDotEmitter {
public:
  IntegerDotEmitter(Kernel &kernel, const ProductInput &x, ArrayRef<Value> xRows, const PanelSource &source,
                    ArrayRef<Value> bases)
      : b(kernel.b), x(x), xRows(xRows), source(source), bases(bases), form(integerDot(kernel.machine, source.codes)),
        panels(kernel, source.memory, source.codes, pieceLanes(kernel.machine, form)), lanes(panels.lanes),
        i32Lanes(VectorType::get({lanes}, b.getI32Type())) {}

  ValueList emit(ArrayRef<Value> init) {
    ValueList sums;
    for (Value panel : init)
      for (int64_t piece = 0; piece < panels.pieces; ++piece)
        sums.push_back(panels.slice(panel, piece));
    int64_t groups = roundUp(source.k, ::qwen::kQuantBlock) / ::qwen::kQuantGroup;
    Value first = source.firstGroup ? source.firstGroup : b.index(0);
    Value end = source.endGroup ? source.endGroup : b.index(groups);
    sums = b.loop(first, end, 1, sums, [&](Value group, ValueRange carried) {
      ValueList next(carried);
      addGroup(group, next);
      return next;
    });
    ValueList joined;
    for (size_t i = 0; i < init.size(); ++i)
      joined.push_back(panels.join(ArrayRef(sums).slice(i * panels.pieces, panels.pieces)));
    return joined;
  }

private:
  static int64_t pieceLanes(const ::qwen::MachineDescription &machine, IntegerDot form) {
    switch (form) {
    case IntegerDot::dpbusd:
      return machine.lanes();
    case IntegerDot::maddubs16:
    case IntegerDot::maddubs32:
      return 8;
    case IntegerDot::sdot:
      return 4;
    case IntegerDot::portable:
      return machine.is_aarch64 ? 4 : kPanelRows;  // 16 bytes: what its look-up of codes takes at once
    }
    llvm_unreachable("unknown integer dot");
  }

  size_t at(size_t row, size_t panel, int64_t piece) const {
    return (row * bases.size() + panel) * panels.pieces + piece;
  }

  // sums += scales * integer sums of one group.
  void addGroup(Value group, ValueList &sums) {
    ValueList starts, dots(sums.size());
    for (auto [r, row] : llvm::enumerate(xRows)) {
      Value start = b.splat(b.load(x.corrections, {row, group}), lanes);
      if (form == IntegerDot::maddubs16)
        start = vector::BitCastOp::create(b, VectorType::get({2 * lanes}, b.getI16Type()), start);
      starts.push_back(start);
      std::fill_n(dots.begin() + at(r, 0, 0), bases.size() * panels.pieces, start);
    }
    auto addPair = [&](Value pair, ValueRange carried) {
      ValueList next(carried);
      for (int64_t which = 0; which < 2; ++which)
        for (size_t p = 0; p < bases.size(); ++p)
          for (int64_t piece = 0; piece < panels.pieces; ++piece)
            addQuad(panels.quad(bases[p], group, pair, which, piece), group, panels.quadOf(pair, which), p, piece,
                    next);
      return next;
    };
    if (xRows.size() > 1)
      dots = b.rolledLoop(b.index(0), b.index(QuantizedPanels::kPairs), dots, addPair);
    else
      for (int64_t pair = 0; pair < QuantizedPanels::kPairs; ++pair)
        dots = addPair(b.index(pair), dots);
    ValueList weightScales, shifts;  // [panel][piece]
    for (Value base : bases)
      for (int64_t piece = 0; piece < panels.pieces; ++piece) {
        weightScales.push_back(panels.scales(base, group, piece));
        if (source.codes == QuantizedCodes::q4)
          shifts.push_back(panels.shifts(base, group, piece));
      }
    for (auto [r, row] : llvm::enumerate(xRows)) {
      Value inputScale = b.splat(b.load(x.scales, {row, group}), lanes);
      Value negativeSum;  // of the group's inputs: the correction is zero times that
      if (!shifts.empty())
        negativeSum = arith::ShRSIOp::create(b, inI32(starts[r]), b.i32Like(kQ4ZeroBits, inI32(starts[r])));
      for (size_t piece = 0; piece < weightScales.size(); ++piece) {
        size_t i = r * weightScales.size() + piece;
        Value dot = inI32(dots[i]);
        if (negativeSum)
          dot = arith::SubIOp::create(b, dot, arith::MulIOp::create(b, shifts[piece], negativeSum));
        dot = arith::SIToFPOp::create(b, b.lanesOf(lanes), dot);
        sums[i] = b.fma(dot, b.mulf(weightScales[piece], inputScale), sums[i]);
      }
    }
  }

  Value inI32(Value dot) { return form == IntegerDot::maddubs16 ? addPairs(dot) : dot; }

  // i32 sums of adjacent i16.
  Value addPairs(Value words) {
    return panels.intrinsic("llvm.x86.avx2.pmadd.wd", i32Lanes, {words, b.integerLike(1, words)});
  }

  // dots[., panel, piece] += the codes of four k times every row's.
  void addQuad(Value codes, Value group, Value quad, size_t panel, int64_t piece, ValueList &dots) {
    if (form == IntegerDot::sdot && source.codes == QuantizedCodes::q8)
      codes = arith::XOrIOp::create(b, codes, b.integerLike(-128, codes));
    for (auto [r, row] : llvm::enumerate(xRows)) {
      Value &dot = dots[at(r, panel, piece)];
      Value word = b.load(x.values, {row, b.add(b.mul(group, kQuads), quad)});
      Value input;  // the row's four codes in every lane
      if (form != IntegerDot::portable)
        input = vector::BitCastOp::create(b, codes.getType(), b.splat(word, lanes));
      auto pairs = [&] {
        auto i16Lanes = VectorType::get({2 * lanes}, b.getI16Type());
        return panels.intrinsic("llvm.x86.avx2.pmadd.ub.sw", i16Lanes, {codes, input});
      };
      switch (form) {
      case IntegerDot::dpbusd:
        dot = panels.intrinsic(lanes == 16 ? "llvm.x86.avx512.vpdpbusd.512" : "llvm.x86.avx512.vpdpbusd.256", i32Lanes,
                               {dot, codes, input});
        break;
      case IntegerDot::sdot:
        dot = panels.intrinsic("llvm.aarch64.neon.sdot.v4i32.v16i8", i32Lanes, {dot, codes, input});
        break;
      case IntegerDot::maddubs16:
        dot = arith::AddIOp::create(b, dot, pairs());
        break;
      case IntegerDot::maddubs32:
        dot = arith::AddIOp::create(b, dot, addPairs(pairs()));
        break;
      case IntegerDot::portable:
        dot = addPortably(dot, codes, word);
        break;
      }
    }
  }

  Value addPortably(Value dot, Value codes, Value word) {
    Value words = vector::BitCastOp::create(b, i32Lanes, codes);
    for (int64_t i = 0; i < 4; ++i) {
      Value shifted = arith::ShRUIOp::create(b, words, b.i32Like(8 * i, words));
      Value code = arith::AndIOp::create(b, shifted, b.i32Like(0xff, words));
      Value top = arith::ShLIOp::create(b, word, b.i32Like(24 - 8 * i, word));
      Value value = arith::ShRSIOp::create(b, top, b.i32Like(24, word));
      dot = arith::AddIOp::create(b, dot, arith::MulIOp::create(b, code, b.splat(value, lanes)));
    }
    return dot;
  }

  KernelBuilder &b;
  const ProductInput &x;
  ArrayRef<Value> xRows;
  const PanelSource &source;
  ArrayRef<Value> bases;
  IntegerDot form;
  QuantizedPanels panels;
  int64_t lanes;
  VectorType i32Lanes;
};

}  // namespace

ValueList emitIntegerDot(Kernel &kernel, const ProductInput &x, ArrayRef<Value> xRows, const PanelSource &source,
                         ArrayRef<Value> bases, ArrayRef<Value> init) {
  return IntegerDotEmitter(kernel, x, xRows, source, bases).emit(init);
}

}  // namespace mlir::qwen
