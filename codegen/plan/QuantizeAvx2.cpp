#include "codegen/plan/QuantizeGroups.h"

namespace qwen::avx2 {

void quantizeGroupsQ8(const float *weights, int64_t stride, QuantizedGroup *groups, uint8_t *codes) {
  groupsToQ8(weights, stride, groups, codes);
}
void quantizeGroupsQ4(const float *weights, int64_t stride, QuantizedGroup *groups, uint8_t *codes) {
  groupsToQ4(weights, stride, groups, codes);
}

}  // namespace qwen::avx2
