// The vocabulary in which kernel generators are written: loops, lanes and index arithmetic on upstream dialects.
#pragma once

#include "codegen/cpu/Machine.h"
#include "codegen/plan/KernelShapes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace mlir::qwen {

using ValueList = SmallVector<Value>;

class KernelBuilder : public ImplicitLocOpBuilder {
public:
  using ImplicitLocOpBuilder::ImplicitLocOpBuilder;

  // Indices.
  Value index(int64_t value) { return arith::ConstantIndexOp::create(*this, value); }
  Value add(Value a, Value b) { return arith::AddIOp::create(*this, a, b); }
  Value add(Value a, int64_t b) { return b ? add(a, index(b)) : a; }
  Value sub(Value a, Value b) { return arith::SubIOp::create(*this, a, b); }
  Value mul(Value a, Value b) { return arith::MulIOp::create(*this, a, b); }
  Value mul(Value a, int64_t b) { return b == 1 ? a : mul(a, index(b)); }
  Value div(Value a, Value b) { return arith::DivUIOp::create(*this, a, b); }
  Value div(Value a, int64_t b) { return b == 1 ? a : div(a, index(b)); }
  Value rem(Value a, Value b) { return arith::RemUIOp::create(*this, a, b); }
  Value rem(Value a, int64_t b) { return rem(a, index(b)); }
  Value min(Value a, Value b) { return arith::MinSIOp::create(*this, a, b); }
  Value max(Value a, Value b) { return arith::MaxSIOp::create(*this, a, b); }
  Value less(Value a, Value b) { return arith::CmpIOp::create(*this, arith::CmpIPredicate::slt, a, b); }
  Value equal(Value a, Value b) { return arith::CmpIOp::create(*this, arith::CmpIPredicate::eq, a, b); }
  Value select(Value condition, Value a, Value b) { return arith::SelectOp::create(*this, condition, a, b); }
  // An integer of the type of `like`, every lane of it.
  Value integerLike(int64_t value, Value like);
  // i32, scalar or of the lanes of `like`.
  Value i32Like(int32_t value, Value like);
  Value toIndex(Value integer) { return arith::IndexCastOp::create(*this, getIndexType(), integer); }
  Value toI32(Value index) { return arith::IndexCastOp::create(*this, getI32Type(), index); }

  // f32, scalar (lanes = 0) or vector.
  VectorType lanesOf(int64_t lanes) { return VectorType::get({lanes}, getF32Type()); }
  VectorType panel() { return lanesOf(kPanelRows); }
  Value f32(double value, int64_t lanes = 0);
  Value f32Like(double value, Value like);
  Value splat(Value scalar, int64_t lanes = kPanelRows);
  Value addf(Value a, Value b) { return arith::AddFOp::create(*this, a, b); }
  Value subf(Value a, Value b) { return arith::SubFOp::create(*this, a, b); }
  Value mulf(Value a, Value b) { return arith::MulFOp::create(*this, a, b); }
  Value divf(Value a, Value b) { return arith::DivFOp::create(*this, a, b); }
  Value maxf(Value a, Value b) { return arith::MaximumFOp::create(*this, a, b); }
  // a * b + c, rounded once where the machine fuses the two (MachineDescription::has_fma).
  bool fuses = true;
  Value fma(Value a, Value b, Value c) {
    return fuses ? Value(math::FmaOp::create(*this, a, b, c)) : addf(mulf(a, b), c);
  }
  // Sum resp. maximum of the lanes, always in the same order.
  Value sumLanes(Value vector);
  Value maxLanes(Value vector);

  // Memory. `lanes` 0 loads a scalar.
  Value load(Value memory, ValueRange at, int64_t lanes = 0);
  void store(Value value, Value memory, ValueRange at);
  // Asks for the cache line, to be read or to be written; it may lie outside of memory.
  void prefetch(Value memory, ValueRange at, bool isWrite = false);
  Value view(Value bytes, int64_t offset, ArrayRef<int64_t> shape, Type element);

  // Control flow.
  void loop(Value begin, Value end, int64_t step, llvm::function_ref<void(Value)> body);
  void loop(Value begin, Value end, Value step, llvm::function_ref<void(Value)> body);
  ValueList loop(Value begin, Value end, int64_t step, ValueRange carried,
                 llvm::function_ref<ValueList(Value, ValueRange)> body);
  // The same for code that must stay a loop: unrolled, LLVM would compute its sums one after the other, which takes
  // more registers than there are.
  ValueList rolledLoop(Value begin, Value end, ValueRange carried,
                       llvm::function_ref<ValueList(Value, ValueRange)> body);
  void when(Value condition, llvm::function_ref<void()> body);
  void whenElse(Value condition, llvm::function_ref<void()> body, llvm::function_ref<void()> otherwise);
  // body(offset, lanes) over [0, width): whole vectors of 16, then the tail in halving vectors.
  void overLanes(int64_t width, llvm::function_ref<void(Value, int64_t)> body);
  // Thread `thread`'s even share [begin, end) of `count` things.
  std::pair<Value, Value> share(Value count, Value thread, Value threads);
};

}  // namespace mlir::qwen
