// Runs pass pipelines for the driver.
#pragma once

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/PassManager.h"

#include <functional>

namespace qwen {

// Runs on `module` what `build` adds to a pass manager. `print_after_all` prints the IR after every pass on stderr.
// Throws Failure when a pass fails: a mistake of the compiler, since what users write was checked before.
void runPasses(mlir::ModuleOp module, const std::function<void(mlir::OpPassManager &)> &build, bool print_after_all);

// Throws Failure with the verifier's first error.
void verifyModule(mlir::ModuleOp module);

}  // namespace qwen
