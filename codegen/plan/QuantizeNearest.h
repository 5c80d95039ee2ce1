// The value of q4 that is nearest to a number, for 32 numbers at once.
//
// The middle between two values is a multiple of 1/2, so that the whole part of twice a number, here called doubled,
// says which value is nearest.
#pragma once

#include "codegen/plan/QuantizeLanes.h"

#ifdef __AVX2__
#include <immintrin.h>
#endif

namespace qwen {
namespace {

typedef uint8_t Bytes __attribute__((vector_size(kQuantGroup)));

inline Bytes splatByte(int value) { return Bytes{} + static_cast<uint8_t>(value); }

// From one code to another, values follow each other: to look a number up there is to round it.
constexpr int runUp(int code) {
  return code < 15 && kQ4Values[code + 1] == kQ4Values[code] + 1 ? runUp(code + 1) : code;
}
constexpr int kRunEnd = 2 * kQ4Values[runUp(8)];  // doubled
constexpr int kRunOffset = kQ4Values[8] - 8;      // of values from codes

constexpr int kTable = 16;
constexpr int kMostDoubled = kRunEnd + kTable - 1;  // stands for all above it too

struct Nearest {
  uint8_t value[kMostDoubled + 1], code[kMostDoubled + 1];
};
constexpr Nearest nearestOf() {
  Nearest all = {};
  for (int doubled = 0, code = 0; doubled <= kMostDoubled; ++doubled) {
    while (code < 15 && doubled >= kQ4Values[code] + kQ4Values[code + 1])
      ++code;
    all.code[doubled] = static_cast<uint8_t>(code);
    all.value[doubled] = kQ4Values[code];
  }
  return all;
}
constexpr Nearest kNearest = nearestOf();
static_assert(kNearest.code[0] == 0 && kNearest.code[kMostDoubled] == 15);

#ifdef __AVX2__

// What the rounded number is to be corrected by, below the run and above it.
struct Corrections {
  uint8_t below[kTable];  // for doubled numbers from 0 on
  uint8_t above[kTable];  // from kRunEnd on
};
constexpr Corrections correctionsTo(const uint8_t *numbers, int offset) {
  Corrections all = {};
  for (int i = 0; i < kTable; ++i) {
    all.below[i] = static_cast<uint8_t>(numbers[i] + offset - (i + 1) / 2);
    all.above[i] = static_cast<uint8_t>(numbers[kRunEnd + i] + offset - (kRunEnd + i + 1) / 2);
  }
  return all;
}
constexpr Corrections kToValue = correctionsTo(kNearest.value, 0);
constexpr Corrections kToCode = correctionsTo(kNearest.code, kRunOffset);
static_assert(kToValue.below[kTable - 1] == 0 && kToValue.above[0] == 0);
static_assert(kToCode.below[kTable - 1] == 0 && kToCode.above[0] == 0);

inline __m256i tableOf(const uint8_t *entries) {
  __m128i half;
  __builtin_memcpy(&half, entries, sizeof(half));
  return _mm256_broadcastsi128_si256(half);
}
inline Bytes correctedBy(const Corrections &corrections, Bytes doubled) {
  const __m256i numbers = (__m256i)doubled;
  const __m256i low = _mm256_min_epu8(numbers, (__m256i)splatByte(kTable - 1));
  const __m256i high = _mm256_subs_epu8(numbers, (__m256i)splatByte(kRunEnd));
  const __m256i rounded = _mm256_avg_epu8(numbers, _mm256_setzero_si256());
  const __m256i below = _mm256_shuffle_epi8(tableOf(corrections.below), low);
  const __m256i above = _mm256_shuffle_epi8(tableOf(corrections.above), high);
  return (Bytes)_mm256_add_epi8(_mm256_add_epi8(rounded, below), above);
}

// Of doubled numbers up to kMostDoubled.
inline Bytes nearestValues(Bytes doubled) { return correctedBy(kToValue, doubled); }
inline Bytes nearestCodes(Bytes doubled) { return correctedBy(kToCode, doubled) - splatByte(kRunOffset); }

// Integers below 0 and above 255 become that.
inline Bytes bytesOf(const Integers *parts) {
  const __m256i first = _mm256_packs_epi32((__m256i)parts[0], (__m256i)parts[1]);
  const __m256i second = _mm256_packs_epi32((__m256i)parts[2], (__m256i)parts[3]);
  const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
  return (Bytes)_mm256_permutevar8x32_epi32(_mm256_packus_epi16(first, second), order);
}
// Bytes with a sign.
inline void integersOf(Bytes bytes, Integers *parts) {
  const __m128i low = _mm256_castsi256_si128((__m256i)bytes), high = _mm256_extracti128_si256((__m256i)bytes, 1);
  parts[0] = (Integers)_mm256_cvtepi8_epi32(low);
  parts[1] = (Integers)_mm256_cvtepi8_epi32(_mm_srli_si128(low, 8));
  parts[2] = (Integers)_mm256_cvtepi8_epi32(high);
  parts[3] = (Integers)_mm256_cvtepi8_epi32(_mm_srli_si128(high, 8));
}

#else

inline Bytes lookUp(const uint8_t *table, Bytes doubled) {
  for (int i = 0; i < kQuantGroup; ++i)
    doubled[i] = table[doubled[i]];
  return doubled;
}
inline Bytes nearestValues(Bytes doubled) { return lookUp(kNearest.value, doubled); }
inline Bytes nearestCodes(Bytes doubled) { return lookUp(kNearest.code, doubled); }

inline Bytes bytesOf(const Integers *parts) {
  Bytes bytes;
  for (int i = 0; i < kQuantGroup; ++i) {
    const int32_t number = parts[i / kWidth][i % kWidth];
    bytes[i] = static_cast<uint8_t>(number < 0 ? 0 : number > 255 ? 255 : number);
  }
  return bytes;
}
inline void integersOf(Bytes bytes, Integers *parts) {
  for (int i = 0; i < kQuantGroup; ++i)
    parts[i / kWidth][i % kWidth] = static_cast<int8_t>(bytes[i]);
}

#endif

}  // namespace
}  // namespace qwen
