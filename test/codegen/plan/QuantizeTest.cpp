#include "codegen/plan/Quantize.h"
#include "codegen/plan/QuantizeGroups.h"

#include "gtest/gtest.h"

#include <algorithm>
#include <cmath>
#include <limits>
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
      weights[5] = 0.0f;
      EXPECT_EQ(decoded.weights, roundTrip(quantize, weights).weights) << "NaN is not taken for 0";
      for (float w : decoded.weights)
        EXPECT_TRUE(std::isfinite(w));
    }
}

// The least error that any scale in steps of half a percent reaches.
double leastErrorOfQ4(const std::vector<float> &weights) {
  float largest = 0;
  for (float w : weights)
    largest = std::max(largest, std::abs(w));
  double least = INFINITY;
  for (double units = 4; units < 24; units *= 1.005)  // what the largest weight becomes
    for (int candidate = 0; candidate < 2 * (kQ4ShiftMask + 1); ++candidate) {
      const int half = toHalf(static_cast<float>(largest / units)) & ~kQ4ShiftMask;
      const auto scale = static_cast<uint16_t>(half | candidate / 2 | (candidate % 2 ? 0x8000 : 0));
      double error = 0;
      for (float w : weights) {
        double nearest = INFINITY;
        for (uint8_t code = 0; code < 16; ++code)
          nearest = std::min(nearest, std::abs(w - static_cast<double>(fromHalf(scale)) * q4Value(code, scale)));
        error += nearest * nearest;
      }
      least = std::min(least, error);
    }
  return least;
}

TEST(Quantize, ComesNearToTryingEveryScale) {
  Random random(3);
  double sum = 0, least_sum = 0;
  for (int i = 0; i < 60; ++i) {
    std::vector<float> weights(kQuantGroup);
    for (float &w : weights)
      w = static_cast<float>(i % 3 == 0 ? random.normal() : i % 3 == 1 ? random.student(3) : random.normal() + 1);
    const double error = roundTrip(quantizeQ4, weights).group.squared_error;
    const double least = leastErrorOfQ4(weights);
    EXPECT_LT(error, 1.5 * least);
    sum += error;
    least_sum += least;
  }
  EXPECT_LT(sum, 1.04 * least_sum);
}

struct Quantized {
  QuantizedGroup groups[kQuantGroups];
  uint8_t codes[kQuantGroups][kQuantGroup];
};
using QuantizeGroups = void(const float *, int64_t, QuantizedGroup *, uint8_t *);

Quantized quantizeAll(QuantizeGroups quantize, const std::vector<float> &weights) {
  Quantized all;
  quantize(weights.data(), static_cast<int64_t>(weights.size()) / kQuantGroups, all.groups, all.codes[0]);
  return all;
}

void expectSame(const QuantizedGroup &group, const uint8_t *codes, const QuantizedGroup &other,
                const uint8_t *other_codes) {
  EXPECT_EQ(group.scale, other.scale);
  EXPECT_EQ(group.squared_error, other.squared_error);
  EXPECT_EQ(group.squares, other.squares);
  EXPECT_TRUE(std::equal(codes, codes + kQuantGroup, other_codes));
}

// Groups of all sizes, some of them zero or beyond all scales, 40 weights apart.
std::vector<float> allKinds(Random &random) {
  std::vector<float> weights(kQuantGroups * 40);
  for (size_t i = 0; i < weights.size(); ++i)
    weights[i] = static_cast<float>(random.student(2) * std::pow(10.0, static_cast<double>(i / 40) - 8));
  std::fill_n(weights.begin() + 3 * 40, 40, 0.0f);
  weights[5 * 40 + 7] = INFINITY;
  weights[6 * 40 + 9] = std::numeric_limits<float>::quiet_NaN();
  return weights;
}

TEST(Quantize, SameBitsForEveryInstructionSet) {
  Random random(4);
  for (int i = 0; i < 200; ++i) {
    const std::vector<float> weights = allKinds(random);
    for (auto [quantize, plain] :
         {std::pair(&quantizeGroupsQ8, &groupsToQ8), std::pair(&quantizeGroupsQ4, &groupsToQ4)}) {
      const Quantized all = quantizeAll(quantize, weights), all_plain = quantizeAll(plain, weights);
      for (int64_t g = 0; g < kQuantGroups; ++g)
        expectSame(all.groups[g], all.codes[g], all_plain.groups[g], all_plain.codes[g]);
    }
  }
}

TEST(Quantize, GroupsDoNotDependOnEachOther) {
  Random random(5);
  const std::vector<float> weights = allKinds(random);
  for (auto [quantize, lone] : {std::pair(&quantizeGroupsQ8, &quantizeQ8), std::pair(&quantizeGroupsQ4, &quantizeQ4)}) {
    const Quantized all = quantizeAll(quantize, weights);
    for (int64_t g = 0; g < kQuantGroups; ++g) {
      uint8_t codes[kQuantGroup];
      const QuantizedGroup group = lone(weights.data() + g * 40, codes);
      expectSame(all.groups[g], all.codes[g], group, codes);
    }
  }
}

template <typename Draw> void expectBetterThanGgml(uint64_t seed, Draw draw, double q8_0, double q4_0, double q4_k) {
  Random random(seed);
  double error8 = 0, error4 = 0, all = 0;
  for (int i = 0; i < 2048; ++i) {
    float weights[kQuantGroup];
    for (float &w : weights) {
      w = static_cast<float>(draw(random));
      all += static_cast<double>(w) * w;
    }
    uint8_t codes[kQuantGroup];
    error8 += quantizeQ8(weights, codes).squared_error;
    error4 += quantizeQ4(weights, codes).squared_error;
  }
  EXPECT_LT(error8 / all, q8_0);
  EXPECT_LT(error4 / all, q4_0);
  EXPECT_LT(error4 / all, q4_k);
}

// ggml's figures: relative squared error of ggml_quantize_chunk without importance (llama-cpp-python 0.3.36) on the
// very same 65,536 weights in rows of 256. bench/quality.py prints more of them.
TEST(Quantize, ErrsLessThanGgmlsFormatsOfTheSameSize) {
  expectBetterThanGgml(
      11, [](Random &random) { return random.normal(); }, 2.9e-5, 0.007369, 0.005069);
  expectBetterThanGgml(
      12, [](Random &random) { return random.laplace(); }, 4.5e-5, 0.011467, 0.007158);
  expectBetterThanGgml(
      13, [](Random &random) { return random.student(5); }, 4.6e-5, 0.011746, 0.006810);
  expectBetterThanGgml(
      14, [](Random &random) { return random.student(3); }, 6.7e-5, 0.016655, 0.008570);
}

}  // namespace
}  // namespace qwen
