// --qwen-plan-weights: which packed sections the weight file has, in which layout, where.
#include "codegen/plan/KernelShapes.h"
#include "codegen/plan/PlanPasses.h"
#include "dialect/QwenDialect.h"
#include "passes/Counts.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/TypeSwitch.h"

namespace mlir::qwen {
#define GEN_PASS_DEF_PLANWEIGHTS
#include "codegen/plan/PlanPasses.h.inc"

namespace {

// What an op asks for: sources in one layout.
struct Demand {
  PackedLayout layout;
  SmallVector<FlatSymbolRefAttr> sources;
  int64_t group = 0;  // rows that are padded to whole panels together; 0: all rows of a source
  bool plusOne = false;
  Type screen = {};  // format of a screen or its bounds
};

SmallVector<FlatSymbolRefAttr> refs(ArrayAttr symbols) {
  return llvm::map_to_vector(symbols, [](Attribute symbol) { return cast<FlatSymbolRefAttr>(symbol); });
}

// The packed weights of an op in the order in which its kernel takes them.
SmallVector<Demand> demandsOf(Operation *op) {
  SmallVector<Demand> demands;
  auto vector = [&](FlatSymbolRefAttr name) { demands.push_back({PackedLayout::Vector, {name}}); };
  auto norm = [&](FlatSymbolRefAttr name, bool zeroCentered) {
    demands.push_back({PackedLayout::Vector, {name}, 0, zeroCentered});
  };
  auto panels = [&](FlatSymbolRefAttr name) { demands.push_back({PackedLayout::Panels, {name}}); };
  llvm::TypeSwitch<Operation *>(op)
      .Case([&](EmbedOp embed) {
        demands.push_back({PackedLayout::Rows, {embed.getWeightAttr()}});
      })
      .Case([&](RmsNormOp op) { norm(op.getWeightAttr(), op.getZeroCentered()); })
      .Case([&](NormLinearOp linear) {
        if (linear.getNormAttr())
          norm(linear.getNormAttr(), linear.getZeroCentered());
        for (FlatSymbolRefAttr weight : refs(linear.getWeights()))
          panels(weight);
        for (FlatSymbolRefAttr bias : refs(linear.getBiases()))
          vector(bias);
      })
      .Case([&](ScreenedHeadOp head) {
        norm(head.getNormAttr(), head.getZeroCentered());
        panels(head.getWeightAttr());
        for (PackedLayout layout : {PackedLayout::Screen, PackedLayout::Bounds})
          demands.push_back({layout, {head.getWeightAttr()}, 0, false, head.getScreen()});
      })
      .Case([&](NormGluOp glu) {
        norm(glu.getNormAttr(), glu.getZeroCentered());
        demands.push_back({PackedLayout::Glu, {glu.getGateAttr(), glu.getUpAttr()}});
      })
      .Case([&](NormQkvOp qkv) {
        norm(qkv.getNormAttr(), qkv.getZeroCentered());
        auto headNorms = refs(qkv.getHeadNorms());
        int64_t headDim = weightType(qkv, headNorms[0]).getDimSize(0);
        demands.push_back({PackedLayout::Panels, refs(qkv.getWeights()), headDim});
        if (!qkv.getBiases().empty())
          demands.push_back({PackedLayout::Vector, refs(qkv.getBiases())});
        for (FlatSymbolRefAttr name : headNorms)
          norm(name, qkv.getZeroCentered());
      })
      .Case([&](LinearResidualOp linear) {
        panels(linear.getWeightAttr());
        if (linear.getBiasAttr())
          vector(linear.getBiasAttr());
      })
      .Case([&](NormMoeOp moe) {
        norm(moe.getNormAttr(), moe.getZeroCentered());
        panels(moe.getRouterAttr());
        demands.push_back({PackedLayout::Glu, {moe.getGateUpAttr()}});
        panels(moe.getDownAttr());
        if (auto shared = refs(moe.getShared()); !shared.empty()) {
          demands.push_back({PackedLayout::Glu, {shared[0], shared[1]}});
          panels(shared[2]);
          panels(shared[3]);
        }
      })
      .Case([&](GatedDeltaNetOp delta) {
        demands.push_back({PackedLayout::Taps, {delta.getConvAttr()}});
        vector(delta.getALogAttr());
        vector(delta.getDtBiasAttr());
        vector(delta.getNormAttr());
      });
  return demands;
}

Type storedElement(Operation *op, FlatSymbolRefAttr name) { return lookup<WeightOp>(op, name).getStoredElement(); }

struct PlanWeightsPass : impl::PlanWeightsBase<PlanWeightsPass> {
  // Key: sources, layout, group, whether 1 is added.
  llvm::DenseMap<Attribute, PackedOp> planned;
  std::optional<SymbolTable> symbols;
  int64_t end = 0;
  int64_t reused = 0;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    planned.clear();
    end = reused = 0;
    auto forward = module.lookupSymbol<func::FuncOp>("forward");
    if (!forward) {
      module.emitError("module has no function @forward to plan weights for");
      return signalPassFailure();
    }
    llvm::DenseSet<Attribute> inPanels;
    forward.walk([&](Operation *op) {
      for (const Demand &demand : demandsOf(op))
        if (demand.layout == PackedLayout::Panels && demand.sources.size() == 1)
          inPanels.insert(demand.sources.front());
    });
    symbols.emplace(module);
    OpBuilder builder(module.getContext());
    builder.setInsertionPoint(forward);
    bool failed = false;
    forward.walk([&](Operation *op) {
      SmallVector<Attribute> names;
      for (Demand &demand : demandsOf(op)) {
        // The embedding of a tied LM head is read from its panels: half the file, and one row costs little. Quantised
        // weights have no other form.
        if (demand.layout == PackedLayout::Rows &&
            (inPanels.contains(demand.sources.front()) || isQuantized(storedElement(op, demand.sources.front()))))
          demand.layout = PackedLayout::Panels;
        PackedOp packed = plan(op, demand, builder);
        if (!packed) {
          failed = true;
          return;
        }
        names.push_back(FlatSymbolRefAttr::get(packed.getSymNameAttr()));
      }
      if (!names.empty())
        op->setAttr("qwen.packed", builder.getArrayAttr(names));
    });
    if (failed)
      return signalPassFailure();
    // Kernels may load one vector that begins inside the last section and ends beyond it.
    module->setAttr("qwen.weights_bytes", builder.getI64IntegerAttr(end + kAlignment));
    int64_t made = planned.size();
    packed += made;
    shared += reused;
    reportLine(module, getArgument(), "weights: " + Twine(made) + " packed for " + Twine(made + reused) + " uses");
  }

  PackedOp plan(Operation *op, const Demand &demand, OpBuilder &builder) {
    SmallVector<Attribute> sources(demand.sources.begin(), demand.sources.end());
    SmallVector<Attribute> parts = sources;
    parts.push_back(builder.getI64IntegerAttr(int64_t(demand.layout)));
    parts.push_back(builder.getI64IntegerAttr(demand.group));
    parts.push_back(builder.getBoolAttr(demand.plusOne));
    if (demand.screen)
      parts.push_back(TypeAttr::get(demand.screen));
    Attribute key = builder.getArrayAttr(parts);
    if (PackedOp known = planned.lookup(key)) {
      ++reused;
      return known;
    }
    bool widened = isWidened(demand.layout);
    Type element = widened ? builder.getF32Type() : storedElement(op, demand.sources.front());
    if (demand.screen)
      element = demand.screen;
    bool matrix = llvm::is_contained({PackedLayout::Panels, PackedLayout::Glu, PackedLayout::Screen}, demand.layout);
    int64_t kGroup = matrix ? kGroupOf(element) : 1;
    int64_t group = demand.group ? demand.group : rowsOf(weightType(op, demand.sources.front()), demand);
    int64_t bytes = 0;
    for (FlatSymbolRefAttr source : demand.sources) {
      if (Type other = storedElement(op, source); !widened && !demand.screen && other != element) {
        op->emitOpError("joins weights of different types: ")
            << source << " is of " << other << ", " << demand.sources.front() << " of " << element;
        return {};
      }
      bytes += packedBytes(demand.layout, element, matricesOf(weightType(op, source).getShape()), group, kGroup);
    }
    std::string name = (demand.sources.front().getValue() + "." + stringifyPackedLayout(demand.layout)).str();
    auto packed = PackedOp::create(builder, op->getLoc(), name, demand.layout, builder.getArrayAttr(sources), group,
                                   kGroup, end, bytes, element, demand.plusOne);
    end = roundUp(end + bytes, kAlignment);
    symbols->insert(packed);  // under another name where the weight is also packed in another group or company
    planned[key] = packed;
    return packed;
  }

  // Output rows of one matrix of a source: half the rows of a stacked gate|up.
  static int64_t rowsOf(RankedTensorType type, const Demand &demand) {
    int64_t rows = matricesOf(type.getShape()).rows;
    return demand.layout == PackedLayout::Glu && demand.sources.size() == 1 ? rows / 2 : rows;
  }
};

}  // namespace
}  // namespace mlir::qwen
