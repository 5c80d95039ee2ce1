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
  return codes == QuantizedCodes::q8 ? IntegerDot::maddwd : IntegerDot::maddubs;
}

int32_t zeroOf(const ::qwen::MachineDescription &machine, QuantizedCodes codes) {
  if (codes != QuantizedCodes::q8)
    return ::qwen::kQ4Zero;
  return integerDot(machine, codes) == IntegerDot::sdot ? 0 : ::qwen::kQ8Zero;
}

InputForm inputForm(const ::qwen::MachineDescription &machine, Type element) {
  if (QuantizedCodes codes = codesOf(element); codes != QuantizedCodes::none)
    return integerDot(machine, codes) == IntegerDot::maddwd ? InputForm::int16Pairs : InputForm::int8Quads;
  bool pairs = machine.emulate_dots || (machine.has_bf16_dot && machine.vector_bits == 512);
  return element.isBF16() && pairs ? InputForm::bf16Pairs : InputForm::f32;
}

}  // namespace mlir::qwen
