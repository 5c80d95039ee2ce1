// From generated code to the files that a user gets.
#pragma once

#include "codegen/plan/Packer.h"
#include "frontend/WeightSource.h"
#include "runtime/abi/Program.h"
#include "tools/qwenc/Options.h"
#include "tools/qwenc/Reporter.h"

#include "llvm/ADT/StringRef.h"

#include <string>
#include <vector>

namespace qwen {

// All that a program or library is made of.
struct CompiledModel {
  Program program;  // complete but for build_id and weights_embedded
  std::vector<PackedSection> sections;
  const WeightSource *weights = nullptr;  // null: none are at hand
  std::string tokenizer;                  // blob, empty: none
  llvm::StringRef object;                 // of the generated code
};

// Writes `text` to `path`, or to stdout when that is "-". Throws Failure.
void writeText(const std::string &path, llvm::StringRef text);

// Writes the program `path`, or for a library the archive `path` and its header, and unless they are embedded or there
// are none the weights `path`.weights; each replaces what was there only when all of them are whole. Returns one line
// that says what was written. Throws Failure.
std::string writeProgram(CompiledModel &model, const std::string &path, bool library, bool embed_weights,
                         Reporter &reporter);

}  // namespace qwen
