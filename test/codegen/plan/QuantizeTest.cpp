#include "codegen/plan/Quantize.h"

#include "gtest/gtest.h"

#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

namespace qwen {
namespace {

using Quantize = QuantizedGroup(const float *, uint8_t *);

struct Decoded {
  QuantizedGroup group;
  std::vector<float> weights;
};

Decoded roundTrip(Quantize quantize, const std::vector<float> &weights) {
  uint8_t codes[kQuantGroup];
  const QuantizedGroup group = quantize(weights.data(), codes);
  Decoded decoded = {group, {}};
  for (uint8_t code : codes) {
    EXPECT_TRUE(quantize != quantizeQ4 || code < 16);
    const int value = quantize == quantizeQ4 ? q4Value(code, group.scale) : q8Value(code);
    decoded.weights.push_back(fromHalf(group.scale) * static_cast<float>(value));
  }
  return decoded;
}

// Numbers that are the same wherever the test runs; std's distributions are not.
class Random {
public:
  explicit Random(uint64_t seed) : state(seed) {}
  double uniform() {  // (0, 1)
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (static_cast<double>(state >> 11) + 0.5) * 0x1p-53;
  }
  double normal() { return std::sqrt(-2 * std::log(uniform())) * std::cos(2 * M_PI * uniform()); }
  double laplace() {
    const double u = uniform() - 0.5;
    return -std::copysign(std::log(1 - 2 * std::abs(u)), u);
  }
  double student(int degrees) {
    double squares = 0;
    for (int i = 0; i < degrees; ++i)
      squares += std::pow(normal(), 2);
    return normal() / std::sqrt(squares / degrees);
  }

private:
  uint64_t state;
};

TEST(Half, AgreesWithItsDefinition) {
  for (uint32_t bits = 0; bits < 0x7c00; ++bits) {
    const int exponent = static_cast<int>(bits >> 10);
    const double value = exponent ? std::ldexp(1024 + (bits & 1023), exponent - 25) : std::ldexp(bits, -24);
    ASSERT_EQ(fromHalf(bits), value);
    ASSERT_EQ(fromHalf(bits | 0x8000), -value);
    ASSERT_EQ(toHalf(fromHalf(bits)), bits);
    ASSERT_EQ(toHalf(fromHalf(bits | 0x8000)), bits | 0x8000);
    const float next = bits < 0x7bff ? fromHalf(bits + 1) : 65536.0f;
    const float middle = 0.5f * (fromHalf(bits) + next);
    ASSERT_EQ(toHalf(std::nextafter(middle, 0.0f)), bits);
    ASSERT_EQ(toHalf(std::nextafter(middle, INFINITY)), std::min(bits + 1, 0x7bffu));
    ASSERT_EQ(toHalf(middle), std::min(bits + bits % 2, 0x7bffu));
  }
  EXPECT_EQ(toHalf(INFINITY), 0x7bff);
  EXPECT_EQ(toHalf(-1e30f), 0xfbff);
  EXPECT_EQ(toHalf(1e-30f), 0);
}

TEST(Quantize, StatesItsError) {
  for (Quantize *quantize : {quantizeQ8, quantizeQ4}) {
    Random random(1);
    for (int i = 0; i < 200; ++i) {
      std::vector<float> weights(kQuantGroup);
      for (float &w : weights)
        w = static_cast<float>(random.student(3) * std::pow(10.0, i % 5 - 2));
      const Decoded decoded = roundTrip(quantize, weights);
      double error = 0;
      for (int64_t k = 0; k < kQuantGroup; ++k)
        error += std::pow(weights[k] - decoded.weights[k], 2);
      EXPECT_NEAR(decoded.group.squared_error, error, 1e-5 * error);
    }
  }
}

TEST(Quantize, KeepsWhatItCanRepresent) {
  Random random(2);
  for (int i = 0; i < 200; ++i) {
    std::vector<float> eight(kQuantGroup), four(kQuantGroup);
    const auto scale = static_cast<uint16_t>(0x2000 + random.uniform() * 0x1000 + (i % 2 ? 0x8000 : 0));
    for (int64_t k = 0; k < kQuantGroup; ++k) {
      eight[k] = fromHalf(scale) * static_cast<float>(k ? static_cast<int>(random.uniform() * 255) - 127 : 127);
      const auto code = static_cast<uint8_t>(k < 16 ? k : random.uniform() * 16);
      four[k] = fromHalf(scale) * static_cast<float>(q4Value(code, scale));
    }
    EXPECT_EQ(roundTrip(quantizeQ8, eight).weights, eight);
    EXPECT_EQ(roundTrip(quantizeQ4, four).weights, four);
  }
}

TEST(Quantize, Zeros) {
  for (Quantize *quantize : {quantizeQ8, quantizeQ4})
    for (float tiny : {0.0f, 1e-40f, -1e-12f}) {
      const Decoded decoded = roundTrip(quantize, std::vector<float>(kQuantGroup, tiny));
      EXPECT_EQ(decoded.group.scale & 0x7fff, 0);
      EXPECT_EQ(decoded.weights, std::vector<float>(kQuantGroup, 0.0f));
    }
}

TEST(Quantize, ConstantsAndLoneWeights) {
  for (float value : {1.0f, -1.0f, 0.0123f, 3e-3f, -7e4f, 5e5f}) {
    std::vector<float> lone(kQuantGroup, 0.0f), constant(kQuantGroup, value);
    lone[17] = value;
    for (const std::vector<float> &weights : {lone, constant}) {
      EXPECT_NEAR(roundTrip(quantizeQ8, weights).weights[17], value, 0.002 * std::abs(value));
      EXPECT_NEAR(roundTrip(quantizeQ4, weights).weights[17], value, 0.004 * std::abs(value));
    }
    EXPECT_EQ(roundTrip(quantizeQ8, lone).weights[0], 0);
    EXPECT_EQ(roundTrip(quantizeQ4, lone).weights[0], 0);
  }
}

TEST(Quantize, WhatNoScaleReaches) {
  for (Quantize *quantize : {quantizeQ8, quantizeQ4})
    for (float value : {1e30f, std::numeric_limits<float>::max(), INFINITY}) {
      std::vector<float> weights(kQuantGroup, 1.0f);
      weights[3] = value;
      weights[4] = -value;
      weights[5] = std::numeric_limits<float>::quiet_NaN();
      const Decoded decoded = roundTrip(quantize, weights);
      EXPECT_GT(decoded.weights[3], 4e5f);
      EXPECT_LT(decoded.weights[4], -4e5f);
      EXPECT_EQ(decoded.weights[5], roundTrip(quantize, [&] {
                                      std::vector<float> zero = weights;
                                      zero[5] = 0;
                                      return zero;
                                    }())
                                        .weights[5]);
      for (float w : decoded.weights)
        EXPECT_TRUE(std::isfinite(w));
    }
}

}  // namespace
}  // namespace qwen
