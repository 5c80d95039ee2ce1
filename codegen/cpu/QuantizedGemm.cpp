// Products of quantised weights with many rows. The integer dot products are so fast that weights coming from the L2
// cache for every register tile would hold them up: a piece of a panel stays in the L1 cache while a block of rows
// passes, and the rows' sums wait in the tile.
#include "codegen/cpu/Gemm.h"
#include "codegen/cpu/QuantizedPanels.h"
#include "codegen/plan/KernelMemory.h"
#include "dialect/QuantFormat.h"

namespace mlir::qwen {

namespace {

class QuantizedProduct {
public:
  QuantizedProduct(Kernel &kernel, const Product &product)
      : kernel(kernel), b(kernel.b), product(product), registers(kernel.machine, product.x.form),
        source(product.source), panelBytes(product.panelElements),
        panelsAtOnce(registers.panels(registers.rowSteps().front(), 2)),
        unitsAtOnce(product.panelsPerUnit == 1 && !product.tileEpilogue ? panelsAtOnce : 1), atOnce(groupsAtOnce()) {}

  void emit() {
    int64_t room = kernel.machine.l2_bytes / 2;
    if (product.unpacked) {
      source.memory = product.unpacked;
      source.codes = QuantizedCodes::q4Bytes;
      panelBytes = blocks() * ::qwen::kQ8BlockBytes;
      room = cast<MemRefType>(product.unpacked.getType()).getDimSize(0);
    }
    int64_t units = std::max<int64_t>(1, room / (panelBytes * product.panelsPerUnit));
    b.loop(product.begin, product.end, units, [&](Value first) {
      Value end = b.min(b.add(first, units), product.end);
      place = b.add(product.base, b.mul(first, product.panelElements * product.panelsPerUnit));
      if (product.unpacked)
        unpack(b.mul(b.sub(end, first), product.panelsPerUnit));
      b.loop(product.rowBegin, product.rowEnd, kRowBlock, [&](Value row) {
        Value rowEnd = b.min(b.add(row, kRowBlock), product.rowEnd);
        auto some = [&](Value unit, int64_t count) {
          sumPanels(b.mul(b.sub(unit, first), product.panelsPerUnit), count * product.panelsPerUnit, row, rowEnd);
          b.loop(row, rowEnd, 1, [&](Value i) {
            for (int64_t u = 0; u < count; ++u)
              finish(i, b.add(unit, u), b.sub(i, row), u * kPanelRows);
          });
        };
        Value whole = b.add(first, b.mul(b.div(b.sub(end, first), unitsAtOnce), unitsAtOnce));
        b.loop(first, whole, unitsAtOnce, [&](Value unit) { some(unit, unitsAtOnce); });
        if (unitsAtOnce > 1)
          b.loop(whole, end, 1, [&](Value unit) { some(unit, 1); });
      });
    });
  }

private:
  int64_t blocks() const { return roundUp(source.k, ::qwen::kQuantBlock) / ::qwen::kQuantBlock; }

  // Groups of a piece of the panels that a register tile takes at once: the piece and the tile's input fill three
  // quarters of the L1 cache at most.
  int64_t groupsAtOnce() const {
    int64_t inputBytes = registers.rowSteps().front() * (::qwen::kQuantGroup + 8);
    int64_t weightBytes = panelsAtOnce * ::qwen::kQ8BlockBytes / 2;
    int64_t most = std::max<int64_t>(1, kernel.machine.l1_bytes * 3 / 4 / (weightBytes + inputBytes));
    int64_t groups = 2 * blocks(), pieces = (groups + most - 1) / most;
    return (groups + pieces - 1) / pieces;
  }

  void unpack(Value panels) {
    Value packed = place;
    place = b.index(0);
    b.loop(b.index(0), panels, 1, [&](Value panel) {
      emitUnpack(kernel, product.source.memory, b.add(packed, b.mul(panel, product.panelElements)), blocks(),
                 source.memory, b.mul(panel, panelBytes));
    });
  }

  // The tile's rows 0 .. end - begin become the sums of `count` panels from `panel` on.
  void sumPanels(Value panel, int64_t count, Value begin, Value end) {
    auto some = [&](Value p, int64_t together) {
      ValueList bases, columns;
      for (int64_t i = 0; i < together; ++i) {
        bases.push_back(b.add(place, b.mul(b.add(b.add(panel, p), i), panelBytes)));
        columns.push_back(b.mul(b.add(p, i), kPanelRows));
      }
      int64_t groups = 2 * blocks();
      auto piece = [&](Value firstGroup, bool fresh) {
        source.firstGroup = firstGroup;
        source.endGroup = b.min(b.add(firstGroup, atOnce), b.index(groups));
        forRowTiles(kernel, registers, begin, end,
                    [&](Value row, int64_t rows) { sumTile(bases, columns, row, b.sub(row, begin), rows, fresh); });
      };
      piece(b.index(0), true);
      if (atOnce < groups)
        b.loop(b.index(atOnce), b.index(groups), atOnce, [&](Value group) { piece(group, false); });
    };
    int64_t together = std::min(panelsAtOnce, count), whole = count / together * together;
    b.loop(b.index(0), b.index(whole), together, [&](Value p) { some(p, together); });
    for (int64_t p = whole; p < count; ++p)
      some(b.index(p), 1);
  }

  void sumTile(ArrayRef<Value> bases, ArrayRef<Value> columns, Value first, Value tileRow, int64_t rows, bool fresh) {
    ValueList xRows, init;
    for (int64_t r = 0; r < rows; ++r) {
      Value row = b.add(first, r);
      xRows.push_back(product.xRow ? product.xRow(row) : row);
      for (Value column : columns)
        init.push_back(fresh ? b.f32(0.0, kPanelRows) : b.load(product.tile, {b.add(tileRow, r), column}, kPanelRows));
    }
    ValueList sums = emitDot(kernel, product.x, xRows, source, bases, init);
    for (auto [i, sum] : llvm::enumerate(sums))
      b.store(sum, product.tile, {b.add(tileRow, i / columns.size()), columns[i % columns.size()]});
  }

  // The unit's sums are in the tile's row from `column` on.
  void finish(Value i, Value unit, Value tileRow, int64_t column) {
    if (product.tileEpilogue)
      return product.tileEpilogue(i, unit, tileRow);
    ValueList sums;
    for (int64_t p = 0; p < product.panelsPerUnit; ++p)
      sums.push_back(b.load(product.tile, {tileRow, b.index(column + p * kPanelRows)}, kPanelRows));
    product.epilogue(i, unit, sums);
  }

  Kernel &kernel;
  KernelBuilder &b;
  const Product &product;
  RegisterTile registers;
  PanelSource source;  // what is read: the product's or unpacked panels
  int64_t panelBytes;
  int64_t panelsAtOnce, unitsAtOnce;
  int64_t atOnce;  // groups
  Value place;     // of a block's first panel
};

}  // namespace

void emitQuantizedProduct(Kernel &kernel, const Product &product) { QuantizedProduct(kernel, product).emit(); }

}  // namespace mlir::qwen
