// CPU code generation: kernel level -> LLVM dialect.
#pragma once

#include "codegen/cpu/Machine.h"

namespace mlir {
class OpPassManager;
}

namespace mlir::qwen {

// Generates the kernels' bodies for the machine and lowers the module to the LLVM dialect, with the entry point
// `qwen_forward` of runtime/abi/Entry.h. Expects a module that went through buildPlanPipeline().
void buildCpuPipeline(OpPassManager &manager, const ::qwen::MachineDescription &machine);

// The passes and the pipeline `qwen-cpu`, for qwen-opt. Options: mtriple=, mcpu=, mattr= (this machine's by default).
void registerQwenCpuPasses();

}  // namespace mlir::qwen
