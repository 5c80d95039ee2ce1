// norm_moe: norm, router, top-k, the chosen experts, the shared one and the residual.
// Every thread owns a range of output panels of every expert: its share of each expert's weights is contiguous,
// sums need no locks, and a row's experts are added in rising order whatever the batch.
#include "codegen/cpu/Gemm.h"
#include "codegen/cpu/Kernels.h"
#include "codegen/cpu/MathFunctions.h"
#include "codegen/cpu/Rows.h"
#include "codegen/plan/KernelMemory.h"

#include <limits>

namespace mlir::qwen {

namespace {

struct MoeKernel {
  Kernel &kernel;
  KernelBuilder &b;
  const PackedArgument &router, &gateUp, &down;
  Value residual, out, logits, normalised;
  Value activations;  // [rows * top_k, padded I]
  ProductInput expertInput = Value();
  // The shared expert's, if there is one: [rows, padded I], [rows, 1].
  const PackedArgument *sharedGateUp = nullptr, *sharedDown = nullptr, *rowGate = nullptr;
  Value sharedActivations, rowGates;
  ProductInput sharedInput = Value();
  MoeTemp memory;
  MoeScratch scratch;
  Value probabilities, experts, weights, offsets, cursors, sortedRow, sortedWeight;  // scratch, see MoeScratch
  int64_t hidden, inner, expertCount, topK;

  explicit MoeKernel(Kernel &kernel)
      : kernel(kernel), b(kernel.b), router(kernel.packed[1]), gateUp(kernel.packed[2]), down(kernel.packed[3]) {
    residual = kernel.operands[0];
    out = kernel.results[0];
    logits = kernel.results[1];
    hidden = Kernel::width(residual);
    expertCount = down.shapes[0][0];
    inner = down.shapes[0][2];
    topK = kernel.integer("top_k");
    int64_t entries = kernel.maxRows * topK;
    MoeShape shape{kernel.maxRows, hidden, inner, expertCount, topK, b.getF32Type(), gateUp.element, down.element};
    if (kernel.packed.size() > 4) {
      sharedGateUp = &kernel.packed[4], sharedDown = &kernel.packed[5], rowGate = &kernel.packed[6];
      shape.sharedInner = sharedDown->k();
      shape.sharedGateUp = sharedGateUp->element;
      shape.sharedDown = sharedDown->element;
    }
    memory = moeTemp(shape);
    scratch = moeScratch(shape);
    auto part = [&](int64_t offset, int64_t elements, Type type) {
      return b.view(kernel.scratch, offset, {elements}, type);
    };
    Type f32 = b.getF32Type(), i32 = b.getI32Type();
    probabilities = part(scratch.probabilities, roundUp(expertCount, kPanelRows), f32);
    experts = part(scratch.experts, entries, i32);
    weights = part(scratch.weights, entries, f32);
    offsets = part(scratch.offsets, expertCount + 1, i32);
    cursors = part(scratch.cursors, expertCount, i32);
    sortedRow = part(scratch.sortedRow, entries, i32);
    sortedWeight = part(scratch.sortedWeight, entries, f32);
    activations = b.view(kernel.temp, memory.activations, {entries, roundUp(inner, kPanelRows)}, f32);
    if (sharedDown) {
      sharedActivations =
          b.view(kernel.temp, memory.sharedActivations, {kernel.maxRows, roundUp(sharedDown->k(), kPanelRows)}, f32);
      rowGates = b.view(kernel.temp, memory.rowGates, {kernel.maxRows, 1}, f32);
    }
  }

  void generate() {
    // The router sees its input in f32 whatever the experts get.
    normalised = emitPreparedInput(kernel, {residual, {}, kernel.packed[0].memory, kernel.real("eps")}).values;
    route();
    expertInput = prepared(normalised, gateUp, memory.expertInput, scratch.expertInput);
    if (sharedGateUp)
      sharedInput = sharedGateUp->element == gateUp.element
                        ? expertInput
                        : prepared(normalised, *sharedGateUp, memory.sharedInput, scratch.sharedInput);
    kernel.barrier();
    b.loop(b.index(0), kernel.rows, 1, [&](Value row) { choose(row); });
    sortByExpert();
    gateAndUp();
    kernel.barrier();
    downAndSum();
  }

  // `perRow`: rows of x for each row of the kernel.
  ProductInput prepared(Value x, const PackedArgument &weight, int64_t temp, int64_t scratch, int64_t perRow = 1) {
    PreparedInput input{x};
    input.weights = weight.element;
    input.temp = temp;
    input.scratch = scratch;
    input.perRow = perRow;
    input.k = weight.k();
    return emitPreparedInput(kernel, input);
  }

  void route() {
    linear(router, expertCount, logits);
    if (rowGate)
      linear(*rowGate, 1, rowGates);
  }

  // out [rows, width] = the normalised rows times `weight`.
  void linear(const PackedArgument &weight, int64_t width, Value out) {
    Product product = sharedProduct(kernel, weight, normalised, panelsOf(width), 1, scratch.products);
    auto epilogue = [&](Value row, Value panel, ArrayRef<Value> sums) {
      emitStorePanel(b, sums[0], out, row, b.mul(panel, kPanelRows), width);
    };
    product.epilogue = epilogue;
    emitProduct(kernel, product);
  }

  // Softmax over all experts, the top_k largest in falling order, the lower number first on ties.
  void choose(Value row) {
    Value top = reduceExperts(b.f32(-std::numeric_limits<double>::infinity()), [&](Value e, Value best) {
      return arith::MaxNumFOp::create(b, best, b.load(logits, {row, e}));
    });
    b.overLanes(expertCount, [&](Value e, int64_t lanes) {
      Value shifted = b.subf(b.load(logits, {row, e}, lanes), b.splat(top, lanes));
      b.store(emitExp(b, shifted), probabilities, e);
    });
    Value sum = reduceExperts(b.f32(0.0), [&](Value e, Value sum) { return b.addf(sum, b.load(probabilities, e)); });
    Value first = b.mul(row, topK);
    ValueList chosen = b.loop(b.index(0), b.index(topK), 1, ValueList{b.f32(0.0)}, [&](Value j, ValueRange carried) {
      ValueList best = b.loop(b.index(0), b.index(expertCount), 1, ValueList{b.f32(-1.0), b.index(0)},
                              [&](Value e, ValueRange best) -> ValueList {
                                Value p = b.load(probabilities, e);
                                Value better = arith::CmpFOp::create(b, arith::CmpFPredicate::OGT, p, best[0]);
                                return {b.select(better, p, best[0]), b.select(better, e, best[1])};
                              });
      Value p = b.divf(best[0], sum);
      b.store(b.f32(-1.0), probabilities, best[1]);
      b.store(b.toI32(best[1]), experts, b.add(first, j));
      b.store(p, weights, b.add(first, j));
      return ValueList{b.addf(carried[0], p)};
    });
    if (kernel.has("normalize"))
      b.loop(first, b.add(first, topK), 1,
             [&](Value at) { b.store(b.divf(b.load(weights, at), chosen[0]), weights, at); });
  }

  Value reduceExperts(Value init, llvm::function_ref<Value(Value, Value)> step) {
    return b.loop(b.index(0), b.index(expertCount), 1, ValueList{init},
                  [&](Value e, ValueRange carried) { return ValueList{step(e, carried[0])}; })[0];
  }

  // Counting sort: entries offsets[e] .. offsets[e + 1] of sortedRow and sortedWeight are expert e's, rows rising.
  void sortByExpert() {
    Value zero = arith::ConstantOp::create(b, b.getI32IntegerAttr(0));
    Value one = arith::ConstantOp::create(b, b.getI32IntegerAttr(1));
    auto increment = [&](Value memory, Value at) -> Value {
      Value before = b.load(memory, at);
      b.store(arith::AddIOp::create(b, before, one), memory, at);
      return before;
    };
    Value entries = b.mul(kernel.rows, topK);
    b.loop(b.index(0), b.index(expertCount + 1), 1, [&](Value e) { b.store(zero, offsets, e); });
    b.loop(b.index(0), entries, 1, [&](Value i) { increment(offsets, b.add(b.toIndex(b.load(experts, i)), 1)); });
    b.loop(b.index(0), b.index(expertCount), 1, [&](Value e) {
      Value begin = b.load(offsets, e);
      b.store(begin, cursors, e);
      Value next = b.add(e, 1);
      b.store(arith::AddIOp::create(b, begin, b.load(offsets, next)), offsets, next);
    });
    b.loop(b.index(0), entries, 1, [&](Value i) {
      Value place = b.toIndex(increment(cursors, b.toIndex(b.load(experts, i))));
      b.store(b.toI32(b.div(i, topK)), sortedRow, place);
      b.store(b.load(weights, i), sortedWeight, place);
    });
  }

  void gateAndUp() {
    int64_t units = panelsOf(inner);
    forChosenExperts([&](Value expert, Value begin, Value end) {
      Product product = sharedProduct(kernel, gateUp, expertInput, units, 2, scratch.products);
      product.base = b.mul(expert, units * 2 * gateUp.panelElements());
      product.rowBegin = begin;
      product.rowEnd = end;
      auto xRow = [&](Value i) { return b.toIndex(b.load(sortedRow, i)); };
      product.xRow = xRow;
      emitGated(product, activations);
    });
    if (!sharedGateUp)
      return;
    int64_t sharedUnits = panelsOf(sharedDown->k());
    emitGated(sharedProduct(kernel, *sharedGateUp, sharedInput, sharedUnits, 2, scratch.products), sharedActivations);
  }

  void emitGated(Product product, Value out) {
    auto activation = Activation(kernel.integer("activation"));
    auto epilogue = [&](Value i, Value unit, ArrayRef<Value> sums) {
      Value gated = b.mulf(emitActivation(b, activation, sums[0]), sums[1]);
      b.store(gated, out, {i, b.mul(unit, kPanelRows)});
    };
    product.epilogue = epilogue;
    emitProduct(kernel, product);
  }

  void downAndSum() {
    int64_t units = panelsOf(hidden);
    auto [begin, end] = b.share(b.index(units), kernel.thread, kernel.threads);
    b.loop(b.index(0), kernel.rows, 1, [&](Value row) {
      b.loop(begin, end, 1, [&](Value panel) {
        Value column = b.mul(panel, kPanelRows);
        emitStorePanel(b, emitLoadPanel(b, residual, row, column, hidden), out, row, column, hidden);
      });
    });
    ProductInput input = prepared(activations, down, memory.downInput, scratch.downInput, topK);
    forChosenExperts([&](Value expert, Value first, Value last) {
      Product product = sharedProduct(kernel, down, input, units, 1, scratch.products);
      product.base = b.mul(expert, units * down.panelElements());
      product.rowBegin = first;
      product.rowEnd = last;
      auto epilogue = [&](Value i, Value panel, ArrayRef<Value> sums) {
        Value row = b.toIndex(b.load(sortedRow, i));
        Value column = b.mul(panel, kPanelRows);
        Value before = emitLoadPanel(b, out, row, column, hidden);
        Value weight = b.splat(b.load(sortedWeight, i));
        emitStorePanel(b, b.fma(weight, sums[0], before), out, row, column, hidden);
      };
      product.epilogue = epilogue;
      emitProduct(kernel, product);
    });
    if (sharedDown)
      addShared();
  }

  // out += sigmoid(row gate) * what the shared expert makes of the row.
  void addShared() {
    ProductInput input = prepared(sharedActivations, *sharedDown, memory.sharedDownInput, scratch.sharedDownInput);
    Product product = sharedProduct(kernel, *sharedDown, input, panelsOf(hidden), 1, scratch.products);
    auto epilogue = [&](Value row, Value panel, ArrayRef<Value> sums) {
      Value column = b.mul(panel, kPanelRows);
      Value gate = emitActivation(b, Activation::Sigmoid, b.load(rowGates, {row, b.index(0)}));
      Value before = emitLoadPanel(b, out, row, column, hidden);
      emitStorePanel(b, b.fma(b.splat(gate), sums[0], before), out, row, column, hidden);
    };
    product.epilogue = epilogue;
    emitProduct(kernel, product);
  }

  void forChosenExperts(llvm::function_ref<void(Value, Value, Value)> body) {
    b.loop(b.index(0), b.index(expertCount), 1, [&](Value expert) {
      Value begin = b.toIndex(b.load(offsets, expert));
      Value end = b.toIndex(b.load(offsets, b.add(expert, 1)));
      b.when(b.less(begin, end), [&] { body(expert, begin, end); });
    });
  }
};

}  // namespace

void generateNormMoe(Kernel &kernel) { MoeKernel(kernel).generate(); }

}  // namespace mlir::qwen
