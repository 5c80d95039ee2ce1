// The order of passes.
#include "passes/Passes.h"

#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

namespace mlir::qwen {

void buildFusePipeline(OpPassManager &manager) {
  OpPassManager &function = manager.nest<func::FuncOp>();
  function.addPass(createCanonicalizerPass());
  function.addPass(createCSEPass());
  // The larger the pattern, the earlier: each takes what the later ones would break.
  function.addPass(createFuseMoe());
  function.addPass(createFuseNormQkv());
  function.addPass(createFuseGatedAttention());
  function.addPass(createFuseGatedDeltaNet());
  function.addPass(createFuseNormGlu());
  function.addPass(createFuseLinearResidual());
  function.addPass(createFuseNormLinear());
  manager.addPass(createSymbolDCEPass());
}

void registerQwenPipelines() {
  PassPipelineRegistration<>("qwen-fuse", "Model level -> fused level: canonical form, then every fusion in order",
                             buildFusePipeline);
}

}  // namespace mlir::qwen
