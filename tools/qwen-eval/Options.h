// The command line of qwen-eval.
#pragma once

#include "frontend/Import.h"

#include <optional>
#include <string>
#include <vector>

namespace qwen {

struct EvalOptions {
  std::string model;  // checkpoint directory or config.json
  ImportOptions import;
  bool fused = false;          // interpret what `qwen-fuse` makes of the graph
  std::string quant = "none";  // "q8", "q4": weights as a program of that format stores them
  std::string verb = "eval";
  std::vector<std::string> rest;  // the verb's flags
};

// When there is nothing to run (help, a mistake) returns nullopt, having printed what there is to say, and sets
// `status`.
std::optional<EvalOptions> parseOptions(int argc, char **argv, int &status);

}  // namespace qwen
