// Kernel level: the verifier of packed weights and their geometry.
#include "dialect/PackedGeometry.h"
#include "dialect/QwenDialect.h"
#include "dialect/SymbolChecks.h"

namespace mlir::qwen {

MatrixShape matricesOf(ArrayRef<int64_t> weight) {
  switch (weight.size()) {
  case 1: return {1, weight[0], 1};
  case 2: return {1, weight[0], weight[1]};
  default: return {weight[0], weight[1], weight[2]};
  }
}

int64_t packedElements(PackedLayout layout, const MatrixShape &source, int64_t group, int64_t kGroup) {
  switch (layout) {
  case PackedLayout::Vector: return roundUp(source.rows, kPanelRows);
  case PackedLayout::Rows: return source.rows * source.columns;
  case PackedLayout::Panels:
  case PackedLayout::Glu:
    return source.experts * (source.rows / group) * roundUp(group, kPanelRows) * roundUp(source.columns, kGroup);
  }
  llvm_unreachable("unknown packed layout");
}

// Ranks of the sources that a layout takes.
static bool takesRank(PackedLayout layout, size_t sources, int64_t rank) {
  switch (layout) {
  case PackedLayout::Vector: return rank == 1;
  case PackedLayout::Rows: return rank == 2;
  case PackedLayout::Panels: return rank == 2 || rank == 3;
  case PackedLayout::Glu: return rank == (sources == 1 ? 3 : 2);
  }
  llvm_unreachable("unknown packed layout");
}

LogicalResult PackedOp::verify() {
  PackedLayout layout = getLayout();
  bool panels = layout == PackedLayout::Panels || layout == PackedLayout::Glu;
  if (!panels && getKGroup() != 1)
    return emitOpError() << "k_group is " << getKGroup() << ", but " << stringifyPackedLayout(layout) << " has no panels";
  if (layout == PackedLayout::Vector && !getElement().isF32())
    return emitOpError() << "a vector is f32, not " << getElement();
  if (layout == PackedLayout::Glu && getSources().size() > 2)
    return emitOpError() << "glu takes gate and up or one source with both, but there are " << getSources().size();
  return success();
}

LogicalResult PackedOp::verifySymbolUses(SymbolTableCollection &symbols) {
  PackedLayout layout = getLayout();
  bool panels = layout == PackedLayout::Panels || layout == PackedLayout::Glu;
  bool stacked = layout == PackedLayout::Glu && getSources().size() == 1;
  RankedTensorType first;
  int64_t elements = 0;
  for (auto name : getSources().getAsRange<FlatSymbolRefAttr>()) {
    FailureOr<RankedTensorType> type = findWeight(*this, symbols, name);
    if (failed(type))
      return failure();
    if (!takesRank(layout, getSources().size(), type->getRank()))
      return emitOpError() << name << " has rank " << type->getRank() << ", which " << stringifyPackedLayout(layout)
                           << " of " << getSources().size() << " sources doesn't take";
    if (layout != PackedLayout::Vector && type->getElementType() != getElement())
      return emitOpError() << "is of " << getElement() << ", but " << name << " of " << type->getElementType();
    MatrixShape shape = matricesOf(type->getShape());
    int64_t rows = stacked ? shape.rows / 2 : shape.rows;
    if (stacked && shape.rows % 2)
      return emitOpError() << name << " has " << shape.rows << " rows, which are no two halves";
    if (panels && rows % int64_t(getGroup()))
      return emitOpError() << "group " << getGroup() << " doesn't divide the " << rows << " rows of " << name;
    first = first ? first : *type;
    if (shape.columns != matricesOf(first.getShape()).columns)
      return emitOpError() << name << " has " << shape.columns << " columns, but the first source "
                           << matricesOf(first.getShape()).columns;
    if (layout == PackedLayout::Glu && *type != first)
      return emitOpError() << "gate is " << first << ", but up is " << *type;
    elements += packedElements(layout, shape, getGroup(), getKGroup());
  }
  int64_t bytes = elements * getElement().getIntOrFloatBitWidth() / 8;
  if (bytes != int64_t(getBytes()))
    return emitOpError() << "declares " << getBytes() << " bytes, but its sources take " << bytes;
  return success();
}

}  // namespace mlir::qwen
