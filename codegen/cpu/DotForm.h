// Which arithmetic a product uses on a machine: it follows from the weights' storage and the dot instruction there is.
#pragma once

#include "codegen/cpu/Machine.h"

#include "mlir/IR/Types.h"

namespace mlir::qwen {

// How codes of quantised panels lie in memory (dialect/QuantFormat.h); q4Bytes: q4 with its values looked up,
// in the blocks of q8.
enum class QuantizedCodes { none, q8, q4, q4Bytes };
QuantizedCodes codesOf(Type element);
int64_t blockBytesOf(QuantizedCodes codes);

// How a product takes its input (ProductInput).
enum class InputForm { f32, bf16Pairs, int8Quads, int16Pairs };

// i32 += u8 x i8 over four k, by
enum class IntegerDot {
  dpbusd,    // AVX512_VNNI, AVX_VNNI: one instruction
  sdot,      // Arm DotProd, on codes made signed
  maddubs,   // AVX2, small codes: pairs of k into 16 bits, the whole group there, then pairs of those into 32
  maddwd,    // AVX2, any codes: bytes widened to 16 bits, pairs of k into 32
  portable,  // shifts and multiplications of 32 bits
};
IntegerDot integerDot(const ::qwen::MachineDescription &machine, QuantizedCodes codes);

// What codes have added to their values where the products see them.
int32_t zeroOf(const ::qwen::MachineDescription &machine, QuantizedCodes codes);

InputForm inputForm(const ::qwen::MachineDescription &machine, Type element);

}  // namespace mlir::qwen
