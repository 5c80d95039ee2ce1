#include "codegen/cpu/Dot.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

namespace mlir::qwen {

namespace {

// f32 values of the bf16 in the low (even k) or high (odd k) halves of 16 words.
Value widenHalves(KernelBuilder &b, Value words, bool odd) {
  Value high = odd ? Value(arith::AndIOp::create(b, words, b.i32Like(int32_t(0xffff0000), words)))
                   : Value(arith::ShLIOp::create(b, words, b.i32Like(16, words)));
  return arith::BitcastOp::create(b, b.panel(), high);
}

// The words of 16 bf16 pairs.
Value toWords(KernelBuilder &b, Value pairs) {
  return vector::BitCastOp::create(b, VectorType::get({kPanelRows}, b.getI32Type()), pairs);
}

// The f32 lanes of k + d. Of a bf16 pair, the even k is the low half of a word; the odd one becomes the low half of
// the word that begins one element later. So both are a load and a shift, and no register keeps a pair for later.
Value loadLanes(KernelBuilder &b, const PanelSource &source, Value at, int64_t d) {
  if (source.kGroup == 1)
    return b.load(source.memory, at, kPanelRows);
  return widenHalves(b, toWords(b, b.load(source.memory, b.add(at, d), 2 * kPanelRows)), /*odd=*/false);
}

// sum + x.even * w.even + x.odd * w.odd for 16 lanes of bf16 pairs.
Value emitPairDot(Kernel &kernel, Value sum, Value words, Value weights) {
  KernelBuilder &b = kernel.b;
  if (!kernel.machine.emulate_dots) {
    Value pairs = vector::BitCastOp::create(b, weights.getType(), words);
    return LLVM::CallIntrinsicOp::create(b, b.panel(), b.getStringAttr("llvm.x86.avx512bf16.dpbf16ps.512"),
                                         ValueRange{sum, pairs, weights})
        .getResult(0);
  }
  Value weightWords = toWords(b, weights);
  for (bool odd : {false, true})
    sum = b.fma(widenHalves(b, words, odd), widenHalves(b, weightWords, odd), sum);
  return sum;
}

}  // namespace

// f32 and bf16: sums, the panels' weights and one broadcast stay in registers; a single row uses each weight up at
// once. Quantised: integer sums of a group take the place of the f32 ones, which stay in registers beside them only
// where there are many: they are touched once in 32 columns.
bool RegisterTile::fits(int64_t rows, int64_t panels) const {
  int64_t perPanel = std::max<int64_t>(1, kPanelRows / machine.lanes());
  int64_t sums = rows * panels * perPanel;
  int64_t weights = (rows == 1 ? 1 : panels) * perPanel;
  if (form == InputForm::f32 || form == InputForm::bf16Pairs)
    return sums + weights + 1 <= machine.vector_registers;
  // AVX2 works through a panel in halves: some weights, an input and products. A single row reads four panels side by
  // side: more streams from memory at once (6 % on Zen 3 over two).
  bool inMemory = machine.vector_registers <= 16;
  return inMemory ? sums + 8 <= machine.vector_registers : 2 * sums + panels * perPanel + 3 <= machine.vector_registers;
}

SmallVector<int64_t> RegisterTile::rowSteps() const {
  int64_t rows = 1;
  while (rows < kMaxTileRows && fits(rows + 1, 1))
    ++rows;
  // With many registers, two panels side by side halve the broadcasts.
  while (rows > 4 && machine.vector_registers > 16 && !fits(rows, 2))
    --rows;
  if (rows > 12)
    rows = 12;
  // Few rows, as in a batch or the verification of a draft, are to take few passes.
  SmallVector<int64_t> steps{rows};
  for (int64_t fewer = llvm::bit_floor(uint64_t(rows - 1)); fewer >= 1; fewer /= 2)
    steps.push_back(fewer);
  return steps;
}

int64_t RegisterTile::panels(int64_t rows, int64_t limit) const {
  int64_t panels = 1;
  while (panels * 2 <= limit && panels < 4 && fits(rows, panels * 2))
    panels *= 2;
  return panels;
}

ValueList emitDot(Kernel &kernel, const ProductInput &input, ArrayRef<Value> xRows, const PanelSource &source,
                  ArrayRef<Value> bases, ArrayRef<Value> init) {
  if (source.codes != QuantizedCodes::none)
    return emitIntegerDot(kernel, input, xRows, source, bases, init);
  KernelBuilder &b = kernel.b;
  Value x = input.values;
  size_t panels = bases.size();
  // `depth` values of k, one after the other.
  auto widened = [&](Value k, ArrayRef<Value> sums, int64_t depth) {
    ValueList next(sums);
    Value at = b.mul(k, source.kStride);
    for (int64_t d = 0; d < depth; ++d) {
      Value kd = b.add(k, d);
      ValueList lanes;
      for (Value base : bases)
        lanes.push_back(loadLanes(b, source, b.add(base, at), d));
      for (size_t r = 0; r < xRows.size(); ++r) {
        Value broadcast = b.splat(b.load(x, {xRows[r], kd}));
        for (size_t p = 0; p < panels; ++p)
          next[r * panels + p] = b.fma(broadcast, lanes[p], next[r * panels + p]);
      }
    }
    return next;
  };
  auto paired = [&](Value k, ArrayRef<Value> sums, int64_t) {
    ValueList next(sums), lanes;
    for (Value base : bases)
      lanes.push_back(b.load(source.memory, b.add(base, b.mul(k, source.kStride)), 2 * kPanelRows));
    Value word = b.div(k, 2);
    for (size_t r = 0; r < xRows.size(); ++r) {
      Value broadcast = b.splat(b.load(x, {xRows[r], word}));
      for (size_t p = 0; p < panels; ++p)
        next[r * panels + p] = emitPairDot(kernel, next[r * panels + p], broadcast, lanes[p]);
    }
    return next;
  };
  bool pairs = input.form == InputForm::bf16Pairs;
  auto step = [&](Value k, ArrayRef<Value> sums, int64_t depth) {
    return pairs ? paired(k, sums, depth) : widened(k, sums, depth);
  };
  int64_t unroll = source.kGroup * (xRows.size() >= 3 ? 2 : 4);
  int64_t whole = source.k / unroll * unroll;
  ValueList sums(init);
  if (whole)
    sums = b.loop(b.index(0), b.index(whole), unroll, sums, [&](Value k, ValueRange carried) {
      ValueList inner(carried);
      for (int64_t u = 0; u < unroll; u += source.kGroup)
        inner = step(b.add(k, u), inner, source.kGroup);
      return inner;
    });
  // Of the last pair of an odd K, the second half lies beyond it: not read here, zero where pairs are multiplied.
  for (int64_t k = whole; k < source.k; k += source.kGroup)
    sums = step(b.index(k), sums, std::min(source.kGroup, source.k - k));
  return sums;
}

void forRowTiles(Kernel &kernel, const RegisterTile &tile, Value begin, Value end,
                 llvm::function_ref<void(Value, int64_t)> body) {
  KernelBuilder &b = kernel.b;
  for (int64_t rows : tile.rowSteps()) {
    Value covered = b.mul(b.div(b.sub(end, begin), rows), rows);
    Value next = b.add(begin, covered);
    b.loop(begin, next, rows, [&](Value first) { body(first, rows); });
    begin = next;
  }
}

}  // namespace mlir::qwen
