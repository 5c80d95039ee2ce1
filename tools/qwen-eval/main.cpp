// Runs a verb of the runtime on the reference interpreter: the program that qwenc would make, with the interpreter in
// place of compiled code, so that every stored result can be compared with both. A tool for developers.
#include "codegen/reference/Interpreter.h"
#include "passes/Passes.h"
#include "runtime/core/WeightFile.h"
#include "runtime/verbs/Host.h"
#include "tools/Dialects.h"
#include "tools/qwen-eval/Options.h"

#include "mlir/Pass/PassManager.h"

#include <cstring>

namespace qwen {

// What runs as `qwen_forward`, which has no place for anything but the call.
static Interpreter *running = nullptr;

// One thread of the team computes; the others wait for it where the team meets.
static void interpretForward(const QwenCall *call, int64_t thread, int64_t) {
  if (thread == 0)
    running->forward(*call);
}

static int fail(const std::string &error) {
  llvm::errs() << "qwen-eval: " << error << '\n';
  return 1;
}

// A weight file without weights: the interpreter has its own.
static std::vector<uint8_t> emptyWeightFile(const Program &program) {
  std::vector<uint8_t> file(kWeightsAlignment);
  WeightFileHeader header = {};
  std::memcpy(header.magic, kWeightsMagic, sizeof header.magic);
  std::memcpy(header.build_id, program.build_id.data(), sizeof header.build_id);
  header.checksum = weightsChecksum(header);
  std::memcpy(file.data(), &header, sizeof header);
  return file;
}

static int run(const EvalOptions &options) {
  mlir::DialectRegistry registry;
  mlir::qwen::insertDialects(registry);
  mlir::MLIRContext context(registry, mlir::MLIRContext::Threading::DISABLED);
  context.loadAllAvailableDialects();
  std::string error;
  auto imported = importModel(context, options.model, options.import, error);
  if (!imported)
    return fail(error);
  if (!imported->weights)
    return fail(options.model + ": a config.json alone has no weights; give --random-weights=SEED");
  mlir::PassManager passes(&context);
  const bool quantize = options.quant != "none";
  if (options.fused || quantize)  // only fused ops say what weights are for
    mlir::qwen::buildFusePipeline(passes);
  if (quantize)
    passes.addPass(mlir::qwen::createQuantizeWeights({options.quant}));
  if (failed(passes.run(*imported->module)))
    return 1;
  const auto interpreter = Interpreter::create(*imported->module, *imported->weights, error);
  if (!interpreter)
    return fail(error);
  running = interpreter.get();

  Program &program = imported->program;
  program.build_id = std::string(sizeof(WeightFileHeader::build_id), '0');
  program.target_level = "the reference interpreter";
  program.weights_embedded = true;
  const std::string json = toJson(program);
  const std::vector<uint8_t> weights = emptyWeightFile(program);
  ProgramImage image;
  image.json = json.data();
  image.json_size = json.size();
  image.weights = weights.data();
  image.weights_size = weights.size();
  image.forward = interpretForward;
  std::vector<const char *> arguments = {"qwen-eval", options.verb.c_str()};
  for (const std::string &argument : options.rest)
    arguments.push_back(argument.c_str());
  return runProgram(image, int(arguments.size()), arguments.data());
}

}  // namespace qwen

int main(int argc, char **argv) {
  int status = 0;
  const auto options = qwen::parseOptions(argc, argv, status);
  return options ? qwen::run(*options) : status;
}
