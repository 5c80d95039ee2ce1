// Loops of nothing but multiply-adds, for the machine's peak.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace qwen {

struct DotLoop {
  void (*run)(int64_t iterations) = nullptr;
  int64_t multiplies = 0;  // multiply-adds of one iteration
};

// The loop for a dot form (Program::dot_form) of this processor family, in the widest registers that code with
// `cpu_features` (Program::cpu_features) may use; the plain loop of the form "generic" where there is none.
DotLoop dotLoop(const std::string &form, const std::vector<std::string> &cpu_features);

}  // namespace qwen
