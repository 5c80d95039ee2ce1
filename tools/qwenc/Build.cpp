#include "tools/qwenc/Build.h"

#include "codegen/cpu/Cpu.h"
#include "codegen/cpu/Emit.h"
#include "codegen/plan/PackedSections.h"
#include "codegen/plan/Plan.h"
#include "dialect/QwenDialect.h"
#include "frontend/Import.h"
#include "frontend/tokenizer/TokenizerCompiler.h"
#include "passes/Counts.h"
#include "passes/Passes.h"
#include "tools/qwenc/Failure.h"
#include "tools/qwenc/PassRunner.h"
#include "tools/qwenc/Products.h"
#include "tools/qwenc/ProgramFields.h"
#include "tools/qwenc/Reporter.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;

namespace qwen {
namespace {

// One build. The stages run in the order of their declaration; each throws Failure.
class Build {
public:
  explicit Build(const BuildOptions &options)
      : options(options), reporter(options.verbose, options.timing),
        // The one function of a model leaves nothing to run in parallel, and dumps are to be in order.
        context(MLIRContext::Threading::DISABLED) {}

  int run();

private:
  std::string compile();
  void describeTarget();
  void importCheckpoint();
  void fuse();
  void quantize();
  void screenHead();
  void plan();
  void generate();
  std::string emit(EmitKind kind);

  std::string outputPath() const;
  std::string finishText(llvm::StringRef text);
  std::string finishModule();

  const BuildOptions &options;
  Reporter reporter;
  MachineDescription machine;
  MLIRContext context;
  ImportedModel model;
  PlannedSizes sizes;
  std::vector<PackedSection> sections;
};

int Build::run() {
  try {
    reporter.finish(compile() + " for " + machine.level);
    return kSuccess;
  } catch (const Failure &failure) {
    reporter.error((failure.status == kInternalError ? "internal error: " : "") + failure.message);
    return failure.status;
  }
}

std::string Build::compile() {
  describeTarget();
  importCheckpoint();
  if (options.product == Product::graph)
    return finishModule();
  fuse();
  quantize();
  screenHead();
  plan();
  if (options.product == Product::mlir)
    return finishModule();
  generate();
  if (options.product == Product::llvm)
    return finishText(emit(EmitKind::llvm));
  if (options.product == Product::assembly)
    return finishText(emit(EmitKind::assembly));
  const std::string object = emit(EmitKind::object);
  if (options.product == Product::obj)
    return finishText(object);

  CompiledModel compiled;
  compiled.object = object;
  compiled.sections = std::move(sections);
  compiled.weights = model.weights.get();
  if (!model.tokenizer_dir.empty()) {
    reporter.beginStage("tokenizer");
    std::string error;
    const auto blob = compileTokenizer(model.tokenizer_dir, model.program.family, error);
    if (!blob)
      throw Failure{kBadInput, error};
    compiled.tokenizer.assign(blob->begin(), blob->end());
    reporter.detail(formatBytes(int64_t(blob->size())));
  }
  compiled.program = std::move(model.program);
  setTarget(compiled.program, machine);
  setMemory(compiled.program, sizes, compiled.sections, int64_t(compiled.tokenizer.size()), object);
  return writeProgram(compiled, outputPath(), options.product == Product::lib, options.embed_weights, reporter);
}

void Build::describeTarget() {
  std::string error;
  const auto described = describeMachine(options.triple, options.cpu, options.attr, error);
  if (!described)
    throw Failure{kBadCommandLine, error};
  machine = *described;
  if (options.emulate_dots)
    machine.emulateDots();
  if (options.product == Product::exe) {
    const auto host = describeMachine("", "", "", error);
    const std::string arch = machine.triple.substr(0, machine.triple.find('-'));
    if (host && host->triple.substr(0, host->triple.find('-')) != arch)
      throw Failure{kBadInput, "--mtriple: linking a program for " + arch +
                                   " needs the runtime of that machine; "
                                   "--emit=lib and --emit=obj do without"};
  }
}

void Build::importCheckpoint() {
  reporter.beginStage("import");
  reporter.detail("machine level " + machine.level + " (" + machine.cpu + "), " + std::to_string(machine.vector_bits) +
                  "-bit vectors");
  context.loadDialect<mlir::qwen::QwenDialect, arith::ArithDialect, func::FuncDialect>();
  mlir::qwen::listenToCounts(context, [this](StringRef, StringRef line) { reporter.detail(line.str()); });
  ImportOptions request;
  request.task = options.task;
  request.max_seq = options.max_seq;
  request.batch = options.batch;
  request.dtype = options.dtype;
  request.kv_dtype = options.kv;
  request.random_weights = options.random_weights;
  request.warn = [this](const std::string &line) { reporter.warn(line); };
  std::string error;
  auto imported = importModel(context, options.model, request, error);
  if (!imported)
    throw Failure{kBadInput, error};
  model = std::move(*imported);
  verifyModule(*model.module);
  Program &program = model.program;
  if (options.quant != "none")
    program.weight_dtype = options.quant;
  reporter.detail(program.task + " (" + program.family + "), " + std::to_string(program.num_layers) + " layers, " +
                  program.weight_dtype + ", " + std::to_string(program.batch) + " x " +
                  std::to_string(program.max_seq) + " positions");
}

void Build::fuse() {
  reporter.beginStage("fuse");
  runPasses(*model.module, mlir::qwen::buildFusePipeline, options.print_after_all);
}

void Build::quantize() {
  if (options.quant == "none")
    return;
  reporter.beginStage("quantize");
  runPasses(
      *model.module,
      [&](OpPassManager &manager) { manager.addPass(mlir::qwen::createQuantizeWeights({options.quant})); },
      options.print_after_all);
}

void Build::screenHead() {
  if (options.head_screen == "none")
    return;
  Program &program = model.program;
  if (program.head != Head::causal_lm)
    throw Failure{kBadInput, "--head-screen=" + options.head_screen + ": " + program.task + " has no LM head"};
  reporter.beginStage("screen");
  runPasses(
      *model.module,
      [&](OpPassManager &manager) { manager.addPass(mlir::qwen::createScreenHead({options.head_screen})); },
      options.print_after_all);
  program.head_screen = options.head_screen;
}

void Build::plan() {
  reporter.beginStage("plan");
  runPasses(*model.module, mlir::qwen::buildPlanPipeline, options.print_after_all);
  sizes = plannedSizes(*model.module);
  setWork(model.program, *model.module, machine);
  sections = mlir::qwen::packedSections(*model.module);
  std::string error;
  if (!checkSections(sections, sizes.weights, error))
    throw Failure{kInternalError, error};
  reporter.detail("weights " + formatBytes(sizes.weights) + ", states " + formatBytes(sizes.states) + ", arena " +
                  formatBytes(sizes.arena) + ", scratch " + formatBytes(sizes.scratch) + " a thread");
}

void Build::generate() {
  reporter.beginStage("generate");
  runPasses(
      *model.module, [&](OpPassManager &manager) { mlir::qwen::buildCpuPipeline(manager, machine); },
      options.print_after_all);
}

std::string Build::emit(EmitKind kind) {
  reporter.beginStage("translate");
  std::string error;
  const auto emitter = Emitter::create(machine, error);
  if (!emitter || !emitter->translate(*model.module, error))
    throw Failure{kInternalError, error};
  model.module = nullptr;  // not needed any more, and weights are about to want the memory
  reporter.beginStage("optimise");
  emitter->optimize();
  reporter.beginStage("emit");
  llvm::SmallString<0> bytes;
  llvm::raw_svector_ostream out(bytes);
  if (!emitter->write(kind, out, error))
    throw Failure{kInternalError, error};
  reporter.detail(formatBytes(int64_t(bytes.size())));
  return bytes.str().str();
}

std::string Build::outputPath() const {
  if (!options.output.empty())
    return options.output;
  const std::string &name = model.program.model.empty() ? "model" : model.program.model;
  switch (options.product) {
  case Product::exe:
    return name + ".app";
  case Product::lib:
    return "lib" + name + ".a";
  case Product::obj:
    return name + ".o";
  case Product::assembly:
    return name + ".s";
  case Product::llvm:
    return name + ".ll";
  case Product::mlir:
    return name + ".mlir";
  case Product::graph:
    return name + ".graph.mlir";
  }
  llvm_unreachable("unknown product");
}

std::string Build::finishText(llvm::StringRef text) {
  const std::string path = outputPath();
  writeText(path, text);
  return path == "-" ? "stdout" : path + " (" + formatBytes(int64_t(text.size())) + ")";
}

std::string Build::finishModule() {
  std::string text;
  llvm::raw_string_ostream out(text);
  model.module->print(out);
  out << "\n";
  return finishText(text);
}

}  // namespace

int build(const BuildOptions &options) { return Build(options).run(); }

}  // namespace qwen
