#include "passes/Counts.h"
#include "passes/Passes.h"

namespace mlir::qwen {

#define GEN_PASS_DEF_SCREENHEAD
#include "passes/Passes.h.inc"

namespace {

// The LM head is what only the caller reads, as wide as the embedding is high.
bool isHead(NormLinearOp linear, int64_t vocabulary) {
  return linear.getNormAttr() && linear.getWeights().size() == 1 && linear.getBiases().empty() &&
         width(linear.getResult(0)) == vocabulary && !linear.getResult(0).use_empty() &&
         llvm::all_of(linear.getResult(0).getUsers(), llvm::IsaPred<OutputOp>);
}

struct ScreenHead : impl::ScreenHeadBase<ScreenHead> {
  using ScreenHeadBase::ScreenHeadBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    auto forward = module.lookupSymbol<func::FuncOp>("forward");
    if (!forward) {
      module.emitError("module has no function @forward whose head to screen");
      return signalPassFailure();
    }
    if (format != "q8" && format != "q4") {
      module.emitError() << "format is \"" << format << "\", but must be q8 or q4";
      return signalPassFailure();
    }
    Type screen = format == "q8" ? Type(Q8Type::get(module.getContext())) : Type(Q4Type::get(module.getContext()));
    int64_t vocabulary = 0;
    forward.walk([&](EmbedOp embed) { vocabulary = weightType(embed, embed.getWeightAttr()).getDimSize(0); });
    int64_t made = 0, found = 0;
    forward.walk([&](NormLinearOp linear) {
      if (!linear.getRows())
        return;
      ++found;
      if (!isHead(linear, vocabulary))
        return;
      OpBuilder builder(linear);
      auto head = ScreenedHeadOp::create(builder, linear.getLoc(), linear.getResult(0).getType(), linear.getInput(),
                                         linear.getRows(), linear.getNormAttr(), linear.getEpsAttr(),
                                         linear.getZeroCenteredAttr(), cast<FlatSymbolRefAttr>(linear.getWeights()[0]),
                                         TypeAttr::get(screen));
      linear.getResult(0).replaceAllUsesWith(head.getLogits());
      linear.erase();
      ++made;
    });
    screened += made;
    candidates += found;
    reportCount(module, getArgument(), "LM heads screened", made, found);
  }
};

}  // namespace
}  // namespace mlir::qwen
