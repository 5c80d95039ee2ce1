// One kernel whose body is being generated: its specialisation and its arguments.
#pragma once

#include "codegen/cpu/KernelBuilder.h"

namespace mlir::qwen {

// A packed weight as the kernel gets it (dialect/KernelOps.td has the layouts).
struct PackedArgument {
  Value memory;  // flat memref
  StringRef layout;
  int64_t group = 0;
  int64_t kGroup = 1;
  SmallVector<SmallVector<int64_t>> shapes;  // of each source

  // Columns of one panel, padded to kGroup; elements of one panel.
  int64_t k() const { return shapes.front().back(); }
  int64_t panelElements() const { return kPanelRows * roundUp(k(), kGroup); }
};

class Kernel {
public:
  // `function` is a declaration with the attribute qwen.kernel (codegen/plan/OutlineKernels.cpp): adds its entry
  // block; the builder stands at its start.
  Kernel(func::FuncOp function, const ::qwen::MachineDescription &machine);

  func::FuncOp function;
  const ::qwen::MachineDescription &machine;
  KernelBuilder b;
  Value thread, threads, rows;
  Value scratch, temp;  // memref<?xi8>, temp may be null
  ValueList operands, results, states;
  SmallVector<PackedArgument> packed;
  SmallVector<SmallVector<int64_t>> stateShapes;
  int64_t maxRows = 0;

  StringRef kind() const;
  int64_t integer(StringRef name) const;
  double real(StringRef name) const;
  DictionaryAttr dictionary(StringRef name) const;
  bool has(StringRef name) const { return spec.contains(name); }  // a unit or optional attribute

  // Static size of the last dimension of an operand or result.
  static int64_t width(Value memory) { return cast<MemRefType>(memory.getType()).getShape().back(); }

  // Whether products with this weight multiply bf16 pairs: then their inputs are rounded to bf16 too.
  bool usesBf16Dot(const PackedArgument &weight) const;

  // Meets the other threads.
  void barrier();

private:
  DictionaryAttr spec;
};

}  // namespace mlir::qwen
