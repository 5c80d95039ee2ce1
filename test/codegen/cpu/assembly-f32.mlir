// The products' inner loops in assembly, f32 weights: vectors of the machine's width, no calls, sums in registers. The
// first loop is that of the largest register tile, where the time goes; tiles for the rows left over follow.
// DEFINE: %{target} =
// DEFINE: %{cpu} =
// DEFINE: %{asm} = qwen-opt %s --qwen-plan --qwen-cpu="mtriple=%{target} mcpu=%{cpu}" -o %t.mlir && \
// DEFINE:   %mlir-translate --mlir-to-llvmir %t.mlir | %opt -O3 -mtriple=%{target} -mcpu=%{cpu} | \
// DEFINE:   %llc -O3 -mtriple=%{target} -mcpu=%{cpu} -relocation-model=pic | awk -f %S/Inputs/product-loops.awk
// REDEFINE: %{target} = x86_64-linux-gnu
// REDEFINE: %{cpu} = x86-64-v3
// RUN: %{asm} | FileCheck %s --check-prefix=AVX2
// REDEFINE: %{target} = x86_64-linux-gnu
// REDEFINE: %{cpu} = znver5
// RUN: %{asm} | FileCheck %s --check-prefix=AVX512
// REDEFINE: %{target} = x86_64-linux-gnu
// REDEFINE: %{cpu} = x86-64
// RUN: %{asm} | FileCheck %s --check-prefix=SSE
// REDEFINE: %{target} = aarch64-linux-gnu
// REDEFINE: %{cpu} = generic
// RUN: %{asm} | FileCheck %s --check-prefix=ARM

// AVX2-NOT:   {{[1-9][0-9]* stack}}
// AVX512-NOT: {{[1-9][0-9]* stack}}
// SSE-NOT:    {{[1-9][0-9]* stack}}
// AVX2:      norm_linear_0: {{[0-9]+}} vfmaddps ymm, 0 calls, 0 stack accesses
// AVX512:    norm_linear_0: {{[0-9]+}} vfmaddps zmm, 0 calls, 0 stack accesses
// Without fused multiply-adds, a product and a sum: not a call of fmaf for each value.
// SSE:       norm_linear_0: {{[0-9]+}} mulps xmm, 0 calls, 0 stack accesses
// ARM:       norm_linear_0: {{[0-9]+}} fmla v.4s, 0 calls, 0 stack accesses
// AVX2-NOT:   {{xmm|zmm|[1-9][0-9]* calls|[1-9][0-9]* stack}}
// AVX512-NOT: {{xmm|ymm|[1-9][0-9]* calls|[1-9][0-9]* stack}}
// SSE-NOT:    {{[1-9][0-9]* calls|[1-9][0-9]* stack}}
// ARM-NOT:    {{[1-9][0-9]* calls}}

module attributes {qwen.batch = 1 : i64, qwen.max_rows = 64 : i64, qwen.max_seq = 64 : i64} {
  qwen.weight @w : tensor<256x128xf32>
  func.func @forward(%ids: tensor<?xi32>, %x: tensor<?x128xf32>, %slot: tensor<?xi32>, %index: tensor<?xi32>,
                     %position: tensor<?x1xf32>, %length: tensor<?xf32>, %wanted: tensor<?xi32>) {
    %y = qwen.norm_linear %x weights [@w] : tensor<?x128xf32> -> tensor<?x256xf32>
    qwen.output "y" %y : tensor<?x256xf32>
    return
  }
}
