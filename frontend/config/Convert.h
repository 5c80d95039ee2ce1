// Widening of stored numbers to f32, exact; loops that compilers vectorise.
#pragma once

#include <cstdint>

namespace qwen {

void widenF16(const uint8_t *from, int64_t count, float *to);  // IEEE binary16
void widenBf16(const uint8_t *from, int64_t count, float *to);
void copyF32(const uint8_t *from, int64_t count, float *to);
// In place, to the nearest bf16, ties to even; NaN stays NaN.
void roundToBf16(float *values, int64_t count);

}  // namespace qwen
