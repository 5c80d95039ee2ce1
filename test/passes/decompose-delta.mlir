// What the fused ops of linear attention, output gates and shared experts stand for: decomposed and fused again, they
// are the same.
// RUN: qwen-opt %s --pass-pipeline='builtin.module(func.func(qwen-decompose-fused))' | FileCheck %s
// RUN: qwen-opt %s -o %t.before
// RUN: qwen-opt %s --pass-pipeline='builtin.module(func.func(qwen-decompose-fused,qwen-fuse-moe,qwen-fuse-norm-qkv,qwen-fuse-gated-attention,qwen-fuse-gated-delta-net,qwen-fuse-norm-glu,qwen-fuse-norm-linear))' -o %t.after
// RUN: diff %t.before %t.after

qwen.weight @norm : tensor<8xf32>
qwen.weight @head_norm : tensor<4xf32>
qwen.weight @q : tensor<32x8xf32>
qwen.weight @k : tensor<8x8xf32>
qwen.weight @conv : tensor<20x1x4xf32>
qwen.weight @A_log : tensor<4xf32>
qwen.weight @dt_bias : tensor<4xf32>
qwen.weight @delta_norm : tensor<3xf32>
qwen.weight @router : tensor<5x8xf32>
qwen.weight @gate_up : tensor<5x6x8xf32>
qwen.weight @down : tensor<5x8x3xf32>
qwen.weight @shared_gate : tensor<4x8xf32>
qwen.weight @shared_up : tensor<4x8xf32>
qwen.weight @shared_down : tensor<8x4xf32>
qwen.weight @row_gate : tensor<1x8xf32>
qwen.state @key_cache : tensor<1x2x16x4xf32>
qwen.state @value_cache : tensor<1x2x16x4xf32>
qwen.state @inputs recurrent : tensor<1x3x20xf32>
qwen.state @memory recurrent : tensor<1x4x2x3xf32>

// CHECK-LABEL: func.func @gated_delta_net
// CHECK-NEXT: %[[C:.*]] = qwen.causal_conv %arg0, %arg4, %arg5, @conv state @inputs
// CHECK-NEXT: %[[S:.*]] = qwen.activation gelu %[[C]]
// CHECK-NEXT: %[[P:.*]]:3 = qwen.split %[[S]] : tensor<?x20xf32> -> tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x12xf32>
// CHECK-NEXT: %[[Q:.*]] = qwen.l2_norm %[[P]]#0 head_dim 2 eps 1.000000e+00
// CHECK-NEXT: %[[K:.*]] = qwen.l2_norm %[[P]]#1 head_dim 2 eps 1.000000e+00
// CHECK-NEXT: %[[B:.*]] = qwen.activation sigmoid %arg2
// CHECK-NEXT: %[[G:.*]] = qwen.decay %arg3, @A_log, @dt_bias
// CHECK-NEXT: %[[O:.*]] = qwen.gated_delta_rule %[[Q]], %[[K]], %[[P]]#2, %[[G]], %[[B]], %arg4, %arg5 state @memory scale 5.000000e-01
// CHECK-NEXT: %[[N:.*]] = qwen.rms_norm %[[O]], @delta_norm eps 2.000000e+00 : tensor<?x12xf32>
// CHECK-NEXT: %[[Y:.*]] = qwen.glu silu %arg1, %[[N]]
// CHECK-NEXT: return %[[Y]]
func.func @gated_delta_net(%qkv: tensor<?x20xf32>, %z: tensor<?x12xf32>, %b: tensor<?x4xf32>, %a: tensor<?x4xf32>,
                           %slot: tensor<?xi32>, %index: tensor<?xi32>) -> tensor<?x12xf32> {
  %0 = qwen.gated_delta_net gelu %qkv, %z, %b, %a, %slot, %index conv @conv state @inputs
    decay @A_log, @dt_bias l2_eps 1.0 delta scale 0.5 state @memory norm @delta_norm eps 2.0
    : tensor<?x20xf32>, tensor<?x12xf32>, tensor<?x4xf32>
  return %0 : tensor<?x12xf32>
}

// CHECK-LABEL: func.func @gated_attention
// CHECK-NEXT: %[[H:.*]] = qwen.rms_norm %arg0, @norm eps 1.000000e+00 zero_centered
// CHECK-NEXT: %[[QG:.*]] = qwen.linear %[[H]], @q : tensor<?x8xf32> -> tensor<?x32xf32>
// CHECK-NEXT: qwen.linear %[[H]], @k
// CHECK-NEXT: qwen.linear %[[H]], @k
// CHECK-NEXT: %[[P:.*]]:2 = qwen.split %[[QG]] groups 4 : tensor<?x32xf32> -> tensor<?x16xf32>, tensor<?x16xf32>
// CHECK-NEXT: %[[QN:.*]] = qwen.rms_norm %[[P]]#0, @head_norm eps 2.000000e+00 zero_centered
// CHECK-NEXT: qwen.rms_norm %{{.*}}, @head_norm eps 2.000000e+00 zero_centered
// CHECK-NEXT: %[[QR:.*]] = qwen.rope %[[QN]]
// CHECK: %[[A:.*]] = qwen.attention %[[QR]], %arg2, %arg3, @key_cache, @value_cache scale 5.000000e-01 window 3
// CHECK-NEXT: %[[Y:.*]] = qwen.glu sigmoid %[[P]]#1, %[[A]]
// CHECK-NEXT: return %[[Y]]
func.func @gated_attention(%x: tensor<?x8xf32>, %t: tensor<?x2xf32>, %slot: tensor<?xi32>,
                           %index: tensor<?xi32>) -> tensor<?x16xf32> {
  %q, %g = qwen.norm_qkv %x, %t, %slot, %index norm @norm eps 1.0 zero_centered weights [@q, @k, @k]
    head_norms [@head_norm, @head_norm] eps 2.0 caches @key_cache, @value_cache
    : tensor<?x8xf32>, tensor<?x2xf32> -> tensor<?x16xf32> gate tensor<?x16xf32>
  %0 = qwen.gated_attention %q, %g, %slot, %index, @key_cache, @value_cache scale 0.5 window 3 : tensor<?x16xf32>
  return %0 : tensor<?x16xf32>
}

// CHECK-LABEL: func.func @shared
// CHECK-NEXT: %[[H:.*]] = qwen.rms_norm %arg0, @norm eps 1.000000e+00 zero_centered
// CHECK-NEXT: qwen.router %[[H]]
// CHECK-NEXT: %[[E:.*]] = qwen.experts silu %[[H]]
// CHECK-NEXT: %[[G:.*]] = qwen.linear %[[H]], @shared_gate
// CHECK-NEXT: %[[U:.*]] = qwen.linear %[[H]], @shared_up
// CHECK-NEXT: %[[M:.*]] = qwen.glu silu %[[G]], %[[U]]
// CHECK-NEXT: %[[D:.*]] = qwen.linear %[[M]], @shared_down
// CHECK-NEXT: %[[R:.*]] = qwen.linear %[[H]], @row_gate
// CHECK-NEXT: %[[S:.*]] = qwen.gate_rows sigmoid %[[R]], %[[D]]
// CHECK-NEXT: %[[B:.*]] = arith.addf %[[E]], %[[S]]
// CHECK-NEXT: %[[Y:.*]] = arith.addf %arg0, %[[B]]
// CHECK-NEXT: return %[[Y]]
func.func @shared(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %0, %l = qwen.norm_moe silu %x norm @norm eps 1.0 zero_centered router @router top_k 2
    experts @gate_up, @down shared [@shared_gate, @shared_up, @shared_down, @row_gate] : tensor<?x8xf32> -> tensor<?x5xf32>
  return %0 : tensor<?x8xf32>
}

// CHECK-LABEL: func.func @zero_centered
// CHECK-COUNT-2: qwen.rms_norm %{{.*}}, @norm eps 1.000000e+00 zero_centered
func.func @zero_centered(%x: tensor<?x8xf32>) -> (tensor<?x8xf32>, tensor<?x4xf32>) {
  %0 = qwen.norm_linear %x norm @norm eps 1.0 zero_centered weights [@k] : tensor<?x8xf32> -> tensor<?x8xf32>
  %1 = qwen.norm_glu silu %x norm @norm eps 1.0 zero_centered gate @shared_gate up @shared_up
    : tensor<?x8xf32> -> tensor<?x4xf32>
  return %0, %1 : tensor<?x8xf32>, tensor<?x4xf32>
}
