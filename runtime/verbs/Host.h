// The program that a verb runs in.
#pragma once

#include "runtime/core/Engine.h"
#include "runtime/core/WeightFile.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace qwen {

// What the compiler put into the program (runtime/abi/Entry.h), borrowed.
struct ProgramImage {
  const char *json = nullptr;
  uint64_t json_size = 0;
  const uint8_t *tokenizer = nullptr;  // size 0: none
  uint64_t tokenizer_size = 0;
  const uint8_t *weights = nullptr;  // the weight file when embedded, size 0 otherwise
  uint64_t weights_size = 0;
  std::string weights_path;  // where the weight file is when it isn't embedded: APP.weights
  Engine::CompiledForward forward = nullptr;
};

class Host {
public:
  // Throws UserError when the image's description can't be read.
  explicit Host(const ProgramImage &image);

  const Program &program() const { return description; }
  const ProgramImage &image() const { return contents; }

  // Checks the processor, maps the weights, starts `threads` threads and takes all memory: once per process.
  // Throws UserError.
  Engine &startEngine(int64_t threads);

private:
  const ProgramImage &contents;
  Program description;
  std::unique_ptr<WeightFile> weights;
  std::optional<Engine> engine;
};

// Runs `APP VERB ...` and returns the exit status: 0, 1 for bad input, 2 for a wrong command line.
// Nothing is thrown. Defined in RunProgram.cpp.
int runProgram(const ProgramImage &image, int argc, const char *const *argv);

}  // namespace qwen
