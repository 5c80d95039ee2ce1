// The input of a product, as its weights want it: f32, pairs of bf16, or int8 in groups with their scales.
#pragma once

#include "codegen/cpu/DotForm.h"
#include "codegen/cpu/Kernel.h"

namespace mlir::qwen {

// Rows of a product's input in memory. `scales` and `corrections` are [rows, groups of 32] and there for the
// quantised forms only: x = scale * code, correction = -zero * (sum of the group's codes), where zero is what the
// weights' codes have added; for IntegerDot::maddubs16 two of 16 bits, for the sums over k % 4 < 2 and over the rest.
struct ProductInput {
  ProductInput(Value values, InputForm form = InputForm::f32) : form(form), values(values) {}

  InputForm form;
  // f32: [rows, K] f32. bf16Pairs: [rows, ceil(K / 2)] i32. int8Quads: [rows, K' / 4] i32, k rising from the low
  // byte, K' being K padded to blocks of 64.
  Value values;
  Value scales = {};
  Value corrections = {};
  // Of a screen's input only, [rows, groups of 32] f32: with y as PreparedInput::measured takes the same row, the sums
  // of y^2 and of (y - scale * code)^2.
  Value squares = {};
  Value squaredErrors = {};
};

// What a ProductInput is made from: x [rows, K] f32.
struct PreparedInput {
  Value x;
  Value gather = {};  // rows to take; null: all, in order
  Value norm = {};    // weight of an RMS norm; null: values pass as they are
  double eps = 0.0;
  Type weights = {};  // stored element of the weights, which decides the form; null: f32
  int64_t temp = 0;   // places in the kernel's memory (codegen/plan/KernelMemory.h)
  int64_t scratch = 0;
  int64_t perRow = 1;  // rows of x for each row of the kernel
  int64_t k = 0;       // columns of x that count; 0: all
  // For quantised weights: the stored element of another product's, from whose view of the row these codes' distance is
  // measured; null: none. Such an input has a row for at most kPrivateRows rows of the kernel, and no place in temp.
  Type measured = {};
};

// For few rows every thread fills its own scratch; for many the threads share the work in temp and meet at a barrier.
ProductInput emitPreparedInput(Kernel &kernel, const PreparedInput &input);

}  // namespace mlir::qwen
