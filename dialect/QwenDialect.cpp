#include "dialect/QwenDialect.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

#include "dialect/QwenDialect.cpp.inc"
#include "dialect/QwenEnums.cpp.inc"
#include "dialect/QwenInterfaces.cpp.inc"
#define GET_TYPEDEF_CLASSES
#include "dialect/QwenTypes.cpp.inc"
#define GET_OP_CLASSES
#include "dialect/QwenOps.cpp.inc"

namespace mlir::qwen {

void QwenDialect::initialize() {
  addTypes<
#define GET_TYPEDEF_LIST
#include "dialect/QwenTypes.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialect/QwenOps.cpp.inc"
      >();
}

LogicalResult QwenDialect::verifyOperationAttribute(Operation *op, NamedAttribute attribute) {
  StringRef name = attribute.getName();
  if (name != kMaxRowsAttr && name != kMaxSeqAttr && name != kBatchAttr)
    return success();
  auto value = dyn_cast<IntegerAttr>(attribute.getValue());
  if (!value || !value.getType().isInteger(64) || value.getInt() < 1)
    return op->emitError() << name << " must be a positive i64, but is " << attribute.getValue();
  return success();
}

RankedTensorType rowsType(MLIRContext *context, int64_t width) {
  return RankedTensorType::get({ShapedType::kDynamic, width}, Float32Type::get(context));
}

}  // namespace mlir::qwen
