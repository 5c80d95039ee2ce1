#include "codegen/plan/PackedSections.h"

#include "dialect/PackedGeometry.h"
#include "dialect/QwenDialect.h"

using ::qwen::PackedElement;
using ::qwen::PackedOrder;
using ::qwen::PackedSection;
using ::qwen::PackedSource;

namespace mlir::qwen {

static PackedOrder orderOf(PackedLayout layout) {
  switch (layout) {
  case PackedLayout::Vector:
    return PackedOrder::vector;
  case PackedLayout::Rows:
    return PackedOrder::rows;
  case PackedLayout::Panels:
    return PackedOrder::panels;
  case PackedLayout::Glu:
    return PackedOrder::glu;
  case PackedLayout::Taps:
    return PackedOrder::taps;
  case PackedLayout::Screen:
    return PackedOrder::screen;
  case PackedLayout::Bounds:
    return PackedOrder::bounds;
  }
  llvm_unreachable("unknown packed layout");
}

static PackedElement elementOf(Type element) {
  if (isa<Q8Type>(element))
    return PackedElement::q8;
  if (isa<Q4Type>(element))
    return PackedElement::q4;
  return element.isBF16() ? PackedElement::bf16 : PackedElement::f32;
}

static PackedSource sourceOf(StringRef name, RankedTensorType type) {
  const auto [experts, rows, columns] = matricesOf(type.getShape());
  return {name.str(), experts, rows, columns};
}

std::vector<PackedSection> packedSections(ModuleOp module) {
  // A symbol table per module: one lookup per source would walk all symbols each time.
  const SymbolTable symbols(module);
  std::vector<PackedSection> sections;
  for (PackedOp op : module.getOps<PackedOp>()) {
    PackedSection section;
    section.name = op.getSymName().str();
    section.order = orderOf(op.getLayout());
    section.element = elementOf(op.getElement());
    section.group = op.getGroup();
    section.k_group = op.getKGroup();
    section.offset = op.getOffset();
    section.bytes = op.getBytes();
    section.plus_one = op.getPlusOne();
    for (auto reference : op.getSources().getAsRange<FlatSymbolRefAttr>())
      if (auto weight = symbols.lookup<WeightOp>(reference.getAttr())) {
        section.sources.push_back(sourceOf(reference.getValue(), cast<RankedTensorType>(weight.getType())));
        section.stored = elementOf(weight.getStoredElement());
      }
    sections.push_back(std::move(section));
  }
  llvm::stable_sort(sections, [](const PackedSection &a, const PackedSection &b) { return a.offset < b.offset; });
  return sections;
}

}  // namespace mlir::qwen
