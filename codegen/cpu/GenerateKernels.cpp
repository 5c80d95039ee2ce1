// --qwen-generate-cpu-kernels: bodies of the outlined kernels.
#include "codegen/cpu/CpuPasses.h"
#include "codegen/cpu/Kernels.h"
#include "codegen/cpu/Machine.h"
#include "dialect/QwenDialect.h"
#include "passes/Counts.h"

#include "llvm/ADT/StringSwitch.h"

namespace mlir::qwen {
#define GEN_PASS_DEF_GENERATEKERNELS
#include "codegen/cpu/CpuPasses.h.inc"

namespace {

using Generator = void (*)(Kernel &);

Generator generatorOf(StringRef kind) {
  return llvm::StringSwitch<Generator>(kind)
      .Case("embed", generateEmbed)
      .Case("rope_table", generateRopeTable)
      .Case("rms_norm", generateRmsNorm)
      .Case("output", generateOutput)
      .Case("norm_linear", generateNormLinear)
      .Case("screened_head", generateScreenedHead)
      .Case("norm_glu", generateNormGlu)
      .Case("linear_residual", generateLinearResidual)
      .Case("norm_qkv", generateNormQkv)
      .Case("attention", generateAttention)
      .Case("gated_attention", generateAttention)
      .Case("norm_moe", generateNormMoe)
      .Case("gated_delta_net", generateGatedDeltaNet)
      .Default(nullptr);
}

struct GenerateKernelsPass : impl::GenerateKernelsBase<GenerateKernelsPass> {
  using GenerateKernelsBase::GenerateKernelsBase;

  void runOnOperation() override {
    std::string error;
    auto machine = ::qwen::describeMachine(mtriple, mcpu, mattr, error);
    if (!machine) {
      getOperation().emitError(error);
      return signalPassFailure();
    }
    if (emulateDots)
      machine->emulateDots();
    int64_t made = 0;
    for (auto function : getOperation().getOps<func::FuncOp>()) {
      if (!function->hasAttr("qwen.kernel"))
        continue;
      Kernel kernel(function, *machine);
      Generator generate = generatorOf(kernel.kind());
      if (!generate) {
        function.emitError("no CPU kernel of the kind ") << kernel.kind();
        return signalPassFailure();
      }
      generate(kernel);
      func::ReturnOp::create(kernel.b);
      // A kernel is called once a layer: inlining would only repeat it.
      function->setAttr("passthrough", kernel.b.getStrArrayAttr({"noinline"}));
      function->removeAttr("qwen.kernel");
      ++made;
    }
    generated += made;
    reportLine(getOperation(), getArgument(), "kernels: " + Twine(made) + " generated for " + machine->level);
    for (Operation &op : llvm::make_early_inc_range(*getOperation().getBody()))
      if (isa<WeightOp, StateOp, PackedOp>(op))
        op.erase();
  }
};

}  // namespace
}  // namespace mlir::qwen
