// Passes of MLIR itself that qwen-opt knows.
#pragma once

namespace mlir::qwen {

// General transforms, and the conversions that the way to the LLVM dialect is made of.
void registerUpstreamPasses();

}  // namespace mlir::qwen
