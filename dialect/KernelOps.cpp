// Kernel level: the verifier of packed weights and their geometry.
#include "dialect/PackedGeometry.h"
#include "dialect/QuantFormat.h"
#include "dialect/QwenDialect.h"
#include "dialect/SymbolChecks.h"

namespace mlir::qwen {

MatrixShape matricesOf(ArrayRef<int64_t> weight) {
  switch (weight.size()) {
  case 1:
    return {1, weight[0], 1};
  case 2:
    return {1, weight[0], weight[1]};
  default:
    return {weight[0], weight[1], weight[2]};
  }
}

int64_t kGroupOf(Type element) {
  if (isQuantized(element))
    return 4;  // what one lane of an int8 dot product takes
  // Two values of k side by side are what both bf16 dot products and the widening by shifts want.
  return element.isBF16() ? 2 : 1;
}

int64_t panelBytes(Type element, int64_t columns, int64_t kGroup) {
  if (isQuantized(element))
    return (isa<Q8Type>(element) ? ::qwen::kQ8BlockBytes : ::qwen::kQ4BlockBytes) *
           (roundUp(columns, ::qwen::kQuantBlock) / ::qwen::kQuantBlock);
  return kPanelRows * roundUp(columns, kGroup) * element.getIntOrFloatBitWidth() / 8;
}

int64_t packedBytes(PackedLayout layout, Type element, const MatrixShape &source, int64_t group, int64_t kGroup) {
  switch (layout) {
  case PackedLayout::Vector:
    return roundUp(source.rows, kPanelRows) * 4;
  case PackedLayout::Rows:
    return source.rows * source.columns * element.getIntOrFloatBitWidth() / 8;
  case PackedLayout::Taps:
    return source.columns * roundUp(source.experts * source.rows, kPanelRows) * 4;
  case PackedLayout::Panels:
  case PackedLayout::Glu:
  case PackedLayout::Screen:
    return source.experts * (source.rows / group) * panelsOf(group) * panelBytes(element, source.columns, kGroup);
  case PackedLayout::Bounds:
    return panelsOf(source.rows) * kPanelRows * 2 * 4;
  }
  llvm_unreachable("unknown packed layout");
}

bool isWidened(PackedLayout layout) { return layout == PackedLayout::Vector || layout == PackedLayout::Taps; }

// Ranks of the sources that a layout takes.
static bool takesRank(PackedLayout layout, size_t sources, int64_t rank) {
  switch (layout) {
  case PackedLayout::Vector:
    return rank == 1;
  case PackedLayout::Rows:
  case PackedLayout::Screen:
  case PackedLayout::Bounds:
    return rank == 2;
  case PackedLayout::Panels:
    return rank == 2 || rank == 3;
  case PackedLayout::Glu:
    return rank == (sources == 1 ? 3 : 2);
  case PackedLayout::Taps:
    return rank == 3;
  }
  llvm_unreachable("unknown packed layout");
}

static bool inPanels(PackedLayout layout) {
  return layout == PackedLayout::Panels || layout == PackedLayout::Glu || layout == PackedLayout::Screen;
}

LogicalResult PackedOp::verify() {
  PackedLayout layout = getLayout();
  bool panels = inPanels(layout), bounds = layout == PackedLayout::Bounds;
  if (!panels && getKGroup() != 1)
    return emitOpError() << "k_group is " << getKGroup() << ", but " << stringifyPackedLayout(layout)
                         << " has no panels";
  if (bool screen = bounds || layout == PackedLayout::Screen; screen && !isQuantized(getElement()))
    return emitOpError() << "a screen is quantised, not of " << getElement();
  if (!panels && !bounds && isQuantized(getElement()))
    return emitOpError() << getElement() << " stands in panels, not in " << stringifyPackedLayout(layout);
  if (panels && isQuantized(getElement()) && int64_t(getKGroup()) != kGroupOf(getElement()))
    return emitOpError() << "k_group is " << getKGroup() << ", but " << getElement() << " has "
                         << kGroupOf(getElement());
  if (isWidened(layout) && !getElement().isF32())
    return emitOpError() << stringifyPackedLayout(layout) << " is f32, not " << getElement();
  if (layout != PackedLayout::Vector && getPlusOne())
    return emitOpError() << "plus_one is for vectors, not for " << stringifyPackedLayout(layout);
  if (layout == PackedLayout::Glu && getSources().size() > 2)
    return emitOpError() << "glu takes gate and up or one source with both, but there are " << getSources().size();
  return success();
}

LogicalResult PackedOp::verifySymbolUses(SymbolTableCollection &symbols) {
  PackedLayout layout = getLayout();
  bool panels = inPanels(layout), copy = layout == PackedLayout::Screen || layout == PackedLayout::Bounds;
  bool stacked = layout == PackedLayout::Glu && getSources().size() == 1;
  RankedTensorType first;
  int64_t bytes = 0;
  for (auto name : getSources().getAsRange<FlatSymbolRefAttr>()) {
    FailureOr<RankedTensorType> type = findWeight(*this, symbols, name);
    if (failed(type))
      return failure();
    if (!takesRank(layout, getSources().size(), type->getRank()))
      return emitOpError() << name << " has rank " << type->getRank() << ", which " << stringifyPackedLayout(layout)
                           << " of " << getSources().size() << " sources doesn't take";
    Type element = symbols.lookupNearestSymbolFrom<WeightOp>(*this, name).getStoredElement();
    if (!isWidened(layout) && !copy && element != getElement())
      return emitOpError() << "is of " << getElement() << ", but " << name << " of " << element;
    MatrixShape shape = matricesOf(type->getShape());
    if (layout == PackedLayout::Taps && shape.rows != 1)
      return emitOpError() << name << " is " << *type << ", but taps are of [channels, 1, kernel]";
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
    bytes += packedBytes(layout, getElement(), shape, getGroup(), getKGroup());
  }
  if (bytes != int64_t(getBytes()))
    return emitOpError() << "declares " << getBytes() << " bytes, but its sources take " << bytes;
  return success();
}

}  // namespace mlir::qwen
