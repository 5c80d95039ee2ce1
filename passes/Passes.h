// The passes of this folder (Passes.td says what each does) and their pipeline.
#pragma once

#include "dialect/QwenDialect.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"

namespace mlir::qwen {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION  // registerQwenPasses()
#include "passes/Passes.h.inc"

// `qwen-fuse`, model level -> fused level: canonical form, every fusion in order, unused weights and states removed.
// Runs on a module.
void buildFusePipeline(OpPassManager &manager);

void registerQwenPipelines();

}  // namespace mlir::qwen
