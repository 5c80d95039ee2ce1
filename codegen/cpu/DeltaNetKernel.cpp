// gated_delta_net: everything of a linear attention layer between its projections. For each key head convolution, norms
// and gates make the recurrence's inputs, then its value heads' column blocks recur, then their results are gated.
#include "codegen/cpu/DeltaRule.h"
#include "codegen/cpu/Kernels.h"
#include "codegen/cpu/KvOwner.h"
#include "codegen/cpu/MathFunctions.h"
#include "codegen/cpu/Rows.h"

namespace mlir::qwen {

namespace {

// Heads of one row after the other lie far apart, where the processor's own prefetching doesn't look: rows are asked
// for so far ahead (512 rows of 8192 channels on Zen 3: convolution, norms and gates take half as long).
constexpr int64_t kRowsAhead = 8;

struct DeltaNetKernel {
  Kernel &kernel;
  KernelBuilder &b;
  Value qkv, z, betaInput, decayInput, slot, index, out;
  Value taps, aLog, dtBias, norm;
  Value earlier;  // state of the convolution: [slots * kept, channels]
  Value inputs, gates;
  const DeltaLayout layout;
  const DeltaNetMemory memory;
  const int64_t channels, kernelSize, kept, parts;  // parts of a key head: query, key, values

  explicit DeltaNetKernel(Kernel &kernel)
      : kernel(kernel), b(kernel.b), layout(kernel.stateTypes[1]),
        memory(layout, Kernel::width(kernel.operands[0]), kernel.maxRows), channels(Kernel::width(kernel.operands[0])),
        kernelSize(kernel.packed[0].shapes[0].back()), kept(kernelSize - 1), parts(2 + memory.group) {
    auto operand = kernel.operands.begin();
    for (Value *value : {&qkv, &z, &betaInput, &decayInput, &slot, &index})
      *value = *operand++;
    out = kernel.results[0];
    taps = kernel.packed[0].memory;
    aLog = kernel.packed[1].memory;
    dtBias = kernel.packed[2].memory;
    norm = kernel.packed[3].memory;
    earlier = b.view(kernel.states[0], 0, {layout.slots * kept, channels}, b.getF32Type());
    inputs = b.view(kernel.temp, 0, {memory.inputRows, memory.inputsWidth}, b.getF32Type());
    gates = b.view(kernel.temp, memory.gates, {memory.gateRows, 2}, b.getF32Type());
  }

  // Where the key heads divide evenly among the threads, each does its own from the first to the last stage, one after
  // the other. Else stages are shared out part by part, block by block, row by row, and all meet between them.
  void generate() {
    DeltaRule rule(kernel, layout, memory, inputs, gates);
    KvOwner owner(kernel, memory.keyHeads);
    auto meet = [&] {
      b.whenElse(
          owner.owns, [] {}, [&] { kernel.barrier(); });
    };
    b.loop(b.select(owner.owns, owner.begin, b.index(0)), b.select(owner.owns, owner.end, b.index(1)), 1,
           [&](Value keyHead) {
             // `each` things of every key head.
             auto stage = [&](Value each, llvm::function_ref<void(Value)> body) {
               auto [begin, end] = b.share(b.mul(each, memory.keyHeads), kernel.thread, kernel.threads);
               Value own = b.mul(keyHead, each);
               b.loop(b.select(owner.owns, own, begin), b.select(owner.owns, b.add(own, each), end), 1, body);
             };
             stage(b.index(parts), [&](Value part) { prepare(b.div(part, parts), b.rem(part, parts)); });
             meet();
             stage(b.index(memory.group * layout.blocks()), [&](Value item) {
               Value head = b.div(item, layout.blocks()), block = b.rem(item, layout.blocks());
               forRuns([&](const DeltaRun &run) { rule.emitBlock(run, head, block); });
             });
             meet();
             stage(b.mul(kernel.rows, memory.group),
                   [&](Value item) { finish(b.rem(item, kernel.rows), b.div(item, kernel.rows)); });
           });
  }

private:
  // body(run) for all rows that have a place in a sequence.
  void forRuns(llvm::function_ref<void(const DeltaRun &)> body) {
    auto breaks = [&](Value row, Value next) -> Value {
      Value changes = arith::CmpIOp::create(b, arith::CmpIPredicate::ne, b.load(slot, row), b.load(slot, next));
      Value begins = b.less(place(next), b.index(1)), without = b.less(place(row), b.index(0));
      return arith::OrIOp::create(b, changes, arith::OrIOp::create(b, begins, without));
    };
    emitRuns(b, b.index(0), kernel.rows, breaks, [&](Value begin, Value end) {
      Value first = place(begin);
      b.when(b.less(b.index(-1), first), [&] {
        body({begin, end, b.toIndex(b.load(slot, begin)), b.equal(first, b.index(0))});
      });
    });
  }
  Value place(Value row) { return b.toIndex(b.load(index, row)); }

  // The recurrence's inputs of one part: 0 is the query, 1 the key, the others are values with their gates.
  void prepare(Value keyHead, Value part) {
    Value inputRow = b.mul(keyHead, kernel.maxRows);
    forRuns([&](const DeltaRun &run) {
      b.whenElse(
          b.less(part, b.index(2)),
          [&] {
            Value column = b.mul(b.add(b.mul(part, memory.keyHeads), keyHead), layout.keyDim);
            Value target = b.mul(part, memory.key);
            convolve(run, column, layout.keyDim, inputRow, target);
            normalise(run, inputRow, target, part);
          },
          [&] {
            Value within = b.sub(part, b.index(2)), head = b.add(b.mul(keyHead, memory.group), within);
            Value column = b.add(b.mul(head, layout.valueDim), 2 * memory.keyHeads * layout.keyDim);
            Value target = b.add(b.mul(within, layout.paddedDim), memory.value);
            clearPadding(run, inputRow, target);
            convolve(run, column, layout.valueDim, inputRow, target);
            makeGates(run, head);
          });
    });
  }

  // act(conv) of the channels [column, column + width) becomes the inputs from column `target` on. Some lanes of
  // channels pass through all rows, with what they still need of earlier rows in registers; that is the next state.
  void convolve(const DeltaRun &run, Value column, int64_t width, Value inputRow, Value target) {
    auto activation = Activation(kernel.integer("activation"));
    Value stateRow = b.mul(run.slot, kept);
    b.overLanes(width, [&](Value c, int64_t lanes) {
      Value channel = b.add(column, c);
      ValueList weights, window;
      for (int64_t tap = 0; tap < kernelSize; ++tap)
        weights.push_back(b.load(taps, b.add(channel, tap * roundUp(channels, kPanelRows)), lanes));
      for (int64_t tap = 0; tap < kept; ++tap) {
        Value before = b.load(earlier, {b.add(stateRow, tap), channel}, lanes);
        window.push_back(b.select(run.fresh, b.f32Like(0.0, before), before));
      }
      window = b.loop(run.begin, run.end, 1, window, [&](Value row, ValueRange carried) -> ValueList {
        Value ahead = b.min(b.add(row, kRowsAhead), b.sub(run.end, b.index(1)));
        b.prefetch(qkv, {ahead, channel});
        b.prefetch(inputs, {b.add(inputRow, ahead), b.add(target, c)}, /*isWrite=*/true);
        ValueList inputWindow(carried);
        inputWindow.push_back(b.load(qkv, {row, channel}, lanes));
        Value sum = b.mulf(weights[0], inputWindow[0]);
        for (int64_t tap = 1; tap < kernelSize; ++tap)
          sum = b.fma(weights[tap], inputWindow[tap], sum);
        b.store(emitActivation(b, activation, sum), inputs, {b.add(inputRow, row), b.add(target, c)});
        return ValueList(inputWindow.begin() + 1, inputWindow.end());
      });
      for (int64_t tap = 0; tap < kept; ++tap)
        b.store(window[tap], earlier, {b.add(stateRow, tap), channel});
    });
  }

  // x / sqrt(sum(x^2) + eps), the query scaled as well (HF: l2norm).
  void normalise(const DeltaRun &run, Value inputRow, Value column, Value part) {
    Value scale = b.select(b.equal(part, b.index(0)), b.f32(kernel.real("scale")), b.f32(1.0));
    b.loop(run.begin, run.end, 1, [&](Value r) {
      Value row = b.add(inputRow, r);
      Value squares = emitSumOfSquares(b, inputs, row, layout.keyDim, column);
      Value length = math::SqrtOp::create(b, b.addf(squares, b.f32(kernel.real("l2_eps"))));
      Value factor = b.divf(scale, length);
      b.overLanes(layout.keyDim, [&](Value i, int64_t lanes) {
        Value at = b.add(column, i);
        b.store(b.mulf(b.load(inputs, {row, at}, lanes), b.splat(factor, lanes)), inputs, {row, at});
      });
    });
  }

  // Columns beyond value_dim recur as zeros, whatever temp held.
  void clearPadding(const DeltaRun &run, Value inputRow, Value column) {
    if (layout.valueDim == layout.paddedDim)
      return;
    b.loop(run.begin, run.end, 1, [&](Value row) {
      for (int64_t d = layout.valueDim / kPanelRows * kPanelRows; d < layout.paddedDim; d += kPanelRows)
        b.store(b.f32(0.0, kPanelRows), inputs, {b.add(inputRow, row), b.add(column, d)});
    });
  }

  // exp(-exp(A_log) softplus(a + dt_bias)) and sigmoid(b) (HF: Qwen3_5GatedDeltaNet).
  void makeGates(const DeltaRun &run, Value head) {
    Value rate = emitExp(b, b.load(aLog, head)), bias = b.load(dtBias, head);
    b.loop(run.begin, run.end, 1, [&](Value row) {
      Value gateRow = b.add(b.mul(head, kernel.maxRows), row);
      Value softplus = emitSoftplus(b, b.addf(b.load(decayInput, {row, head}), bias));
      Value keep = emitExp(b, b.subf(b.f32(0.0), b.mulf(rate, softplus)));
      b.store(keep, gates, {gateRow, b.index(0)});
      b.store(emitActivation(b, Activation::Sigmoid, b.load(betaInput, {row, head})), gates, {gateRow, b.index(1)});
    });
  }

  // silu(z) * rms_norm(o) of one value head (HF: Qwen3_5RMSNormGated); zeros for a row without a place.
  void finish(Value row, Value head) {
    Value column = b.mul(head, layout.valueDim);
    Value inputRow = b.add(b.mul(b.div(head, memory.group), kernel.maxRows), row);
    Value source = b.add(b.mul(b.rem(head, memory.group), layout.paddedDim), memory.value);
    b.whenElse(
        b.less(place(row), b.index(0)),
        [&] {
          b.overLanes(layout.valueDim, [&](Value d, int64_t lanes) {
            b.store(b.f32(0.0, lanes), out, {row, b.add(column, d)});
          });
        },
        [&] {
          Value ahead = b.min(b.add(row, kRowsAhead), b.sub(kernel.rows, b.index(1)));
          Value scale = emitRmsScale(b, inputs, inputRow, kernel.real("eps"), layout.valueDim, source);
          b.overLanes(layout.valueDim, [&](Value d, int64_t lanes) {
            b.prefetch(z, {ahead, b.add(column, d)});
            b.prefetch(out, {ahead, b.add(column, d)}, /*isWrite=*/true);
            Value value = b.mulf(b.load(inputs, {inputRow, b.add(source, d)}, lanes), b.splat(scale, lanes));
            Value normalised = b.mulf(b.load(norm, d, lanes), value);
            Value gate = emitActivation(b, Activation::Silu, b.load(z, {row, b.add(column, d)}, lanes));
            b.store(b.mulf(normalised, gate), out, {row, b.add(column, d)});
          });
        });
  }
};

}  // namespace

void generateGatedDeltaNet(Kernel &kernel) { DeltaNetKernel(kernel).generate(); }

}  // namespace mlir::qwen
