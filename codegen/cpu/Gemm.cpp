#include "codegen/cpu/Gemm.h"

#include "codegen/plan/KernelMemory.h"

namespace mlir::qwen {

namespace {

class ProductEmitter {
public:
  ProductEmitter(Kernel &kernel, const Product &product)
      : kernel(kernel), b(kernel.b), product(product), registers(kernel.machine, product.x.form) {}

  void emit() {
    int64_t block = std::max<int64_t>(1, kernel.machine.l2_bytes / 2 / unitBytes());
    b.loop(product.begin, product.end, block, [&](Value first) {
      Value end = b.min(b.add(first, block), product.end);
      forRowTiles(kernel, registers, product.rowBegin, product.rowEnd,
                  [&](Value row, int64_t rows) { emitRows(first, end, row, rows); });
    });
  }

private:
  // Units whose weights stay in half the L2 cache while all rows pass make a block.
  int64_t unitBytes() const {
    return cast<MemRefType>(product.source.memory.getType()).getElementTypeBitWidth() / 8 * unitElements();
  }
  int64_t unitElements() const { return product.panelElements * product.panelsPerUnit; }

  Value placeOf(Value unit) { return b.add(product.base, b.mul(unit, unitElements())); }

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
      ValueList sums = dot(b.add(place, b.mul(panel, product.panelElements)), count);
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
      bases.push_back(b.add(first, p * product.panelElements));
    ValueList zeros(xRows.size() * panels, b.f32(0.0, kPanelRows));
    return emitDot(kernel, product.x, xRows, product.source, bases, zeros);
  }

  Kernel &kernel;
  KernelBuilder &b;
  const Product &product;
  RegisterTile registers;
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
  int64_t width = tilePanels(panelsPerUnit, weight.element) * kPanelRows;
  product.tile = b.view(kernel.scratch, own.tile, {tileRows(weight.element), width}, b.getF32Type());
  if (own.unpackedBytes)
    product.unpacked = b.view(kernel.scratch, own.unpacked, {own.unpackedBytes}, b.getI8Type());
  return product;
}

void emitProduct(Kernel &kernel, const Product &product) {
  auto asItComes = [&] { ProductEmitter(kernel, product).emit(); };
  if (product.source.codes == QuantizedCodes::none)
    return asItComes();
  KernelBuilder &b = kernel.b;
  int64_t many = 2 * RegisterTile(kernel.machine, product.x.form).rowSteps().front();
  b.whenElse(b.less(b.sub(product.rowEnd, product.rowBegin), b.index(many)), asItComes,
             [&] { emitQuantizedProduct(kernel, product); });
}

}  // namespace mlir::qwen
