#include "codegen/plan/Quantize.h"

#include "codegen/plan/QuantizeGroup.h"

namespace qwen {

#if defined(__x86_64__)
namespace avx2 {  // QuantizeAvx2.cpp
QuantizedGroup quantizeQ8(const float *weights, uint8_t *codes);
QuantizedGroup quantizeQ4(const float *weights, uint8_t *codes);
}  // namespace avx2

static const bool kHasAvx2 = __builtin_cpu_supports("avx2");

QuantizedGroup quantizeQ8(const float *weights, uint8_t *codes) {
  return kHasAvx2 ? avx2::quantizeQ8(weights, codes) : groupToQ8(weights, codes);
}
QuantizedGroup quantizeQ4(const float *weights, uint8_t *codes) {
  return kHasAvx2 ? avx2::quantizeQ4(weights, codes) : groupToQ4(weights, codes);
}
#else
QuantizedGroup quantizeQ8(const float *weights, uint8_t *codes) { return groupToQ8(weights, codes); }
QuantizedGroup quantizeQ4(const float *weights, uint8_t *codes) { return groupToQ4(weights, codes); }
#endif

uint16_t toHalf(float value) { return halfOf(value); }
float fromHalf(uint16_t bits) { return floatOf(bits); }

}  // namespace qwen
