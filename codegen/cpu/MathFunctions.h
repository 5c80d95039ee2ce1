// Elementwise functions on f32 scalars and vectors, in a fixed sequence of operations: equal bits everywhere.
#pragma once

#include "codegen/cpu/KernelBuilder.h"
#include "dialect/QwenDialect.h"

namespace mlir::qwen {

// e^x, relative error below 2e-7; 0 below -87.3, at most 2^127 above.
Value emitExp(KernelBuilder &b, Value x);

// log(1 + e^x), relative error below 4e-7.
Value emitSoftplus(KernelBuilder &b, Value x);

// ACT2FN[activation](x) (HF: activations.py), absolute error below 1e-6 of |x| + 1.
Value emitActivation(KernelBuilder &b, Activation activation, Value x);

}  // namespace mlir::qwen
