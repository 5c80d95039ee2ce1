// Quantises weights, 16 groups at a time (QuantFormat.h): the scale of least squared error that a search finds, and the
// code nearest to every weight under it. The same bits on every machine, and for a group whatever the others are.
#pragma once

#include "dialect/QuantFormat.h"

#include <cstdint>

namespace qwen {

inline constexpr int64_t kQuantGroups = 16;  // that are quantised together

struct QuantizedGroup {
  uint16_t scale;       // f16, finite; 0 if all weights are (or are too small for a scale)
  float squared_error;  // sum of (weight - scale * value)^2
  float squares;        // sum of weight^2
};

// `weights` [kQuantGroups][kQuantGroup], a group every `stride` -> `groups` [kQuantGroups], `codes` [kQuantGroups]
// [kQuantGroup], whose values q8Value and q4Value give.
// Weights beyond what the largest scale reaches become the nearest value that there is, infinities too; NaN is taken
// for 0.
void quantizeGroupsQ8(const float *weights, int64_t stride, QuantizedGroup *groups, uint8_t *codes);
void quantizeGroupsQ4(const float *weights, int64_t stride, QuantizedGroup *groups, uint8_t *codes);

// A lone group, in the time that 16 take.
QuantizedGroup quantizeQ8(const float *weights, uint8_t *codes);
QuantizedGroup quantizeQ4(const float *weights, uint8_t *codes);

// f32 to f16 bits: to nearest, ties to even, beyond the largest finite value to that. f16 bits to f32: exact.
uint16_t toHalf(float value);
float fromHalf(uint16_t bits);

}  // namespace qwen
