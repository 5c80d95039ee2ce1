// What the driver adds to the importer's description of a program: sizes, target, where every byte goes.
#pragma once

#include "codegen/cpu/Machine.h"
#include "codegen/plan/Packer.h"
#include "runtime/abi/Program.h"

#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/StringRef.h"

namespace qwen {

// Sizes of a planned module: attributes of buildPlanPipeline().
struct PlannedSizes {
  int64_t arena = 0;
  int64_t scratch = 0;  // per thread
  int64_t states = 0;
  int64_t weights = 0;
  std::vector<MemoryEntry> state_entries;
  std::vector<State> states_layout;
};
PlannedSizes plannedSizes(mlir::ModuleOp module);

// What a planned module computes: Program::parameters, phases and dot_form.
void setWork(Program &program, mlir::ModuleOp module, const MachineDescription &machine);

void setTarget(Program &program, const MachineDescription &machine);
// Sets the sizes and Program::memory, whose entries of a section add up to the section's size.
void setMemory(Program &program, const PlannedSizes &sizes, const std::vector<PackedSection> &sections,
               int64_t tokenizer_bytes, llvm::StringRef model_object);

}  // namespace qwen
