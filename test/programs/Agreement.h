// What tests over the stored cases expect of a run's outputs.
#pragma once

#include "test/programs/Case.h"
#include "test/programs/CompiledProgram.h"

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

// Row `row` of the batch: of every input, and of every output that has rows (aux_loss hasn't).
inline Tensors inputRow(const StoredRun &run, int64_t row) {
  Tensors part;
  for (const auto &[name, tensor] : run.input)
    part[name] = slice(tensor, row, 1);
  return part;
}

inline Tensors outputRow(const Tensors &whole, int64_t row, int64_t batch) {
  Tensors part;
  for (const auto &[name, tensor] : whole) {
    if (tensor.shape.empty())
      continue;
    int64_t each = tensor.shape[0] / batch;  // router_logits are [batch * positions, experts]
    part[name] = slice(tensor, row * each, each);
  }
  return part;
}

// Every row of a batch has the bits that it has alone.
inline void expectRowsAlone(const CompiledProgram &program, const StoredRun &run, const Tensors &reference) {
  for (int64_t row = 0; run.batch() > 1 && row < run.batch(); ++row) {
    SCOPED_TRACE("row " + std::to_string(row) + " alone");
    StoredRun alone = run;
    alone.expected = outputRow(run.expected, row, run.batch());
    expectEqualBits(alone, program.run("eval", inputRow(run, row), run.args), outputRow(reference, row, run.batch()));
  }
}

}  // namespace qwen::test
