// The reference interpreter: runs @forward of a model-level or fused-level module with plain loops, one short
// function per op, as the formula in the op's documentation reads. It is what compiled code is compared with.
//
// Activations are f32 between ops, as in HF; within an op sums run in double, so that the result of an op is the
// correctly rounded one in nearly all cases and doesn't depend on an order of summation.
//
// A fused op has no code of its own: its decomposition (FusedOpInterface) is its definition, so the interpreter
// runs that. Interpreting a module before and after a fusion therefore proves the fusion against the decomposition,
// and the kernels of the fused op are proved against the same by running compiled programs beside the interpreter.
#pragma once

#include "codegen/reference/Tensor.h"
#include "frontend/WeightSource.h"
#include "runtime/abi/Entry.h"

#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/ArrayRef.h"

#include <memory>
#include <string>
#include <vector>

namespace qwen {

class Interpreter {
public:
  // Checks that every op of @forward has a rule and reads all weights as the program stores them: rounded to the type
  // that their `qwen.weight` declares, or quantised. `module` must verify; it is copied, and `weights` isn't needed
  // afterwards. States start as zeros. On failure returns null and sets `error` to one line.
  static std::unique_ptr<Interpreter> create(mlir::ModuleOp module, const WeightSource &weights, std::string &error);
  ~Interpreter();

  // Names of the `qwen.output` ops in their order, which is the order of Program::outputs.
  const std::vector<std::string> &outputNames() const;
  mlir::FunctionType signature() const;  // of @forward

  // Runs @forward once, states carried over from the call before. `arguments` must have the types of signature();
  // outputs come in the order of outputNames(), those on request included.
  // Returns false and sets `error` to one line when an id, slot, index or row lies outside what it points into.
  bool run(llvm::ArrayRef<Tensor> arguments, std::vector<Tensor> &outputs, std::string &error);

  // The same for the call that compiled code gets; @forward must have the frontend's seven arguments.
  // `arena`, `scratch`, `weights` and `states` of the call are not used. A call that breaks the rules of
  // runtime/abi/Entry.h ends the process, since compiled code has no way to report it either.
  void forward(const QwenCall &call);

  // Contents of a `qwen.state`, in the order of its declared shape; null when there is none of that name.
  const Tensor *state(llvm::StringRef name) const;

private:
  struct Impl;
  explicit Interpreter(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl;
};

}  // namespace qwen
