// What passes say they did. MLIR's pass statistics are compiled out of release builds of libMLIR, so passes also emit
// their counts as remarks: shown by `qwen-opt --remarks-filter=qwen`, received by a compiler through listenToCounts().
#pragma once

#include "mlir/IR/Operation.h"

#include <cstdint>
#include <functional>

namespace mlir::qwen {

// Emits `line` (for instance "kernels: 10 for 45 launches, 31 barriers") as an analysis remark of category "qwen".
void reportLine(Operation *scope, StringRef pass, const Twine &line);

// Likewise "DONE of CANDIDATES WHAT" (for instance "48 of 48 MoE blocks fused"); nothing where nothing was to do.
void reportCount(Operation *scope, StringRef pass, StringRef what, int64_t done, int64_t candidates);

// From now on calls `receive` with the pass and the line of each report in this context, in the order of the passes.
// Replaces the context's remark engine.
void listenToCounts(MLIRContext &context, std::function<void(StringRef pass, StringRef line)> receive);

}  // namespace mlir::qwen
