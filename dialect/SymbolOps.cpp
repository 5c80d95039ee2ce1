// Verifiers of weights, states and outputs.
#include "dialect/QwenDialect.h"

namespace mlir::qwen {

LogicalResult WeightOp::verify() {
  if (getStorage() && getType().getRank() < 2)
    return emitOpError() << "is stored as " << *getStorage() << ", but only matrices are quantised, not " << getType();
  return success();
}

LogicalResult StateOp::verify() {
  if (getRecurrent() && !getType().getElementType().isF32())
    return emitOpError() << "is recurrent, so it must hold f32, not " << getType().getElementType();
  if (!getRecurrent() && getType().getRank() != 4)
    return emitOpError() << "must be [slots, kv_heads, max_seq, head_dim], but is " << getType();
  // Where the module says the sizes, a state has them.
  auto check = [&](StringRef attribute, unsigned dimension) -> LogicalResult {
    auto size = (*this)->getParentOp()->getAttrOfType<IntegerAttr>(attribute);
    if (size && size.getInt() != getType().getDimSize(dimension))
      return emitOpError() << "dimension " << dimension << " is " << getType().getDimSize(dimension)
                           << ", but the module's " << attribute << " is " << size.getInt();
    return success();
  };
  return success(succeeded(check(kBatchAttr, 0)) && (getRecurrent() || succeeded(check(kMaxSeqAttr, 2))));
}

LogicalResult OutputOp::verify() {
  if (getName().empty())
    return emitOpError("needs a name");
  for (Operation *op = (*this)->getPrevNode(); op; op = op->getPrevNode())
    if (auto other = dyn_cast<OutputOp>(op); other && other.getName() == getName()) {
      InFlightDiagnostic error = emitOpError() << "there is already an output \"" << getName() << "\"";
      error.attachNote(other.getLoc()) << "the other is here";
      return error;
    }
  return success();
}

}  // namespace mlir::qwen
