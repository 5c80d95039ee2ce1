// For quality.py: what quantising loses, sum of squared errors over groups of weights.
#include "codegen/plan/Quantize.h"

template <typename Quantize> static double sumOfErrors(const float *weights, int64_t groups, Quantize quantize) {
  double sum = 0;
  uint8_t codes[qwen::kQuantGroup];
  for (int64_t i = 0; i < groups; ++i)
    sum += quantize(weights + i * qwen::kQuantGroup, codes).squared_error;
  return sum;
}

extern "C" double error_q8(const float *weights, int64_t groups) {
  return sumOfErrors(weights, groups, qwen::quantizeQ8);
}
extern "C" double error_q4(const float *weights, int64_t groups) {
  return sumOfErrors(weights, groups, qwen::quantizeQ4);
}
