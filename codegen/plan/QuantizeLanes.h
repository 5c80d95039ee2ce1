// Vectors of eight numbers, one for each of eight groups or eight weights of a group: the ground of QuantizeGroups.h,
// under its rules.
#pragma once

#include "dialect/QuantFormat.h"

#include <cstdint>

namespace qwen {
namespace {

constexpr int kWidth = 8;
constexpr int kParts = kQuantGroup / kWidth;
typedef float Lanes __attribute__((vector_size(kWidth * sizeof(float))));
typedef int32_t Integers __attribute__((vector_size(kWidth * sizeof(int32_t))));

inline Lanes splat(float value) { return Lanes{value, value, value, value, value, value, value, value}; }
inline Integers splatWhole(int32_t value) { return Integers{} + value; }
template <typename Vector> inline Vector larger(Vector a, Vector b) { return a > b ? a : b; }
template <typename Vector> inline Vector smaller(Vector a, Vector b) { return a < b ? a : b; }
inline Lanes between(Lanes x, float low, float high) { return larger(smaller(x, splat(high)), splat(low)); }
inline Lanes floatsOf(Integers x) { return __builtin_convertvector(x, Lanes); }
inline Integers wholeOf(Lanes x) { return __builtin_convertvector(x, Integers); }  // towards zero
inline Lanes rounded(Lanes x) { return (x + 0x1.8p23f) - 0x1.8p23f; }              // ties to even
inline Lanes magnitudeOf(Lanes x) { return (Lanes)((Integers)x & 0x7fffffff); }

inline float sumOf(Lanes x) { return ((x[0] + x[4]) + (x[1] + x[5])) + ((x[2] + x[6]) + (x[3] + x[7])); }

// Halves, the bits of which lie in the low 16 of an integer.
constexpr int32_t kLargestHalf = 0x7bff;
constexpr float kLargestHalfValue = 65504.0f, kLeastHalfValue = 0x1p-24f;

inline Integers halvesOf(Lanes value) {
  const Lanes size = smaller(magnitudeOf(value), splat(kLargestHalfValue));
  const Integers bits = (Integers)size;
  const Integers normal = ((bits + 0xfff + (bits >> 13 & 1)) >> 13) - (112 << 10);
  // Below 2^-14 halves are multiples of 2^-24: adding 0.5 leaves just those bits, rounded.
  const Integers small = (Integers)(size + 0.5f) - 0x3f000000;
  return (size < splat(0x1p-14f) ? small : normal) | ((Integers)value >> 16 & 0x8000);
}

inline Lanes valuesOf(Integers half) {
  const Integers size = half & 0x7fff;
  const Integers small = (Integers)(floatsOf(size) * 0x1p-24f);
  return (Lanes)((size < splatWhole(0x400) ? small : (size << 13) + (112 << 23)) | (half & 0x8000) << 16);
}

// Rows to columns, of eight rows of eight.
template <typename Vector> inline void transpose(Vector *rows) {
  Vector pairs[kWidth], fours[kWidth];
  for (int i = 0; i < kWidth; i += 2) {
    pairs[i] = __builtin_shufflevector(rows[i], rows[i + 1], 0, 8, 1, 9, 4, 12, 5, 13);
    pairs[i + 1] = __builtin_shufflevector(rows[i], rows[i + 1], 2, 10, 3, 11, 6, 14, 7, 15);
  }
  for (int i = 0; i < kWidth; i += 4)
    for (int j = 0; j < 2; ++j) {
      fours[i + 2 * j] = __builtin_shufflevector(pairs[i + j], pairs[i + j + 2], 0, 1, 8, 9, 4, 5, 12, 13);
      fours[i + 2 * j + 1] = __builtin_shufflevector(pairs[i + j], pairs[i + j + 2], 2, 3, 10, 11, 6, 7, 14, 15);
    }
  for (int j = 0; j < kWidth / 2; ++j) {
    rows[j] = __builtin_shufflevector(fours[j], fours[j + 4], 0, 1, 2, 3, 8, 9, 10, 11);
    rows[j + 4] = __builtin_shufflevector(fours[j], fours[j + 4], 4, 5, 6, 7, 12, 13, 14, 15);
  }
}

// The sum of each of eight vectors.
inline Lanes sumsOf(Lanes *rows) {
  transpose(rows);
  return ((rows[0] + rows[4]) + (rows[1] + rows[5])) + ((rows[2] + rows[6]) + (rows[3] + rows[7]));
}

}  // namespace
}  // namespace qwen
