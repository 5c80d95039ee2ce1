// What `qwen-opt --help` says: one screen.
#pragma once

#include "llvm/Support/raw_ostream.h"

namespace mlir::qwen {

// All passes and pipelines must be registered before.
void printHelp(llvm::raw_ostream &out);

}  // namespace mlir::qwen
