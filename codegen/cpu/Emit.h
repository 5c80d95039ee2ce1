// The last stage: a module in the LLVM dialect -> LLVM IR -> object, assembly or LLVM text for one machine.
#pragma once

#include "codegen/cpu/Machine.h"

#include <memory>
#include <string>

namespace llvm {
class LLVMContext;
class Module;
class raw_pwrite_stream;
class TargetMachine;
}  // namespace llvm
namespace mlir {
class ModuleOp;
}

namespace qwen {

enum class EmitKind { object, assembly, llvm };

// Called in the order of its functions; they are apart so that each stage's time can be told.
class Emitter {
public:
  // Returns null and sets `error` to one line when LLVM has no back end for the machine.
  static std::unique_ptr<Emitter> create(const MachineDescription &machine, std::string &error);
  ~Emitter();

  // Into LLVM IR. Functions with a body get the machine's target-cpu and target-features; code is position-independent.
  bool translate(mlir::ModuleOp module, std::string &error);
  // LLVM's -O3, or what `level` (0 to 3) says.
  void optimize(unsigned level = 3);
  bool write(EmitKind kind, llvm::raw_pwrite_stream &out, std::string &error);

private:
  Emitter();
  MachineDescription machine;
  std::unique_ptr<llvm::LLVMContext> context;
  std::unique_ptr<llvm::TargetMachine> target;
  std::unique_ptr<llvm::Module> module;
};

}  // namespace qwen
