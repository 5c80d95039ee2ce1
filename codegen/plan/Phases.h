// What launches read and compute, told to the program for `bench` (runtime/abi/Program.h).
#pragma once

#include "runtime/abi/Program.h"

#include "mlir/IR/BuiltinOps.h"

#include <vector>

namespace mlir::qwen {

// One launch of the kernel of `op`, whose weights and caches have their places. `wantedRows`: it works on the rows for
// which the head is wanted.
::qwen::Phase phaseOf(Operation *op, bool wantedRows);

// The phases of a module, launches of the same kind added up.
class PhaseList {
public:
  // Returns the phase's number.
  int64_t add(const ::qwen::Phase &launch);
  ArrayAttr attribute(MLIRContext *context) const;

private:
  std::vector<::qwen::Phase> phases;
};

// What the attribute `qwen.phases` of an outlined module says.
std::vector<::qwen::Phase> phasesOf(ModuleOp module);

}  // namespace mlir::qwen
