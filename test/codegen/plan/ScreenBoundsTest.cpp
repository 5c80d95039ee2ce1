// No logit may be further from its screened value than the bound says, whatever the numbers.
#include "codegen/plan/ScreenBounds.h"

#include "codegen/plan/Bf16.h"
#include "codegen/plan/Quantize.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

namespace qwen {
namespace {

using Row = std::vector<float>;

std::string nameOf(PackedElement element) {
  switch (element) {
  case PackedElement::f32:
    return "f32";
  case PackedElement::bf16:
    return "bf16";
  case PackedElement::q8:
    return "q8";
  case PackedElement::q4:
    return "q4";
  }
  return "";
}

// Codes and scales of the groups of a row, of weights or of a product's input.
struct Codes {
  std::vector<float> scales;
  std::vector<int> values;  // in whole groups

  float at(size_t k) const { return scales[k / kQuantGroup] * float(values[k]); }
};

int64_t groupsOf(const Row &row) { return (int64_t(row.size()) + kQuantGroup - 1) / kQuantGroup; }

Row groupOf(const Row &row, int64_t group) {
  Row values(kQuantGroup);
  const int64_t first = group * kQuantGroup;
  std::copy_n(row.begin() + first, std::min<int64_t>(kQuantGroup, row.size() - first), values.begin());
  return values;
}

Codes quantizedWeights(const Row &row, PackedElement element) {
  Codes codes;
  for (int64_t group = 0; group < groupsOf(row); ++group) {
    uint8_t bytes[kQuantGroup];
    const Row values = groupOf(row, group);
    const bool q8 = element == PackedElement::q8;
    const uint16_t scale = (q8 ? quantizeQ8 : quantizeQ4)(values.data(), bytes).scale;
    codes.scales.push_back(fromHalf(scale));
    for (uint8_t code : bytes)
      codes.values.push_back(q8 ? q8Value(code) : q4Value(code, scale));
  }
  return codes;
}

// As codegen/cpu/ProductInput.cpp rounds a product's input.
Codes quantizedInput(const Row &row) {
  Codes codes;
  for (int64_t group = 0; group < groupsOf(row); ++group) {
    const Row values = groupOf(row, group);
    float most = 0;
    for (float value : values)
      most = std::max(most, std::fabs(value));
    const float inverse = most > 0 ? 127.0f / most : 0.0f;
    codes.scales.push_back(most * float(1.0 / 127.0));
    for (float value : values)
      codes.values.push_back(int(std::nearbyint(value * inverse)));
  }
  return codes;
}

float integerProduct(const Codes &weights, const Codes &input) {
  float sum = 0;
  for (size_t group = 0; group < weights.scales.size(); ++group) {
    int dot = 0;
    for (size_t k = group * kQuantGroup; k < (group + 1) * kQuantGroup; ++k)
      dot += weights.values[k] * input.values[k];
    sum = std::fma(float(dot), weights.scales[group] * input.scales[group], sum);
  }
  return sum;
}

// The head's product in one way or another, and its screen's, beside the bound as a kernel computes it.
struct Screened {
  float logit, screen, bound;
};

Screened screened(const Row &w, const Row &x, PackedElement stored, PackedElement screen, bool fused) {
  const auto columns = int64_t(w.size());
  const Codes copy = quantizedWeights(w, screen), input = quantizedInput(x);
  Screened result;
  result.screen = integerProduct(copy, input);
  Row y = x;
  if (stored == PackedElement::q8) {
    for (size_t k = 0; k < x.size(); ++k)
      y[k] = input.at(k);
    result.logit = integerProduct(quantizedWeights(w, stored), input);
  } else {
    result.logit = 0;
    for (size_t k = 0; k < x.size(); ++k) {
      const bool bf16 = stored == PackedElement::bf16;
      const float weight = bf16 ? fromBf16(toBf16(w[k])) : w[k];
      if (bf16 && fused)  // as bf16 dot products take it
        y[k] = fromBf16(toBf16(x[k]));
      volatile float product = weight * y[k];
      result.logit = fused ? std::fma(weight, y[k], result.logit) : result.logit + product;
    }
  }
  float bounds[2 * kLanes];
  screenBounds(w.data(), 1, columns, stored, screen, bounds);
  float squares = 0, errors = 0;
  for (size_t k = 0; k < y.size(); ++k) {
    const float error = y[k] - input.at(k);
    squares += y[k] * y[k];
    errors += error * error;
  }
  const ScreenSlack slack = screenSlack(columns);
  const float size = std::sqrt(squares) * slack.grow + slack.least;
  const float distance = std::sqrt(errors) * slack.grow + slack.least + size * slack.rounding;
  const float factor = distance + (size + distance) * slack.slack;
  result.bound = std::fma(bounds[0], size, std::fma(bounds[kLanes], factor, slack.least));
  return result;
}

// ---- numbers ----

class Numbers {
public:
  Row gaussian(int64_t count, float size = 1) {
    Row row(count);
    for (float &value : row)
      value = size * normal(generator);
    return row;
  }
  // Each group of a size of its own, some of them zero.
  Row uneven(int64_t count, int most) {
    Row row = gaussian(count);
    for (int64_t k = 0; k < count; k += kQuantGroup) {
      const int exponent = int(generator() % (2 * most)) - most;
      const float scale = generator() % 4 ? std::ldexp(1.0f, exponent) : 0.0f;
      for (int64_t i = k; i < std::min(k + kQuantGroup, count); ++i)
        row[i] *= scale;
    }
    return row;
  }

private:
  std::mt19937 generator{5};
  std::normal_distribution<float> normal;
};

struct Pair {
  std::string name;
  Row w, x;
};

std::vector<Pair> pairsOf(int64_t columns, PackedElement screen) {
  Numbers numbers;
  std::vector<Pair> pairs;
  for (int i = 0; i < 20; ++i) {
    pairs.push_back({"gaussian", numbers.gaussian(columns, 0.02f), numbers.gaussian(columns)});
    pairs.push_back({"uneven", numbers.uneven(columns, 8), numbers.uneven(columns, 20)});
    pairs.push_back({"tiny", numbers.gaussian(columns, 0x1p-130f), numbers.gaussian(columns)});
    pairs.push_back({"faint", numbers.gaussian(columns), numbers.gaussian(columns, 0x1p-110f)});
    pairs.push_back({"large", numbers.gaussian(columns, 0x1p12f), numbers.gaussian(columns, 0x1p40f)});
    // Beyond what scales reach: cut off in the copy.
    pairs.push_back({"beyond", numbers.gaussian(columns, 0x1p30f), numbers.gaussian(columns)});
    // Along what the copy leaves out: the inequality is nearly an equation.
    Pair worst{"worst", numbers.gaussian(columns, 0.02f), Row(columns)};
    const Codes copy = quantizedWeights(worst.w, screen);
    for (int64_t k = 0; k < columns; ++k)
      worst.x[k] = 100 * (worst.w[k] - copy.at(k));
    pairs.push_back(worst);
    // Along what the input's rounding leaves out.
    Pair rounding{"rounding", Row(columns), numbers.gaussian(columns)};
    const Codes input = quantizedInput(rounding.x);
    for (int64_t k = 0; k < columns; ++k)
      rounding.w[k] = rounding.x[k] - input.at(k);
    pairs.push_back(rounding);
    // All of one sign: the largest errors of summing.
    Pair positive{"positive", numbers.gaussian(columns), numbers.gaussian(columns)};
    for (Row *row : {&positive.w, &positive.x})
      std::transform(row->begin(), row->end(), row->begin(), [](float value) { return std::fabs(value); });
    pairs.push_back(positive);
  }
  pairs.push_back({"zeros", Row(columns), numbers.gaussian(columns)});
  pairs.push_back({"no input", numbers.gaussian(columns), Row(columns)});
  return pairs;
}

struct Formats {
  PackedElement stored, screen;
};

class ScreenBounds : public testing::TestWithParam<Formats> {};

TEST_P(ScreenBounds, Hold) {
  const auto [stored, screen] = GetParam();
  for (int64_t columns : {1, 31, 64, 70, 192, 1024})
    for (const Pair &pair : pairsOf(columns, screen))
      for (bool fused : {false, true}) {
        const Screened result = screened(pair.w, pair.x, stored, screen, fused);
        EXPECT_LE(std::fabs(double(result.logit) - result.screen), result.bound)
            << pair.name << ", " << columns << " columns, " << (fused ? "fused" : "not fused");
      }
}

// Where the inequality is nearly an equation, the bound is nearly reached: it isn't larger than it must be.
TEST_P(ScreenBounds, AreReached) {
  const auto [stored, screen] = GetParam();
  for (const Pair &pair : pairsOf(1024, screen))
    if (pair.name == "worst" && stored != PackedElement::q8) {
      const Screened result = screened(pair.w, pair.x, stored, screen, true);
      EXPECT_GT(std::fabs(result.logit - result.screen), (screen == PackedElement::q4 ? 0.8 : 0.3) * result.bound);
    }
}

// A row that has no size has no bound either.
TEST_P(ScreenBounds, AreNotFiniteWhereWeightsAreNot) {
  const auto [stored, screen] = GetParam();
  if (stored == PackedElement::q8)
    return;  // which stores something finite instead
  for (float odd : {INFINITY, -INFINITY, NAN}) {
    Row rows(2 * 40, 1.0f);
    rows[40 + 7] = odd;
    float bounds[2 * kLanes];
    screenBounds(rows.data(), 2, 40, stored, screen, bounds);
    EXPECT_TRUE(std::isfinite(bounds[0]));
    EXPECT_FALSE(std::isfinite(bounds[1]));
  }
}

INSTANTIATE_TEST_SUITE_P(Formats, ScreenBounds,
                         testing::Values(Formats{PackedElement::f32, PackedElement::q8},
                                         Formats{PackedElement::f32, PackedElement::q4},
                                         Formats{PackedElement::bf16, PackedElement::q8},
                                         Formats{PackedElement::bf16, PackedElement::q4},
                                         Formats{PackedElement::q8, PackedElement::q4}),
                         [](const auto &info) { return nameOf(info.param.stored) + "_" + nameOf(info.param.screen); });

}  // namespace
}  // namespace qwen
