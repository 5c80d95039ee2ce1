// The stored cases of test/data/cases: small checkpoints and what HF computes on them.
#pragma once

#include "test/programs/Tensors.h"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace qwen::test {

struct StoredRun {
  std::string name;
  std::string verb;                             // "eval", "generate"
  std::vector<std::string> args;                // flags of the verb
  double tolerance = 0;                         // of the RMS, for f32 arithmetic
  std::map<std::string, double> hf_bf16_error;  // of each output, for bf16 checkpoints: HF's own bf16 run
  std::string input_path;
  Tensors input, expected;  // NaN in `expected`: free

  // The tolerance of output `name` when products may round their inputs to bf16.
  double bf16Tolerance(const std::string &output) const;
  int64_t batch() const;
};

struct Case {
  std::string name;
  std::filesystem::path checkpoint;
  bool bf16 = false;
  std::vector<std::string> build;  // flags of `qwenc build`
  std::vector<StoredRun> runs;
};

std::vector<std::string> caseNames();
Case loadCase(const std::string &name);  // throws std::runtime_error

std::filesystem::path casesDirectory();
std::filesystem::path exampleDirectory();
std::string binary(const std::string &name);  // build/bin/NAME

}  // namespace qwen::test
