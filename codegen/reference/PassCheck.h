// The check of passes: a module must compute the same before and after them.
#pragma once

#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/raw_ostream.h"

#include <string>
#include <vector>

namespace qwen {

struct PassCheckOptions {
  std::string pipeline;     // as mlir-opt's --pass-pipeline, builtin.module(...) around it or not: "func.func(cse)"
  uint64_t seed = 0;        // of weights and inputs
  double tolerance = 1e-5;  // largest difference allowed, relative to the root mean square of the output
};

enum class PassCheckResult { same, different, bad_pipeline };

// Interprets `module` and a copy that went through the pipeline with the same random weights and over the same calls:
// every slot is filled in chunks that are mixed with the other slots' rows, then decoded step by step. All outputs are
// compared, those on request included, and at the end the states. `names`: of the arguments of @forward.
// On success writes one line to `report`, else sets `error` to one line: the first output that differs, or what is
// wrong with the pipeline.
PassCheckResult checkPasses(mlir::ModuleOp module, const std::vector<std::string> &names,
                            const PassCheckOptions &options, llvm::raw_ostream &report, std::string &error);

}  // namespace qwen
