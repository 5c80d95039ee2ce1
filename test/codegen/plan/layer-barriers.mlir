// Barriers between the launches of a layer, up to the next layer's first: four of a dense layer, three of a sparse one,
// and one more where the KV heads don't divide evenly among the threads.
// RUN: qwen-opt %s --split-input-file --qwen-plan | FileCheck %s
// RUN: qwen-opt %s --split-input-file --qwen-plan --remarks-filter=qwen 2>&1 >/dev/null | FileCheck %s --check-prefix=COUNT

// COUNT: "kernels: 5 for 7 launches, 5 barriers, 1 more where KV heads don't divide among the threads"
// CHECK-LABEL: module @dense
// CHECK: func.func @forward({{.*}}, %{{[a-z0-9]+}}: index, %{{[a-z0-9]+}}: index, %[[THREAD:[a-z0-9]+]]: index, %[[THREADS:[a-z0-9]+]]: index, %{{[a-z0-9]+}}: index, %{{[a-z0-9]+}}: memref<32x96xf32>)
// CHECK: call @norm_qkv_0
// CHECK-NOT: @qwen_barrier
// CHECK: %[[KV_HEADS:.*]] = arith.constant 3 : index
// CHECK: %[[REST:.*]] = arith.remui %[[KV_HEADS]], %[[THREADS]]
// CHECK: %[[SHARED:.*]] = arith.cmpi ne, %[[REST]], %c0
// CHECK: scf.if %[[SHARED]] {
// CHECK-NEXT: func.call @qwen_barrier(%[[THREAD]], %[[THREADS]])
// CHECK-NEXT: }
// CHECK-NOT: @qwen_barrier
// CHECK: call @attention_0
// CHECK: {{^ *}}call @qwen_barrier
// CHECK-NOT: @qwen_barrier
// CHECK: call @linear_residual_0
// CHECK: {{^ *}}call @qwen_barrier
// CHECK-NOT: @qwen_barrier
// CHECK: call @norm_glu_0
// CHECK: {{^ *}}call @qwen_barrier
// CHECK-NOT: @qwen_barrier
// CHECK: call @linear_residual_0
// CHECK: {{^ *}}call @qwen_barrier
// CHECK-NOT: @qwen_barrier
// CHECK: call @norm_qkv_0
// CHECK: {{^ *}}call @qwen_barrier
// CHECK-NOT: @qwen_barrier
// CHECK: func.call @output_0
module @dense attributes {qwen.batch = 1 : i64, qwen.max_rows = 32 : i64, qwen.max_seq = 2048 : i64} {
  qwen.weight @n : tensor<64xf32>
  qwen.weight @hn : tensor<16xf32>
  qwen.weight @q : tensor<96x64xf32>
  qwen.weight @o : tensor<64x96xf32>
  qwen.weight @kv : tensor<48x64xf32>
  qwen.weight @up : tensor<96x64xf32>
  qwen.weight @down : tensor<64x96xf32>
  qwen.state @k0 : tensor<1x3x2048x16xbf16>
  qwen.state @v0 : tensor<1x3x2048x16xbf16>
  qwen.state @k1 : tensor<1x3x2048x16xbf16>
  qwen.state @v1 : tensor<1x3x2048x16xbf16>
  func.func @forward(%x: tensor<?x64xf32>, %table: tensor<?x16xf32>, %slot: tensor<?xi32>, %index: tensor<?xi32>) {
    %q0 = qwen.norm_qkv %x, %table, %slot, %index norm @n eps 1.0e-6 weights [@q, @kv, @kv] head_norms [@hn, @hn]
      eps 1.0e-6 caches @k0, @v0 : tensor<?x64xf32>, tensor<?x16xf32> -> tensor<?x96xf32>
    %a0 = qwen.attention %q0, %slot, %index, @k0, @v0 scale 0.25 : tensor<?x96xf32>
    %y0 = qwen.linear_residual %a0, %x, @o : tensor<?x96xf32>, tensor<?x64xf32>
    %m0 = qwen.norm_glu silu %y0 norm @n eps 1.0e-6 gate @up up @up : tensor<?x64xf32> -> tensor<?x96xf32>
    %x1 = qwen.linear_residual %m0, %y0, @down : tensor<?x96xf32>, tensor<?x64xf32>
    %q1 = qwen.norm_qkv %x1, %table, %slot, %index norm @n eps 1.0e-6 weights [@q, @kv, @kv] head_norms [@hn, @hn]
      eps 1.0e-6 caches @k1, @v1 : tensor<?x64xf32>, tensor<?x16xf32> -> tensor<?x96xf32>
    qwen.output "q" %q1 : tensor<?x96xf32>
    return
  }
}

// -----

// COUNT: "kernels: 5 for 6 launches, 4 barriers, 1 more where KV heads don't divide among the threads"
// CHECK-LABEL: module @sparse
// CHECK: call @norm_qkv_0
// CHECK: scf.if
// CHECK-NEXT: func.call @qwen_barrier
// CHECK: call @attention_0
// CHECK: {{^ *}}call @qwen_barrier
// CHECK-NOT: @qwen_barrier
// CHECK: call @linear_residual_0
// CHECK: {{^ *}}call @qwen_barrier
// CHECK-NOT: @qwen_barrier
// CHECK: call @norm_moe_0
// CHECK: {{^ *}}call @qwen_barrier
// CHECK-NOT: @qwen_barrier
// CHECK: call @norm_qkv_0
module @sparse attributes {qwen.batch = 1 : i64, qwen.max_rows = 32 : i64, qwen.max_seq = 2048 : i64} {
  qwen.weight @n : tensor<64xf32>
  qwen.weight @hn : tensor<16xf32>
  qwen.weight @q : tensor<96x64xf32>
  qwen.weight @o : tensor<64x96xf32>
  qwen.weight @kv : tensor<48x64xf32>
  qwen.weight @router : tensor<8x64xf32>
  qwen.weight @gate_up : tensor<8x64x64xf32>
  qwen.weight @down : tensor<8x64x32xf32>
  qwen.state @k0 : tensor<1x3x2048x16xbf16>
  qwen.state @v0 : tensor<1x3x2048x16xbf16>
  qwen.state @k1 : tensor<1x3x2048x16xbf16>
  qwen.state @v1 : tensor<1x3x2048x16xbf16>
  func.func @forward(%x: tensor<?x64xf32>, %table: tensor<?x16xf32>, %slot: tensor<?xi32>, %index: tensor<?xi32>) {
    %q0 = qwen.norm_qkv %x, %table, %slot, %index norm @n eps 1.0e-6 weights [@q, @kv, @kv] head_norms [@hn, @hn]
      eps 1.0e-6 caches @k0, @v0 : tensor<?x64xf32>, tensor<?x16xf32> -> tensor<?x96xf32>
    %a0 = qwen.attention %q0, %slot, %index, @k0, @v0 scale 0.25 : tensor<?x96xf32>
    %y0 = qwen.linear_residual %a0, %x, @o : tensor<?x96xf32>, tensor<?x64xf32>
    %x1, %l = qwen.norm_moe silu %y0 norm @n eps 1.0e-6 router @router top_k 2 normalize experts @gate_up, @down
      : tensor<?x64xf32> -> tensor<?x8xf32>
    %q1 = qwen.norm_qkv %x1, %table, %slot, %index norm @n eps 1.0e-6 weights [@q, @kv, @kv] head_norms [@hn, @hn]
      eps 1.0e-6 caches @k1, @v1 : tensor<?x64xf32>, tensor<?x16xf32> -> tensor<?x96xf32>
    qwen.output "q" %q1 : tensor<?x96xf32>
    return
  }
}
