// The driver behind `qwen-opt --interpret`.
#pragma once

namespace qwen {

// Reads a module as text, runs its @forward on given or random inputs and prints the outputs, or checks a pass
// pipeline by running the module before and after it; `--help` tells the options. All passes that a pipeline may name
// must be registered before. Returns the exit status: 0, 1 (bad input, a check that fails), 2 (wrong command line).
int interpretMain(int argc, char **argv);

}  // namespace qwen
