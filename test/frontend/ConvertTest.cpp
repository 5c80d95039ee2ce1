// Every f16 and bf16 value, and rounding.
#include "frontend/config/Convert.h"

#include <bit>
#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <vector>

using namespace qwen;

namespace {

std::vector<uint16_t> all16() {
  std::vector<uint16_t> values(65536);
  for (int i = 0; i < 65536; ++i)
    values[i] = i;
  return values;
}

TEST(Convert, EveryF16) {
  const auto bits = all16();
  std::vector<float> values(bits.size());
  widenF16(reinterpret_cast<const uint8_t *>(bits.data()), bits.size(), values.data());
  for (int i = 0; i < 65536; ++i) {
    const int exponent = i >> 10 & 31, mantissa = i & 1023;
    const float sign = i >> 15 ? -1.0f : 1.0f;
    if (exponent == 31 && mantissa) {
      EXPECT_TRUE(std::isnan(values[i])) << i;
      continue;
    }
    float expected = exponent == 31  ? std::numeric_limits<float>::infinity()
                     : exponent == 0 ? std::ldexp(float(mantissa), -24)
                                     : std::ldexp(float(1024 + mantissa), exponent - 25);
    EXPECT_EQ(std::bit_cast<uint32_t>(values[i]), std::bit_cast<uint32_t>(sign * expected)) << i;
  }
}

TEST(Convert, EveryBf16) {
  const auto bits = all16();
  std::vector<float> values(bits.size());
  widenBf16(reinterpret_cast<const uint8_t *>(bits.data()), bits.size(), values.data());
  for (int i = 0; i < 65536; ++i)
    EXPECT_EQ(std::bit_cast<uint32_t>(values[i]), uint32_t(i) << 16);
  std::vector<float> rounded = values;
  roundToBf16(rounded.data(), rounded.size());
  for (int i = 0; i < 65536; ++i) {
    if (std::isnan(values[i]))
      EXPECT_TRUE(std::isnan(rounded[i])) << i;
    else
      EXPECT_EQ(std::bit_cast<uint32_t>(rounded[i]), uint32_t(i) << 16) << "exact values stay";
  }
}

TEST(Convert, RoundsToNearestTiesToEven) {
  auto rounded = [](float value) {
    roundToBf16(&value, 1);
    return value;
  };
  EXPECT_EQ(rounded(257), 256);
  EXPECT_EQ(rounded(259), 260);
  EXPECT_EQ(rounded(257.5f), 258);
  EXPECT_EQ(rounded(std::numeric_limits<float>::max()), std::numeric_limits<float>::infinity());
  // A NaN whose payload lies in the bits that are dropped.
  EXPECT_TRUE(std::isnan(rounded(std::bit_cast<float>(0x7f800001u))));
}

TEST(Convert, SourceNeedsNoAlignment) {
  const uint8_t bytes[] = {0xff, 0x80, 0x3f, 0x00, 0x40};
  float values[2];
  widenBf16(bytes + 1, 2, values);
  EXPECT_EQ(values[0], 1);
  EXPECT_EQ(values[1], 2);
}

}  // namespace
