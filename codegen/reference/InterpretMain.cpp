#include "codegen/reference/InterpretMain.h"

#include "codegen/reference/GivenInputs.h"
#include "codegen/reference/Interpreter.h"
#include "codegen/reference/ModuleFile.h"
#include "codegen/reference/PassCheck.h"
#include "codegen/reference/RandomCalls.h"
#include "codegen/reference/Weights.h"
#include "runtime/io/Safetensors.h"

#include "llvm/Support/CommandLine.h"
#include "llvm/Support/Format.h"

namespace cl = llvm::cl;

namespace qwen {

static constexpr int64_t kShownRows = 16, kShownValues = 16;

namespace {
// Local to a run, so that qwen-opt's own help doesn't show them.
struct Options {
  cl::OptionCategory category{"Interpreting"};
  cl::opt<bool> interpret{"interpret", cl::desc("Run @forward of FILE (this mode of qwen-opt)"), cl::cat(category)};
  cl::opt<std::string> file{cl::Positional, cl::desc("FILE.mlir"), cl::init("-"), cl::cat(category)};
  cl::opt<int64_t> rows{"rows", cl::desc("Rows of random inputs, all of slot 0 (default 4)"), cl::init(4),
                        cl::value_desc("n"), cl::cat(category)};
  cl::opt<uint64_t> seed{"seed", cl::desc("Seed of random weights and inputs (default 0)"), cl::init(0),
                         cl::value_desc("n"), cl::cat(category)};
  cl::opt<std::string> in{"in", cl::desc("Inputs: tensors named like the arguments; others are random"),
                          cl::value_desc("file.safetensors"), cl::cat(category)};
  cl::opt<std::string> out{"out", cl::desc("Write the outputs here, whole, instead of printing them"),
                           cl::value_desc("file.safetensors"), cl::cat(category)};
  cl::opt<std::string> check_pass{"check-pass",
                                  cl::desc("Compare FILE before and after this pipeline over several random calls"),
                                  cl::value_desc("pipeline"), cl::cat(category)};
  cl::opt<double> tolerance{"tolerance",
                            cl::desc("What --check-pass lets pass, relative to the root mean square (default 1e-5)"),
                            cl::init(1e-5), cl::cat(category)};
};
}  // namespace

static int fail(const std::string &error, int status = 1) {
  llvm::errs() << "qwen-opt: " << error << '\n';
  return status;
}

// "name 2x3", then a line for each row; large ones are cut.
static void print(const std::string &name, const Tensor &tensor) {
  llvm::outs() << name << ' ' << tensor.rows() << 'x' << tensor.width() << '\n';
  for (int64_t r = 0; r < std::min(tensor.rows(), kShownRows); ++r) {
    for (int64_t i = 0; i < std::min(tensor.width(), kShownValues); ++i)
      llvm::outs() << (i ? " " : "  ") << llvm::format("%.6g", tensor.row(r)[i]);
    llvm::outs() << (tensor.width() > kShownValues ? " ...\n" : "\n");
  }
  if (tensor.rows() > kShownRows)
    llvm::outs() << "  ...\n";
}

static int interpretOnce(const Options &options, const ModuleFile &source) {
  int64_t rows = options.rows;
  if (rows < 1)
    return fail("--rows is " + std::to_string(rows) + ", but a call has at least one row", 2);
  std::string error;
  std::vector<Tensor> arguments, outputs;
  if (!readInputs(source, options.in, arguments, rows, error))
    return fail(error);
  auto interpreter = Interpreter::create(*source.module, ModuleWeights(*source.module, options.seed), error);
  RandomCalls calls(source.forward(), source.argumentNames, options.seed);
  if (!interpreter || !calls.next(firstRows(rows), arguments, error))
    return fail(error);
  if (!interpreter->run(arguments, outputs, error))
    return fail(error);
  const auto &names = interpreter->outputNames();
  if (options.out.empty()) {
    for (auto [name, output] : llvm::zip_equal(names, outputs))
      print(name, output);
    return 0;
  }
  std::vector<TensorView> views;
  for (auto [name, output] : llvm::zip_equal(names, outputs))
    views.push_back({name, DType::f32, output.shape, output.reals.data()});
  return writeSafetensors(options.out, views, error) ? 0 : fail(error);
}

int interpretMain(int argc, char **argv) {
  Options options;
  cl::HideUnrelatedOptions(options.category);
  if (!cl::ParseCommandLineOptions(argc, argv, "Runs a module of the qwen dialect on the reference interpreter.\n",
                                   &llvm::errs()))
    return 2;
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  std::string error;
  auto source = ModuleFile::read(context, options.file, error);
  if (!source)
    return error.empty() ? 1 : fail(error);  // MLIR has told what is wrong with the text
  if (options.check_pass.empty())
    return interpretOnce(options, *source);
  PassCheckOptions check{options.check_pass, options.seed, options.tolerance};
  switch (checkPasses(*source->module, source->argumentNames, check, llvm::outs(), error)) {
  case PassCheckResult::same:
    return 0;
  case PassCheckResult::different:
    return fail(check.pipeline + ": " + error);
  case PassCheckResult::bad_pipeline:
    return fail("--check-pass: " + error, 2);
  }
  llvm_unreachable("all results are handled");
}

}  // namespace qwen
