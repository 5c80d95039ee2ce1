#include "codegen/plan/QuantizeGroup.h"

namespace qwen::avx2 {

QuantizedGroup quantizeQ8(const float *weights, uint8_t *codes) { return groupToQ8(weights, codes); }
QuantizedGroup quantizeQ4(const float *weights, uint8_t *codes) { return groupToQ4(weights, codes); }

}  // namespace qwen::avx2
