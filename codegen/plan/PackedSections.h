// From a planned module to what the packer needs.
#pragma once

#include "codegen/plan/Packer.h"

#include "mlir/IR/BuiltinOps.h"

namespace mlir::qwen {

// The `qwen.packed` symbols of a module that went through buildPlanPipeline(), in order of their offsets.
std::vector<::qwen::PackedSection> packedSections(ModuleOp module);

}  // namespace mlir::qwen
