// The command line of qwenc.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace qwen {

// How a run of qwenc ends.
inline constexpr int kSuccess = 0;
inline constexpr int kBadInput = 1;  // a checkpoint, a file or a disk is not as it must be
inline constexpr int kBadCommandLine = 2;
inline constexpr int kInternalError = 70;  // a mistake of the compiler (sysexits.h: EX_SOFTWARE)

enum class Product { exe, lib, obj, assembly, llvm, mlir, graph };

struct BuildOptions {
  std::string model;   // checkpoint directory or config.json
  std::string output;  // empty: named after the model; "-": stdout
  Product product = Product::exe;
  std::string task;
  std::string triple, cpu, attr;
  bool emulate_dots = false;  // MachineDescription::emulate_dots
  int64_t max_seq = 0;        // 0: the importer's default
  int64_t batch = 1;
  std::string dtype;
  std::string quant = "none";        // "q8", "q4"
  std::string kv;                    // "f32", "bf16", "q8"
  std::string head_screen = "none";  // "q8", "q4"
  bool embed_weights = false;
  std::optional<uint64_t> random_weights;
  bool verbose = false;
  bool timing = false;
  bool print_after_all = false;
};

// Reads the command line. When there is nothing to build (help, a mistake, a flag of a later version) returns nullopt,
// having printed what there is to say, and sets `status`.
std::optional<BuildOptions> parseCommandLine(int argc, char **argv, int &status);

}  // namespace qwen
