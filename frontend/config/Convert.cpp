#include "frontend/config/Convert.h"

#include <bit>
#include <cstring>

namespace qwen {
namespace {

uint16_t load16(const uint8_t *from, int64_t i) {
  uint16_t bits;
  std::memcpy(&bits, from + 2 * i, sizeof bits);
  return bits;
}

}  // namespace

void copyF32(const uint8_t *from, int64_t count, float *to) { std::memcpy(to, from, count * sizeof(float)); }

void widenBf16(const uint8_t *from, int64_t count, float *to) {
  for (int64_t i = 0; i < count; ++i)
    to[i] = std::bit_cast<float>(static_cast<uint32_t>(load16(from, i)) << 16);
}

void widenF16(const uint8_t *from, int64_t count, float *to) {
  // Exponent and mantissa shifted into f32's places stand for the value times 2^-112; subnormals become exact
  // f32 values by the same product. Infinity and NaN need f32's own exponent.
  constexpr float kScale = 0x1p112f;
  for (int64_t i = 0; i < count; ++i) {
    const uint32_t half = load16(from, i);
    const uint32_t magnitude = (half & 0x7fffu) << 13;
    const uint32_t scaled = std::bit_cast<uint32_t>(std::bit_cast<float>(magnitude) * kScale);
    const uint32_t special = magnitude | 0x7f800000u;
    const uint32_t bits = magnitude >= (0x7c00u << 13) ? special : scaled;
    to[i] = std::bit_cast<float>(bits | (half & 0x8000u) << 16);
  }
}

void roundToBf16(float *values, int64_t count) {
  for (int64_t i = 0; i < count; ++i) {
    const uint32_t bits = std::bit_cast<uint32_t>(values[i]);
    const uint32_t rounded = (bits + 0x7fffu + (bits >> 16 & 1)) & 0xffff0000u;
    const uint32_t nan = (bits | 0x00400000u) & 0xffff0000u;
    values[i] = std::bit_cast<float>((bits & 0x7fffffffu) > 0x7f800000u ? nan : rounded);
  }
}

}  // namespace qwen
