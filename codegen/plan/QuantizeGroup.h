// How a group is quantised, to be compiled for more than one instruction set (Quantize.cpp, QuantizeAvx2.cpp): no fused
// multiply-adds, sums in a fixed order, so that all give the same bits. All that is here is local to the file that
// includes it, and nothing inline of the standard library is used: the linker might keep the copy of the wrong file.
#pragma once

#include "codegen/plan/Quantize.h"
#include "codegen/plan/QuantizeLanes.h"

namespace qwen {
namespace {

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
  int32_t wide[kQuantGroup];
  for (int p = 0; p < kParts; ++p) {
    const Lanes number = Format::nearest(w.part[p] * inverse + zero);
    const Lanes off = w.part[p] - scale * (number - zero);
    error += off * off;
    const auto whole = __builtin_convertvector(Format::codesOf(number), Integers);
    __builtin_memcpy(wide + p * kWidth, &whole, sizeof(whole));
  }
  for (int i = 0; i < kQuantGroup; ++i)
    codes[i] = static_cast<uint8_t>(wide[i]);
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

// A candidate for the scale of a group, and its error as the screen sees it.
struct Candidate {
  float scale;
  int shift;
  float error;
};

// The weights as 16-bit whole numbers, for the screen of candidates: a trial in numbers of kScreenOne to 1.
constexpr int kScreenOne = 512;
class Screen {
public:
  Screen(const Group &w, float largest) : unit(largest / 32767.0f) {
    const float inverse = 32767.0f / largest;
    int32_t wide[kQuantGroup];
    for (int p = 0; p < kParts; ++p) {
      const auto whole = __builtin_convertvector(rounded(w.part[p] * inverse), Integers);
      __builtin_memcpy(wide + p * kWidth, &whole, sizeof(whole));
    }
    for (int i = 0; i < kQuantGroup; ++i)
      weights[i] = static_cast<int16_t>(wide[i]);
  }

  float errorOf(float scale, int shift) const {
    const int factor = static_cast<int16_t>(unit / scale * (65536.0f * kScreenOne));
    const int zero = (kQ4Zero - shift) * kScreenOne;
    alignas(sizeof(Shorts)) int16_t offs[kQuantGroup];
    for (int i = 0; i < kQuantGroup; ++i)
      offs[i] = static_cast<int16_t>((weights[i] * factor >> 16) + zero);
    for (int i = 0; i < kQuantGroup; i += kShorts) {
      Shorts x;
      __builtin_memcpy(&x, offs + i, sizeof(x));
      x -= nearest(x);
      __builtin_memcpy(offs + i, &x, sizeof(x));
    }
    int32_t error = 0;
    for (int i = 0; i < kQuantGroup; ++i)
      error += offs[i] * offs[i];
    return static_cast<float>(error) * (scale * scale);
  }

private:
  static constexpr int kShorts = 16;
  typedef int16_t Shorts __attribute__((vector_size(kShorts * sizeof(int16_t))));

  static Shorts splat(int number) { return Shorts{} + static_cast<int16_t>(number); }

  static Shorts nearest(Shorts x) {
    const Shorts low = splat(Q4::kFirst * kScreenOne), high = splat(Q4::kLast * kScreenOne);
    Shorts number = x < low ? low : x;
    number = number > high ? high : number;
    number = (number + splat(kScreenOne / 2)) & splat(-kScreenOne);
#pragma GCC unroll 16
    for (int c = kRun.first; c > 0; --c)
      number -= (x < splat((kQ4Values[c] + kQ4Values[c - 1]) * (kScreenOne / 2))) &
                splat((kQ4Values[c] - kQ4Values[c - 1]) * kScreenOne);
#pragma GCC unroll 16
    for (int c = kRun.last; c < 15; ++c)
      number += (x > splat((kQ4Values[c] + kQ4Values[c + 1]) * (kScreenOne / 2))) &
                splat((kQ4Values[c + 1] - kQ4Values[c]) * kScreenOne);
    return number;
  }

  int16_t weights[kQuantGroup];
  float unit;  // what 1 stands for
};

// Candidates: for either sign, the shifts next to the one under which the extremes of the weights meet those of the
// values at the same scale; for each of them, fractions of the smallest scale that leaves no weight beyond the values.
inline QuantizedGroup groupToQ4(const float *weights, uint8_t *codes) {
  constexpr float kLeast = kQ4Values.front(), kMost = kQ4Values.back();
  constexpr float kFractions[] = {0.84f, 0.92f, 1.0f};
  const Group w = readGroup(weights);
  const Extremes range = extremesOf(w);
  const float largest = larger(range.most, -range.least);
  if (!(largest > 0x1p-24f))
    return encode<Q4>(w, 0, kQ4Zero, codes);
  const Screen screen(w, largest);
  Candidate best = {0.0f, 0, 3e38f};
  const float inverse = (kMost - kLeast) / (range.most - range.least);
  for (int sign = 0; sign < 2; ++sign) {
    const float above = sign ? -range.least : range.most, below = sign ? range.most : -range.least;
    const int meeting = static_cast<int>(kQ4Zero - kLeast - below * inverse);
    const int first = meeting < 1 ? 0 : meeting > kQ4ShiftMask - 2 ? kQ4ShiftMask - 3 : meeting - 1;
    for (int shift = first; shift < first + 4; ++shift) {
      const float zero = static_cast<float>(kQ4Zero - shift);
      const float fit = larger(above / (kMost - zero), below / (zero - kLeast));
      for (const float fraction : kFractions) {
        const float scale = sign ? -fit * fraction : fit * fraction;
        const float error = screen.errorOf(scale, shift);
        const bool less = error < best.error;
        best.scale = less ? scale : best.scale;
        best.shift = less ? shift : best.shift;
        best.error = less ? error : best.error;
      }
    }
  }

  // Then the scale of least error for the codes that the best one gives, as long as that helps.
  uint16_t half = scaleWithShift(best.scale, best.shift);
  const float zero = static_cast<float>(kQ4Zero - best.shift);
  float least = 3e38f;
  for (uint16_t next = half; next & 0x7fff;) {
    const float scale = floatOf(next);
    const Trial trial = tryScale<Q4>(w, scale, zero);
    const float error = trial.error * scale * scale;
    if (!(error < least))
      break;
    half = next;
    least = error;
    next = scaleWithShift(trial.products / trial.norms, best.shift);
  }
  return encode<Q4>(w, half, zero, codes);
}

}  // namespace
}  // namespace qwen
