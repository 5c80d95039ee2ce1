// Quantises weights, a group at a time (QuantFormat.h): the scale of least squared error that a search finds, and the
// code nearest to every weight under it. The same bits on every machine.
#pragma once

#include "codegen/plan/QuantFormat.h"

#include <cstdint>

namespace qwen {

struct QuantizedGroup {
  uint16_t scale;       // f16, finite; 0 if all weights are (or are too small for a scale)
  float squared_error;  // sum of (weight - scale * value)^2
};

// `weights` [kQuantGroup] -> `codes` [kQuantGroup], whose values q8Value and q4Value give.
// Weights beyond what the largest scale reaches become the nearest value that there is, infinities too; NaN is taken
// for 0.
QuantizedGroup quantizeQ8(const float *weights, uint8_t *codes);
QuantizedGroup quantizeQ4(const float *weights, uint8_t *codes);

// f32 to f16 bits: to nearest, ties to even, beyond the largest finite value to that. f16 bits to f32: exact.
uint16_t toHalf(float value);
float fromHalf(uint16_t bits);

}  // namespace qwen
