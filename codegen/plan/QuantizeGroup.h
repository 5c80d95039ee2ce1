// How a group is quantised, to be compiled for more than one instruction set (Quantize.cpp, QuantizeAvx2.cpp): no fused
// multiply-adds, sums in a fixed order, so that all give the same bits. All that is here is local to the file that
// includes it, and nothing inline of the standard library is used: the linker might keep the copy of the wrong file.
#pragma once

#include "codegen/plan/Quantize.h"

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

struct CodeTable {
  uint8_t codes[kQ4Values.back() + 1];
};
constexpr CodeTable codesOfQ4Values() {
  CodeTable table = {};
  for (int c = 0; c < 16; ++c)
    table.codes[kQ4Values[c]] = static_cast<uint8_t>(c);
  return table;
}
constexpr CodeTable kQ4Codes = codesOfQ4Values();

// Formats: the number nearest to x that has a code, and that code.
struct Q8 {
  static Lanes nearest(Lanes x) { return rounded(larger(smaller(x, splat(127.0f)), splat(-127.0f))); }
  static uint8_t codeOf(int number) { return static_cast<uint8_t>(number + kQ8Zero); }
};

struct Q4 {
  static Lanes nearest(Lanes x) {
    Lanes number = rounded(larger(smaller(x, splat(kQ4Values[kRun.last])), splat(kQ4Values[kRun.first])));
#pragma GCC unroll 16
    for (int c = kRun.first; c > 0; --c)
      number -= x < splat(0.5f * (kQ4Values[c] + kQ4Values[c - 1])) ? splat(kQ4Values[c] - kQ4Values[c - 1]) : Lanes{};
#pragma GCC unroll 16
    for (int c = kRun.last; c < 15; ++c)
      number += x > splat(0.5f * (kQ4Values[c] + kQ4Values[c + 1])) ? splat(kQ4Values[c + 1] - kQ4Values[c]) : Lanes{};
    return number;
  }
  static uint8_t codeOf(int number) { return kQ4Codes.codes[number]; }
};

// What a scale comes to, and what its successor follows from.
struct Trial {
  float error;            // sum of (w / scale - value)^2
  float products, norms;  // sum of w * value, of value^2
};

template <typename Format> inline Trial tryScale(const Group &w, float scale, float zero) {
  const float inverse = 1.0f / scale;
  Lanes error = {}, products = {}, norms = {};
  for (const Lanes &part : w.part) {
    const Lanes x = part * inverse + zero;
    const Lanes number = Format::nearest(x);
    const Lanes off = x - number;
    const Lanes value = number - zero;
    error += off * off;
    products += part * value;
    norms += value * value;
  }
  return {sumOf(error), sumOf(products), sumOf(norms)};
}

// The code of every weight, and the error.
template <typename Format> inline QuantizedGroup encode(const Group &w, uint16_t half, float zero, uint8_t *codes) {
  const float scale = floatOf(half);
  const float inverse = half & 0x7fffu ? 1.0f / scale : 0.0f;
  Lanes error = {};
  for (int p = 0; p < kParts; ++p) {
    const Lanes number = Format::nearest(w.part[p] * inverse + zero);
    const Lanes off = w.part[p] - scale * (number - zero);
    error += off * off;
    for (int i = 0; i < kWidth; ++i)
      codes[p * kWidth + i] = Format::codeOf(static_cast<int>(number[i]));
  }
  return {half, sumOf(error)};
}

inline QuantizedGroup groupToQ8(const float *weights, uint8_t *codes) {
  const Group w = readGroup(weights);
  const Extremes range = extremesOf(w);
  const uint16_t first = halfOf(larger(range.most, -range.least) / 127.0f);
  if (first == 0)
    return encode<Q8>(w, 0, 0.0f, codes);
  const float scale = floatOf(first);
  const Trial trial = tryScale<Q8>(w, scale, 0.0f);
  const uint16_t second = halfOf(trial.products / trial.norms);
  const float refit = floatOf(second);
  const bool better = second != 0 && tryScale<Q8>(w, refit, 0.0f).error * refit * refit < trial.error * scale * scale;
  return encode<Q8>(w, better ? second : first, 0.0f, codes);
}

// The f16 nearest to `scale` whose low bits say `shift`.
inline uint16_t scaleWithShift(float scale, int shift) {
  const int half = halfOf(scale);
  const int size = (half & 0x7fff) - shift + (kQ4ShiftMask + 1) / 2;
  const int most = kLargestHalf & ~kQ4ShiftMask;
  const int whole = size < 0 ? 0 : size & ~kQ4ShiftMask;
  return static_cast<uint16_t>((half & 0x8000) | (whole < most ? whole : most) | shift);
}

inline int zeroOf(uint16_t half) { return kQ4Zero - (half & kQ4ShiftMask); }

struct Search {
  const Group &w;
  uint16_t half = 0;  // the best scale so far
  float error;        // its squared error
  float refit = 0;    // the scale of least error for the codes that it gives

  explicit Search(const Group &group) : w(group) {
    Lanes sum = {};
    for (const Lanes &part : group.part)
      sum += part * part;
    error = sumOf(sum);
  }

  bool attempt(float wanted, int shift) {
    const uint16_t here = scaleWithShift(wanted, shift);
    if ((here & 0x7fff) == 0)
      return false;
    const float scale = floatOf(here);
    const Trial trial = tryScale<Q4>(w, scale, static_cast<float>(kQ4Zero - shift));
    const float trial_error = trial.error * scale * scale;
    if (!(trial_error < error))
      return false;
    half = here;
    error = trial_error;
    refit = trial.products / trial.norms;
    return true;
  }
};

// Candidates: for either sign, the shifts next to the one under which the extremes of the weights meet those of the
// values at the same scale; for each of them, fractions of the smallest scale that leaves no weight beyond the values.
inline QuantizedGroup groupToQ4(const float *weights, uint8_t *codes) {
  const Group w = readGroup(weights);
  const Extremes range = extremesOf(w);
  Search search(w);
  constexpr float kLeast = kQ4Values.front(), kMost = kQ4Values.back();
  const float inverse = (kMost - kLeast) / larger(range.most - range.least, 0x1p-126f);
  constexpr float kFactors[] = {0.8f, 0.85f, 0.9f, 0.95f, 1.0f};
  for (int sign = 0; sign < 2; ++sign) {
    const float above = sign ? -range.least : range.most, below = sign ? range.most : -range.least;
    const int low = static_cast<int>(kQ4Zero - kLeast - below * inverse);
    for (int shift = low - 1; shift <= low + 2; ++shift) {
      const int k = shift < 0 ? 0 : shift > kQ4ShiftMask ? kQ4ShiftMask : shift;
      const float zero = static_cast<float>(kQ4Zero - k);
      const float fit = larger(above / (kMost - zero), below / (zero - kLeast));
      for (const float factor : kFactors)
        search.attempt(sign ? -fit * factor : fit * factor, k);
    }
  }
  for (int i = 0; i < 3 && search.half; ++i)
    if (!search.attempt(search.refit, search.half & kQ4ShiftMask))
      break;
  return encode<Q4>(w, search.half, static_cast<float>(zeroOf(search.half)), codes);
}

}  // namespace
}  // namespace qwen
