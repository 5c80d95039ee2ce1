#include "codegen/cpu/KernelBuilder.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

namespace mlir::qwen {

Value KernelBuilder::f32(double value, int64_t lanes) {
  FloatAttr attribute = getF32FloatAttr(value);
  if (lanes == 0)
    return arith::ConstantOp::create(*this, attribute);
  return arith::ConstantOp::create(*this, DenseElementsAttr::get(lanesOf(lanes), attribute));
}

Value KernelBuilder::f32Like(double value, Value like) {
  auto vector = dyn_cast<VectorType>(like.getType());
  return f32(value, vector ? vector.getDimSize(0) : 0);
}

Value KernelBuilder::i32Like(int32_t value, Value like) {
  IntegerAttr attribute = getI32IntegerAttr(value);
  auto vector = dyn_cast<VectorType>(like.getType());
  if (!vector)
    return arith::ConstantOp::create(*this, attribute);
  return arith::ConstantOp::create(*this, DenseElementsAttr::get(vector.clone(getI32Type()), Attribute(attribute)));
}

Value KernelBuilder::integerLike(int64_t value, Value like) {
  auto attribute = getIntegerAttr(getElementTypeOrSelf(like), value);
  auto vector = dyn_cast<VectorType>(like.getType());
  if (!vector)
    return arith::ConstantOp::create(*this, attribute);
  return arith::ConstantOp::create(*this, DenseElementsAttr::get(vector, Attribute(attribute)));
}

Value KernelBuilder::splat(Value scalar, int64_t lanes) {
  if (lanes == 0)
    return scalar;
  return vector::BroadcastOp::create(*this, VectorType::get({lanes}, scalar.getType()), scalar);
}

Value KernelBuilder::sumLanes(Value vector) {
  if (!isa<VectorType>(vector.getType()))
    return vector;
  return vector::ReductionOp::create(*this, vector::CombiningKind::ADD, vector);
}

Value KernelBuilder::maxLanes(Value vector) {
  if (!isa<VectorType>(vector.getType()))
    return vector;
  return vector::ReductionOp::create(*this, vector::CombiningKind::MAXNUMF, vector);
}

Value KernelBuilder::load(Value memory, ValueRange at, int64_t lanes) {
  if (lanes == 0)
    return memref::LoadOp::create(*this, memory, at);
  Type element = cast<MemRefType>(memory.getType()).getElementType();
  return vector::LoadOp::create(*this, VectorType::get({lanes}, element), memory, at);
}

void KernelBuilder::store(Value value, Value memory, ValueRange at) {
  if (isa<VectorType>(value.getType()))
    vector::StoreOp::create(*this, value, memory, at);
  else
    memref::StoreOp::create(*this, value, memory, at);
}

void KernelBuilder::prefetch(Value memory, ValueRange at, bool isWrite) {
  memref::PrefetchOp::create(*this, memory, at, isWrite, /*localityHint=*/3, /*isDataCache=*/true);
}

Value KernelBuilder::view(Value bytes, int64_t offset, ArrayRef<int64_t> shape, Type element) {
  return memref::ViewOp::create(*this, MemRefType::get(shape, element), bytes, index(offset), ValueRange{});
}

void KernelBuilder::loop(Value begin, Value end, int64_t step, llvm::function_ref<void(Value)> body) {
  loop(begin, end, index(step), body);
}

void KernelBuilder::loop(Value begin, Value end, Value step, llvm::function_ref<void(Value)> body) {
  auto op = scf::ForOp::create(*this, begin, end, step);
  InsertionGuard restore(*this);
  setInsertionPointToStart(op.getBody());
  body(op.getInductionVar());
}

ValueList KernelBuilder::loop(Value begin, Value end, int64_t step, ValueRange carried,
                              llvm::function_ref<ValueList(Value, ValueRange)> body) {
  auto op = scf::ForOp::create(*this, begin, end, index(step), carried);
  InsertionGuard restore(*this);
  setInsertionPointToStart(op.getBody());
  ValueList next = body(op.getInductionVar(), op.getRegionIterArgs());
  scf::YieldOp::create(*this, next);
  return ValueList(op.getResults());
}

ValueList KernelBuilder::rolledLoop(Value begin, Value end, ValueRange carried,
                                    llvm::function_ref<ValueList(Value, ValueRange)> body) {
  ValueList results = loop(begin, end, 1, carried, body);
  auto unroll = LLVM::LoopUnrollAttr::get(getContext(), getBoolAttr(true), {}, {}, {}, {}, {}, {});
  auto annotation =
      LLVM::LoopAnnotationAttr::get(getContext(), {}, {}, {}, unroll, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {});
  results.front().getDefiningOp()->setAttr("loop_annotation", annotation);
  return results;
}

void KernelBuilder::when(Value condition, llvm::function_ref<void()> body) {
  auto op = scf::IfOp::create(*this, condition, /*withElseRegion=*/false);
  InsertionGuard restore(*this);
  setInsertionPointToStart(op.thenBlock());
  body();
}

void KernelBuilder::whenElse(Value condition, llvm::function_ref<void()> body, llvm::function_ref<void()> otherwise) {
  auto op = scf::IfOp::create(*this, condition, /*withElseRegion=*/true);
  InsertionGuard restore(*this);
  setInsertionPointToStart(op.thenBlock());
  body();
  setInsertionPointToStart(op.elseBlock());
  otherwise();
}

void KernelBuilder::overLanes(int64_t width, llvm::function_ref<void(Value, int64_t)> body) {
  int64_t whole = width / kPanelRows * kPanelRows;
  if (whole)
    loop(index(0), index(whole), kPanelRows, [&](Value at) { body(at, kPanelRows); });
  for (int64_t at = whole, lanes = kPanelRows / 2; at < width; lanes /= 2) {
    if (at + lanes > width)
      continue;
    body(index(at), lanes);
    at += lanes;
  }
}

std::pair<Value, Value> KernelBuilder::share(Value count, Value thread, Value threads) {
  Value begin = div(mul(count, thread), threads);
  Value end = div(mul(count, add(thread, 1)), threads);
  return {begin, end};
}

}  // namespace mlir::qwen
