#include "runtime/verbs/Host.h"

#include "runtime/core/CpuCheck.h"
#include "runtime/core/Error.h"

namespace qwen {
namespace {

Program readDescription(const ProgramImage &image) {
  std::string error;
  auto program = programFromJson(std::string(image.json, image.json_size), error);
  if (!program)
    throw UserError(error);
  return *program;
}

}  // namespace

Host::Host(const ProgramImage &image) : contents(image), description(readDescription(image)) {}

Engine &Host::startEngine(int64_t threads) {
  const std::string missing = missingCpuFeature(description.cpu_features);
  if (!missing.empty())
    throw UserError("this processor has no " + missing + ", which the program's code (" + description.target_level +
                    ") uses; build it with --mcpu for this machine");
  if (description.weights_embedded)
    weights = std::make_unique<WeightFile>(contents.weights, contents.weights_size, description);
  else
    weights = std::make_unique<WeightFile>(contents.weights_path, description);
  return engine.emplace(description, weights->weights(), threads, contents.forward);
}

}  // namespace qwen
