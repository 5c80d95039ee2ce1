#include "passes/Counts.h"
#include "passes/Matching.h"

namespace mlir::qwen {

#define GEN_PASS_DEF_FUSEGATEDDELTANET
#include "passes/Passes.h.inc"

namespace {

// What makes a rule's query, key and value: split(act(causal_conv(x))), query and key l2-normalised.
struct Convolved {
  L2NormOp query, key;
  SplitOp split;
  ActivationOp activation;
  CausalConvOp conv;

  // `conv` is null where they aren't made this way for the rule alone.
  explicit Convolved(GatedDeltaRuleOp rule) {
    if ((query = soleProducer<L2NormOp>(rule.getQuery())) && (key = soleProducer<L2NormOp>(rule.getKey())) &&
        (split = soleProducer<SplitOp>(rule.getValue())) && isPieces(rule) &&
        (activation = soleProducer<ActivationOp>(split.getInput())))
      conv = soleProducer<CausalConvOp>(activation.getInput());
  }

private:
  // Query, key and value in this order, the former two normalised alike over the rule's heads.
  bool isPieces(GatedDeltaRuleOp rule) {
    RankedTensorType state = stateType(rule, rule.getStateAttr());
    ResultRange pieces = split.getResults();
    return state && split.getGroups() == 1 && pieces.size() == 3 && pieces[0] == query.getInput() &&
           pieces[1] == key.getInput() && pieces[2] == rule.getValue() && pieces[0].hasOneUse() &&
           pieces[1].hasOneUse() && query.getEpsAttr() == key.getEpsAttr() &&
           int64_t(query.getHeadDim()) == state.getDimSize(2) && int64_t(key.getHeadDim()) == state.getDimSize(2);
  }
};

struct DeltaBlock : CountingPattern<GluOp> {
  using CountingPattern::CountingPattern;

  // silu(z) * rms_norm(gated_delta_rule(...)), the norm per value head
  LogicalResult matchAndRewrite(GluOp glu, PatternRewriter &rewriter) const override {
    auto norm = soleProducer<RmsNormOp>(glu.getUp());
    auto rule = norm ? soleProducer<GatedDeltaRuleOp>(norm.getInput()) : GatedDeltaRuleOp();
    if (!rule || glu.getActivation() != Activation::Silu || norm.getZeroCentered() || !isHeadNorm(norm, rule))
      return failure();
    Convolved convolved(rule);
    CausalConvOp conv = convolved.conv;
    auto beta = soleProducer<ActivationOp>(rule.getBeta());
    auto decay = soleProducer<DecayOp>(rule.getDecay());
    if (!conv || !beta || beta.getActivation() != Activation::Sigmoid || !decay || conv.getSlot() != rule.getSlot() ||
        conv.getIndex() != rule.getIndex() || !isBefore(glu.getGate(), rule) || isTouchedBetween(conv, rule))
      return failure();

    rewriter.setInsertionPoint(rule);
    Location loc = rewriter.getFusedLoc({conv.getLoc(), rule.getLoc(), norm.getLoc(), glu.getLoc()});
    auto fused = GatedDeltaNetOp::create(
        rewriter, loc, glu.getType(), convolved.activation.getActivationAttr(), conv.getInput(), glu.getGate(),
        beta.getInput(), decay.getInput(), rule.getSlot(), rule.getIndex(), conv.getWeightAttr(), conv.getStateAttr(),
        decay.getALogAttr(), decay.getDtBiasAttr(), convolved.query.getEpsAttr(), rule.getScaleAttr(),
        rule.getStateAttr(), norm.getWeightAttr(), norm.getEpsAttr());
    rewriter.replaceOp(glu, fused);
    for (Operation *op : {norm.getOperation(), rule.getOperation(), beta.getOperation(), decay.getOperation(),
                          convolved.query.getOperation(), convolved.key.getOperation(), convolved.split.getOperation(),
                          convolved.activation.getOperation(), conv.getOperation()})
      rewriter.eraseOp(op);
    ++count;
    return success();
  }

private:
  static bool isHeadNorm(RmsNormOp norm, GatedDeltaRuleOp rule) {
    RankedTensorType weight = weightType(norm, norm.getWeightAttr()), state = stateType(rule, rule.getStateAttr());
    return weight && state && weight.getDimSize(0) == state.getDimSize(3);
  }

  // Whether the convolution's state is read or updated on the way to the rule, where the fused op will do it.
  static bool isTouchedBetween(CausalConvOp conv, GatedDeltaRuleOp rule) {
    for (Operation *op = conv->getNextNode(); op != rule; op = op->getNextNode())
      if (touches(op, {conv.getStateAttr()}))
        return true;
    return false;
  }
};

struct FuseGatedDeltaNet : impl::FuseGatedDeltaNetBase<FuseGatedDeltaNet> {
  void runOnOperation() override {
    int64_t found = countOps<GatedDeltaRuleOp>(getOperation());
    FailureOr<int64_t> made = applyEverywhere<DeltaBlock>(getOperation());
    if (failed(made))
      return signalPassFailure();
    candidates += found;
    fused += *made;
    reportCount(getOperation(), getArgument(), "convolutions + gated delta rules + gated norms fused", *made, found);
  }
};

}  // namespace
}  // namespace mlir::qwen
