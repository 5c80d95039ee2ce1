#include "codegen/cpu/Cpu.h"

#include "codegen/cpu/CpuPasses.h"

#include "mlir/Conversion/ArithToLLVM/ArithToLLVM.h"
#include "mlir/Conversion/ControlFlowToLLVM/ControlFlowToLLVM.h"
#include "mlir/Conversion/FuncToLLVM/ConvertFuncToLLVMPass.h"
#include "mlir/Conversion/MathToLLVM/MathToLLVM.h"
#include "mlir/Conversion/MemRefToLLVM/MemRefToLLVM.h"
#include "mlir/Conversion/ReconcileUnrealizedCasts/ReconcileUnrealizedCasts.h"
#include "mlir/Conversion/SCFToControlFlow/SCFToControlFlow.h"
#include "mlir/Conversion/VectorToLLVM/ConvertVectorToLLVMPass.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

namespace mlir::qwen {

namespace {
#define GEN_PASS_REGISTRATION
#include "codegen/cpu/CpuPasses.h.inc"

struct CpuPipelineOptions : PassPipelineOptions<CpuPipelineOptions> {
  Option<std::string> mtriple{*this, "mtriple", llvm::cl::desc("target triple"), llvm::cl::init("")};
  Option<std::string> mcpu{*this, "mcpu", llvm::cl::desc("target processor"), llvm::cl::init("")};
  Option<std::string> mattr{*this, "mattr", llvm::cl::desc("target features"), llvm::cl::init("")};
  Option<bool> emulateDots{*this, "emulate-dots", llvm::cl::desc("dot products in portable instructions"),
                           llvm::cl::init(false)};
};

void buildPipeline(OpPassManager &manager, StringRef mtriple, StringRef mcpu, StringRef mattr, bool emulateDots) {
  manager.addPass(createGenerateKernels({mtriple.str(), mcpu.str(), mattr.str(), emulateDots}));
  manager.addPass(createCanonicalizerPass());
  manager.addPass(createCSEPass());
  manager.addPass(createLoopInvariantCodeMotionPass());
  manager.addPass(createSCFToControlFlowPass());
  manager.addPass(createConvertVectorToLLVMPass());
  manager.addPass(createConvertMathToLLVMPass());
  manager.addPass(createFinalizeMemRefToLLVMConversionPass());
  // Kernels take bare pointers: all sizes are static, and equal kernels then differ in nothing.
  ConvertFuncToLLVMPassOptions functions;
  functions.useBarePtrCallConv = true;
  manager.addPass(createConvertFuncToLLVMPass(functions));
  manager.addPass(createArithToLLVMConversionPass());
  manager.addPass(createConvertControlFlowToLLVMPass());
  manager.addPass(createReconcileUnrealizedCastsPass());
  manager.addPass(createEmitEntry());
}

}  // namespace

void buildCpuPipeline(OpPassManager &manager, const ::qwen::MachineDescription &machine) {
  buildPipeline(manager, machine.triple, machine.cpu, machine.features, machine.emulate_dots);
}

void registerQwenCpuPasses() {
  registerCpuPasses();
  PassPipelineRegistration<CpuPipelineOptions>(
      "qwen-cpu", "Kernel bodies and lowering to LLVM for a CPU: kernel level -> LLVM dialect",
      [](OpPassManager &manager, const CpuPipelineOptions &options) {
        buildPipeline(manager, options.mtriple.getValue(), options.mcpu.getValue(), options.mattr.getValue(),
                      options.emulateDots);
      });
}

}  // namespace mlir::qwen
