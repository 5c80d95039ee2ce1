// Planning: fused level -> kernel level. Target-neutral: layout of weights, arena, states and the schedule
// are decided here, once for every target.
#pragma once

#include <memory>

namespace mlir {
class OpPassManager;
class Pass;
}  // namespace mlir

namespace mlir::qwen {

// qwen-plan-weights, qwen-plan-arena, qwen-outline-kernels. The module then holds `qwen.packed` symbols (what the
// weight file contains), func.func @forward on raw memory, private declarations of kernels, and the attributes
// qwen.arena_bytes, qwen.scratch_bytes (per thread), qwen.states_bytes and qwen.weights_bytes (i64).
void buildPlanPipeline(OpPassManager &manager);

void registerQwenPlanPasses();  // the passes and the pipeline `qwen-plan`, for qwen-opt

}  // namespace mlir::qwen
