// `qwenc build`.
#pragma once

#include "tools/qwenc/Options.h"

namespace qwen {

// Compiles what the options say, printing progress and errors on stderr. Returns the exit status.
int build(const BuildOptions &options);

}  // namespace qwen
