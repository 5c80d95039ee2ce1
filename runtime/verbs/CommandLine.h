// Reads the command line of a compiled program.
#pragma once

#include "runtime/verbs/Verb.h"

#include <memory>
#include <optional>

namespace qwen {

// The verb with its flags filled in; or, when there is nothing to run, the exit status after a help text has gone to
// stdout (0) or one line about what is wrong to stderr (2).
struct ParsedCommand {
  std::unique_ptr<Verb> verb;
  int status = 0;
};

ParsedCommand parseCommandLine(const Program &program, int argc, const char *const *argv);

// The last component of argv[0].
std::string programName(int argc, const char *const *argv);

}  // namespace qwen
