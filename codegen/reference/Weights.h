// Weights of modules that come without a checkpoint: tests and checks of passes.
#pragma once

#include "frontend/WeightSource.h"

#include "mlir/IR/BuiltinOps.h"

namespace qwen {

// The values of a `qwen.weight` that carries an attribute `qwen.value`,
//   qwen.weight @w {qwen.value = dense<[[1.0, 2.0]]> : tensor<1x2xf32>} : tensor<1x2xbf16>
// and for the others random numbers that depend on seed and name only: uniform with variance 1 / columns for matrices
// (so that values keep their size from layer to layer), uniform between 0.5 and 1.5 for vectors (norms, biases).
class ModuleWeights : public WeightSource {
public:
  ModuleWeights(mlir::ModuleOp module, uint64_t seed) : module(module), seed(seed) {}
  bool readRows(const std::string &name, int64_t first, int64_t count, float *out, std::string &error) const override;

private:
  mlir::ModuleOp module;
  uint64_t seed;
};

}  // namespace qwen
