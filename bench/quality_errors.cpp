// For quality.py: what quantising loses, sum of squared errors over groups of weights.
#include "codegen/plan/Quantize.h"

// `groups` is a multiple of kQuantGroups.
template <typename Quantize> static double sumOfErrors(const float *weights, int64_t groups, Quantize quantize) {
  double sum = 0;
  qwen::QuantizedGroup quantized[qwen::kQuantGroups];
  uint8_t codes[qwen::kQuantGroups * qwen::kQuantGroup];
  for (int64_t i = 0; i < groups; i += qwen::kQuantGroups) {
    quantize(weights + i * qwen::kQuantGroup, qwen::kQuantGroup, quantized, codes);
    for (const qwen::QuantizedGroup &group : quantized)
      sum += group.squared_error;
  }
  return sum;
}

extern "C" double error_q8(const float *weights, int64_t groups) {
  return sumOfErrors(weights, groups, qwen::quantizeGroupsQ8);
}
extern "C" double error_q4(const float *weights, int64_t groups) {
  return sumOfErrors(weights, groups, qwen::quantizeGroupsQ4);
}
