#include "codegen/cpu/Kernel.h"

namespace mlir::qwen {

static SmallVector<SmallVector<int64_t>> shapesOf(ArrayAttr shapes) {
  return llvm::map_to_vector(
      shapes, [](Attribute shape) { return SmallVector<int64_t>(cast<DenseI64ArrayAttr>(shape).asArrayRef()); });
}

Kernel::Kernel(func::FuncOp function, const ::qwen::MachineDescription &machine)
    : function(function), machine(machine), b(function.getLoc(), function.getContext()),
      spec(function->getAttrOfType<DictionaryAttr>("qwen.kernel")) {
  Block *entry = function.addEntryBlock();
  b.setInsertionPointToStart(entry);
  b.fuses = machine.has_fma;
  unsigned next = 0;
  auto take = [&] { return entry->getArgument(next++); };
  thread = take();
  threads = take();
  rows = take();
  scratch = take();
  if (cast<BoolAttr>(spec.get("temp")).getValue())
    temp = take();
  for (int64_t i = 0, n = integer("operands"); i < n; ++i)
    operands.push_back(take());
  for (int64_t i = 0, n = integer("results"); i < n; ++i)
    results.push_back(take());
  for (Attribute attribute : cast<ArrayAttr>(spec.get("packed"))) {
    auto description = cast<DictionaryAttr>(attribute);
    PackedArgument argument;
    argument.memory = take();
    argument.element = cast<TypeAttr>(description.get("element")).getValue();
    argument.layout = cast<StringAttr>(description.get("layout")).getValue();
    argument.group = cast<IntegerAttr>(description.get("group")).getInt();
    argument.kGroup = cast<IntegerAttr>(description.get("k_group")).getInt();
    argument.shapes = shapesOf(cast<ArrayAttr>(description.get("shapes")));
    packed.push_back(std::move(argument));
  }
  for (Attribute type : cast<ArrayAttr>(spec.get("states"))) {
    states.push_back(take());
    stateTypes.push_back(cast<RankedTensorType>(cast<TypeAttr>(type).getValue()));
  }
  maxRows = integer("max_rows");
}

StringRef Kernel::kind() const { return cast<StringAttr>(spec.get("kind")).getValue(); }
int64_t Kernel::integer(StringRef name) const { return cast<IntegerAttr>(spec.get(name)).getInt(); }
double Kernel::real(StringRef name) const { return cast<FloatAttr>(spec.get(name)).getValueAsDouble(); }
DictionaryAttr Kernel::dictionary(StringRef name) const { return cast<DictionaryAttr>(spec.get(name)); }

void Kernel::barrier() { func::CallOp::create(b, "qwen_barrier", TypeRange{}, ValueRange{thread, threads}); }

}  // namespace mlir::qwen
