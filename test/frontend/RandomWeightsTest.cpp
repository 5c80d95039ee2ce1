#include "frontend/config/RandomWeights.h"

#include "frontend/config/Convert.h"

#include <cmath>
#include <gtest/gtest.h>

using namespace qwen;

namespace {

const std::vector<WeightSpec> kSpecs = {
    {"a.weight", {300, 70}},
    {"b.weight", {300, 70}, WeightKind::matrix, /*bf16=*/true},
    {"norm.weight", {4000}, WeightKind::norm},
    {"a.bias", {4000}, WeightKind::vector},
};

std::vector<float> read(uint64_t seed, const WeightSpec &spec, int64_t step) {
  const auto source = randomWeights(seed, 0.02, kSpecs);
  std::vector<float> values(spec.rows() * spec.columns());
  std::string error;
  for (int64_t row = 0; row < spec.rows(); row += step)
    EXPECT_TRUE(source->readRows(spec.name, row, std::min(step, spec.rows() - row),
                                 values.data() + row * spec.columns(), error));
  return values;
}

struct Moments {
  double mean = 0, deviation = 0;
};
Moments momentsOf(const std::vector<float> &values) {
  Moments result;
  for (float value : values)
    result.mean += value / values.size();
  for (float value : values)
    result.deviation += (value - result.mean) * (value - result.mean) / values.size();
  result.deviation = std::sqrt(result.deviation);
  return result;
}

TEST(RandomWeights, DontDependOnTheOrderOfReads) {
  for (const WeightSpec &spec : kSpecs)
    EXPECT_EQ(read(1, spec, 1), read(1, spec, 97)) << spec.name;
}

TEST(RandomWeights, DifferBySeedAndName) {
  EXPECT_NE(read(1, kSpecs[0], 300), read(2, kSpecs[0], 300));
  auto rounded = read(1, kSpecs[0], 300);
  roundToBf16(rounded.data(), rounded.size());
  EXPECT_NE(rounded, read(1, kSpecs[1], 300));
}

TEST(RandomWeights, HaveTheConfiguredSpread) {
  for (int i : {0, 1, 3}) {
    const Moments moments = momentsOf(read(1, kSpecs[i], 4000));
    EXPECT_NEAR(moments.mean, 0, 0.001) << kSpecs[i].name;
    EXPECT_NEAR(moments.deviation, 0.02, 0.0008) << kSpecs[i].name;
  }
  const Moments norm = momentsOf(read(1, kSpecs[2], 4000));
  EXPECT_NEAR(norm.mean, 1, 0.01);
  EXPECT_NEAR(norm.deviation, 0.1, 0.005);
}

TEST(RandomWeights, AreExactInTheirStorageType) {
  const auto values = read(1, kSpecs[1], 300);
  auto rounded = values;
  roundToBf16(rounded.data(), rounded.size());
  EXPECT_EQ(values, rounded);
}

TEST(RandomWeights, UnknownName) {
  float value;
  std::string error;
  EXPECT_FALSE(randomWeights(1, 0.02, kSpecs)->readRows("c", 0, 1, &value, error));
  EXPECT_EQ(error, "weight \"c\" is not part of the model");
}

}  // namespace
