// One kernel whose body is being generated: its specialisation and its arguments.
#pragma once

#include "codegen/cpu/KernelBuilder.h"
#include "dialect/QwenDialect.h"

namespace mlir::qwen {

// A packed weight as the kernel gets it (dialect/KernelOps.td has the layouts).
struct PackedArgument {
  Value memory;  // flat memref of `element`, of bytes if that is quantised
  Type element;  // f32, bf16, !qwen.q8 or !qwen.q4
  StringRef layout;
  int64_t group = 0;
  int64_t kGroup = 1;
  SmallVector<SmallVector<int64_t>> shapes;  // of each source

  bool quantized() const { return isQuantized(element); }
  // Columns of one panel, without padding; size of one panel in bytes and in elements of `memory`.
  int64_t k() const { return shapes.front().back(); }
  int64_t panelBytes() const { return mlir::qwen::panelBytes(element, k(), kGroup); }
  int64_t panelElements() const {
    return quantized() ? panelBytes() : panelBytes() * 8 / element.getIntOrFloatBitWidth();
  }
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
  SmallVector<RankedTensorType> stateTypes;  // of the model level; `states` are their bytes
  int64_t maxRows = 0;

  StringRef kind() const;
  int64_t integer(StringRef name) const;
  double real(StringRef name) const;
  DictionaryAttr dictionary(StringRef name) const;
  bool has(StringRef name) const { return spec.contains(name); }  // a unit or optional attribute

  // Static size of the last dimension of an operand or result.
  static int64_t width(Value memory) { return cast<MemRefType>(memory.getType()).getShape().back(); }

  // Meets the other threads.
  void barrier();

private:
  DictionaryAttr spec;
};

}  // namespace mlir::qwen
