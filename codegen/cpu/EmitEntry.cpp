// --qwen-emit-entry: the C entry point of runtime/abi/Entry.h over @forward.
#include "codegen/cpu/CpuPasses.h"
#include "runtime/abi/Entry.h"

#include "mlir/IR/ImplicitLocOpBuilder.h"

#include <cstddef>

namespace mlir::qwen {
#define GEN_PASS_DEF_EMITENTRY
#include "codegen/cpu/CpuPasses.h.inc"

namespace {

struct EmitEntryPass : impl::EmitEntryBase<EmitEntryPass> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    auto forward = module.lookupSymbol<LLVM::LLVMFuncOp>("forward");
    // Four memories, seven inputs, five counts, the profile: then one pointer an output
    // (codegen/plan/OutlineKernels.cpp).
    constexpr unsigned fixed = 4 + 7 + 5 + 1;
    if (!forward || forward.getNumArguments() < fixed) {
      module.emitError("module has no lowered @forward to enter");
      return signalPassFailure();
    }
    // The entry is all that an object offers: two models can be linked into one program.
    if (auto profile = module.lookupSymbol<LLVM::LLVMFuncOp>("qwen_profile"))
      defineProfile(profile);
    for (auto function : module.getOps<LLVM::LLVMFuncOp>())
      if (!function.isExternal())
        function.setLinkage(LLVM::Linkage::Internal);
    auto pointer = LLVM::LLVMPointerType::get(&getContext());
    Type i64 = IntegerType::get(&getContext(), 64);
    ImplicitLocOpBuilder b(forward.getLoc(), &getContext());
    b.setInsertionPointToEnd(module.getBody());
    auto type = LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(&getContext()), {pointer, i64, i64});
    auto entry = LLVM::LLVMFuncOp::create(b, "qwen_forward", type);
    Block *block = entry.addEntryBlock(b);
    b.setInsertionPointToStart(block);
    Value call = block->getArgument(0);
    auto field = [&](size_t offset, Type type) -> Value {
      Value at = LLVM::GEPOp::create(b, pointer, b.getI8Type(), call, ArrayRef<LLVM::GEPArg>{int32_t(offset)});
      return LLVM::LoadOp::create(b, type, at);
    };
    SmallVector<Value> arguments;
    for (size_t offset : {offsetof(QwenCall, arena), offsetof(QwenCall, scratch), offsetof(QwenCall, weights),
                          offsetof(QwenCall, states), offsetof(QwenCall, ids), offsetof(QwenCall, embeds),
                          offsetof(QwenCall, slot), offsetof(QwenCall, index), offsetof(QwenCall, position),
                          offsetof(QwenCall, rope_length), offsetof(QwenCall, wanted)})
      arguments.push_back(field(offset, pointer));
    // Each thread has its own scratch.
    auto scratchBytes = module->getAttrOfType<IntegerAttr>("qwen.scratch_bytes");
    Value size = LLVM::ConstantOp::create(b, i64, scratchBytes);
    Value offset = LLVM::MulOp::create(b, block->getArgument(1), size);
    arguments[1] = LLVM::GEPOp::create(b, pointer, b.getI8Type(), arguments[1], ArrayRef<LLVM::GEPArg>{offset});
    arguments.push_back(field(offsetof(QwenCall, rows), i64));
    arguments.push_back(field(offsetof(QwenCall, wanted_rows), i64));
    arguments.push_back(field(offsetof(QwenCall, top_k), i64));
    arguments.push_back(block->getArgument(1));
    arguments.push_back(block->getArgument(2));
    arguments.push_back(field(offsetof(QwenCall, profile), i64));
    Value outputs = field(offsetof(QwenCall, outputs), pointer);
    for (unsigned i = fixed; i < forward.getNumArguments(); ++i) {
      Value at = LLVM::GEPOp::create(b, pointer, pointer, outputs, ArrayRef<LLVM::GEPArg>{int32_t(i - fixed)});
      arguments.push_back(LLVM::LoadOp::create(b, pointer, at));
    }
    LLVM::CallOp::create(b, forward, arguments);
    LLVM::ReturnOp::create(b, ValueRange{});
  }

  // qwen_profile(profile, phase, thread): `if (profile) profile->launch(profile, phase, thread)`. Inlined, so that a
  // call that nobody measures pays for a branch a launch.
  void defineProfile(LLVM::LLVMFuncOp function) {
    ImplicitLocOpBuilder b(function.getLoc(), &getContext());
    auto pointer = LLVM::LLVMPointerType::get(&getContext());
    Block *block = function.addEntryBlock(b);
    Block *measured = b.createBlock(&function.getBody(), {});
    Block *done = b.createBlock(&function.getBody(), {});
    b.setInsertionPointToStart(block);
    Value zero = LLVM::ConstantOp::create(b, b.getI64IntegerAttr(0));
    Value wanted = LLVM::ICmpOp::create(b, LLVM::ICmpPredicate::ne, block->getArgument(0), zero);
    LLVM::CondBrOp::create(b, wanted, measured, done);

    b.setInsertionPointToStart(measured);
    static_assert(offsetof(QwenProfile, launch) == 0);
    Value profile = LLVM::IntToPtrOp::create(b, pointer, block->getArgument(0));
    Value launch = LLVM::LoadOp::create(b, pointer, profile);
    SmallVector<Type> parameters{pointer, b.getI64Type(), b.getI64Type()};
    auto type = LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(&getContext()), parameters);
    LLVM::CallOp::create(b, type, ValueRange{launch, profile, block->getArgument(1), block->getArgument(2)});
    LLVM::BrOp::create(b, done);

    b.setInsertionPointToStart(done);
    LLVM::ReturnOp::create(b, ValueRange{});
    function.setAlwaysInline(true);
  }
};

}  // namespace
}  // namespace mlir::qwen
