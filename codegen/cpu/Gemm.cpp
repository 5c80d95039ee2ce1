#include "codegen/cpu/Gemm.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

namespace mlir::qwen {

namespace {

// Vector registers that one panel takes.
int64_t registersPerPanel(const ::qwen::MachineDescription &machine) {
  return std::max<int64_t>(1, kPanelRows / machine.lanes());
}

// Sums, the panels' weights and one broadcast stay in registers; a single row uses each weight up at once.
bool fits(const ::qwen::MachineDescription &machine, int64_t rows, int64_t panels) {
  int64_t perPanel = registersPerPanel(machine);
  int64_t weights = rows == 1 ? perPanel : panels * perPanel;
  return rows * panels * perPanel + weights + 1 <= machine.vector_registers;
}

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
  if (!kernel.machine.emulate_bf16_dot) {
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

SmallVector<int64_t> RegisterTile::rowSteps(const ::qwen::MachineDescription &machine) {
  int64_t rows = 1;
  while (rows < kMaxTileRows && fits(machine, rows + 1, 1))
    ++rows;
  // With many registers, two panels side by side halve the broadcasts.
  if (rows > 12)
    rows = 12;
  SmallVector<int64_t> steps;
  for (; rows > 1; rows /= 2)
    steps.push_back(rows);
  steps.push_back(1);
  return steps;
}

int64_t RegisterTile::panels(const ::qwen::MachineDescription &machine, int64_t rows, int64_t limit) {
  int64_t panels = 1;
  while (panels * 2 <= limit && panels < 4 && fits(machine, rows, panels * 2))
    panels *= 2;
  return panels;
}

ValueList emitDot(Kernel &kernel, Value x, ArrayRef<Value> xRows, const PanelSource &source, ArrayRef<Value> bases,
                  ArrayRef<Value> init) {
  KernelBuilder &b = kernel.b;
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
  bool pairs = cast<MemRefType>(x.getType()).getElementType().isInteger(32);
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

void forRowTiles(Kernel &kernel, Value begin, Value end, llvm::function_ref<void(Value, int64_t)> body) {
  KernelBuilder &b = kernel.b;
  for (int64_t rows : RegisterTile::rowSteps(kernel.machine)) {
    Value covered = b.mul(b.div(b.sub(end, begin), rows), rows);
    Value next = b.add(begin, covered);
    b.loop(begin, next, rows, [&](Value first) { body(first, rows); });
    begin = next;
  }
}

namespace {

class ProductEmitter {
public:
  ProductEmitter(Kernel &kernel, const Product &product)
      : kernel(kernel), b(kernel.b), product(product), unitElements(product.panelElements * product.panelsPerUnit) {}

  void emit() {
    int64_t elementBytes = cast<MemRefType>(product.source.memory.getType()).getElementTypeBitWidth() / 8;
    // Units whose weights stay in half the L2 cache while all rows pass.
    int64_t block = std::max<int64_t>(1, kernel.machine.l2_bytes / 2 / (unitElements * elementBytes));
    b.loop(product.begin, product.end, block, [&](Value blockBegin) {
      Value blockEnd = b.min(b.add(blockBegin, block), product.end);
      forRowTiles(kernel, product.rowBegin, product.rowEnd,
                  [&](Value first, int64_t rows) { emitRows(blockBegin, blockEnd, first, rows); });
    });
  }

private:
  // All units of a block for one register tile of rows.
  void emitRows(Value blockBegin, Value blockEnd, Value first, int64_t rows) {
    indices.clear();
    xRows.clear();
    for (int64_t r = 0; r < rows; ++r) {
      indices.push_back(b.add(first, r));
      xRows.push_back(product.xRow ? product.xRow(indices.back()) : indices.back());
    }
    int64_t perUnit = product.panelsPerUnit;
    int64_t together = RegisterTile::panels(kernel.machine, rows, 4);
    if (product.tileEpilogue || together < perUnit) {
      b.loop(blockBegin, blockEnd, 1, [&](Value unit) { throughTile(unit, first, rows); });
      return;
    }
    int64_t units = together / perUnit;
    Value whole = b.add(blockBegin, b.mul(b.div(b.sub(blockEnd, blockBegin), units), units));
    b.loop(blockBegin, whole, units, [&](Value unit) { inRegisters(unit, units); });
    if (units > 1)
      b.loop(whole, blockEnd, 1, [&](Value unit) { inRegisters(unit, 1); });
  }

  void inRegisters(Value unit, int64_t units) {
    int64_t perUnit = product.panelsPerUnit, panels = units * perUnit;
    ValueList sums = dot(b.add(product.base, b.mul(unit, unitElements)), panels);
    for (size_t r = 0; r < xRows.size(); ++r)
      for (int64_t u = 0; u < units; ++u)
        product.epilogue(indices[r], b.add(unit, u), ArrayRef(sums).slice(r * panels + u * perUnit, perUnit));
  }

  // Sums of one unit go to the tile, a few panels at a time; then its rows are finished one by one.
  void throughTile(Value unit, Value first, int64_t rows) {
    int64_t perUnit = product.panelsPerUnit;
    int64_t together = RegisterTile::panels(kernel.machine, rows, perUnit);
    Value base = b.add(product.base, b.mul(unit, unitElements));
    auto some = [&](Value panel, int64_t count) {
      ValueList sums = dot(b.add(base, b.mul(panel, product.panelElements)), count);
      for (int64_t r = 0; r < rows; ++r)
        for (int64_t p = 0; p < count; ++p)
          b.store(sums[r * count + p], product.tile, {b.index(r), b.mul(b.add(panel, p), kPanelRows)});
    };
    int64_t whole = perUnit / together * together;
    b.loop(b.index(0), b.index(whole), together, [&](Value panel) { some(panel, together); });
    b.loop(b.index(whole), b.index(perUnit), 1, [&](Value panel) { some(panel, 1); });
    b.loop(b.index(0), b.index(rows), 1, [&](Value r) {
      if (product.tileEpilogue) {
        product.tileEpilogue(b.add(first, r), unit, r);
        return;
      }
      ValueList sums;
      for (int64_t p = 0; p < perUnit; ++p)
        sums.push_back(b.load(product.tile, {r, b.index(p * kPanelRows)}, kPanelRows));
      product.epilogue(b.add(first, r), unit, sums);
    });
  }

  ValueList dot(Value base, int64_t panels) {
    ValueList bases;
    for (int64_t p = 0; p < panels; ++p)
      bases.push_back(b.add(base, p * product.panelElements));
    ValueList zeros(xRows.size() * panels, b.f32(0.0, kPanelRows));
    return emitDot(kernel, product.x, xRows, product.source, bases, zeros);
  }

  Kernel &kernel;
  KernelBuilder &b;
  const Product &product;
  int64_t unitElements;
  ValueList indices, xRows;
};

}  // namespace

Product sharedProduct(Kernel &kernel, const PackedArgument &weight, Value x, int64_t units, int64_t panelsPerUnit) {
  Product product;
  product.source = {weight.memory, weight.k(), weight.kGroup};
  product.base = kernel.b.index(0);
  product.panelElements = weight.panelElements();
  product.panelsPerUnit = panelsPerUnit;
  std::tie(product.begin, product.end) = kernel.b.share(kernel.b.index(units), kernel.thread, kernel.threads);
  product.rowBegin = kernel.b.index(0);
  product.rowEnd = kernel.rows;
  product.x = x;
  return product;
}

void emitProduct(Kernel &kernel, const Product &product) { ProductEmitter(kernel, product).emit(); }

}  // namespace mlir::qwen
