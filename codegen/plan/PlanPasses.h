// Declarations of the planning passes, generated from PlanPasses.td.
#pragma once

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace mlir::qwen {
#define GEN_PASS_DECL
#include "codegen/plan/PlanPasses.h.inc"
}  // namespace mlir::qwen
