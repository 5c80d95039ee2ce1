#include "tools/qwenc/ProgramFields.h"

#include "codegen/cpu/DotForm.h"
#include "codegen/plan/CacheLayout.h"
#include "codegen/plan/Phases.h"
#include "dialect/QwenDialect.h"
#include "tools/qwenc/Failure.h"

#include "llvm/Object/ObjectFile.h"

#include <map>

using namespace mlir;

namespace qwen {

static int64_t moduleSize(ModuleOp module, StringRef name) {
  if (auto size = module->getAttrOfType<IntegerAttr>(name))
    return size.getInt();
  throw Failure{kInternalError, ("the planned module has no " + name).str()};
}

static State layoutOf(mlir::qwen::StateOp op, int64_t bytes) {
  State state;
  state.offset = op->getAttrOfType<IntegerAttr>("qwen.offset").getInt();
  state.recurrent = op.getRecurrent();
  if (state.recurrent) {
    state.slot_bytes = bytes / op.getType().getDimSize(0);
    return state;
  }
  const mlir::qwen::CacheLayout cache(op.getType());
  state.heads = cache.kvHeads;
  state.block_positions = mlir::qwen::kKeyBlock;
  state.block_bytes = cache.blockElements() * cache.elementBytes();
  state.slot_bytes = cache.kvHeads * cache.blocks() * state.block_bytes;
  return state;
}

PlannedSizes plannedSizes(ModuleOp module) {
  PlannedSizes sizes;
  sizes.arena = moduleSize(module, "qwen.arena_bytes");
  sizes.scratch = moduleSize(module, "qwen.scratch_bytes");
  sizes.states = moduleSize(module, "qwen.states_bytes");
  sizes.weights = moduleSize(module, "qwen.weights_bytes");
  for (auto state : module.getOps<mlir::qwen::StateOp>()) {
    auto bytes = state->getAttrOfType<IntegerAttr>("qwen.bytes");
    if (!bytes)
      throw Failure{kInternalError, "state " + state.getSymName().str() + " has no place"};
    sizes.states_layout.push_back(layoutOf(state, bytes.getInt()));
    sizes.state_entries.push_back({"states", state.getSymName().str(), bytes.getInt()});
  }
  return sizes;
}

static Type elementType(MLIRContext *context, StringRef name) {
  if (name == "q8")
    return mlir::qwen::Q8Type::get(context);
  if (name == "q4")
    return mlir::qwen::Q4Type::get(context);
  return name == "bf16" ? Type(BFloat16Type::get(context)) : Type(Float32Type::get(context));
}

static std::string dotForm(const MachineDescription &machine, Type element) {
  using namespace mlir::qwen;
  if (const QuantizedCodes codes = codesOf(element); codes != QuantizedCodes::none)
    switch (integerDot(machine, codes)) {
    case IntegerDot::dpbusd:
      return "dpbusd";
    case IntegerDot::sdot:
      return "sdot";
    case IntegerDot::maddubs16:
      return "maddubs16";
    case IntegerDot::maddubs32:
      return "maddubs32";
    case IntegerDot::portable:
      return "generic";
    }
  if (inputForm(machine, element) == InputForm::bf16Pairs)
    return machine.emulate_dots ? "generic" : "dpbf16";
  return machine.has_fma ? "fma_f32" : "generic";
}

void setWork(Program &program, ModuleOp module, const MachineDescription &machine) {
  program.parameters = 0;
  for (auto weight : module.getOps<mlir::qwen::WeightOp>())
    program.parameters += weight.getType().getNumElements();
  program.phases = mlir::qwen::phasesOf(module);
  // The form of the products that prefill spends its time in: those whose weights take most multiplications.
  std::map<std::string, int64_t> multiplies;
  for (const Phase &phase : program.phases)
    if (!phase.wanted_rows && !phase.on_request)
      multiplies[phase.element] += phase.row_multiplies;
  const auto most = llvm::max_element(multiplies, [](const auto &a, const auto &b) { return a.second < b.second; });
  program.dot_form = dotForm(machine, elementType(module.getContext(), most == multiplies.end() ? "" : most->first));
}

void setTarget(Program &program, const MachineDescription &machine) {
  program.target_triple = machine.triple;
  program.target_cpu = machine.cpu;
  program.target_level = machine.level;
  program.cpu_features = machine.required_features;
}

// Bytes of an object that will be in memory when the program runs.
static int64_t loadedBytes(llvm::StringRef object_bytes) {
  auto object = llvm::object::ObjectFile::createELFObjectFile(llvm::MemoryBufferRef(object_bytes, "model"));
  if (!object) {
    throw Failure{kInternalError, "generated object: " + llvm::toString(object.takeError())};
  }
  int64_t bytes = 0;
  for (const llvm::object::SectionRef &section : (*object)->sections())
    if (section.isText() || section.isData() || section.isBSS())
      bytes += section.getSize();
  return bytes;
}

// What tells a second section of a weight from the first.
static std::string noteOf(PackedOrder order) {
  if (order == PackedOrder::screen)
    return " (screen)";
  return order == PackedOrder::bounds ? " (bounds of its screen)" : "";
}

void setMemory(Program &program, const PlannedSizes &sizes, const std::vector<PackedSection> &sections,
               int64_t tokenizer_bytes, llvm::StringRef model_object) {
  program.arena_bytes = sizes.arena;
  program.scratch_bytes = sizes.scratch;
  program.states_bytes = sizes.states;
  program.states = sizes.states_layout;
  program.weights_bytes = sizes.weights;

  std::vector<MemoryEntry> &memory = program.memory;
  int64_t weights = 0, states = 0;
  for (const PackedSection &section : sections)
    for (const PackedSource &source : section.sources) {
      memory.push_back({"weights", source.name + noteOf(section.order), packedBytes(section, source)});
      weights += memory.back().bytes;
    }
  if (weights < sizes.weights)
    memory.push_back({"weights", "alignment", sizes.weights - weights});
  for (const MemoryEntry &state : sizes.state_entries) {
    memory.push_back(state);
    states += state.bytes;
  }
  if (states < sizes.states)
    memory.push_back({"states", "alignment", sizes.states - states});
  memory.push_back({"arena", "activations", sizes.arena});
  memory.push_back({"scratch", "private buffers of kernels", sizes.scratch});
  if (tokenizer_bytes)
    memory.push_back({"tokenizer", "vocabulary and merges", tokenizer_bytes});
  memory.push_back({"code", "generated kernels", loadedBytes(model_object)});
}

}  // namespace qwen
