// --qwen-outline-kernels: @forward becomes a sequence of kernel launches on raw memory.
#include "codegen/plan/AttentionMemory.h"
#include "codegen/plan/Hazards.h"
#include "codegen/plan/KernelMemory.h"
#include "codegen/plan/Phases.h"
#include "codegen/plan/PlanPasses.h"
#include "dialect/QwenDialect.h"
#include "passes/Counts.h"

namespace mlir::qwen {
#define GEN_PASS_DEF_OUTLINEKERNELS
#include "codegen/plan/PlanPasses.h.inc"

namespace {

int64_t intAttr(Operation *op, StringRef name) { return op->getAttrOfType<IntegerAttr>(name).getInt(); }

struct OutlineKernelsPass : impl::OutlineKernelsBase<OutlineKernelsPass> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    auto fused = module.lookupSymbol<func::FuncOp>("forward");
    if (!fused || !module->hasAttr("qwen.arena_bytes") || !module->hasAttr("qwen.weights_bytes")) {
      module.emitError("kernels are outlined after qwen-plan-weights and qwen-plan-arena");
      return signalPassFailure();
    }
    maxRows = intAttr(module, "qwen.max_rows");
    kernels_.clear();
    counts_.clear();
    operands_.clear();
    ranges_.clear();
    wantedRows_.clear();
    hazards.clear();
    phases = {};
    nextOutput = 0;
    made = {};
    buildForward(module, fused);
    for (Operation &op : fused.getBody().front().without_terminator())
      if (failed(launch(&op)))
        return signalPassFailure();
    func::ReturnOp::create(*b, fused.getLoc());
    module->setAttr("qwen.phases", phases.attribute(module.getContext()));
    fused.erase();
    module.lookupSymbol<func::FuncOp>("forward.raw").setSymName("forward");
    launches += made.launches;
    kernels += made.kernels;
    barriers += made.barriers;
    headBarriers += made.headBarriers;
    reportLine(module, getArgument(),
               "kernels: " + Twine(made.kernels) + " for " + Twine(made.launches) + " launches, " +
                   Twine(made.barriers) + " barriers, " + Twine(made.headBarriers) +
                   " more where KV heads don't divide among the threads");
  }

private:
  // Arguments of the outlined @forward, in the order of QwenCall (runtime/abi/Entry.h), then the outputs.
  enum Argument { kArena, kScratch, kWeights, kStates, kInputs };

  void buildForward(ModuleOp module, func::FuncOp fused) {
    MLIRContext *context = module.getContext();
    Builder types(context);
    auto raw = [&](StringRef bytes) {
      return MemRefType::get({std::max<int64_t>(intAttr(module, bytes), 1)}, types.getI8Type());
    };
    SmallVector<Type> inputs{raw("qwen.arena_bytes"), raw("qwen.scratch_bytes"), raw("qwen.weights_bytes"),
                             raw("qwen.states_bytes")};
    for (BlockArgument argument : fused.getArguments())
      inputs.push_back(rowsType(argument));
    inputs.append(6, types.getIndexType());  // rows, wanted_rows, top_k, thread, threads, profile
    SmallVector<OutputOp> outputs;
    fused.walk([&](OutputOp output) { outputs.push_back(output); });
    for (OutputOp output : outputs)
      inputs.push_back(rowsType(output.getValue()));

    auto forward = func::FuncOp::create(fused.getLoc(), "forward.raw", FunctionType::get(context, inputs, {}));
    OpBuilder atFused(fused);
    atFused.insert(forward);
    entry = forward.addEntryBlock();
    b.emplace(OpBuilder::atBlockEnd(entry));

    auto barrier = func::FuncOp::create(fused.getLoc(), "qwen_barrier",
                                        types.getFunctionType({types.getIndexType(), types.getIndexType()}, {}));
    barrier.setPrivate();
    atFused.insert(barrier);
    SmallVector<Type> mark(3, types.getIndexType());
    auto profiled = func::FuncOp::create(fused.getLoc(), "qwen_profile", types.getFunctionType(mark, {}));
    profiled.setPrivate();
    atFused.insert(profiled);

    unsigned next = kInputs;
    for (BlockArgument argument : fused.getArguments())
      operands_[argument] = entry->getArgument(next++);
    rows = entry->getArgument(next++);
    wantedRows = entry->getArgument(next++);
    topK = entry->getArgument(next++);
    thread = entry->getArgument(next++);
    threads = entry->getArgument(next++);
    profile = entry->getArgument(next++);
    firstOutput = next;
  }

  MemRefType rowsType(Value value) {
    auto type = cast<RankedTensorType>(value.getType());
    SmallVector<int64_t> shape(type.getShape());
    shape[0] = maxRows;
    return MemRefType::get(shape, type.getElementType());
  }

  Value view(Location loc, Argument memory, int64_t offset, MemRefType type) {
    Value start = arith::ConstantIndexOp::create(*b, loc, offset);
    return memref::ViewOp::create(*b, loc, type, entry->getArgument(memory), start, ValueRange{});
  }

  LogicalResult launch(Operation *op) {
    if (auto output = dyn_cast<OutputOp>(op))
      return launchOutput(output);
    if (!isa<EmbedOp, RopeTableOp, RmsNormOp, NormLinearOp, NormGluOp, NormQkvOp, AttentionOp, GatedAttentionOp,
             GatedDeltaNetOp, LinearResidualOp, NormMoeOp, ScreenedHeadOp>(op))
      return op->emitOpError("has no kernel; run the pipeline qwen-fuse first");

    Location loc = op->getLoc();
    SmallVector<TouchedRange> reads, writes;
    SmallVector<Value> arguments{thread, threads, rowCount(op), entry->getArgument(kScratch)};
    NamedAttrList spec = specialisation(op);
    SmallVector<Value> requested;

    if (auto temp = op->getAttrOfType<DenseI64ArrayAttr>("qwen.temp")) {
      arguments.push_back(view(loc, kArena, temp[0], MemRefType::get({temp[1]}, b->getI8Type())));
      TouchedRange range{TouchedRange::arena, temp[0], temp[0] + temp[1]};
      // Partial sums of heads that several threads share (codegen/cpu/AttentionKernel.cpp).
      if (attentionOf(op))
        range.division = TouchedRange::unlessOwned, range.kvHeads = kvHeadsOf(op);
      writes.push_back(range);
    }
    for (Value operand : op->getOperands()) {
      arguments.push_back(operands_.lookup(operand));
      if (auto it = ranges_.find(operand); it != ranges_.end())
        reads.push_back(it->second);
    }
    if (isa<ScreenedHeadOp>(op))
      arguments.push_back(topK);
    // The operands in the arena that attention has are the query and its gate.
    if (attentionOf(op))
      divide(op, reads);
    auto places = op->getAttrOfType<DenseI64ArrayAttr>("qwen.arena");
    for (auto [i, result] : llvm::enumerate(op->getResults())) {
      int64_t place = places[i];
      if (place < 0) {
        Value out = entry->getArgument(firstOutput + (-1 - place));
        requested.push_back(out);
        operands_[result] = out;
      } else {
        MemRefType type = rowsType(result);
        operands_[result] = view(loc, kArena, place, type);
        ranges_[result] = {TouchedRange::arena, place, place + maxRows * width(result) * 4};
        writes.push_back(ranges_[result]);
        if (isa<NormQkvOp>(op) || attentionOf(op))
          divide(op, writes.back());
      }
      arguments.push_back(operands_[result]);
      wantedRows_[result] = onWantedRows(op);
    }
    addWeights(op, arguments, spec);
    addStates(op, arguments, spec, reads, writes);
    call(loc, StringRef(op->getName().getStringRef()).drop_front(strlen("qwen.")), arguments, spec, reads, writes,
         requested, phaseOf(op, onWantedRows(op)));
    return success();
  }

  LogicalResult launchOutput(OutputOp output) {
    Value out = entry->getArgument(firstOutput + nextOutput++);
    Value value = operands_.lookup(output.getValue());
    if (value == out)
      return success();  // written by the op itself
    NamedAttrList spec;
    spec.set("operands", b->getI64IntegerAttr(1));
    spec.set("results", b->getI64IntegerAttr(1));
    spec.set("temp", b->getBoolAttr(false));
    spec.set("packed", b->getArrayAttr({}));
    spec.set("states", b->getArrayAttr({}));
    SmallVector<TouchedRange> reads;
    if (auto it = ranges_.find(output.getValue()); it != ranges_.end())
      reads.push_back(it->second);
    call(output.getLoc(), "output",
         {thread, threads, rowsOf(output.getValue()), entry->getArgument(kScratch), value, out}, spec, reads, {}, {out},
         phaseOf(output, wantedRows_.lookup(output.getValue())));
    return success();
  }

  void addWeights(Operation *op, SmallVector<Value> &arguments, NamedAttrList &spec) {
    SmallVector<Attribute> descriptions;
    auto names = op->getAttrOfType<ArrayAttr>("qwen.packed");
    for (Attribute name : names ? names.getValue() : ArrayRef<Attribute>()) {
      auto packed = lookup<PackedOp>(op, cast<FlatSymbolRefAttr>(name));
      Type element = isQuantized(packed.getElement()) ? b->getI8Type() : packed.getElement();
      if (packed.getLayout() == PackedLayout::Bounds)
        element = b->getF32Type();
      int64_t elements = packed.getBytes() * 8 / element.getIntOrFloatBitWidth();
      arguments.push_back(view(op->getLoc(), kWeights, packed.getOffset(), MemRefType::get({elements}, element)));
      SmallVector<Attribute> shapes;
      for (Attribute source : packed.getSources())
        shapes.push_back(b->getDenseI64ArrayAttr(weightType(op, cast<FlatSymbolRefAttr>(source)).getShape()));
      descriptions.push_back(b->getDictionaryAttr({
          b->getNamedAttr("element", TypeAttr::get(packed.getElement())),
          b->getNamedAttr("layout", b->getStringAttr(stringifyPackedLayout(packed.getLayout()))),
          b->getNamedAttr("group", b->getI64IntegerAttr(packed.getGroup())),
          b->getNamedAttr("k_group", b->getI64IntegerAttr(packed.getKGroup())),
          b->getNamedAttr("shapes", b->getArrayAttr(shapes)),
      }));
    }
    spec.set("packed", b->getArrayAttr(descriptions));
  }

  // States that the op names in its attributes, in their order.
  void addStates(Operation *op, SmallVector<Value> &arguments, NamedAttrList &spec, SmallVector<TouchedRange> &reads,
                 SmallVector<TouchedRange> &writes) {
    SmallVector<Attribute> types;
    for (NamedAttribute attribute : op->getAttrDictionary()) {
      auto name = dyn_cast<FlatSymbolRefAttr>(attribute.getValue());
      auto state = name ? lookup<StateOp>(op, name) : StateOp();
      if (!state)
        continue;
      int64_t offset = intAttr(state, "qwen.offset"), bytes = intAttr(state, "qwen.bytes");
      arguments.push_back(view(op->getLoc(), kStates, offset, MemRefType::get({bytes}, b->getI8Type())));
      types.push_back(TypeAttr::get(state.getType()));
      TouchedRange range{TouchedRange::states, offset, offset + bytes};
      if (!state.getRecurrent())
        divide(op, range);
      (attentionOf(op) ? reads : writes).push_back(range);
    }
    spec.set("states", b->getArrayAttr(types));
  }

  // The op's own attributes without what differs from layer to layer.
  NamedAttrList specialisation(Operation *op) {
    NamedAttrList spec;
    for (NamedAttribute attribute : op->getAttrDictionary()) {
      auto array = dyn_cast<ArrayAttr>(attribute.getValue());
      bool symbols = isa<SymbolRefAttr>(attribute.getValue()) ||
                     (array && llvm::all_of(array, [](Attribute a) { return isa<SymbolRefAttr>(a); }));
      if (!symbols && !attribute.getName().strref().starts_with("qwen."))
        spec.push_back(attribute);
    }
    int64_t fromTheCall = isa<ScreenedHeadOp>(op) ? 1 : 0;  // top_k
    spec.set("operands", b->getI64IntegerAttr(op->getNumOperands() + fromTheCall));
    spec.set("results", b->getI64IntegerAttr(op->getNumResults()));
    spec.set("temp", b->getBoolAttr(op->hasAttr("qwen.temp")));
    return spec;
  }

  void call(Location loc, StringRef kind, ArrayRef<Value> arguments, NamedAttrList &spec, ArrayRef<TouchedRange> reads,
            ArrayRef<TouchedRange> writes, ArrayRef<Value> requested, const ::qwen::Phase &phase) {
    if (BarrierNeed need = hazards.needOf(reads, writes))
      meet(loc, need);
    hazards.add(reads, writes);
    func::FuncOp kernel = kernelFor(loc, kind, arguments, spec);
    ++made.launches;
    auto launch = [&] {
      Value number = arith::ConstantIndexOp::create(*b, loc, phases.add(phase));
      func::CallOp::create(*b, loc, "qwen_profile", TypeRange{}, ValueRange{profile, number, thread});
      func::CallOp::create(*b, loc, kernel, arguments);
    };
    if (requested.empty())
      return launch();
    // Results that go straight to the caller are computed only when it wants them.
    Value zero = arith::ConstantIndexOp::create(*b, loc, 0);
    Value wanted;
    for (Value out : requested) {
      Value address = memref::ExtractAlignedPointerAsIndexOp::create(*b, loc, out);
      Value given = arith::CmpIOp::create(*b, loc, arith::CmpIPredicate::ne, address, zero);
      wanted = wanted ? Value(arith::OrIOp::create(*b, loc, wanted, given)) : given;
    }
    auto guard = scf::IfOp::create(*b, loc, wanted, /*withElseRegion=*/false);
    OpBuilder::InsertionGuard restore(*b);
    b->setInsertionPointToStart(guard.thenBlock());
    launch();
  }

  void meet(Location loc, BarrierNeed need) {
    auto barrier = [&] { func::CallOp::create(*b, loc, "qwen_barrier", TypeRange{}, ValueRange{thread, threads}); };
    if (need.always) {
      barrier();
      hazards.clear();
      ++made.barriers;
      return;
    }
    // What was touched before stays a hazard: threads that own heads haven't met.
    Value kvHeads = arith::ConstantIndexOp::create(*b, loc, need.kvHeads);
    Value zero = arith::ConstantIndexOp::create(*b, loc, 0);
    Value rest = arith::RemUIOp::create(*b, loc, kvHeads, threads);
    Value shared = arith::CmpIOp::create(*b, loc, arith::CmpIPredicate::ne, rest, zero);
    auto guard = scf::IfOp::create(*b, loc, shared, /*withElseRegion=*/false);
    OpBuilder::InsertionGuard restore(*b);
    b->setInsertionPointToStart(guard.thenBlock());
    barrier();
    ++made.headBarriers;
  }

  // Threads that own KV heads touch but their own part of the range.
  static void divide(Operation *op, MutableArrayRef<TouchedRange> ranges) {
    for (TouchedRange &range : ranges)
      range.division = TouchedRange::byHead, range.kvHeads = kvHeadsOf(op);
  }
  static int64_t kvHeadsOf(Operation *op) {
    return stateType(op, op->getAttrOfType<FlatSymbolRefAttr>("key_cache")).getDimSize(1);
  }

  func::FuncOp kernelFor(Location loc, StringRef kind, ArrayRef<Value> arguments, NamedAttrList &spec) {
    spec.set("kind", b->getStringAttr(kind));
    spec.set("max_rows", b->getI64IntegerAttr(maxRows));
    FunctionType type = b->getFunctionType(ValueRange(arguments).getTypes(), {});
    DictionaryAttr attribute = spec.getDictionary(b->getContext());
    func::FuncOp &kernel = kernels_[{attribute, type}];
    if (kernel)
      return kernel;
    std::string name = (kind + "_" + Twine(counts_[kind]++)).str();
    kernel = func::FuncOp::create(loc, name, type);
    kernel.setPrivate();
    kernel->setAttr("qwen.kernel", attribute);
    OpBuilder(entry->getParentOp()).insert(kernel);
    ++made.kernels;
    return kernel;
  }

  bool onWantedRows(Operation *op) {
    auto linear = dyn_cast<NormLinearOp>(op);
    return (linear && linear.getRows()) || isa<ScreenedHeadOp>(op) ||
           llvm::any_of(op->getOperands(), [&](Value operand) { return wantedRows_.lookup(operand); });
  }
  Value rowCount(Operation *op) { return onWantedRows(op) ? wantedRows : rows; }
  Value rowsOf(Value value) { return wantedRows_.lookup(value) ? wantedRows : rows; }

  std::optional<OpBuilder> b;
  Block *entry = nullptr;
  Value rows, wantedRows, topK, thread, threads, profile;
  unsigned firstOutput = 0;
  unsigned nextOutput = 0;
  struct {
    int64_t launches, kernels, barriers, headBarriers;
  } made = {};
  int64_t maxRows = 0;
  llvm::DenseMap<Value, Value> operands_;       // tensor -> memref
  llvm::DenseMap<Value, TouchedRange> ranges_;  // tensor -> its bytes in the arena
  llvm::DenseMap<Value, bool> wantedRows_;      // tensor has the wanted rows only
  llvm::DenseMap<std::pair<Attribute, Type>, func::FuncOp> kernels_;
  llvm::StringMap<int64_t> counts_;
  Hazards hazards;
  PhaseList phases;
};

}  // namespace
}  // namespace mlir::qwen
