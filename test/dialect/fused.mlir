// RUN: qwen-opt %s --verify-roundtrip | FileCheck %s
// RUN: qwen-opt %s --mlir-print-op-generic | qwen-opt | FileCheck %s

qwen.weight @norm : tensor<8xf32>
qwen.weight @head_norm : tensor<4xf32>
qwen.weight @q : tensor<16x8xf32>
qwen.weight @k : tensor<8x8xf32>
qwen.weight @q_bias : tensor<16xf32>
qwen.weight @k_bias : tensor<8xf32>
qwen.weight @router : tensor<5x8xf32>
qwen.weight @gate_up : tensor<5x6x8xf32>
qwen.weight @down : tensor<5x8x3xf32>
qwen.state @key_cache : tensor<1x2x16x4xf32>
qwen.state @value_cache : tensor<1x2x16x4xf32>

// CHECK-LABEL: func.func @norm_linear
func.func @norm_linear(%x: tensor<?x8xf32>, %wanted: tensor<?xi32>) {
  // CHECK: qwen.norm_linear %{{.*}} weights [@q] : tensor<?x8xf32> -> tensor<?x16xf32>
  %0 = qwen.norm_linear %x weights [@q] : tensor<?x8xf32> -> tensor<?x16xf32>
  // CHECK: qwen.norm_linear %{{.*}} rows %{{.*}} weights [@q] : tensor<?x8xf32> -> tensor<?x16xf32>
  %1 = qwen.norm_linear %x rows %wanted weights [@q] : tensor<?x8xf32> -> tensor<?x16xf32>
  // CHECK: qwen.norm_linear %{{.*}} norm @norm eps 1.000000e+00 rows %{{.*}} weights [@q, @k] biases [@q_bias, @k_bias]
  // CHECK-SAME: : tensor<?x8xf32> -> tensor<?x16xf32>, tensor<?x8xf32>
  %2, %3 = qwen.norm_linear %x norm @norm eps 1.0 rows %wanted weights [@q, @k] biases [@q_bias, @k_bias]
    : tensor<?x8xf32> -> tensor<?x16xf32>, tensor<?x8xf32>
  return
}

// CHECK-LABEL: func.func @screened_head
func.func @screened_head(%x: tensor<?x8xf32>, %wanted: tensor<?xi32>) {
  // CHECK: qwen.screened_head %{{.*}} norm @norm eps 1.000000e+00 rows %{{.*}} weight @q screen !qwen.q4
  // CHECK-SAME: : tensor<?x8xf32> -> tensor<?x16xf32>
  %0 = qwen.screened_head %x norm @norm eps 1.0 rows %wanted weight @q screen !qwen.q4
    : tensor<?x8xf32> -> tensor<?x16xf32>
  return
}

// CHECK-LABEL: func.func @norm_glu
func.func @norm_glu(%x: tensor<?x8xf32>) {
  // CHECK: qwen.norm_glu silu %{{.*}} norm @norm eps 1.000000e+00 gate @q up @q : tensor<?x8xf32> -> tensor<?x16xf32>
  %0 = qwen.norm_glu silu %x norm @norm eps 1.0 gate @q up @q : tensor<?x8xf32> -> tensor<?x16xf32>
  return
}

// CHECK-LABEL: func.func @norm_qkv
func.func @norm_qkv(%x: tensor<?x8xf32>, %t: tensor<?x4xf32>, %slot: tensor<?xi32>, %index: tensor<?xi32>) {
  // CHECK: qwen.norm_qkv %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} norm @norm eps 1.000000e+00 weights [@q, @k, @k]
  // CHECK-SAME: head_norms [@head_norm, @head_norm] eps 2.000000e+00 caches @key_cache, @value_cache
  // CHECK-SAME: : tensor<?x8xf32>, tensor<?x4xf32> -> tensor<?x16xf32>
  %0 = qwen.norm_qkv %x, %t, %slot, %index norm @norm eps 1.0 weights [@q, @k, @k]
    head_norms [@head_norm, @head_norm] eps 2.0 caches @key_cache, @value_cache
    : tensor<?x8xf32>, tensor<?x4xf32> -> tensor<?x16xf32>
  // CHECK: qwen.norm_qkv %{{.*}} weights [@q, @k, @k] biases [@q_bias, @k_bias, @k_bias] head_norms
  %1 = qwen.norm_qkv %x, %t, %slot, %index norm @norm eps 1.0 weights [@q, @k, @k]
    biases [@q_bias, @k_bias, @k_bias] head_norms [@head_norm, @head_norm] eps 2.0 caches @key_cache, @value_cache
    : tensor<?x8xf32>, tensor<?x4xf32> -> tensor<?x16xf32>
  return
}

// CHECK-LABEL: func.func @linear_residual
func.func @linear_residual(%a: tensor<?x8xf32>, %x: tensor<?x16xf32>) {
  // CHECK: qwen.linear_residual %{{.*}}, %{{.*}}, @q : tensor<?x8xf32>, tensor<?x16xf32>
  %0 = qwen.linear_residual %a, %x, @q : tensor<?x8xf32>, tensor<?x16xf32>
  // CHECK: qwen.linear_residual %{{.*}}, %{{.*}}, @q bias @q_bias : tensor<?x8xf32>, tensor<?x16xf32>
  %1 = qwen.linear_residual %a, %0, @q bias @q_bias : tensor<?x8xf32>, tensor<?x16xf32>
  return
}

// CHECK-LABEL: func.func @norm_moe
func.func @norm_moe(%x: tensor<?x8xf32>) {
  // CHECK: qwen.norm_moe silu %{{.*}} norm @norm eps 1.000000e+00 router @router top_k 2 experts @gate_up, @down
  // CHECK-SAME: : tensor<?x8xf32> -> tensor<?x5xf32>
  %0, %l0 = qwen.norm_moe silu %x norm @norm eps 1.0 router @router top_k 2 experts @gate_up, @down
    : tensor<?x8xf32> -> tensor<?x5xf32>
  // CHECK: qwen.norm_moe gelu %{{.*}} top_k 2 normalize experts
  %1, %l1 = qwen.norm_moe gelu %x norm @norm eps 1.0 router @router top_k 2 normalize experts @gate_up, @down
    : tensor<?x8xf32> -> tensor<?x5xf32>
  return
}

qwen.weight @wide_q : tensor<32x8xf32>
qwen.weight @up : tensor<3x8xf32>
qwen.weight @shared_down : tensor<8x3xf32>
qwen.weight @row_gate : tensor<1x8xf32>

// CHECK-LABEL: func.func @zero_centered
func.func @zero_centered(%x: tensor<?x8xf32>, %wanted: tensor<?xi32>) {
  // CHECK: qwen.norm_linear %{{.*}} norm @norm eps 1.000000e+00 zero_centered rows %{{.*}} weights [@q]
  %0 = qwen.norm_linear %x norm @norm eps 1.0 zero_centered rows %wanted weights [@q] : tensor<?x8xf32> -> tensor<?x16xf32>
  // CHECK: qwen.norm_glu silu %{{.*}} norm @norm eps 1.000000e+00 zero_centered gate @q up @q
  %1 = qwen.norm_glu silu %x norm @norm eps 1.0 zero_centered gate @q up @q : tensor<?x8xf32> -> tensor<?x16xf32>
  return
}

// CHECK-LABEL: func.func @gated_attention
func.func @gated_attention(%x: tensor<?x8xf32>, %t: tensor<?x4xf32>, %slot: tensor<?xi32>, %index: tensor<?xi32>) {
  // CHECK: %[[Q:.*]], %[[G:.*]] = qwen.norm_qkv %{{.*}} norm @norm eps 1.000000e+00 zero_centered weights [@wide_q, @k, @k]
  // CHECK-SAME: : tensor<?x8xf32>, tensor<?x4xf32> -> tensor<?x16xf32> gate tensor<?x16xf32>
  %q, %g = qwen.norm_qkv %x, %t, %slot, %index norm @norm eps 1.0 zero_centered weights [@wide_q, @k, @k]
    head_norms [@head_norm, @head_norm] eps 2.0 caches @key_cache, @value_cache
    : tensor<?x8xf32>, tensor<?x4xf32> -> tensor<?x16xf32> gate tensor<?x16xf32>
  // CHECK: qwen.gated_attention %[[Q]], %[[G]], %{{.*}}, %{{.*}}, @key_cache, @value_cache scale 5.000000e-01 : tensor<?x16xf32>
  %0 = qwen.gated_attention %q, %g, %slot, %index, @key_cache, @value_cache scale 0.5 : tensor<?x16xf32>
  // CHECK: qwen.gated_attention %{{.*}} scale 5.000000e-01 window 8 : tensor<?x16xf32>
  %1 = qwen.gated_attention %q, %g, %slot, %index, @key_cache, @value_cache scale 0.5 window 8 : tensor<?x16xf32>
  return
}

// CHECK-LABEL: func.func @norm_moe_shared
func.func @norm_moe_shared(%x: tensor<?x8xf32>) {
  // CHECK: qwen.norm_moe silu %{{.*}} norm @norm eps 1.000000e+00 zero_centered router @router top_k 2 normalize
  // CHECK-SAME: experts @gate_up, @down shared [@up, @up, @shared_down, @row_gate] : tensor<?x8xf32> -> tensor<?x5xf32>
  %0, %l = qwen.norm_moe silu %x norm @norm eps 1.0 zero_centered router @router top_k 2 normalize
    experts @gate_up, @down shared [@up, @up, @shared_down, @row_gate] : tensor<?x8xf32> -> tensor<?x5xf32>
  return
}
