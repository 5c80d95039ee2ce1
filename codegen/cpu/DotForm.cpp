#include "codegen/cpu/DotForm.h"

#include "dialect/QuantFormat.h"
#include "dialect/QwenDialect.h"

namespace mlir::qwen {

QuantizedCodes codesOf(Type element) {
  if (isa<Q8Type>(element))
    return QuantizedCodes::q8;
  return isa<Q4Type>(element) ? QuantizedCodes::q4 : QuantizedCodes::none;
}

int64_t blockBytesOf(QuantizedCodes codes) {
  return codes == QuantizedCodes::q4 ? ::qwen::kQ4BlockBytes : ::qwen::kQ8BlockBytes;
}

IntegerDot integerDot(const ::qwen::MachineDescription &machine, QuantizedCodes codes) {
  if (machine.emulate_dots)
    return IntegerDot::portable;
  if (machine.has_int8_dot)
    return machine.is_x86 ? IntegerDot::dpbusd : IntegerDot::sdot;
  if (!machine.is_x86 || machine.vector_bits < 256)
    return IntegerDot::portable;
  return codes == QuantizedCodes::q8 ? IntegerDot::maddubs32 : IntegerDot::maddubs16;
}

int32_t zeroOf(const ::qwen::MachineDescription &machine, QuantizedCodes codes) {
  if (codes != QuantizedCodes::q8)
    return ::qwen::kQ4Zero;
  return integerDot(machine, codes) == IntegerDot::sdot ? 0 : ::qwen::kQ8Zero;
}

bool hasByteShuffle(const ::qwen::MachineDescription &machine, int64_t count) {
  if (machine.emulate_dots)
    return false;
  return machine.is_aarch64 || (machine.is_x86 && count >= 32 && count * 8 <= machine.vector_bits);
}

int32_t inputLimit(const ::qwen::MachineDescription &machine, QuantizedCodes codes) {
  constexpr int32_t kAll = 127, kPairFits = 64;
  static_assert(2 * kPairFits * UINT8_MAX <= INT16_MAX);
  return codes == QuantizedCodes::q8 && machine.is_x86 && !machine.has_int8_dot ? kPairFits : kAll;
}

InputForm inputForm(const ::qwen::MachineDescription &machine, Type element) {
  if (isQuantized(element))
    return InputForm::int8Quads;
  bool pairs = machine.emulate_dots || (machine.has_bf16_dot && machine.vector_bits == 512);
  return element.isBF16() && pairs ? InputForm::bf16Pairs : InputForm::f32;
}

}  // namespace mlir::qwen
