// Bodies of kernels: register tiles by machine, products of bf16 pairs, barriers inside a kernel.
// RUN: qwen-opt %s --qwen-plan --qwen-generate-cpu-kernels="mtriple=x86_64-linux-gnu mcpu=x86-64-v3" | FileCheck %s --check-prefixes=CHECK,AVX2
// RUN: qwen-opt %s --qwen-plan --qwen-generate-cpu-kernels="mtriple=x86_64-linux-gnu mcpu=znver5" | FileCheck %s --check-prefixes=CHECK,AVX512
// RUN: qwen-opt %s --qwen-plan --qwen-generate-cpu-kernels="mtriple=x86_64-linux-gnu mcpu=x86-64" | FileCheck %s --check-prefixes=CHECK,SSE
// RUN: qwen-opt %s --qwen-plan --qwen-generate-cpu-kernels="mtriple=x86_64-linux-gnu mcpu=x86-64-v3 emulate-dots=true" | FileCheck %s --check-prefixes=CHECK,EMULATED
// RUN: qwen-opt %s --qwen-plan --qwen-generate-cpu-kernels="mtriple=x86_64-linux-gnu mcpu=x86-64-v3" --remarks-filter=qwen 2>&1 >/dev/null | FileCheck %s --check-prefix=COUNT

// COUNT: qwen-generate-cpu-kernels {{.*}}"kernels: 2 generated for x86-64-v3"

// Weights, states and sections are of no more use, nor are specialisations.
// CHECK-NOT: {{qwen[.](weight |state |packed |kernel)}}

// f32, no norm: nothing to prepare. Sums of the largest tile: 6 rows on AVX2 (2 registers a panel), 12 rows x 2 panels on
// AVX-512, 2 rows on SSE (4 registers a panel, no fused multiply-add).
// CHECK-LABEL: func.func private @norm_linear_0(
// CHECK-SAME: attributes {passthrough = ["noinline"]}
// AVX2-NOT: @qwen_barrier
// AVX2: iter_args({{([^,]+, ){5}[^,]+}}) -> ({{(vector<16xf32>, ){5}vector<16xf32>}})
// AVX2: math.fma {{.*}} : vector<16xf32>
// AVX512: iter_args({{([^,]+, ){23}[^,]+}}) -> ({{(vector<16xf32>, ){23}vector<16xf32>}})
// AVX512: math.fma {{.*}} : vector<16xf32>
// SSE: iter_args({{[^,]+, [^,]+}}) -> (vector<16xf32>, vector<16xf32>)
// SSE-NOT: math.fma

// bf16 with a norm. Few rows: every thread normalises all of them for itself. Many: they share the work and meet.
// CHECK-LABEL: func.func private @norm_linear_1(
// CHECK-SAME: %[[THREAD:[a-z0-9]+]]: index, %[[THREADS:[a-z0-9]+]]: index, %[[ROWS:[a-z0-9]+]]: index,
// CHECK: %[[LIMIT:.*]] = arith.constant 17 : index
// CHECK: %[[FEW:.*]] = arith.cmpi slt, %[[ROWS]], %[[LIMIT]] : index
// CHECK: scf.if %[[FEW]] {
// CHECK-NOT: @qwen_barrier
// CHECK: } else {
// CHECK: func.call @qwen_barrier(%[[THREAD]], %[[THREADS]])
// CHECK: arith.select %[[FEW]], {{.*}} : memref<64x
// Weights are widened by a shift; or pairs are multiplied, which the machine does in one instruction.
// AVX2: arith.shli {{.*}} : vector<16xi32>
// AVX2: math.fma {{.*}} : vector<16xf32>
// AVX512: llvm.call_intrinsic "llvm.x86.avx512bf16.dpbf16ps.512"({{.*}}) : (vector<16xf32>, vector<32xbf16>, vector<32xbf16>) -> vector<16xf32>
// AVX512-NOT: math.fma
// EMULATED-NOT: call_intrinsic
// EMULATED: arith.shli {{.*}} : vector<16xi32>
// EMULATED: math.fma {{.*}} : vector<16xf32>
// EMULATED: arith.andi {{.*}} : vector<16xi32>
// EMULATED: math.fma {{.*}} : vector<16xf32>
// CHECK: func.func @forward(
module attributes {qwen.batch = 1 : i64, qwen.max_rows = 64 : i64, qwen.max_seq = 64 : i64} {
  qwen.weight @w : tensor<64x32xf32>
  qwen.weight @n : tensor<32xf32>
  qwen.weight @narrow : tensor<64x32xbf16>
  qwen.state @key : tensor<1x1x64x16xf32>
  func.func @forward(%x: tensor<?x32xf32>) {
    %y = qwen.norm_linear %x weights [@w] : tensor<?x32xf32> -> tensor<?x64xf32>
    qwen.output "y" %y : tensor<?x64xf32>
    %z = qwen.norm_linear %x norm @n eps 1.0e-6 weights [@narrow] : tensor<?x32xf32> -> tensor<?x64xf32>
    qwen.output "z" %z : tensor<?x64xf32>
    return
  }
}
