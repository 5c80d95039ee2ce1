#include "codegen/plan/Quantize.h"

#include "codegen/plan/QuantizeGroups.h"

#include <cstring>

namespace qwen {

#if defined(__x86_64__)
namespace avx2 {  // QuantizeAvx2.cpp
void quantizeGroupsQ8(const float *weights, int64_t stride, QuantizedGroup *groups, uint8_t *codes);
void quantizeGroupsQ4(const float *weights, int64_t stride, QuantizedGroup *groups, uint8_t *codes);
}  // namespace avx2

static const bool kHasAvx2 = __builtin_cpu_supports("avx2");

void quantizeGroupsQ8(const float *weights, int64_t stride, QuantizedGroup *groups, uint8_t *codes) {
  (kHasAvx2 ? avx2::quantizeGroupsQ8 : groupsToQ8)(weights, stride, groups, codes);
}
void quantizeGroupsQ4(const float *weights, int64_t stride, QuantizedGroup *groups, uint8_t *codes) {
  (kHasAvx2 ? avx2::quantizeGroupsQ4 : groupsToQ4)(weights, stride, groups, codes);
}
#else
void quantizeGroupsQ8(const float *weights, int64_t stride, QuantizedGroup *groups, uint8_t *codes) {
  groupsToQ8(weights, stride, groups, codes);
}
void quantizeGroupsQ4(const float *weights, int64_t stride, QuantizedGroup *groups, uint8_t *codes) {
  groupsToQ4(weights, stride, groups, codes);
}
#endif

template <void quantize(const float *, int64_t, QuantizedGroup *, uint8_t *)>
static QuantizedGroup quantizeLone(const float *weights, uint8_t *codes) {
  float all[kQuantGroups * kQuantGroup] = {};
  std::memcpy(all, weights, kQuantGroup * sizeof(float));
  QuantizedGroup groups[kQuantGroups];
  uint8_t all_codes[kQuantGroups * kQuantGroup];
  quantize(all, kQuantGroup, groups, all_codes);
  std::memcpy(codes, all_codes, kQuantGroup);
  return groups[0];
}

QuantizedGroup quantizeQ8(const float *weights, uint8_t *codes) {
  return quantizeLone<quantizeGroupsQ8>(weights, codes);
}
QuantizedGroup quantizeQ4(const float *weights, uint8_t *codes) {
  return quantizeLone<quantizeGroupsQ4>(weights, codes);
}

uint16_t toHalf(float value) { return static_cast<uint16_t>(halvesOf(splat(value))[0]); }
float fromHalf(uint16_t bits) { return valuesOf(splatWhole(bits))[0]; }

}  // namespace qwen
