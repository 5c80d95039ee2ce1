// screened_head: all logits, or the largest ones by way of a screen (codegen/plan/ScreenBounds.h has the proof).
//
// 1. Every thread multiplies its share of the screen's panels, fills their logits with -infinity and keeps of each
//    panel the largest value and the largest upper bound of a logit.
// 2. The k panels of the largest values are computed exactly: k logits at least as large as the least of the panels'
//    largest ones, the threshold, exist.
// 3. So are the panels whose upper bound reaches the threshold: no other holds one of the k largest logits.
// Which panels those are depends neither on the number of threads nor on the other rows of the call.
#include "codegen/cpu/Gemm.h"
#include "codegen/cpu/Kernels.h"
#include "codegen/cpu/ProductInput.h"
#include "codegen/cpu/Rows.h"
#include "codegen/plan/KernelMemory.h"
#include "codegen/plan/ScreenBounds.h"

#include <cmath>

namespace mlir::qwen {

namespace {

// Logits beyond it in size are no threshold: quotients by a temperature might overflow.
constexpr double kLargestThreshold = 0x1p100;

class ScreenedHead {
public:
  explicit ScreenedHead(Kernel &kernel)
      : kernel(kernel), b(kernel.b), norm(kernel.packed[0]), weight(kernel.packed[1]), screen(kernel.packed[2]),
        bounds(kernel.packed[3]), topK(kernel.operands[2]), logits(kernel.results[0]), outputs(Kernel::width(logits)),
        panels(panelsOf(outputs)), shape{kernel.maxRows, Kernel::width(kernel.operands[0]), outputs, weight.element,
                                         screen.element},
        temp(screenTemp(shape)), scratch(screenScratch(shape)), exact(prepared(weight, 0)) {}

  void emit() {
    Value most = b.min(topK, b.index(kScreenTopK));
    Value some = b.less(b.index(0), topK), few = b.equal(most, topK);
    Value together = b.less(kernel.rows, b.index(kPrivateRows + 1));
    Value screened = arith::AndIOp::create(b, arith::AndIOp::create(b, some, few), together);
    b.whenElse(
        screened, [&] { emitScreened(); }, [&] { emitFull(); });
  }

private:
  ProductInput prepared(const PackedArgument &packed, int64_t place, Type measured = {}) {
    PreparedInput input{kernel.operands[0], kernel.operands[1], norm.memory, kernel.real("eps"), packed.element};
    input.scratch = place;
    input.measured = measured;
    return emitPreparedInput(kernel, input);
  }

  void emitFull() {
    Product product = sharedProduct(kernel, weight, exact, panels, 1, scratch.products);
    auto epilogue = [&](Value row, Value panel, ArrayRef<Value> sums) { store(sums[0], row, panel); };
    product.epilogue = epilogue;
    emitProduct(kernel, product);
  }

  void emitScreened() {
    int64_t padded = roundUp(panels, kPanelRows);
    values = b.view(kernel.temp, temp.values, {kPrivateRows, padded}, b.getF32Type());
    upper = b.view(kernel.temp, temp.bounds, {kPrivateRows, padded}, b.getF32Type());
    factors = b.view(kernel.scratch, scratch.factors, {kPrivateRows, 2}, b.getF32Type());
    chosen = b.view(kernel.scratch, scratch.chosen, {kPrivateRows, kScreenTopK}, b.getI32Type());
    chosenValues = b.view(kernel.scratch, scratch.values, {kScreenTopK}, b.getF32Type());
    count = b.min(topK, b.index(panels));
    multiplyScreen();
    kernel.barrier();
    forRows([&](Value row) {
      choosePanels(row);
      b.loop(kernel.thread, count, kernel.threads, [&](Value i) {
        Value panel = b.toIndex(b.load(chosen, {row, i}));
        b.when(b.less(b.index(-1), panel), [&] {
          b.store(b.f32(-INFINITY), upper, {row, panel});  // done
          computePanel(row, panel);
        });
      });
    });
    kernel.barrier();
    forRows([&](Value row) { computeSurvivors(row, threshold(row)); });
  }

  // ---- 1 ----

  void multiplyScreen() {
    ProductInput x = prepared(screen, scratch.screenInput, weight.element);
    forRows([&](Value row) { storeFactors(x, row); });
    Product product = sharedProduct(kernel, screen, x, panels, 1, scratch.products);
    auto epilogue = [&](Value row, Value panel, ArrayRef<Value> sums) { keepPanel(row, panel, sums[0]); };
    product.epilogue = epilogue;
    emitProduct(kernel, product);
  }

  // What distances and sizes are multiplied by to give a row's bounds.
  void storeFactors(const ProductInput &x, Value row) {
    const ::qwen::ScreenSlack slack = ::qwen::screenSlack(shape.columns);
    int64_t groups = Kernel::width(x.squares);
    Value zero = b.f32(0.0);
    ValueList sums = b.loop(b.index(0), b.index(groups), 1, ValueList{zero, zero},
                            [&](Value group, ValueRange carried) -> ValueList {
                              return {b.addf(carried[0], b.load(x.squares, {row, group})),
                                      b.addf(carried[1], b.load(x.squaredErrors, {row, group}))};
                            });
    auto root = [&](Value sum) {
      return b.addf(b.mulf(math::SqrtOp::create(b, sum), b.f32(slack.grow)), b.f32(slack.least));
    };
    Value size = root(sums[0]);
    Value error = b.addf(root(sums[1]), b.mulf(size, b.f32(slack.rounding)));
    b.store(size, factors, {row, b.index(0)});
    b.store(b.addf(error, b.mulf(b.addf(size, error), b.f32(slack.slack))), factors, {row, b.index(1)});
  }

  // Of a screened panel the largest value and the largest upper bound; anything that is no number counts as infinite.
  void keepPanel(Value row, Value panel, Value sums) {
    Value at = b.mul(panel, 2 * kPanelRows), column = b.mul(panel, kPanelRows);
    auto factor = [&](int64_t i) { return b.splat(b.load(factors, {row, b.index(i)})); };
    Value least = b.f32(::qwen::screenSlack(shape.columns).least, kPanelRows);
    Value bound = b.fma(b.load(bounds.memory, b.add(at, kPanelRows), kPanelRows), factor(1), least);
    bound = b.fma(b.load(bounds.memory, at, kPanelRows), factor(0), bound);
    Value limit = b.addf(sums, bound);
    Value unordered = arith::CmpFOp::create(b, arith::CmpFPredicate::UNO, limit, limit);
    limit = b.select(unordered, b.f32(INFINITY, kPanelRows), limit);
    b.store(b.maxLanes(emitMaskPanel(b, sums, column, outputs, -INFINITY)), values, {row, panel});
    b.store(b.maxLanes(emitMaskPanel(b, limit, column, outputs, -INFINITY)), upper, {row, panel});
    store(b.f32(-INFINITY, kPanelRows), row, panel);
  }

  // ---- 2 ----

  // The panels of the `count` largest values, falling, of equal ones the first; -1 where there are too few numbers.
  void choosePanels(Value row) {
    Value none = b.f32(-INFINITY), last = b.sub(count, b.index(1));
    b.loop(b.index(0), count, 1, [&](Value i) {
      b.store(none, chosenValues, i);
      b.store(b.i32Like(-1, b.toI32(i)), chosen, {row, i});
    });
    b.loop(b.index(0), b.index(panels), 1, [&](Value panel) {
      Value value = b.load(values, {row, panel});
      b.when(greater(value, b.load(chosenValues, last)), [&] {
        ValueList entry{value, b.toI32(panel)};
        b.loop(b.index(0), count, 1, entry, [&](Value i, ValueRange carried) -> ValueList {
          Value here = b.load(chosenValues, i), number = b.load(chosen, {row, i});
          Value moves = greater(carried[0], here);
          b.store(b.select(moves, carried[0], here), chosenValues, i);
          b.store(b.select(moves, carried[1], number), chosen, {row, i});
          return {b.select(moves, here, carried[0]), b.select(moves, number, carried[1])};
        });
      });
    });
  }

  // A panel of exact logits: as a lone row of the full head sums it.
  void computePanel(Value row, Value panel) {
    PanelSource source{weight.memory, weight.k(), weight.kGroup};
    source.codes = codesOf(weight.element);
    Value base = b.mul(panel, weight.panelElements()), zero = b.f32(0.0, kPanelRows);
    store(emitDot(kernel, exact, row, source, base, zero)[0], row, panel);
  }

  // ---- 3 ----

  Value threshold(Value row) {
    ValueList least =
        b.loop(b.index(0), count, 1, ValueList{b.f32(INFINITY)}, [&](Value i, ValueRange carried) -> ValueList {
          Value panel = b.toIndex(b.load(chosen, {row, i}));
          Value missing = b.less(panel, b.index(0));
          Value column = b.mul(b.max(panel, b.index(0)), kPanelRows);
          Value lanes = emitLoadPanel(b, logits, row, column, outputs);
          Value largest = b.maxLanes(emitMaskPanel(b, lanes, column, outputs, -INFINITY));
          largest = b.select(missing, b.f32(-INFINITY), largest);
          return {arith::MinimumFOp::create(b, carried[0], largest)};
        });
    Value usable = arith::CmpFOp::create(b, arith::CmpFPredicate::OLT, math::AbsFOp::create(b, least[0]),
                                         b.f32(kLargestThreshold));
    return b.select(usable, least[0], b.f32(-INFINITY));
  }

  // Threads take turns, as each sees the same bounds.
  void computeSurvivors(Value row, Value limit) {
    Value none = b.f32(-INFINITY);
    b.loop(b.index(0), b.index(panels), 1, ValueList{b.index(0)}, [&](Value panel, ValueRange carried) -> ValueList {
      Value bound = b.load(upper, {row, panel});
      Value reaches = arith::CmpFOp::create(b, arith::CmpFPredicate::OGE, bound, limit);
      Value survives = arith::AndIOp::create(b, reaches, greater(bound, none));
      Value mine = b.equal(b.rem(carried[0], kernel.threads), kernel.thread);
      b.when(arith::AndIOp::create(b, survives, mine), [&] { computePanel(row, panel); });
      return {b.add(carried[0], b.select(survives, b.index(1), b.index(0)))};
    });
  }

  void forRows(llvm::function_ref<void(Value)> body) { b.loop(b.index(0), kernel.rows, 1, body); }
  Value greater(Value a, Value c) { return arith::CmpFOp::create(b, arith::CmpFPredicate::OGT, a, c); }
  void store(Value lanes, Value row, Value panel) {
    emitStorePanel(b, lanes, logits, row, b.mul(panel, kPanelRows), outputs);
  }

  Kernel &kernel;
  KernelBuilder &b;
  const PackedArgument &norm, &weight, &screen, &bounds;
  Value topK, logits;
  int64_t outputs, panels;
  ScreenShape shape;
  ScreenTemp temp;
  ScreenScratch scratch;
  ProductInput exact;
  Value values, upper;                  // in temp: [kPrivateRows, padded panels]
  Value factors, chosen, chosenValues;  // in scratch
  Value count;                          // panels to choose
};

}  // namespace

void generateScreenedHead(Kernel &kernel) { ScreenedHead(kernel).emit(); }

}  // namespace mlir::qwen
