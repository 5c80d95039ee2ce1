// 16 groups side by side in small whole numbers, on which scales of q4 are tried: a trial finds for every weight the
// value that is nearest to it under the scale, and sums up what the error follows from. All in exact integers, so that
// both forms of a trial give the same bits.
#pragma once

#include "codegen/plan/QuantizeNearest.h"
#include "codegen/plan/QuantizeRead.h"

namespace qwen {
namespace {

// Weights and factors share 16 bits and twice the largest value: either is exact to about 1/300 of a unit there.
constexpr int kTileOne = 2047;  // the largest weight of a group

constexpr int kPairs = kQuantGroup / 2;
struct Tile {
  Integers pairs[kPairs][kHalves];  // two weights of each of eight groups, in 16 bits each
};

inline void fillTile(const Groups &groups, int half, Lanes largest, Tile &tile) {
  const Lanes scale = static_cast<float>(kTileOne) / largest;
  for (int j = 0; j < kParts; j += 2) {
    Integers pairs[kWidth];
    for (int i = 0; i < kWidth; ++i) {
      const Lanes *part = groups.part[half * kWidth + i] + j;
      const Integers low = wholeOf(rounded(part[0] * scale[i])), high = wholeOf(rounded(part[1] * scale[i]));
      pairs[i] = (low & 0xffff) | high << 16;
    }
    transpose(pairs);
    for (int i = 0; i < kWidth; ++i)
      tile.pairs[j / 2 * kWidth + i][half] = pairs[i];
  }
}

// What a scale is tried as. The upper 16 bits of a weight times the factor are twice the weight in units of the scale:
// kFactorOne is the factor for a scale as large as the largest weight.
struct Try {
  Integers factor;  // within kLargestFactor
  Integers zero;    // kQ4Zero less the shift
};
constexpr float kFactorOne = 2 * 65536.0f / kTileOne;
constexpr int kLargestFactor = 31 * 2 * 65536 / kTileOne;

struct Sums {
  Integers products;  // of weight * (value - zero), in 1/256
  Integers norms;     // of (value - zero)^2
};

#ifdef __AVX2__

inline void sumUp(const Tile &tile, const Try *tries, Sums *sums) {
  auto twice = [](Integers x) { return (__m256i)((x & 0xffff) | x << 16); };
  const __m256i factor0 = twice(tries[0].factor), factor1 = twice(tries[1].factor);
  const __m256i zero = _mm256_packs_epi16(twice(tries[0].zero), twice(tries[1].zero));
  // Saturation first cuts off what is above kMostDoubled, then what is below 0.
  const __m256i spare = (__m256i)splatByte(127 - kMostDoubled);
  const __m256i offset = _mm256_add_epi8(_mm256_add_epi8(zero, zero), spare);
  const __m256i none = _mm256_setzero_si256();
  __m256i products0 = none, products1 = none, norms = none;
  for (const Integers *pair : tile.pairs) {
    const __m256i w0 = (__m256i)pair[0], w1 = (__m256i)pair[1];
    const __m256i scaled = _mm256_packs_epi16(_mm256_mulhi_epi16(w0, factor0), _mm256_mulhi_epi16(w1, factor1));
    const __m256i doubled = _mm256_subs_epu8(_mm256_adds_epi8(scaled, offset), spare);
    const __m256i value = _mm256_sub_epi8((__m256i)nearestValues((Bytes)doubled), zero);
    const __m256i size = _mm256_abs_epi8(value);
    norms = _mm256_add_epi16(norms, _mm256_maddubs_epi16(size, size));
    products0 = _mm256_add_epi32(products0, _mm256_madd_epi16(w0, _mm256_unpacklo_epi8(none, value)));
    products1 = _mm256_add_epi32(products1, _mm256_madd_epi16(w1, _mm256_unpackhi_epi8(none, value)));
  }
  sums[0] = {(Integers)products0, (Integers)_mm256_unpacklo_epi16(norms, none)};
  sums[1] = {(Integers)products1, (Integers)_mm256_unpackhi_epi16(norms, none)};
}

#else

inline void sumUp(const Tile &tile, const Try *tries, Sums *sums) {
  for (int half = 0; half < kHalves; ++half) {
    const Integers factor = tries[half].factor, zero = tries[half].zero;
    sums[half] = {Integers{}, Integers{}};
    for (const Integers *pair : tile.pairs)
      for (int upper = 0; upper < 2; ++upper) {
        const Integers w = (upper ? pair[half] : pair[half] << 16) >> 16;
        Integers value = larger(smaller((w * factor >> 16) + 2 * zero, splatWhole(kMostDoubled)), Integers{});
        for (int i = 0; i < kWidth; ++i)
          value[i] = kNearest.value[value[i]];
        value -= zero;
        sums[half].products += w * value * 256;
        sums[half].norms += value * value;
      }
  }
}

#endif

}  // namespace
}  // namespace qwen
