// What the ops of the fused level have in common; a file of its own, as mlir-tblgen emits only the main file's
// interfaces.
#ifndef QWEN_FUSED_OP_INTERFACE_TD
#define QWEN_FUSED_OP_INTERFACE_TD

include "mlir/IR/OpBase.td"

def Qwen_FusedOpInterface : OpInterface<"FusedOpInterface"> {
  let cppNamespace = "::mlir::qwen";
  let description = "An op with a decomposition into model-level ops.";
  let methods = [InterfaceMethod<
    "Builds the model-level ops that this op stands for and returns the values that replace its results.",
    "::llvm::SmallVector<::mlir::Value>", "decompose", (ins "::mlir::OpBuilder &":$builder)>];
}

#endif
