#include "codegen/plan/Plan.h"

#include "codegen/plan/PlanPasses.h"

#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"

namespace mlir::qwen {

namespace {
#define GEN_PASS_REGISTRATION
#include "codegen/plan/PlanPasses.h.inc"
}  // namespace

void buildPlanPipeline(OpPassManager &manager) {
  manager.addPass(createPlanWeights());
  manager.addPass(createPlanArena());
  manager.addPass(createOutlineKernels());
}

void registerQwenPlanPasses() {
  registerPlanPasses();
  PassPipelineRegistration<>("qwen-plan", "Weights, arena and kernels: fused level -> kernel level",
                             [](OpPassManager &manager) { buildPlanPipeline(manager); });
}

}  // namespace mlir::qwen
