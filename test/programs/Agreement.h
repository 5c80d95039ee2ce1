// What tests over the stored cases expect of a run's outputs.
#pragma once

#include "test/programs/Case.h"

#include "gtest/gtest.h"

#include <string>
#include <vector>

namespace qwen::test {

using Flags = std::vector<std::string>;

inline Flags operator+(Flags flags, const Flags &more) {
  flags.insert(flags.end(), more.begin(), more.end());
  return flags;
}

// What every output must be within: of the RMS, against f32 arithmetic on the same weights.
enum class Arithmetic { f32, bf16_products };

inline void expectAgreement(const StoredRun &run, const Tensors &actual, Arithmetic arithmetic) {
  for (const auto &[name, expected] : run.expected) {
    SCOPED_TRACE(name);
    ASSERT_TRUE(actual.count(name)) << "not written";
    bool rounds = arithmetic == Arithmetic::bf16_products && expected.dtype == DType::f32;
    EXPECT_EQ(difference(actual.at(name), expected, rounds ? run.bf16Tolerance(name) : run.tolerance), "");
  }
}

inline void expectEqualBits(const StoredRun &run, const Tensors &actual, const Tensors &reference) {
  for (const auto &[name, expected] : run.expected) {
    SCOPED_TRACE(name);
    ASSERT_TRUE(actual.count(name)) << "not written";
    EXPECT_EQ(bitDifference(actual.at(name), reference.at(name), expected), "");
  }
}

}  // namespace qwen::test
