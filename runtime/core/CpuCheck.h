// Whether this processor can run the program's generated code.
#pragma once

#include <string>
#include <vector>

namespace qwen {

// The first of `features` (LLVM's names: "avx2", "avx512bf16", "dotprod") that CPUID or the kernel doesn't show,
// or that this runtime can't ask for; empty when all are there.
std::string missingCpuFeature(const std::vector<std::string> &features);

}  // namespace qwen
