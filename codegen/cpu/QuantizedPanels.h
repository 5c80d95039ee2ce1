// Reading quantised panels (dialect/QuantFormat.h): scales, and codes as unsigned bytes, a piece of the lanes at
// a time.
#pragma once

#include "codegen/cpu/DotForm.h"
#include "codegen/cpu/Kernel.h"

namespace mlir::qwen {

class QuantizedPanels {
public:
  // Pieces of `lanes` lanes; memory is memref<i8>.
  QuantizedPanels(Kernel &kernel, Value memory, QuantizedCodes codes, int64_t lanes)
      : lanes(lanes), pieces(kPanelRows / lanes), machine(kernel.machine), b(kernel.b), memory(memory), codes(codes) {}

  const int64_t lanes, pieces;

  // f32 scales of a piece of group `group`, counted from the panel's start at byte `panel`.
  Value scales(Value panel, Value group, int64_t piece);

  // i32 shifts of a piece of a q4 group, which its codes below don't contain.
  Value shifts(Value panel, Value group, int64_t piece);

  // The quads of a group come in kPairs pairs that are cheap to read together.
  static constexpr int64_t kPairs = 4;
  // The number of a pair's first (0) or second (1) quad within the group.
  Value quadOf(Value pair, int64_t which);
  // Its codes: vector<4 * lanes x i8>, four k for each lane.
  Value quad(Value panel, Value group, Value pair, int64_t which, int64_t piece);

  // The f32 weight in column k and lane `lane` of the panel at byte `panel`: for single rows.
  Value value(Value panel, Value k, Value lane);

  Value slice(Value panel, int64_t piece);  // of 16 lanes
  Value join(ArrayRef<Value> pieces);       // 16 lanes again
  Value intrinsic(StringRef name, Type result, ArrayRef<Value> arguments);

private:
  Value blockOf(Value panel, Value group);
  Value scaleBits(Value panel, Value group, int64_t piece);
  Value lookUp(Value nibbles);
  Value compareAndSelect(Value nibbles);

  const ::qwen::MachineDescription &machine;
  KernelBuilder &b;
  Value memory;
  QuantizedCodes codes;
};

// Unpacks q4 blocks [0, blocks) at byte `from` to q4Bytes blocks at byte `to` of `target`, a memref<i8>.
void emitUnpack(Kernel &kernel, Value memory, Value from, int64_t blocks, Value target, Value to);

// f32 of 16 bits of an f16: scalar, or the lanes of a vector.
Value emitWidenHalf(KernelBuilder &b, const ::qwen::MachineDescription &machine, Value bits);

}  // namespace mlir::qwen
