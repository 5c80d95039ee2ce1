// 16 groups as vectors, and what each of them spans.
#pragma once

#include "codegen/plan/Quantize.h"
#include "codegen/plan/QuantizeLanes.h"

namespace qwen {
namespace {

constexpr int kHalves = 2;  // of the 16 groups: a vector has a number for each of eight
static_assert(kHalves * kWidth == kQuantGroups);

struct Groups {
  Lanes part[kQuantGroups][kParts];      // without NaN and infinities
  Lanes above[kHalves], below[kHalves];  // how far weights go to either side of 0
  Lanes largest[kHalves];                // of the two
};

inline Lanes largestOfEach(Lanes *rows) {
  transpose(rows);
  for (int i = 1; i < kWidth; ++i)
    rows[0] = larger(rows[0], rows[i]);
  return rows[0];
}

// `weights` [kQuantGroups][kQuantGroup], a row every `stride`.
inline void readGroups(const float *weights, int64_t stride, Groups &groups) {
  constexpr float kLargestWeight = 128 * kLargestHalfValue;
  for (int half = 0; half < kHalves; ++half) {
    Lanes above[kWidth] = {}, below[kWidth] = {};
    for (int i = 0; i < kWidth; ++i) {
      const int row = half * kWidth + i;
      for (int p = 0; p < kParts; ++p) {
        Lanes w;
        __builtin_memcpy(&w, weights + row * stride + p * kWidth, sizeof(w));
        w = w == w ? between(w, -kLargestWeight, kLargestWeight) : Lanes{};
        above[i] = larger(above[i], w);
        below[i] = larger(below[i], -w);
        groups.part[row][p] = w;
      }
    }
    groups.above[half] = largestOfEach(above);
    groups.below[half] = largestOfEach(below);
    groups.largest[half] = larger(groups.above[half], groups.below[half]);
  }
}

}  // namespace
}  // namespace qwen
