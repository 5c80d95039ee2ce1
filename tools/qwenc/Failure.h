// How a stage of the driver ends a build.
#pragma once

#include "tools/qwenc/Options.h"

namespace qwen {

// Thrown inside the driver only, caught by build().
struct Failure {
  int status;           // kBadInput, kBadCommandLine or kInternalError
  std::string message;  // one line
};

}  // namespace qwen
