// Halves, and the weights of a group as vectors: the ground of QuantizeGroup.h, under its rules.
#pragma once

#include "codegen/plan/QuantFormat.h"

#include <cstdint>

namespace qwen {
namespace {

constexpr uint16_t kLargestHalf = 0x7bff;
constexpr float kLargestHalfValue = 65504.0f;
constexpr float kLargestWeight = 128 * kLargestHalfValue;
constexpr float kRounder = 0x1.8p23f;  // adding it leaves whole numbers, ties to even

inline uint16_t halfOf(float value) {
  const uint32_t sign = __builtin_bit_cast(uint32_t, value) >> 16 & 0x8000u;
  float size = __builtin_fabsf(value);
  size = size < kLargestHalfValue ? size : kLargestHalfValue;
  // Below 2^-14 halves are multiples of 2^-24: adding 0.5 leaves just those bits, rounded.
  if (size < 0x1p-14f)
    return static_cast<uint16_t>(sign | (__builtin_bit_cast(uint32_t, size + 0.5f) - 0x3f000000u));
  const uint32_t bits = __builtin_bit_cast(uint32_t, size);
  const uint32_t rounded = bits + 0xfffu + (bits >> 13 & 1u);
  return static_cast<uint16_t>(sign | ((rounded >> 13) - (112u << 10)));
}

inline float floatOf(uint16_t half) {
  const uint32_t sign = (half & 0x8000u) << 16;
  const uint32_t size = half & 0x7fffu;
  if (size < 0x400u)
    return __builtin_bit_cast(float, __builtin_bit_cast(uint32_t, static_cast<float>(size) * 0x1p-24f) | sign);
  return __builtin_bit_cast(float, ((size << 13) + (112u << 23)) | sign);
}

constexpr int kWidth = 8;
constexpr int kParts = kQuantGroup / kWidth;
typedef float Lanes __attribute__((vector_size(kWidth * sizeof(float))));
typedef int32_t Integers __attribute__((vector_size(kWidth * sizeof(int32_t))));
struct Group {
  Lanes part[kParts];
};

inline Lanes splat(float value) { return Lanes{} + value; }
inline Lanes larger(Lanes a, Lanes b) { return a > b ? a : b; }
inline Lanes smaller(Lanes a, Lanes b) { return a < b ? a : b; }
inline float larger(float a, float b) { return a > b ? a : b; }
inline float smaller(float a, float b) { return a < b ? a : b; }
inline Lanes rounded(Lanes x) { return (x + kRounder) - kRounder; }
inline float sumOf(Lanes x) { return ((x[0] + x[4]) + (x[1] + x[5])) + ((x[2] + x[6]) + (x[3] + x[7])); }

inline Group readGroup(const float *weights) {
  Group group;
  for (int p = 0; p < kParts; ++p) {
    Lanes w;
    __builtin_memcpy(&w, weights + p * kWidth, sizeof(w));
    w = w == w ? w : Lanes{};
    group.part[p] = larger(smaller(w, splat(kLargestWeight)), splat(-kLargestWeight));
  }
  return group;
}

struct Extremes {
  float least, most;  // at most, at least 0
};

inline Extremes extremesOf(const Group &w) {
  Lanes least = {}, most = {};
  for (const Lanes &part : w.part) {
    least = smaller(least, part);
    most = larger(most, part);
  }
  Extremes all = {0.0f, 0.0f};
  for (int i = 0; i < kWidth; ++i)
    all = {smaller(all.least, least[i]), larger(all.most, most[i])};
  return all;
}

// The longest run of consecutive numbers in kQ4Values: within it, to look up is to round.
struct Run {
  int first, last;  // codes
};
constexpr Run longestRun() {
  Run best = {0, 0};
  for (int first = 0; first < 16; ++first) {
    int last = first;
    while (last < 15 && kQ4Values[last + 1] == kQ4Values[last] + 1)
      ++last;
    if (last - first > best.last - best.first)
      best = {first, last};
  }
  return best;
}
constexpr Run kRun = longestRun();

// Formats: the number nearest to x that has a code, and its code.
struct Q8 {
  static Lanes nearest(Lanes x) { return rounded(larger(smaller(x, splat(127.0f)), splat(-127.0f))); }
  static Lanes codesOf(Lanes number) { return number + static_cast<float>(kQ8Zero); }
};

struct Q4 {
  static constexpr int kFirst = kQ4Values[kRun.first], kLast = kQ4Values[kRun.last];

  static Lanes nearest(Lanes x) {
    Lanes number = rounded(larger(smaller(x, splat(kLast)), splat(kFirst)));
#pragma GCC unroll 16
    for (int c = kRun.first; c > 0; --c)
      number -= x < splat(0.5f * (kQ4Values[c] + kQ4Values[c - 1])) ? splat(kQ4Values[c] - kQ4Values[c - 1]) : Lanes{};
#pragma GCC unroll 16
    for (int c = kRun.last; c < 15; ++c)
      number += x > splat(0.5f * (kQ4Values[c] + kQ4Values[c + 1])) ? splat(kQ4Values[c + 1] - kQ4Values[c]) : Lanes{};
    return number;
  }

  static Lanes codesOf(Lanes number) {
    Lanes code = larger(smaller(number, splat(kLast)), splat(kFirst)) - static_cast<float>(kFirst - kRun.first);
#pragma GCC unroll 16
    for (int c = 0; c < 16; ++c)
      if (c < kRun.first)
        code -= number <= splat(kQ4Values[c]) ? splat(1) : Lanes{};
      else if (c > kRun.last)
        code += number >= splat(kQ4Values[c]) ? splat(1) : Lanes{};
    return code;
  }
};

}  // namespace
}  // namespace qwen
