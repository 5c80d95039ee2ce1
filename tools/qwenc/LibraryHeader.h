// The C header of a static library.
#pragma once

#include "runtime/abi/Program.h"

namespace qwen {

// The interface of runtime/abi/Entry.h, and this program's sizes and outputs as constants.
std::string libraryHeader(const Program &program);

}  // namespace qwen
