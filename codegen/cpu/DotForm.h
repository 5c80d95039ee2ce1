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
enum class InputForm { f32, bf16Pairs, int8Quads };

// i32 += u8 x i8 over four k, by
enum class IntegerDot {
  dpbusd,     // AVX512_VNNI, AVX_VNNI: one instruction
  sdot,       // Arm DotProd, on codes made signed
  maddubs16,  // AVX2, small codes: pairs of k into 16 bits, the whole group there, then pairs of those into 32
  maddubs32,  // AVX2, any codes: pairs of k into 16 bits, pairs of those into 32 at once
  portable,   // shifts and multiplications of 32 bits
};
IntegerDot integerDot(const ::qwen::MachineDescription &machine, QuantizedCodes codes);

// What codes have added to their values where the products see them.
int32_t zeroOf(const ::qwen::MachineDescription &machine, QuantizedCodes codes);

// Whether bytes, `count` at once, are looked up in a table of 16 by one instruction.
bool hasByteShuffle(const ::qwen::MachineDescription &machine, int64_t count);

// The largest code of a product's quantised input. Without VNNI, x86 adds pairs of products with bytes of weights in 16
// bits: codes of q8 leave room for 7 bits of input.
int32_t inputLimit(const ::qwen::MachineDescription &machine, QuantizedCodes codes);

InputForm inputForm(const ::qwen::MachineDescription &machine, Type element);

}  // namespace mlir::qwen
