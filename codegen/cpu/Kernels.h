// The kernel generators: one function per kind of kernel, named after its op. Each fills the kernel's body.
#pragma once

#include "codegen/cpu/Kernel.h"

namespace mlir::qwen {

void generateEmbed(Kernel &kernel);
void generateRopeTable(Kernel &kernel);
void generateRmsNorm(Kernel &kernel);
void generateOutput(Kernel &kernel);
void generateNormLinear(Kernel &kernel);
void generateScreenedHead(Kernel &kernel);
void generateNormGlu(Kernel &kernel);
void generateLinearResidual(Kernel &kernel);
void generateNormQkv(Kernel &kernel);
void generateAttention(Kernel &kernel);
void generateNormMoe(Kernel &kernel);
void generateGatedDeltaNet(Kernel &kernel);

}  // namespace mlir::qwen
