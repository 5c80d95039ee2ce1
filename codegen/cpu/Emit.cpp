#include "codegen/cpu/Emit.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/Triple.h"

using namespace llvm;

namespace qwen {

Emitter::Emitter() = default;
Emitter::~Emitter() = default;

std::unique_ptr<Emitter> Emitter::create(const MachineDescription &machine, std::string &error) {
  const Triple triple(machine.triple);
  const Target *target = TargetRegistry::lookupTarget(triple, error);
  if (!target)
    return nullptr;
  std::unique_ptr<Emitter> emitter(new Emitter);
  emitter->machine = machine;
  emitter->context = std::make_unique<LLVMContext>();
  emitter->target.reset(target->createTargetMachine(triple, machine.cpu, machine.features, TargetOptions(), Reloc::PIC_,
                                                    std::nullopt, CodeGenOptLevel::Aggressive));
  if (!emitter->target) {
    error = "LLVM has no code generator for " + machine.triple;
    return nullptr;
  }
  return emitter;
}

bool Emitter::translate(mlir::ModuleOp source, std::string &error) {
  mlir::registerBuiltinDialectTranslation(*source.getContext());
  mlir::registerLLVMDialectTranslation(*source.getContext());
  const StringRef name = source.getSymName().value_or("model");
  module = mlir::translateModuleToLLVMIR(source, *context, name);
  if (!module) {
    error = "the module cannot be translated to LLVM IR";
    return false;
  }
  module->setTargetTriple(target->getTargetTriple());
  module->setDataLayout(target->createDataLayout());
  module->setPICLevel(PICLevel::BigPIC);
  for (Function &function : *module) {
    if (function.isDeclaration())
      continue;
    function.addFnAttr("target-cpu", machine.cpu);
    if (!machine.features.empty())
      function.addFnAttr("target-features", machine.features);
    // Processors that LLVM tunes for narrower vectors than they have still get those the kernels were made for.
    function.addFnAttr("prefer-vector-width", std::to_string(machine.vector_bits));
  }
  return true;
}

void Emitter::optimize(unsigned level) {
  LoopAnalysisManager loops;
  FunctionAnalysisManager functions;
  CGSCCAnalysisManager components;
  ModuleAnalysisManager modules;
  PassBuilder builder(target.get());
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(components);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, components, modules);
  const OptimizationLevel levels[] = {OptimizationLevel::O0, OptimizationLevel::O1, OptimizationLevel::O2,
                                      OptimizationLevel::O3};
  ModulePassManager passes = level == 0 ? builder.buildO0DefaultPipeline(levels[0])
                                        : builder.buildPerModuleDefaultPipeline(levels[level < 3 ? level : 3]);
  passes.run(*module, modules);
}

bool Emitter::write(EmitKind kind, raw_pwrite_stream &out, std::string &error) {
  if (kind == EmitKind::llvm) {
    module->print(out, nullptr);
    return true;
  }
  legacy::PassManager passes;
  const CodeGenFileType type = kind == EmitKind::object ? CodeGenFileType::ObjectFile : CodeGenFileType::AssemblyFile;
  if (target->addPassesToEmitFile(passes, out, nullptr, type)) {
    error = "LLVM cannot write this kind of file for " + machine.triple;
    return false;
  }
  passes.run(*module);
  return true;
}

}  // namespace qwen
