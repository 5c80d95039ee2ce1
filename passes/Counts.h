// What passes say they did. MLIR's pass statistics are compiled out of release builds of libMLIR, so passes also emit
// their counts as remarks: shown by `qwen-opt --remarks-filter=qwen`, received by a compiler through listenToCounts().
#pragma once

#include "mlir/IR/Operation.h"

#include <cstdint>
#include <functional>

namespace mlir::qwen {

// Emits "DONE of CANDIDATES WHAT" (for instance "48 of 48 MoE blocks fused") as an analysis remark of category "qwen".
// Says nothing where there was nothing to do.
void reportCount(Operation *scope, StringRef pass, StringRef what, int64_t done, int64_t candidates);

// From now on calls `receive` with the pass and the line of each count that is reported in this context, in the order
// of the passes. Replaces the context's remark engine.
void listenToCounts(MLIRContext &context, std::function<void(StringRef pass, StringRef line)> receive);

}  // namespace mlir::qwen
