#include "passes/Counts.h"
#include "passes/Passes.h"

namespace mlir::qwen {

#define GEN_PASS_DEF_DECOMPOSEFUSED
#include "passes/Passes.h.inc"

namespace {

struct DecomposeFused : impl::DecomposeFusedBase<DecomposeFused> {
  void runOnOperation() override {
    int64_t count = 0;
    getOperation().walk([&](FusedOpInterface fused) {
      OpBuilder builder(fused);
      fused->replaceAllUsesWith(fused.decompose(builder));
      fused->erase();
      ++count;
    });
    decomposed += count;
    reportCount(getOperation(), getArgument(), "fused ops taken apart", count, count);
  }
};

}  // namespace
}  // namespace mlir::qwen
