#include "codegen/plan/Phases.h"

#include "codegen/plan/AttentionMemory.h"
#include "codegen/plan/RecurrentLayout.h"
#include "dialect/QwenDialect.h"

#include "llvm/ADT/STLExtras.h"

using ::qwen::Phase;

namespace mlir::qwen {

namespace {

// The fields of a phase, for both directions of the attribute, in which empty ones don't stand.
constexpr std::pair<StringLiteral, std::string Phase::*> kTexts[] = {{"name", &Phase::name},
                                                                     {"element", &Phase::element}};
constexpr std::pair<StringLiteral, bool Phase::*> kFlags[] = {{"wanted_rows", &Phase::wanted_rows},
                                                              {"on_request", &Phase::on_request}};
constexpr std::pair<StringLiteral, int64_t Phase::*> kNumbers[] = {{"launches", &Phase::launches},
                                                                   {"weight_bytes", &Phase::weight_bytes},
                                                                   {"row_weight_bytes", &Phase::row_weight_bytes},
                                                                   {"expert_bytes", &Phase::expert_bytes},
                                                                   {"screen_bytes", &Phase::screen_bytes},
                                                                   {"row_multiplies", &Phase::row_multiplies},
                                                                   {"state_bytes", &Phase::state_bytes},
                                                                   {"key_bytes", &Phase::key_bytes},
                                                                   {"key_multiplies", &Phase::key_multiplies},
                                                                   {"window", &Phase::window}};

std::string elementName(Type element) {
  if (isa<Q8Type>(element))
    return "q8";
  if (isa<Q4Type>(element))
    return "q4";
  return element.isBF16() ? "bf16" : "f32";
}

// "norm_qkv"; where one kind of kernel serves several weights, "linear_residual o_proj".
std::string nameOf(Operation *op) {
  std::string kind = op->getName().getStringRef().drop_front(strlen("qwen.")).str();
  if (auto attention = attentionOf(op))
    return attention->window ? "sliding_" + kind : kind;
  FlatSymbolRefAttr weight;
  if (auto linear = dyn_cast<LinearResidualOp>(op))
    weight = linear.getWeightAttr();
  else if (auto head = dyn_cast<ScreenedHeadOp>(op))
    weight = head.getWeightAttr();
  else if (auto linear = dyn_cast<NormLinearOp>(op))
    weight = cast<FlatSymbolRefAttr>(linear.getWeights()[0]);
  if (!weight)
    return kind;
  StringRef path = weight.getValue();
  path.consume_back(".weight");
  StringRef module = path.rsplit('.').second;
  if (module.empty())
    module = path;
  return (kind + " " + (module == "embed_tokens" ? "lm_head" : module)).str();  // a tied head
}

void addPacked(Operation *op, PackedOp packed, Phase &phase, int64_t &largest) {
  int64_t elements = 0, experts = 1, rows = 0;
  for (auto source : packed.getSources().getAsRange<FlatSymbolRefAttr>()) {
    const MatrixShape shape = matricesOf(weightType(op, source).getShape());
    elements += shape.experts * shape.rows * shape.columns;
    experts = shape.experts;
    rows += shape.rows;
  }
  if (isa<EmbedOp>(op)) {
    phase.row_weight_bytes += packed.getBytes() / rows;
    return;
  }
  if (packed.getLayout() == PackedLayout::Screen || packed.getLayout() == PackedLayout::Bounds) {
    phase.screen_bytes += packed.getBytes();
    return;
  }
  if (packed.getLayout() == PackedLayout::Vector) {
    phase.weight_bytes += packed.getBytes();
    return;
  }
  if (packed.getLayout() != PackedLayout::Taps && experts > 1) {
    phase.expert_bytes += packed.getBytes() / experts;
    phase.row_multiplies += elements / experts * cast<NormMoeOp>(op).getTopK();
  } else {
    phase.weight_bytes += packed.getBytes();
    phase.row_multiplies += elements;
  }
  if (elements > largest) {
    largest = elements;
    phase.element = elementName(packed.getElement());
  }
}

void addCaches(Operation *op, const AttentionView &attention, Phase &phase) {
  for (FlatSymbolRefAttr name : {attention.keyCache, attention.valueCache}) {
    auto state = lookup<StateOp>(op, name);
    const CacheLayout layout(state.getType());
    phase.key_bytes += layout.countersAt() / (layout.slots * layout.maxSeq);
  }
  phase.key_multiplies = 2 * width(attention.query);  // scores, and the weighted sum of values
  phase.window = attention.window.value_or(0);
}

void addRecurrentStates(GatedDeltaNetOp delta, Phase &phase) {
  for (FlatSymbolRefAttr name : {delta.getConvStateAttr(), delta.getDeltaStateAttr()}) {
    RankedTensorType type = stateType(delta, name);
    phase.state_bytes += recurrentBytes(type) / type.getDimSize(0);
  }
  // The sums over the state before and after its update, and the update.
  RankedTensorType type = stateType(delta, delta.getDeltaStateAttr());
  phase.row_multiplies += 3 * type.getNumElements() / type.getDimSize(0);
}

// Whether the launch is skipped unless an output on request is wanted.
bool onRequest(Operation *op) {
  if (auto output = dyn_cast<OutputOp>(op))
    return output.getOnRequest();
  return op->getNumResults() == 1 && op->getResult(0).hasOneUse() && isa<OutputOp>(*op->getResult(0).user_begin()) &&
         cast<OutputOp>(*op->getResult(0).user_begin()).getOnRequest();
}

}  // namespace

Phase phaseOf(Operation *op, bool wantedRows) {
  Phase phase;
  phase.name = nameOf(op);
  phase.wanted_rows = wantedRows;
  phase.on_request = onRequest(op);
  phase.launches = 1;
  int64_t largest = 0;
  if (auto names = op->getAttrOfType<ArrayAttr>("qwen.packed"))
    for (auto name : names.getAsRange<FlatSymbolRefAttr>())
      addPacked(op, lookup<PackedOp>(op, name), phase, largest);
  if (auto attention = attentionOf(op))
    addCaches(op, *attention, phase);
  if (auto delta = dyn_cast<GatedDeltaNetOp>(op))
    addRecurrentStates(delta, phase);
  return phase;
}

int64_t PhaseList::add(const Phase &launch) {
  auto same = llvm::find_if(phases, [&](const Phase &phase) {
    return phase.name == launch.name && phase.element == launch.element && phase.wanted_rows == launch.wanted_rows &&
           phase.on_request == launch.on_request && phase.window == launch.window;
  });
  if (same == phases.end()) {
    phases.push_back(launch);
    return int64_t(phases.size()) - 1;
  }
  for (auto &[name, member] : kNumbers)
    if (member != &Phase::window)
      (*same).*member += launch.*member;
  return same - phases.begin();
}

ArrayAttr PhaseList::attribute(MLIRContext *context) const {
  Builder b(context);
  SmallVector<Attribute> list;
  for (const Phase &phase : phases) {
    NamedAttrList fields;
    for (auto &[name, member] : kTexts)
      if (!(phase.*member).empty())
        fields.set(name, b.getStringAttr(phase.*member));
    for (auto &[name, member] : kFlags)
      if (phase.*member)
        fields.set(name, b.getUnitAttr());
    for (auto &[name, member] : kNumbers)
      if (phase.*member)
        fields.set(name, b.getI64IntegerAttr(phase.*member));
    list.push_back(fields.getDictionary(context));
  }
  return b.getArrayAttr(list);
}

std::vector<Phase> phasesOf(ModuleOp module) {
  std::vector<Phase> phases;
  auto list = module->getAttrOfType<ArrayAttr>("qwen.phases");
  for (auto fields : list.getAsRange<DictionaryAttr>()) {
    Phase &phase = phases.emplace_back();
    for (auto &[name, member] : kTexts)
      if (auto text = fields.getAs<StringAttr>(name))
        phase.*member = text.getValue().str();
    for (auto &[name, member] : kFlags)
      phase.*member = fields.contains(name);
    for (auto &[name, member] : kNumbers)
      if (auto number = fields.getAs<IntegerAttr>(name))
        phase.*member = number.getInt();
  }
  return phases;
}

}  // namespace mlir::qwen
