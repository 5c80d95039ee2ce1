#include "codegen/cpu/Gemm.h"

#include "codegen/cpu/QuantizedPanels.h"
#include "codegen/plan/KernelMemory.h"
#include "codegen/plan/QuantFormat.h"

namespace mlir::qwen {

namespace {

class ProductEmitter {
public:
  ProductEmitter(Kernel &kernel, const Product &product)
      : kernel(kernel), b(kernel.b), product(product), registers(kernel.machine, product.x.form) {}

  void emit() {
    if (!product.unpacked)
      return emitBlocks();
    // Unpacking costs about what one tile of rows saves by it.
    Value rows = b.sub(product.rowEnd, product.rowBegin);
    Value few = b.less(rows, b.index(2 * registers.rowSteps().front()));
    b.whenElse(few, [&] { emitBlocks(); }, [&] { emitUnpacked(); });
  }

private:
  int64_t sourceBytes() const {
    return cast<MemRefType>(product.source.memory.getType()).getElementTypeBitWidth() / 8 * product.panelElements *
           product.panelsPerUnit;
  }

  // body(first, end): units whose weights stay in `bytes` of cache while all rows pass.
  void forBlocks(int64_t bytes, int64_t unitBytes, llvm::function_ref<void(Value, Value)> body) {
    int64_t block = std::max<int64_t>(1, bytes / unitBytes);
    b.loop(product.begin, product.end, block,
           [&](Value first) { body(first, b.min(b.add(first, block), product.end)); });
  }

  void emitBlocks() {
    source = product.source;
    panelElements = product.panelElements;
    forBlocks(kernel.machine.l2_bytes / 2, sourceBytes(), [&](Value first, Value end) {
      base = b.add(product.base, b.mul(first, panelElements * product.panelsPerUnit));
      emitBlock(first, end);
    });
  }

  void emitUnpacked() {
    int64_t blocks = roundUp(product.source.k, ::qwen::kQuantBlock) / ::qwen::kQuantBlock;
    source = product.source;
    source.memory = product.unpacked;
    source.codes = QuantizedCodes::q4Bytes;
    panelElements = blocks * ::qwen::kQ8BlockBytes;
    int64_t room = cast<MemRefType>(product.unpacked.getType()).getDimSize(0);
    int64_t perUnit = product.panelsPerUnit;
    forBlocks(room, panelElements * perUnit, [&](Value first, Value end) {
      Value panels = b.mul(b.sub(end, first), perUnit);
      Value from = b.add(product.base, b.mul(first, product.panelElements * perUnit));
      b.loop(b.index(0), panels, 1, [&](Value panel) {
        emitUnpack(kernel, product.source.memory, b.add(from, b.mul(panel, product.panelElements)), blocks,
                   source.memory, b.mul(panel, panelElements));
      });
      base = b.index(0);
      emitBlock(first, end);
    });
  }

  void emitBlock(Value first, Value end) {
    blockBegin = first;
    forRowTiles(kernel, registers, product.rowBegin, product.rowEnd,
                [&](Value row, int64_t rows) { emitRows(first, end, row, rows); });
  }

  Value placeOf(Value unit) {
    return b.add(base, b.mul(b.sub(unit, blockBegin), panelElements * product.panelsPerUnit));
  }

  // All units of a block for one register tile of rows.
  void emitRows(Value blockBegin, Value blockEnd, Value first, int64_t rows) {
    indices.clear();
    xRows.clear();
    for (int64_t r = 0; r < rows; ++r) {
      indices.push_back(b.add(first, r));
      xRows.push_back(product.xRow ? product.xRow(indices.back()) : indices.back());
    }
    int64_t perUnit = product.panelsPerUnit;
    int64_t together = registers.panels(rows, 4);
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
    ValueList sums = dot(placeOf(unit), panels);
    for (size_t r = 0; r < xRows.size(); ++r)
      for (int64_t u = 0; u < units; ++u)
        product.epilogue(indices[r], b.add(unit, u), ArrayRef(sums).slice(r * panels + u * perUnit, perUnit));
  }

  // Sums of one unit go to the tile, a few panels at a time; then its rows are finished one by one.
  void throughTile(Value unit, Value first, int64_t rows) {
    int64_t perUnit = product.panelsPerUnit;
    int64_t together = registers.panels(rows, perUnit);
    Value place = placeOf(unit);
    auto some = [&](Value panel, int64_t count) {
      ValueList sums = dot(b.add(place, b.mul(panel, panelElements)), count);
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

  ValueList dot(Value first, int64_t panels) {
    ValueList bases;
    for (int64_t p = 0; p < panels; ++p)
      bases.push_back(b.add(first, p * panelElements));
    ValueList zeros(xRows.size() * panels, b.f32(0.0, kPanelRows));
    return emitDot(kernel, product.x, xRows, source, bases, zeros);
  }

  Kernel &kernel;
  KernelBuilder &b;
  const Product &product;
  RegisterTile registers;
  PanelSource source;  // what is read at present: the product's or unpacked panels
  int64_t panelElements = 0;
  Value base, blockBegin;  // place and number of a block's first unit
  ValueList indices, xRows;
};

}  // namespace

Product sharedProduct(Kernel &kernel, const PackedArgument &weight, const ProductInput &x, int64_t units,
                      int64_t panelsPerUnit, int64_t scratch) {
  KernelBuilder &b = kernel.b;
  Product product;
  product.source = {weight.memory, weight.k(), weight.kGroup};
  product.source.codes = codesOf(weight.element);
  product.base = b.index(0);
  product.panelElements = weight.panelElements();
  product.panelsPerUnit = panelsPerUnit;
  std::tie(product.begin, product.end) = b.share(b.index(units), kernel.thread, kernel.threads);
  product.rowBegin = b.index(0);
  product.rowEnd = kernel.rows;
  product.x = x;
  ProductScratch own = productScratch(scratch, weight.k(), panelsPerUnit, weight.element);
  product.tile = b.view(kernel.scratch, own.tile, {kMaxTileRows, panelsPerUnit * kPanelRows}, b.getF32Type());
  if (own.unpackedBytes)
    product.unpacked = b.view(kernel.scratch, own.unpacked, {own.unpackedBytes}, b.getI8Type());
  return product;
}

void emitProduct(Kernel &kernel, const Product &product) { ProductEmitter(kernel, product).emit(); }

}  // namespace mlir::qwen
