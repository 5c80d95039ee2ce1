#include "test/codegen/cpu/CompiledModule.h"

#include "codegen/cpu/Cpu.h"
#include "codegen/cpu/Emit.h"
#include "codegen/plan/PackedSections.h"
#include "codegen/plan/Plan.h"
#include "tools/Dialects.h"

#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ExecutionEngine/Orc/ExecutionUtils.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"

#include <gtest/gtest.h>

#include <barrier>
#include <cstdio>
#include <optional>
#include <thread>
#include <unistd.h>

namespace qwen {
namespace {

std::optional<std::barrier<>> team;

void meet(int64_t, int64_t) { team->arrive_and_wait(); }

int64_t sizeOf(mlir::ModuleOp module, const char *name) {
  return module->getAttrOfType<mlir::IntegerAttr>(name).getInt();
}

}  // namespace

TestCall::TestCall(const std::vector<TestRow> &rows, const std::vector<float> &embeds,
                   const std::vector<int64_t> &widths) {
  for (const TestRow &row : rows) {
    ids.push_back(-1 - row.embed);
    slot.push_back(row.slot);
    index.push_back(row.index);
  }
  for (int64_t width : widths)
    addresses.push_back(values.emplace_back(rows.size() * width, -77.0f).data());
  c.ids = ids.data();
  c.embeds = embeds.data();
  c.slot = slot.data();
  c.index = index.data();
  zeros.resize(rows.size());
  c.position = zeros.data();
  c.rope_length = zeros.data();
  c.wanted = wanted.data();
  c.rows = int64_t(rows.size());
  c.outputs = addresses.data();
}

CompiledModule::CompiledModule(const std::string &text, const std::string &cpu) {
  mlir::DialectRegistry registry;
  mlir::qwen::insertDialects(registry);
  context.appendDialectRegistry(registry);
  context.loadAllAvailableDialects();
  original = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
  values = std::make_unique<ModuleWeights>(*original, /*seed=*/1);
  std::string error;
  const auto machine = describeMachine("", cpu, "", error);
  mlir::OwningOpRef<mlir::ModuleOp> module = original->clone();
  mlir::PassManager plan(&context);
  mlir::qwen::buildPlanPipeline(plan);
  EXPECT_TRUE(succeeded(plan.run(*module)));
  pack(*module);
  arena.resize(sizeOf(*module, "qwen.arena_bytes") / sizeof(Line) + 1);
  states.resize(sizeOf(*module, "qwen.states_bytes") / sizeof(Line) + 1);
  scratch_bytes = sizeOf(*module, "qwen.scratch_bytes");

  mlir::PassManager generate(&context);
  mlir::qwen::buildCpuPipeline(generate, *machine);
  EXPECT_TRUE(succeeded(generate.run(*module)));
  const auto emitter = Emitter::create(*machine, error);
  EXPECT_TRUE(emitter->translate(*module, error)) << error;
  emitter->optimize();
  llvm::SmallString<0> object;
  llvm::raw_svector_ostream out(object);
  EXPECT_TRUE(emitter->write(EmitKind::object, out, error)) << error;

  using namespace llvm::orc;
  jit = llvm::cantFail(LLJITBuilder().create());
  JITDylib &library = jit->getMainJITDylib();
  // Functions of the C library, where the machine has no instruction.
  library.addGenerator(
      llvm::cantFail(DynamicLibrarySearchGenerator::GetForCurrentProcess(jit->getDataLayout().getGlobalPrefix())));
  const ExecutorSymbolDef barrier(ExecutorAddr::fromPtr(&meet), llvm::JITSymbolFlags::Exported);
  llvm::cantFail(library.define(absoluteSymbols({{jit->mangleAndIntern("qwen_barrier"), barrier}})));
  llvm::cantFail(jit->addObjectFile(llvm::MemoryBuffer::getMemBufferCopy(object)));
  entry = llvm::cantFail(jit->lookup("qwen_forward")).toPtr<void (*)(const QwenCall *, int64_t, int64_t)>();
}

CompiledModule::~CompiledModule() = default;

void CompiledModule::pack(mlir::ModuleOp planned) {
  const auto sections = mlir::qwen::packedSections(planned);
  const int64_t bytes = sizeOf(planned, "qwen.weights_bytes");
  std::string error;
  EXPECT_TRUE(checkSections(sections, bytes, error)) << error;
  payload.resize(bytes / sizeof(Line) + 1);
  std::FILE *file = std::tmpfile();
  EXPECT_EQ(0, ftruncate(fileno(file), bytes));
  EXPECT_TRUE(packWeights(fileno(file), sections, *values, {}, error)) << error;
  EXPECT_EQ(bytes, pread(fileno(file), payload.data(), bytes, 0));
  std::fclose(file);
}

void CompiledModule::clearStates() { std::fill(states.begin(), states.end(), Line{}); }

void CompiledModule::forward(QwenCall &call, int64_t threads) {
  scratch.resize(threads * scratch_bytes / sizeof(Line) + 1);
  call.arena = arena[0].bytes;
  call.scratch = scratch[0].bytes;
  call.weights = payload[0].bytes;
  call.states = states[0].bytes;
  team.emplace(threads);
  std::vector<std::jthread> others;
  for (int64_t thread = 1; thread < threads; ++thread)
    others.emplace_back([&, thread] { entry(&call, thread, threads); });
  entry(&call, 0, threads);
}

}  // namespace qwen
