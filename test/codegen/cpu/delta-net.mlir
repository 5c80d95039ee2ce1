// The loops of a gated delta rule in assembly: sums and corrections of a column block in registers, for four values of
// the key at once; three multiply-adds for each element of the state in all rows but a call's last, which need no sums
// for the next. Other loops with products are those of the convolution, norms and gates.
// DEFINE: %{target} =
// DEFINE: %{cpu} =
// DEFINE: %{asm} = qwen-opt %s --qwen-plan --qwen-cpu="mtriple=%{target} mcpu=%{cpu}" -o %t.mlir && \
// DEFINE:   %mlir-translate --mlir-to-llvmir %t.mlir | %opt -O3 -mtriple=%{target} -mcpu=%{cpu} | \
// DEFINE:   %llc -O3 -mtriple=%{target} -mcpu=%{cpu} -relocation-model=pic | awk -f %S/Inputs/product-loops.awk
// REDEFINE: %{target} = x86_64-linux-gnu
// REDEFINE: %{cpu} = x86-64-v3
// RUN: %{asm} | FileCheck %s --check-prefix=AVX2
// REDEFINE: %{cpu} = znver5
// RUN: %{asm} | FileCheck %s --check-prefix=AVX512
// RUN: qwen-opt %s --qwen-plan --qwen-generate-cpu-kernels=mcpu=x86-64-v3 | FileCheck %s

// 32 columns of two vectors of 16 lanes at first; then 16 columns at once on AVX2, 32 on AVX-512.
// AVX2:     gated_delta_net_0: 16 vfmaddps ymm, 0 calls, 0 stack accesses
// AVX2:     gated_delta_net_0: 24 vfmaddps ymm, 0 calls, 0 stack accesses
// AVX2:     gated_delta_net_0: 16 vfmaddps ymm, 0 calls, 0 stack accesses
// AVX2:     gated_delta_net_0: 24 vfmaddps ymm, 0 calls, 0 stack accesses
// AVX2:     gated_delta_net_0: 16 vfmaddps ymm, 0 calls, 0 stack accesses
// AVX512:   gated_delta_net_0: 8 vfmaddps zmm, 0 calls, 0 stack accesses
// AVX512:   gated_delta_net_0: 24 vfmaddps zmm, 0 calls, 0 stack accesses
// AVX512:   gated_delta_net_0: 16 vfmaddps zmm, 0 calls, 0 stack accesses

// Threads that own key heads don't meet.
// CHECK: func.func private @gated_delta_net_0(%{{[a-z0-9]+}}: index, %[[THREADS:[a-z0-9]+]]: index,
// CHECK: %[[REST:.*]] = arith.remui %{{.*}}, %[[THREADS]]
// CHECK: %[[OWNS:.*]] = arith.cmpi eq, %[[REST]]
// CHECK: scf.if %[[OWNS]] {
// CHECK-NEXT: } else {
// CHECK-NEXT: func.call @qwen_barrier
// CHECK: scf.if %[[OWNS]] {
// CHECK-NEXT: } else {
// CHECK-NEXT: func.call @qwen_barrier
// CHECK-NOT: @qwen_barrier
// CHECK: func.func @forward
module attributes {qwen.batch = 1 : i64, qwen.max_rows = 64 : i64, qwen.max_seq = 64 : i64} {
  qwen.weight @conv : tensor<512x1x4xf32>
  qwen.weight @a_log : tensor<2xf32>
  qwen.weight @dt_bias : tensor<2xf32>
  qwen.weight @norm : tensor<128xf32>
  qwen.state @inputs recurrent : tensor<1x3x512xf32>
  qwen.state @memory recurrent : tensor<1x2x128x128xf32>
  func.func @forward(%qkv: tensor<?x512xf32>, %z: tensor<?x256xf32>, %slot: tensor<?xi32>, %index: tensor<?xi32>,
                     %b: tensor<?x2xf32>, %a: tensor<?x2xf32>, %wanted: tensor<?xi32>) {
    %y = qwen.gated_delta_net silu %qkv, %z, %b, %a, %slot, %index conv @conv state @inputs decay @a_log, @dt_bias
      l2_eps 1.0e-6 delta scale 0.088 state @memory norm @norm eps 1.0e-6
      : tensor<?x512xf32>, tensor<?x256xf32>, tensor<?x2xf32>
    qwen.output "y" %y : tensor<?x256xf32>
    return
  }
}
