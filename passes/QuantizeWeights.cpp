#include "passes/Counts.h"
#include "passes/Passes.h"

#include "llvm/ADT/TypeSwitch.h"

namespace mlir::qwen {

#define GEN_PASS_DEF_QUANTIZEWEIGHTS
#include "passes/Passes.h.inc"

namespace {

// In rising order: of several uses the highest decides.
enum class Need { layer, vocabulary, exact };

// What the ops of @forward need of the matrices that they read.
class Needs {
public:
  explicit Needs(func::FuncOp forward) {
    forward.walk([&](EmbedOp embed) { vocabulary = weightType(embed, embed.getWeightAttr()).getDimSize(0); });
    forward.walk([&](Operation *op) { visit(op); });
  }

  // Null for a weight that no op reads as a matrix.
  const Need *find(WeightOp weight) const {
    auto found = needs.find(weight.getSymNameAttr());
    return found == needs.end() ? nullptr : &found->second;
  }

private:
  void visit(Operation *op) {
    llvm::TypeSwitch<Operation *>(op)
        .Case([&](EmbedOp embed) { add(embed.getWeightAttr(), Need::vocabulary); })
        .Case([&](NormQkvOp qkv) { addAll(qkv.getWeights()); })
        .Case([&](NormGluOp glu) {
          add(glu.getGateAttr(), Need::layer);
          add(glu.getUpAttr(), Need::layer);
        })
        .Case([&](LinearResidualOp linear) { add(linear.getWeightAttr(), Need::layer); })
        .Case([&](NormMoeOp moe) {
          add(moe.getRouterAttr(), Need::exact);
          add(moe.getGateUpAttr(), Need::layer);
          add(moe.getDownAttr(), Need::layer);
          addShared(moe.getShared());
        })
        .Case([&](NormLinearOp linear) {
          for (auto [weight, result] : llvm::zip(linear.getWeights(), linear.getResults()))
            add(cast<FlatSymbolRefAttr>(weight), needOfMap(result));
        });
  }

  // A map whose result only the caller reads is a head: over the vocabulary, or of few labels. What makes the gates of
  // a gated_delta_net decides how long it remembers, and is small.
  Need needOfMap(Value result) const {
    if (llvm::any_of(result.getUsers(), [&](Operation *user) {
          auto delta = dyn_cast<GatedDeltaNetOp>(user);
          return delta && (delta.getA() == result || delta.getB() == result);
        }))
      return Need::exact;
    if (result.use_empty() || !llvm::all_of(result.getUsers(), llvm::IsaPred<OutputOp>))
      return Need::layer;
    return width(result) == vocabulary ? Need::vocabulary : Need::exact;
  }

  void addAll(ArrayAttr weights) {
    for (auto weight : weights.getAsRange<FlatSymbolRefAttr>())
      add(weight, Need::layer);
  }
  // [gate, up, down, row_gate], or nothing.
  void addShared(ArrayAttr weights) {
    for (auto [i, weight] : llvm::enumerate(weights.getAsRange<FlatSymbolRefAttr>()))
      add(weight, i == 3 ? Need::exact : Need::layer);
  }
  void add(FlatSymbolRefAttr name, Need need) {
    Need &known = needs.try_emplace(name.getAttr(), need).first->second;
    known = std::max(known, need);
  }

  int64_t vocabulary = 0;
  llvm::DenseMap<StringAttr, Need> needs;
};

struct QuantizeWeights : impl::QuantizeWeightsBase<QuantizeWeights> {
  using QuantizeWeightsBase::QuantizeWeightsBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    Type q8 = Q8Type::get(module.getContext()), q4 = Q4Type::get(module.getContext());
    auto forward = module.lookupSymbol<func::FuncOp>("forward");
    if (!forward) {
      module.emitError("module has no function @forward whose weights to quantise");
      return signalPassFailure();
    }
    if (format != "q8" && format != "q4") {
      module.emitError() << "format is \"" << format << "\", but must be q8 or q4";
      return signalPassFailure();
    }
    Needs needs(forward);
    int64_t narrow = 0, wide = 0, exact = 0;
    for (WeightOp weight : module.getOps<WeightOp>()) {
      const Need *need = needs.find(weight);
      if (!need)
        continue;
      if (*need == Need::exact) {
        ++exact;
        continue;
      }
      bool narrowly = *need == Need::layer && format == "q4";
      weight.setStorage(narrowly ? q4 : q8);
      ++(narrowly ? narrow : wide);
    }
    asQ4 += narrow;
    asQ8 += wide;
    reportLine(module, getArgument(),
               "matrices: " + Twine(narrow) + " as q4, " + Twine(wide) + " as q8, " + Twine(exact) + " as they were");
  }
};

}  // namespace
}  // namespace mlir::qwen
