// CPU passes: kernel level -> LLVM dialect.
#ifndef QWEN_CPU_PASSES_TD
#define QWEN_CPU_PASSES_TD

include "mlir/Pass/PassBase.td"

def GenerateKernels : Pass<"qwen-generate-cpu-kernels", "::mlir::ModuleOp"> {
  let summary = "Gives every outlined kernel its body for a CPU";
  let description = [{
    Bodies are in scf, memref, vector, arith and math; register and cache tiles follow from the machine's vector
    width, registers and caches. Declarations of weights, states and packed sections are dropped.
  }];
  let options = [
    Option<"mtriple", "mtriple", "std::string", "\"\"", "target triple, as in clang (default: this machine)">,
    Option<"mcpu", "mcpu", "std::string", "\"\"", "target processor, as in clang (default: this machine)">,
    Option<"mattr", "mattr", "std::string", "\"\"", "target features, as in clang">,
    Option<"emulateDots", "emulate-dots", "bool", "false",
           "generate what a machine with bf16 dot products gets, in portable instructions (for tests)">,
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::func::FuncDialect", "::mlir::LLVM::LLVMDialect",
                           "::mlir::math::MathDialect", "::mlir::memref::MemRefDialect", "::mlir::scf::SCFDialect",
                           "::mlir::vector::VectorDialect"];
  let statistics = [Statistic<"generated", "generated-kernels", "kernels generated">];
}

def EmitEntry : Pass<"qwen-emit-entry", "::mlir::ModuleOp"> {
  let summary = "Adds qwen_forward(call, thread, threads), which unpacks a QwenCall for @forward";
  let dependentDialects = ["::mlir::LLVM::LLVMDialect"];
}

#endif
