// --qwen-plan-arena: where activations, shared buffers of kernels and states lie.
#include "codegen/plan/CacheLayout.h"
#include "codegen/plan/KernelMemory.h"
#include "codegen/plan/PlanPasses.h"
#include "codegen/plan/RecurrentLayout.h"
#include "dialect/QwenDialect.h"
#include "passes/Counts.h"

namespace mlir::qwen {
#define GEN_PASS_DEF_PLANARENA
#include "codegen/plan/PlanPasses.h.inc"

namespace {

// Bytes that are in use, as sorted disjoint intervals; first fit.
class Arena {
public:
  int64_t allocate(int64_t bytes) {
    int64_t start = 0;
    for (auto it = used.begin();; ++it) {
      if (it == used.end() || start + bytes <= it->first) {
        used.insert(it, {start, start + bytes});
        high = std::max(high, start + bytes);
        return start;
      }
      start = it->second;
    }
  }
  void release(int64_t start) {
    llvm::erase_if(used, [&](auto interval) { return interval.first == start; });
  }
  int64_t highWater() const { return high; }

private:
  SmallVector<std::pair<int64_t, int64_t>> used;
  int64_t high = 0;
};

struct PlanArenaPass : impl::PlanArenaBase<PlanArenaPass> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    auto forward = module.lookupSymbol<func::FuncOp>("forward");
    auto maxRows = module->getAttrOfType<IntegerAttr>("qwen.max_rows");
    if (!forward || !maxRows) {
      module.emitError("module has no function @forward or no attribute qwen.max_rows to plan an arena for");
      return signalPassFailure();
    }
    planActivations(forward, maxRows.getInt());
    planStates(module);
  }

  void planActivations(func::FuncOp forward, int64_t maxRows) {
    OpBuilder builder(forward.getContext());
    Arena arena;
    int64_t scratch = 0;
    int64_t placed = 0, straight = 0;
    llvm::DenseMap<Operation *, int64_t> outputNumber;
    forward.walk([&](OutputOp output) { outputNumber.insert({output, outputNumber.size()}); });

    Block &body = forward.getBody().front();
    llvm::DenseMap<Value, Operation *> lastUse;
    for (Operation &op : body)
      for (Value operand : op.getOperands())
        lastUse[operand] = &op;

    llvm::DenseMap<Value, int64_t> place;
    llvm::DenseMap<Operation *, int64_t> keptUntil;  // buffers of an earlier op that its threads may still read
    for (Operation &op : body) {
      KernelMemory memory = kernelMemory(&op, maxRows);
      scratch = std::max(scratch, memory.scratch);
      SmallVector<int64_t> offsets;
      for (Value result : op.getResults()) {
        if (int64_t output = directOutput(op, result, outputNumber); output >= 0) {
          offsets.push_back(-1 - output);
          ++straight;
          continue;
        }
        int64_t bytes = roundUp(maxRows * width(result) * 4, kAlignment);
        offsets.push_back(place[result] = arena.allocate(bytes));
        ++placed;
      }
      if (!offsets.empty())
        op.setAttr("qwen.arena", builder.getDenseI64ArrayAttr(offsets));
      if (memory.temp) {
        int64_t temp = arena.allocate(memory.temp);
        op.setAttr("qwen.temp", builder.getDenseI64ArrayAttr({temp, memory.temp}));
        // Attention follows norm_qkv without a barrier if it can (qwen-outline-kernels), so it must not write there.
        if (isa<NormQkvOp>(op) && lastUse.contains(op.getResult(0)))
          keptUntil[lastUse[op.getResult(0)]] = temp;
        else
          arena.release(temp);
      }
      if (auto kept = keptUntil.find(&op); kept != keptUntil.end())
        arena.release(kept->second);
      for (Value value : llvm::concat<Value>(SmallVector<Value>(op.getOperands()), SmallVector<Value>(op.getResults())))
        if (auto it = place.find(value); it != place.end() && (!lastUse.contains(value) || lastUse[value] == &op)) {
          arena.release(it->second);
          place.erase(it);
        }
    }
    ModuleOp module = forward->getParentOfType<ModuleOp>();
    module->setAttr("qwen.arena_bytes", builder.getI64IntegerAttr(std::max(arena.highWater(), kAlignment)));
    module->setAttr("qwen.scratch_bytes", builder.getI64IntegerAttr(std::max(scratch, kAlignment)));
    buffers += placed;
    direct += straight;
    reportLine(module, getArgument(),
               "activations: " + Twine(placed) + " in the arena, " + Twine(straight) + " straight to the caller");
  }

  // The output that alone reads `result`, so that its op may write there, or not run when nobody wants it; else -1.
  static int64_t directOutput(Operation &op, Value result, const llvm::DenseMap<Operation *, int64_t> &outputs) {
    if (op.getNumResults() != 1 || !isMemoryEffectFree(&op) || !result.hasOneUse())
      return -1;
    auto it = outputs.find(*result.user_begin());
    return it == outputs.end() ? -1 : it->second;
  }

  void planStates(ModuleOp module) {
    OpBuilder builder(module.getContext());
    int64_t end = 0;
    for (StateOp state : module.getOps<StateOp>()) {
      RankedTensorType type = state.getType();
      int64_t bytes = state.getRecurrent() ? recurrentBytes(type) : CacheLayout(type).bytes();
      state->setAttr("qwen.offset", builder.getI64IntegerAttr(end));
      state->setAttr("qwen.bytes", builder.getI64IntegerAttr(bytes));
      end = roundUp(end + bytes, kAlignment);
    }
    module->setAttr("qwen.states_bytes", builder.getI64IntegerAttr(end));
  }
};

}  // namespace
}  // namespace mlir::qwen
