// RUN: qwen-opt %s --pass-pipeline='builtin.module(func.func(qwen-fuse-norm-qkv))' | FileCheck %s
// RUN: qwen-opt %s --pass-pipeline='builtin.module(func.func(qwen-fuse-norm-qkv))' --remarks-filter=qwen 2>&1 >/dev/null | FileCheck %s --check-prefix=COUNT

qwen.weight @norm : tensor<8xf32>
qwen.weight @q_norm : tensor<4xf32>
qwen.weight @k_norm : tensor<4xf32>
qwen.weight @q : tensor<16x8xf32>
qwen.weight @k : tensor<8x8xf32>
qwen.weight @v : tensor<8x8xf32>
qwen.weight @q_bias : tensor<16xf32>
qwen.weight @k_bias : tensor<8xf32>
qwen.weight @v_bias : tensor<8xf32>
qwen.state @key_cache : tensor<1x2x16x4xf32>
qwen.state @value_cache : tensor<1x2x16x4xf32>

// COUNT: remark: {{.*}}qwen-fuse-norm-qkv{{.*}}"1 of 1 norm + q|k|v + RoPE + cache updates fused"
// CHECK-LABEL: func.func @layer
// CHECK-NEXT: %[[Q:.*]] = qwen.norm_qkv %arg0, %arg1, %arg2, %arg3 norm @norm eps 1.000000e+00 weights [@q, @k, @v]
// CHECK-SAME: head_norms [@q_norm, @k_norm] eps 2.000000e+00 caches @key_cache, @value_cache
// CHECK-SAME: : tensor<?x8xf32>, tensor<?x4xf32> -> tensor<?x16xf32>
// CHECK-NEXT: qwen.attention %[[Q]], %arg2, %arg3, @key_cache, @value_cache scale 5.000000e-01 window 8
// CHECK-NEXT: return
func.func @layer(%x: tensor<?x8xf32>, %t: tensor<?x4xf32>, %slot: tensor<?xi32>, %index: tensor<?xi32>) -> tensor<?x16xf32> {
  %h = qwen.rms_norm %x, @norm eps 1.0 : tensor<?x8xf32>
  %q = qwen.linear %h, @q : tensor<?x8xf32> -> tensor<?x16xf32>
  %k = qwen.linear %h, @k : tensor<?x8xf32> -> tensor<?x8xf32>
  %v = qwen.linear %h, @v : tensor<?x8xf32> -> tensor<?x8xf32>
  %qn = qwen.rms_norm %q, @q_norm eps 2.0 : tensor<?x16xf32>
  %kn = qwen.rms_norm %k, @k_norm eps 2.0 : tensor<?x8xf32>
  %qr = qwen.rope %qn, %t head_dim 4 : tensor<?x16xf32>, tensor<?x4xf32>
  %kr = qwen.rope %kn, %t head_dim 4 : tensor<?x8xf32>, tensor<?x4xf32>
  qwen.cache_append %kr, %slot, %index, @key_cache : tensor<?x8xf32>
  qwen.cache_append %v, %slot, %index, @value_cache : tensor<?x8xf32>
  %a = qwen.attention %qr, %slot, %index, @key_cache, @value_cache scale 0.5 window 8 : tensor<?x16xf32>
  return %a : tensor<?x16xf32>
}

// With biases, partial RoPE, the value stored first, the normalised rows asked for on request.
// CHECK-LABEL: func.func @biases
// CHECK-NEXT: %[[H:.*]] = qwen.rms_norm %arg0, @norm
// CHECK-NEXT: qwen.output "normed" %[[H]] on_request
// CHECK-NEXT: qwen.norm_qkv %{{.*}} weights [@q, @k, @v] biases [@q_bias, @k_bias, @v_bias] head_norms
// CHECK-NEXT: qwen.attention
// CHECK-NEXT: return
func.func @biases(%x: tensor<?x8xf32>, %t: tensor<?x2xf32>, %slot: tensor<?xi32>, %index: tensor<?xi32>) -> tensor<?x16xf32> {
  %h = qwen.rms_norm %x, @norm eps 1.0 : tensor<?x8xf32>
  qwen.output "normed" %h on_request : tensor<?x8xf32>
  %v = qwen.linear %h, @v bias @v_bias : tensor<?x8xf32> -> tensor<?x8xf32>
  qwen.cache_append %v, %slot, %index, @value_cache : tensor<?x8xf32>
  %k = qwen.linear %h, @k bias @k_bias : tensor<?x8xf32> -> tensor<?x8xf32>
  %kn = qwen.rms_norm %k, @k_norm eps 2.0 : tensor<?x8xf32>
  %kr = qwen.rope %kn, %t head_dim 4 : tensor<?x8xf32>, tensor<?x2xf32>
  qwen.cache_append %kr, %slot, %index, @key_cache : tensor<?x8xf32>
  %q = qwen.linear %h, @q bias @q_bias : tensor<?x8xf32> -> tensor<?x16xf32>
  %qn = qwen.rms_norm %q, @q_norm eps 2.0 : tensor<?x16xf32>
  %qr = qwen.rope %qn, %t head_dim 4 : tensor<?x16xf32>, tensor<?x2xf32>
  %a = qwen.attention %qr, %slot, %index, @key_cache, @value_cache scale 0.5 : tensor<?x16xf32>
  return %a : tensor<?x16xf32>
}

qwen.weight @wide_q : tensor<32x8xf32>

// Each head's projected query is followed by its output gate; zero-centred norms.
// CHECK-LABEL: func.func @gated(
// CHECK-NEXT: %[[Q:.*]], %[[G:.*]] = qwen.norm_qkv %arg0, %arg1, %arg2, %arg3 norm @norm eps 1.000000e+00 zero_centered
// CHECK-SAME: weights [@wide_q, @k, @v] head_norms [@q_norm, @k_norm] eps 2.000000e+00
// CHECK-SAME: -> tensor<?x16xf32> gate tensor<?x16xf32>
// CHECK-NEXT: %[[A:.*]] = qwen.attention %[[Q]]
// CHECK-NEXT: qwen.glu sigmoid %[[G]], %[[A]]
func.func @gated(%x: tensor<?x8xf32>, %t: tensor<?x4xf32>, %slot: tensor<?xi32>,
    %index: tensor<?xi32>) -> tensor<?x16xf32> {
  %h = qwen.rms_norm %x, @norm eps 1.0 zero_centered : tensor<?x8xf32>
  %qg = qwen.linear %h, @wide_q : tensor<?x8xf32> -> tensor<?x32xf32>
  %q, %g = qwen.split %qg groups 4 : tensor<?x32xf32> -> tensor<?x16xf32>, tensor<?x16xf32>
  %k = qwen.linear %h, @k : tensor<?x8xf32> -> tensor<?x8xf32>
  %v = qwen.linear %h, @v : tensor<?x8xf32> -> tensor<?x8xf32>
  %qn = qwen.rms_norm %q, @q_norm eps 2.0 zero_centered : tensor<?x16xf32>
  %kn = qwen.rms_norm %k, @k_norm eps 2.0 zero_centered : tensor<?x8xf32>
  %qr = qwen.rope %qn, %t head_dim 4 : tensor<?x16xf32>, tensor<?x4xf32>
  %kr = qwen.rope %kn, %t head_dim 4 : tensor<?x8xf32>, tensor<?x4xf32>
  qwen.cache_append %kr, %slot, %index, @key_cache : tensor<?x8xf32>
  qwen.cache_append %v, %slot, %index, @value_cache : tensor<?x8xf32>
  %a = qwen.attention %qr, %slot, %index, @key_cache, @value_cache scale 0.5 : tensor<?x16xf32>
  %y = qwen.glu sigmoid %g, %a : tensor<?x16xf32>
  return %y : tensor<?x16xf32>
}
