// The weight file of a program: a header page, then the packed weights.
#pragma once

#include "codegen/plan/Packer.h"
#include "runtime/abi/Program.h"
#include "tools/qwenc/OutputFile.h"
#include "tools/qwenc/Reporter.h"

#include <cstdint>

namespace qwen {

// Packs all sections into `file`, in which the weight file begins at `file_offset`, and leaves room for the header.
// Throws Failure.
PackResult writeWeights(const OutputFile &file, int64_t file_offset, const std::vector<PackedSection> &sections,
                        int64_t payload_bytes, const WeightSource &source, Reporter &reporter);

// Writes the header, once the program's build id is known. Throws Failure.
void writeWeightHeader(const OutputFile &file, int64_t file_offset, const Program &program);

}  // namespace qwen
