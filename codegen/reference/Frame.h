// What a rule of the interpreter sees: the values of the running call, the weights and the states.
#pragma once

#include "codegen/reference/Tensor.h"
#include "dialect/QwenDialect.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/Twine.h"

#include <functional>
#include <string>
#include <vector>

namespace qwen {

// Lives as long as the interpreter.
struct Memory {
  llvm::StringMap<Tensor> weights;
  llvm::StringMap<Tensor> states;
};

// Lives for one call.
class Frame {
public:
  Frame(Memory &memory, std::vector<Tensor> &outputs) : outputs(outputs), memory(memory) {}

  const Tensor &get(mlir::Value value) const { return values.find(value)->second; }
  void set(mlir::Value value, Tensor tensor) { values[value] = std::move(tensor); }
  const Tensor &weight(mlir::FlatSymbolRefAttr name) const { return memory.weights.find(name.getValue())->second; }
  Tensor &state(mlir::FlatSymbolRefAttr name) { return memory.states.find(name.getValue())->second; }

  // Ends the call with an error of the input; the first one counts.
  void fail(mlir::Operation *op, const llvm::Twine &text);
  // Fails unless 0 <= index < size: "qwen.embed: id 9 is not below 8".
  bool checkIndex(mlir::Operation *op, llvm::StringRef what, int64_t index, int64_t size);
  const std::string &error() const { return message; }

  std::vector<Tensor> &outputs;  // by order of the `qwen.output` ops

private:
  Memory &memory;
  llvm::DenseMap<mlir::Value, Tensor> values;
  std::string message;
};

using Step = std::function<void(Frame &)>;

// The rule of `op`, null when this family of maths has none.
Step modelStep(mlir::Operation *op);      // norms, linear maps, embedding, gating, pieces of rows, residuals
Step attentionStep(mlir::Operation *op);  // RoPE, KV cache, attention
Step moeStep(mlir::Operation *op);        // router, experts
Step deltaStep(mlir::Operation *op);      // gated delta rule, its gates and the convolution before it

// "qwen.linear at model.layers.0.mlp.up_proj", "qwen.linear at t.mlir:7".
std::string describe(mlir::Operation *op);

// sum_i a[i] b[i], i < n, in double.
double dot(const float *a, const float *b, int64_t n);
// To the nearest bf16, ties to even.
float roundToBf16(float value);
double activate(mlir::qwen::Activation activation, double x);

}  // namespace qwen
