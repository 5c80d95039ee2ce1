// RUN: qwen-opt %s --pass-pipeline='builtin.module(func.func(qwen-decompose-fused))' | FileCheck %s
// RUN: qwen-opt %s --pass-pipeline='builtin.module(func.func(qwen-decompose-fused))' --mlir-print-debuginfo | FileCheck %s --check-prefix=LOC
// RUN: qwen-opt %s --pass-pipeline='builtin.module(func.func(qwen-decompose-fused))' --remarks-filter=qwen 2>&1 >/dev/null | FileCheck %s --check-prefix=COUNT

qwen.weight @norm : tensor<8xf32>
qwen.weight @q_norm : tensor<4xf32>
qwen.weight @k_norm : tensor<4xf32>
qwen.weight @q : tensor<16x8xf32>
qwen.weight @k : tensor<8x8xf32>
qwen.weight @v : tensor<8x8xf32>
qwen.weight @q_bias : tensor<16xf32>
qwen.weight @k_bias : tensor<8xf32>
qwen.weight @v_bias : tensor<8xf32>
qwen.weight @router : tensor<5x8xf32>
qwen.weight @gate_up : tensor<5x6x8xf32>
qwen.weight @down : tensor<5x8x3xf32>
qwen.state @key_cache : tensor<1x2x16x4xf32>
qwen.state @value_cache : tensor<1x2x16x4xf32>

// COUNT: "3 of 3 fused ops taken apart"
// CHECK-LABEL: func.func @norm_linear
// CHECK-NEXT: %[[L0:.*]] = qwen.linear %arg0, @q : tensor<?x8xf32> -> tensor<?x16xf32>
// CHECK-NEXT: %[[G1:.*]] = qwen.gather_rows %arg0, %arg1
// CHECK-NEXT: %[[L1:.*]] = qwen.linear %[[G1]], @q bias @q_bias
// CHECK-NEXT: %[[G2:.*]] = qwen.gather_rows %arg0, %arg1
// CHECK-NEXT: %[[N2:.*]] = qwen.rms_norm %[[G2]], @norm eps 1.000000e+00
// CHECK-NEXT: %[[L2:.*]] = qwen.linear %[[N2]], @q bias @q_bias
// CHECK-NEXT: %[[L3:.*]] = qwen.linear %[[N2]], @k bias @k_bias : tensor<?x8xf32> -> tensor<?x8xf32>
// CHECK-NEXT: return %[[L0]], %[[L1]], %[[L2]], %[[L3]]
func.func @norm_linear(%x: tensor<?x8xf32>, %wanted: tensor<?xi32>)
    -> (tensor<?x16xf32>, tensor<?x16xf32>, tensor<?x16xf32>, tensor<?x8xf32>) {
  %0 = qwen.norm_linear %x weights [@q] : tensor<?x8xf32> -> tensor<?x16xf32>
  %1 = qwen.norm_linear %x rows %wanted weights [@q] biases [@q_bias] : tensor<?x8xf32> -> tensor<?x16xf32>
  %2, %3 = qwen.norm_linear %x norm @norm eps 1.0 rows %wanted weights [@q, @k] biases [@q_bias, @k_bias]
    : tensor<?x8xf32> -> tensor<?x16xf32>, tensor<?x8xf32>
  return %0, %1, %2, %3 : tensor<?x16xf32>, tensor<?x16xf32>, tensor<?x16xf32>, tensor<?x8xf32>
}

// CHECK-LABEL: func.func @norm_glu
// CHECK-NEXT: %[[N:.*]] = qwen.rms_norm %arg0, @norm eps 1.000000e+00
// CHECK-NEXT: %[[G:.*]] = qwen.linear %[[N]], @k
// CHECK-NEXT: %[[U:.*]] = qwen.linear %[[N]], @v
// CHECK-NEXT: %[[Y:.*]] = qwen.glu gelu %[[G]], %[[U]]
// CHECK-NEXT: return %[[Y]]
// LOC: qwen.glu {{.*}} loc(#[[MLP:.*]])
func.func @norm_glu(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %0 = qwen.norm_glu gelu %x norm @norm eps 1.0 gate @k up @v : tensor<?x8xf32> -> tensor<?x8xf32> loc("model.layers.0.mlp")
  return %0 : tensor<?x8xf32>
}

// CHECK-LABEL: func.func @norm_qkv
// CHECK-NEXT: %[[N:.*]] = qwen.rms_norm %arg0, @norm eps 1.000000e+00
// CHECK-NEXT: %[[Q:.*]] = qwen.linear %[[N]], @q bias @q_bias
// CHECK-NEXT: %[[K:.*]] = qwen.linear %[[N]], @k bias @k_bias
// CHECK-NEXT: %[[V:.*]] = qwen.linear %[[N]], @v bias @v_bias
// CHECK-NEXT: %[[QN:.*]] = qwen.rms_norm %[[Q]], @q_norm eps 2.000000e+00
// CHECK-NEXT: %[[KN:.*]] = qwen.rms_norm %[[K]], @k_norm eps 2.000000e+00
// CHECK-NEXT: %[[QR:.*]] = qwen.rope %[[QN]], %arg1 head_dim 4
// CHECK-NEXT: %[[KR:.*]] = qwen.rope %[[KN]], %arg1 head_dim 4
// CHECK-NEXT: qwen.cache_append %[[KR]], %arg2, %arg3, @key_cache
// CHECK-NEXT: qwen.cache_append %[[V]], %arg2, %arg3, @value_cache
// CHECK-NEXT: return %[[QR]]
func.func @norm_qkv(%x: tensor<?x8xf32>, %t: tensor<?x4xf32>, %slot: tensor<?xi32>, %index: tensor<?xi32>) -> tensor<?x16xf32> {
  %0 = qwen.norm_qkv %x, %t, %slot, %index norm @norm eps 1.0 weights [@q, @k, @v]
    biases [@q_bias, @k_bias, @v_bias] head_norms [@q_norm, @k_norm] eps 2.0 caches @key_cache, @value_cache
    : tensor<?x8xf32>, tensor<?x4xf32> -> tensor<?x16xf32>
  return %0 : tensor<?x16xf32>
}

// CHECK-LABEL: func.func @linear_residual
// CHECK-NEXT: %[[L:.*]] = qwen.linear %arg0, @q bias @q_bias
// CHECK-NEXT: %[[Y:.*]] = arith.addf %arg1, %[[L]] : tensor<?x16xf32>
// CHECK-NEXT: return %[[Y]]
func.func @linear_residual(%a: tensor<?x8xf32>, %x: tensor<?x16xf32>) -> tensor<?x16xf32> {
  %0 = qwen.linear_residual %a, %x, @q bias @q_bias : tensor<?x8xf32>, tensor<?x16xf32>
  return %0 : tensor<?x16xf32>
}

// CHECK-LABEL: func.func @norm_moe
// CHECK-NEXT: %[[N:.*]] = qwen.rms_norm %arg0, @norm eps 1.000000e+00
// CHECK-NEXT: %[[W:.*]], %[[E:.*]], %[[L:.*]] = qwen.router %[[N]], @router top_k 2 normalize
// CHECK-SAME: : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>, tensor<?x5xf32>
// CHECK-NEXT: %[[M:.*]] = qwen.experts silu %[[N]], %[[W]], %[[E]], @gate_up, @down
// CHECK-NEXT: %[[Y:.*]] = arith.addf %arg0, %[[M]]
// CHECK-NEXT: return %[[Y]], %[[L]]
func.func @norm_moe(%x: tensor<?x8xf32>) -> (tensor<?x8xf32>, tensor<?x5xf32>) {
  %0, %l = qwen.norm_moe silu %x norm @norm eps 1.0 router @router top_k 2 normalize experts @gate_up, @down
    : tensor<?x8xf32> -> tensor<?x5xf32>
  return %0, %l : tensor<?x8xf32>, tensor<?x5xf32>
}

// Without the attribute `normalize` there is none after it either.
// CHECK-LABEL: func.func @not_normalised
// CHECK: qwen.router %{{.*}}, @router top_k 2 :
func.func @not_normalised(%x: tensor<?x8xf32>) -> (tensor<?x8xf32>, tensor<?x5xf32>) {
  %0, %l = qwen.norm_moe silu %x norm @norm eps 1.0 router @router top_k 2 experts @gate_up, @down
    : tensor<?x8xf32> -> tensor<?x5xf32>
  return %0, %l : tensor<?x8xf32>, tensor<?x5xf32>
}

// LOC: #[[MLP]] = loc("model.layers.0.mlp")
