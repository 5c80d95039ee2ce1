// How groups are quantised, 16 at a time, to be compiled for more than one instruction set (Quantize.cpp,
// QuantizeAvx2.cpp): no fused multiply-adds, sums in a fixed order, so that all give the same bits. All that is here is
// local to the file that includes it, and nothing inline of the standard library is used: the linker might keep the
// copy of the wrong file.
#pragma once

#include "codegen/plan/Quantize.h"
#include "codegen/plan/QuantizeSearch.h"

namespace qwen {
namespace {

// Vectors of one group -> their codes.
inline QuantizedGroup encodeQ8(const Lanes *part, int32_t bits, float scale, uint8_t *codes) {
  const float inverse = bits ? 1.0f / scale : 0.0f;
  Lanes error = {}, squares = {};
  Integers whole[kParts];
  for (int p = 0; p < kParts; ++p) {
    const Lanes number = rounded(between(part[p] * inverse, -127.0f, 127.0f));
    const Lanes off = part[p] - scale * number;
    error += off * off;
    squares += part[p] * part[p];
    whole[p] = wholeOf(number) + kQ8Zero;
  }
  const Bytes bytes = bytesOf(whole);
  __builtin_memcpy(codes, &bytes, sizeof(bytes));
  return {static_cast<uint16_t>(bits), sumOf(error), sumOf(squares)};
}

inline QuantizedGroup encodeQ4(const Lanes *part, int32_t bits, float scale, uint8_t *codes) {
  const int zero = kQ4Zero - (bits & kQ4ShiftMask);
  const float inverse = bits & 0x7fff ? 2.0f / scale : 0.0f;
  Integers whole[kParts];
  for (int p = 0; p < kParts; ++p)  // less 1/2, as rounding is to leave the whole part
    whole[p] = wholeOf(rounded(part[p] * inverse + (static_cast<float>(2 * zero) - 0.5f)));
  const Bytes doubled = smaller(bytesOf(whole), splatByte(kMostDoubled));
  const Bytes bytes = nearestCodes(doubled);
  __builtin_memcpy(codes, &bytes, sizeof(bytes));
  integersOf(nearestValues(doubled) - splatByte(zero), whole);
  Lanes error = {}, squares = {};
  for (int p = 0; p < kParts; ++p) {
    const Lanes off = part[p] - scale * floatsOf(whole[p]);
    error += off * off;
    squares += part[p] * part[p];
  }
  return {static_cast<uint16_t>(bits), sumOf(error), sumOf(squares)};
}

// The scale under which the largest weight is the largest value, then that of least error for the codes it gives.
inline void groupsToQ8(const float *weights, int64_t stride, QuantizedGroup *quantized, uint8_t *codes) {
  Groups groups;
  readGroups(weights, stride, groups);
  for (int half = 0; half < kHalves; ++half) {
    const Lanes first = valuesOf(halvesOf(groups.largest[half] * (1.0f / 127.0f)));
    const Lanes inverse = 1.0f / larger(first, splat(kLeastHalfValue));
    Lanes products[kWidth], norms[kWidth];
    for (int i = 0; i < kWidth; ++i) {
      products[i] = norms[i] = Lanes{};
      for (const Lanes &part : groups.part[half * kWidth + i]) {
        const Lanes number = rounded(between(part * inverse[i], -127.0f, 127.0f));
        products[i] += part * number;
        norms[i] += number * number;
      }
    }
    const Integers bits = halvesOf(sumsOf(products) / larger(sumsOf(norms), splat(1.0f)));
    const Lanes scale = valuesOf(bits);
    for (int i = 0; i < kWidth; ++i) {
      const int row = half * kWidth + i;
      quantized[row] = encodeQ8(groups.part[row], bits[i], scale[i], codes + row * kQuantGroup);
    }
  }
}

inline void groupsToQ4(const float *weights, int64_t stride, QuantizedGroup *quantized, uint8_t *codes) {
  Groups groups;
  readGroups(weights, stride, groups);
  Integers bits[kHalves];
  searchScales(groups, bits);
  for (int half = 0; half < kHalves; ++half) {
    const Lanes scale = valuesOf(bits[half]);
    for (int i = 0; i < kWidth; ++i) {
      const int row = half * kWidth + i;
      quantized[row] = encodeQ4(groups.part[row], bits[half][i], scale[i], codes + row * kQuantGroup);
    }
  }
}

}  // namespace
}  // namespace qwen
