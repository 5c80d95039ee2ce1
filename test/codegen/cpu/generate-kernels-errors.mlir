// RUN: qwen-opt %s --qwen-generate-cpu-kernels=mcpu=x86-64-v3 --verify-diagnostics
// RUN: not qwen-opt %s --qwen-generate-cpu-kernels=mcpu=z80 2>&1 | FileCheck %s --check-prefix=CPU
// RUN: not qwen-opt %s --qwen-generate-cpu-kernels=mtriple=vax-dec-ultrix 2>&1 | FileCheck %s --check-prefix=TRIPLE
// RUN: not qwen-opt %s --qwen-generate-cpu-kernels="mtriple=x86_64-linux-gnu mattr=+avx3" 2>&1 | FileCheck %s --check-prefix=ATTR
// CPU: error: --mcpu: `z80` is no processor of x86_64
// TRIPLE: error: --mtriple: `vax-dec-ultrix` is no target that LLVM knows
// ATTR: error: --mattr: `avx3` is no feature of x86_64

// expected-error@+1 {{no CPU kernel of the kind fourier}}
func.func private @fourier_0(index, index, index, memref<64xi8>) attributes {
  qwen.kernel = {kind = "fourier", max_rows = 4 : i64, operands = 0 : i64, packed = [], results = 0 : i64, states = [], temp = false}}
