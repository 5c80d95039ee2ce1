#include "codegen/cpu/ProductInput.h"

#include "codegen/cpu/Rows.h"
#include "dialect/QuantFormat.h"

namespace mlir::qwen {

namespace {

// One place for prepared rows: private or common.
class Preparation {
public:
  Preparation(Kernel &kernel, const PreparedInput &input)
      : kernel(kernel), b(kernel.b), input(input), k(input.k ? input.k : Kernel::width(input.x)) {
    if (input.weights) {
      form = inputForm(kernel.machine, input.weights);
      codes = codesOf(input.weights);
    }
  }

  ProductInput emit() {
    if (form == InputForm::f32 && !input.norm && !input.gather)
      return input.x;
    Value rows = b.mul(kernel.rows, input.perRow);
    ProductInput own = place(kernel.scratch, input.scratch, kPrivateRows * input.perRow);
    if (input.measured) {
      b.loop(b.index(0), rows, 1, [&](Value i) { prepare(own, i); });
      return own;
    }
    ProductInput common = place(kernel.temp, input.temp, kernel.maxRows * input.perRow);
    Value few = b.less(kernel.rows, b.index(kPrivateRows + 1));
    b.whenElse(
        few, [&] { b.loop(b.index(0), rows, 1, [&](Value i) { prepare(own, i); }); },
        [&] {
          auto [begin, end] = b.share(rows, kernel.thread, kernel.threads);
          b.loop(begin, end, 1, [&](Value i) { prepare(common, i); });
          kernel.barrier();
        });
    ProductInput result(b.select(few, own.values, common.values), form);
    if (own.scales) {
      result.scales = b.select(few, own.scales, common.scales);
      result.corrections = b.select(few, own.corrections, common.corrections);
    }
    return result;
  }

private:
  int64_t groups() const { return roundUp(k, ::qwen::kQuantBlock) / ::qwen::kQuantGroup; }

  // Memory for `rows` rows; both places get the types of the larger one.
  ProductInput place(Value bytes, int64_t offset, int64_t rows) {
    int64_t most = kernel.maxRows * input.perRow;
    Type i32 = b.getI32Type(), f32 = b.getF32Type();
    switch (form) {
    case InputForm::f32:
      return {b.view(bytes, offset, {most, k}, f32), form};
    case InputForm::bf16Pairs:
      return {b.view(bytes, offset, {most, roundUp(k, 2) / 2}, i32), form};
    case InputForm::int8Quads:
      break;
    }
    int64_t words = groups() * ::qwen::kQuantGroup / 4;
    ProductInput result(b.view(bytes, offset, {most, words}, i32), form);
    offset += rows * words * 4;
    result.scales = b.view(bytes, offset, {most, groups()}, f32);
    offset += rows * groups() * 4;
    result.corrections = b.view(bytes, offset, {most, groups()}, i32);
    if (input.measured) {
      offset += rows * groups() * 4;
      result.squares = b.view(bytes, offset, {most, groups()}, f32);
      offset += rows * groups() * 4;
      result.squaredErrors = b.view(bytes, offset, {most, groups()}, f32);
    }
    return result;
  }

  void prepare(const ProductInput &out, Value i) {
    from = input.gather ? b.toIndex(b.load(input.gather, i)) : i;
    if (input.norm)
      rms = emitRmsScale(b, input.x, from, input.eps, k, b.index(0));
    switch (form) {
    case InputForm::f32:
      b.overLanes(k, [&](Value at, int64_t lanes) { b.store(value(at, lanes), out.values, {i, at}); });
      return;
    case InputForm::bf16Pairs:
      return roundToPairs(out, i);
    case InputForm::int8Quads:
      return quantise(out, i);
    }
  }

  // Lanes of the row from `at` on, normalised if there is a norm; none of them beyond K.
  Value value(Value at, int64_t lanes) {
    Value x = b.load(input.x, {from, at}, lanes);
    return input.norm ? b.mulf(b.load(input.norm, at, lanes), b.mulf(x, b.splat(rms, lanes))) : x;
  }

  void roundToPairs(const ProductInput &out, Value i) {
    Type i32 = b.getI32Type();
    auto words = [&](Value lanes) {
      Value narrow = emitNarrow(b, lanes, b.getBF16Type());
      return vector::BitCastOp::create(b, VectorType::get({cast<VectorType>(lanes.getType()).getDimSize(0) / 2}, i32),
                                       narrow);
    };
    b.overLanes(k, [&](Value at, int64_t lanes) {
      if (lanes > 1) {
        b.store(words(value(at, lanes)), out.values, {i, b.div(at, 2)});
        return;
      }
      // The last value of an odd K and the zero beside it.
      Value bits = arith::BitcastOp::create(b, b.getI16Type(), emitNarrow(b, value(at, 0), b.getBF16Type()));
      b.store(arith::ExtUIOp::create(b, i32, bits), out.values, {i, b.div(at, 2)});
    });
  }

  void quantise(const ProductInput &out, Value i) {
    int64_t whole = k / ::qwen::kQuantGroup;
    b.loop(b.index(0), b.index(whole), 1, [&](Value group) {
      Value at = b.mul(group, ::qwen::kQuantGroup);
      quantiseGroup(out, i, group, value(at, kPanelRows), value(b.add(at, kPanelRows), kPanelRows));
    });
    for (int64_t group = whole; group < groups(); ++group) {
      Value halves[2];
      for (int64_t half = 0; half < 2; ++half)
        halves[half] = tail(group * ::qwen::kQuantGroup + half * kPanelRows);
      quantiseGroup(out, i, b.index(group), halves[0], halves[1]);
    }
  }

  // 16 lanes, zeros beyond K.
  Value tail(int64_t at) {
    if (at + kPanelRows <= k)
      return value(b.index(at), kPanelRows);
    Value zeros = b.f32(0.0, kPanelRows);
    if (at >= k)
      return zeros;
    Value x = emitLoadPanel(b, input.x, from, b.index(at), k);
    if (!input.norm)
      return x;
    Value weight = b.load(input.norm, b.index(at), kPanelRows);  // vectors are padded to 16
    return b.mulf(weight, b.mulf(x, b.splat(rms)));
  }

  void quantiseGroup(const ProductInput &out, Value i, Value group, Value low, Value high) {
    auto magnitude = [&](Value lanes) -> Value { return math::AbsFOp::create(b, lanes); };
    Value most = b.maxLanes(arith::MaxNumFOp::create(b, magnitude(low), magnitude(high)));
    double limit = inputLimit(kernel.machine, codes);
    Value scale = b.mulf(most, b.f32(1.0 / limit));
    b.store(scale, out.scales, {i, group});
    Value halves[2] = {toCodes(low, most, limit), toCodes(high, most, limit)};
    if (input.measured)
      measure(out, i, group, {low, high}, halves, most);
    b.store(correction(arith::AddIOp::create(b, halves[0], halves[1])), out.corrections, {i, group});
    constexpr int64_t kWords = kPanelRows / 4;
    for (int64_t half = 0; half < 2; ++half) {
      Value bytes = arith::TruncIOp::create(b, VectorType::get({kPanelRows}, b.getI8Type()), halves[half]);
      Value words = vector::BitCastOp::create(b, VectorType::get({kWords}, b.getI32Type()), bytes);
      b.store(words, out.values, {i, b.add(b.mul(group, 2 * kWords), half * kWords)});
    }
  }

  // Codes of 16 lanes of a group whose largest magnitude is `most`.
  Value toCodes(Value lanes, Value most, double limit) {
    Value some = arith::CmpFOp::create(b, arith::CmpFPredicate::OGT, most, b.f32(0.0));
    Value inverse = b.splat(b.select(some, b.divf(b.f32(limit), most), b.f32(0.0)));
    Value rounded = math::RoundEvenOp::create(b, b.mulf(lanes, inverse));
    return arith::FPToSIOp::create(b, VectorType::get({kPanelRows}, b.getI32Type()), rounded);
  }
  Value fromCodes(Value codes, Value most, double limit) {
    return b.mulf(arith::SIToFPOp::create(b, b.panel(), codes), b.splat(b.mulf(most, b.f32(1.0 / limit))));
  }

  // The sums of squares of a group that has the values `x`, its codes and its largest magnitude.
  void measure(const ProductInput &out, Value i, Value group, ArrayRef<Value> x, ArrayRef<Value> own, Value most) {
    Value zeros = b.f32(0.0, kPanelRows), squares = zeros, errors = zeros;
    double limit = inputLimit(kernel.machine, codes);
    for (auto [value, code] : llvm::zip(x, own)) {
      Value product = fromCodes(code, most, limit), y = asMeasured(value, product, most);
      squares = b.fma(y, y, squares);
      if (y == product)
        continue;
      Value error = b.subf(y, product);
      errors = b.fma(error, error, errors);
    }
    b.store(b.sumLanes(squares), out.squares, {i, group});
    b.store(b.sumLanes(errors), out.squaredErrors, {i, group});
  }

  // 16 lanes as the other product takes them; `product`: as this one does.
  Value asMeasured(Value value, Value product, Value most) {
    switch (inputForm(kernel.machine, input.measured)) {
    case InputForm::f32:
      return value;
    case InputForm::bf16Pairs:
      return arith::ExtFOp::create(b, b.panel(), emitNarrow(b, value, b.getBF16Type()));
    case InputForm::int8Quads:
      break;
    }
    double limit = inputLimit(kernel.machine, codesOf(input.measured));
    return limit == inputLimit(kernel.machine, codes) ? product : fromCodes(toCodes(value, most, limit), most, limit);
  }

  // -zero * sum; see ProductInput. `sums`: codes of k and k + 16 added.
  Value correction(Value sums) {
    int32_t zero = zeroOf(kernel.machine, codes);
    auto negated = [&](Value lanes) {
      Value sum = vector::ReductionOp::create(b, vector::CombiningKind::ADD, lanes);
      return Value(arith::MulIOp::create(b, sum, b.i32Like(-zero, sum)));
    };
    if (integerDot(kernel.machine, codes) != IntegerDot::maddubs16)
      return negated(sums);
    SmallVector<int64_t> order[2];
    for (int64_t lane = 0; lane < kPanelRows; ++lane)
      order[lane % 4 / 2].push_back(lane);
    Value low = negated(vector::ShuffleOp::create(b, sums, sums, order[0]));
    Value high = negated(vector::ShuffleOp::create(b, sums, sums, order[1]));
    return arith::OrIOp::create(b, arith::AndIOp::create(b, low, b.i32Like(0xffff, low)),
                                arith::ShLIOp::create(b, high, b.i32Like(16, high)));
  }

  Kernel &kernel;
  KernelBuilder &b;
  const PreparedInput &input;
  int64_t k;
  InputForm form = InputForm::f32;
  QuantizedCodes codes = QuantizedCodes::none;
  Value from, rms;  // of the row in preparation
};

}  // namespace

ProductInput emitPreparedInput(Kernel &kernel, const PreparedInput &input) { return Preparation(kernel, input).emit(); }

}  // namespace mlir::qwen
