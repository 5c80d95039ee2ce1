// Attention layers that must stay as they are.
// RUN: qwen-opt %s --pass-pipeline='builtin.module(func.func(qwen-fuse-norm-qkv))' | FileCheck %s
// RUN: qwen-opt %s --pass-pipeline='builtin.module(func.func(qwen-fuse-norm-qkv))' --remarks-filter=qwen 2>&1 >/dev/null | FileCheck %s --check-prefix=COUNT

// COUNT-COUNT-29: remark: {{.*}}"0 of {{[12]}} norm + q|k|v + RoPE + cache updates fused"

qwen.weight @norm : tensor<8xf32>
qwen.weight @q_norm : tensor<4xf32>
qwen.weight @k_norm : tensor<4xf32>
qwen.weight @wide_norm : tensor<8xf32>
qwen.weight @q : tensor<16x8xf32>
qwen.weight @k : tensor<8x8xf32>
qwen.weight @v : tensor<8x8xf32>
qwen.weight @v_bias : tensor<8xf32>
func.func private @anything()
qwen.state @key_cache : tensor<1x2x16x4xf32>
qwen.state @value_cache : tensor<1x2x16x4xf32>

// The norm's result goes to the caller anyway.
// CHECK-LABEL: func.func @norm_output(
// CHECK-NOT: qwen.norm_qkv
// CHECK: qwen.attention
func.func @norm_output(%x: tensor<?x8xf32>, %given: tensor<?x16xf32>, %t: tensor<?x4xf32>, %t2: tensor<?x4xf32>, %slot: tensor<?xi32>,
    %index: tensor<?xi32>) -> tensor<?x16xf32> {
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
  %a = qwen.attention %qr, %slot, %index, @key_cache, @value_cache scale 0.5 : tensor<?x16xf32>
  qwen.output "normed" %h : tensor<?x8xf32>
  return %a : tensor<?x16xf32>
}

// The projected query has another use.
// CHECK-LABEL: func.func @query_used(
// CHECK-NOT: qwen.norm_qkv
// CHECK: qwen.attention
func.func @query_used(%x: tensor<?x8xf32>, %given: tensor<?x16xf32>, %t: tensor<?x4xf32>, %t2: tensor<?x4xf32>, %slot: tensor<?xi32>,
    %index: tensor<?xi32>) -> tensor<?x16xf32> {
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
  %a = qwen.attention %qr, %slot, %index, @key_cache, @value_cache scale 0.5 : tensor<?x16xf32>
  qwen.output "q" %q : tensor<?x16xf32>
  return %a : tensor<?x16xf32>
}

// The turned key has another use.
// CHECK-LABEL: func.func @key_used(
// CHECK-NOT: qwen.norm_qkv
// CHECK: qwen.attention
func.func @key_used(%x: tensor<?x8xf32>, %given: tensor<?x16xf32>, %t: tensor<?x4xf32>, %t2: tensor<?x4xf32>, %slot: tensor<?xi32>,
    %index: tensor<?xi32>) -> tensor<?x16xf32> {
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
  %a = qwen.attention %qr, %slot, %index, @key_cache, @value_cache scale 0.5 : tensor<?x16xf32>
  qwen.output "k" %kr : tensor<?x8xf32>
  return %a : tensor<?x16xf32>
}

// The value has another use.
// CHECK-LABEL: func.func @value_used(
// CHECK-NOT: qwen.norm_qkv
// CHECK: qwen.attention
func.func @value_used(%x: tensor<?x8xf32>, %given: tensor<?x16xf32>, %t: tensor<?x4xf32>, %t2: tensor<?x4xf32>, %slot: tensor<?xi32>,
    %index: tensor<?xi32>) -> tensor<?x16xf32> {
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
  %a = qwen.attention %qr, %slot, %index, @key_cache, @value_cache scale 0.5 : tensor<?x16xf32>
  qwen.output "v" %v : tensor<?x8xf32>
  return %a : tensor<?x16xf32>
}

// The turned query has another use.
// CHECK-LABEL: func.func @turned_query_used(
// CHECK-NOT: qwen.norm_qkv
// CHECK: qwen.attention
func.func @turned_query_used(%x: tensor<?x8xf32>, %given: tensor<?x16xf32>, %t: tensor<?x4xf32>, %t2: tensor<?x4xf32>, %slot: tensor<?xi32>,
    %index: tensor<?xi32>) -> tensor<?x16xf32> {
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
  %a = qwen.attention %qr, %slot, %index, @key_cache, @value_cache scale 0.5 : tensor<?x16xf32>
  qwen.output "qr" %qr : tensor<?x16xf32>
  return %a : tensor<?x16xf32>
}

// Only the value has a bias.
// CHECK-LABEL: func.func @some_biases(
// CHECK-NOT: qwen.norm_qkv
// CHECK: qwen.attention
func.func @some_biases(%x: tensor<?x8xf32>, %given: tensor<?x16xf32>, %t: tensor<?x4xf32>, %t2: tensor<?x4xf32>, %slot: tensor<?xi32>,
    %index: tensor<?xi32>) -> tensor<?x16xf32> {
  %h = qwen.rms_norm %x, @norm eps 1.0 : tensor<?x8xf32>
  %q = qwen.linear %h, @q : tensor<?x8xf32> -> tensor<?x16xf32>
  %k = qwen.linear %h, @k : tensor<?x8xf32> -> tensor<?x8xf32>
  %v = qwen.linear %h, @v bias @v_bias : tensor<?x8xf32> -> tensor<?x8xf32>
  %qn = qwen.rms_norm %q, @q_norm eps 2.0 : tensor<?x16xf32>
  %kn = qwen.rms_norm %k, @k_norm eps 2.0 : tensor<?x8xf32>
  %qr = qwen.rope %qn, %t head_dim 4 : tensor<?x16xf32>, tensor<?x4xf32>
  %kr = qwen.rope %kn, %t head_dim 4 : tensor<?x8xf32>, tensor<?x4xf32>
  qwen.cache_append %kr, %slot, %index, @key_cache : tensor<?x8xf32>
  qwen.cache_append %v, %slot, %index, @value_cache : tensor<?x8xf32>
  %a = qwen.attention %qr, %slot, %index, @key_cache, @value_cache scale 0.5 : tensor<?x16xf32>
  return %a : tensor<?x16xf32>
}

// The norms of query and key differ in eps.
// CHECK-LABEL: func.func @head_eps(
// CHECK-NOT: qwen.norm_qkv
// CHECK: qwen.attention
func.func @head_eps(%x: tensor<?x8xf32>, %given: tensor<?x16xf32>, %t: tensor<?x4xf32>, %t2: tensor<?x4xf32>, %slot: tensor<?xi32>,
    %index: tensor<?xi32>) -> tensor<?x16xf32> {
  %h = qwen.rms_norm %x, @norm eps 1.0 : tensor<?x8xf32>
  %q = qwen.linear %h, @q : tensor<?x8xf32> -> tensor<?x16xf32>
  %k = qwen.linear %h, @k : tensor<?x8xf32> -> tensor<?x8xf32>
  %v = qwen.linear %h, @v : tensor<?x8xf32> -> tensor<?x8xf32>
  %qn = qwen.rms_norm %q, @q_norm eps 2.0 : tensor<?x16xf32>
  %kn = qwen.rms_norm %k, @k_norm eps 3.0 : tensor<?x8xf32>
  %qr = qwen.rope %qn, %t head_dim 4 : tensor<?x16xf32>, tensor<?x4xf32>
  %kr = qwen.rope %kn, %t head_dim 4 : tensor<?x8xf32>, tensor<?x4xf32>
  qwen.cache_append %kr, %slot, %index, @key_cache : tensor<?x8xf32>
  qwen.cache_append %v, %slot, %index, @value_cache : tensor<?x8xf32>
  %a = qwen.attention %qr, %slot, %index, @key_cache, @value_cache scale 0.5 : tensor<?x16xf32>
  return %a : tensor<?x16xf32>
}

// The key's norm goes over both heads.
// CHECK-LABEL: func.func @wide_head_norm(
// CHECK-NOT: qwen.norm_qkv
// CHECK: qwen.attention
func.func @wide_head_norm(%x: tensor<?x8xf32>, %given: tensor<?x16xf32>, %t: tensor<?x4xf32>, %t2: tensor<?x4xf32>, %slot: tensor<?xi32>,
    %index: tensor<?xi32>) -> tensor<?x16xf32> {
  %h = qwen.rms_norm %x, @norm eps 1.0 : tensor<?x8xf32>
  %q = qwen.linear %h, @q : tensor<?x8xf32> -> tensor<?x16xf32>
  %k = qwen.linear %h, @k : tensor<?x8xf32> -> tensor<?x8xf32>
  %v = qwen.linear %h, @v : tensor<?x8xf32> -> tensor<?x8xf32>
  %qn = qwen.rms_norm %q, @q_norm eps 2.0 : tensor<?x16xf32>
  %kn = qwen.rms_norm %k, @wide_norm eps 2.0 : tensor<?x8xf32>
  %qr = qwen.rope %qn, %t head_dim 4 : tensor<?x16xf32>, tensor<?x4xf32>
  %kr = qwen.rope %kn, %t head_dim 4 : tensor<?x8xf32>, tensor<?x4xf32>
  qwen.cache_append %kr, %slot, %index, @key_cache : tensor<?x8xf32>
  qwen.cache_append %v, %slot, %index, @value_cache : tensor<?x8xf32>
  %a = qwen.attention %qr, %slot, %index, @key_cache, @value_cache scale 0.5 : tensor<?x16xf32>
  return %a : tensor<?x16xf32>
}

// The key has no norm.
// CHECK-LABEL: func.func @no_head_norm(
// CHECK-NOT: qwen.norm_qkv
// CHECK: qwen.attention
func.func @no_head_norm(%x: tensor<?x8xf32>, %given: tensor<?x16xf32>, %t: tensor<?x4xf32>, %t2: tensor<?x4xf32>, %slot: tensor<?xi32>,
    %index: tensor<?xi32>) -> tensor<?x16xf32> {
  %h = qwen.rms_norm %x, @norm eps 1.0 : tensor<?x8xf32>
  %q = qwen.linear %h, @q : tensor<?x8xf32> -> tensor<?x16xf32>
  %k = qwen.linear %h, @k : tensor<?x8xf32> -> tensor<?x8xf32>
  %v = qwen.linear %h, @v : tensor<?x8xf32> -> tensor<?x8xf32>
  %qn = qwen.rms_norm %q, @q_norm eps 2.0 : tensor<?x16xf32>
  %qr = qwen.rope %qn, %t head_dim 4 : tensor<?x16xf32>, tensor<?x4xf32>
  %kr = qwen.rope %k, %t head_dim 4 : tensor<?x8xf32>, tensor<?x4xf32>
  qwen.cache_append %kr, %slot, %index, @key_cache : tensor<?x8xf32>
  qwen.cache_append %v, %slot, %index, @value_cache : tensor<?x8xf32>
  %a = qwen.attention %qr, %slot, %index, @key_cache, @value_cache scale 0.5 : tensor<?x16xf32>
  return %a : tensor<?x16xf32>
}

// The key isn't turned.
// CHECK-LABEL: func.func @no_rope(
// CHECK-NOT: qwen.norm_qkv
// CHECK: qwen.attention
func.func @no_rope(%x: tensor<?x8xf32>, %given: tensor<?x16xf32>, %t: tensor<?x4xf32>, %t2: tensor<?x4xf32>, %slot: tensor<?xi32>,
    %index: tensor<?xi32>) -> tensor<?x16xf32> {
  %h = qwen.rms_norm %x, @norm eps 1.0 : tensor<?x8xf32>
  %q = qwen.linear %h, @q : tensor<?x8xf32> -> tensor<?x16xf32>
  %k = qwen.linear %h, @k : tensor<?x8xf32> -> tensor<?x8xf32>
  %v = qwen.linear %h, @v : tensor<?x8xf32> -> tensor<?x8xf32>
  %qn = qwen.rms_norm %q, @q_norm eps 2.0 : tensor<?x16xf32>
  %kn = qwen.rms_norm %k, @k_norm eps 2.0 : tensor<?x8xf32>
  %qr = qwen.rope %qn, %t head_dim 4 : tensor<?x16xf32>, tensor<?x4xf32>
  qwen.cache_append %kn, %slot, %index, @key_cache : tensor<?x8xf32>
  qwen.cache_append %v, %slot, %index, @value_cache : tensor<?x8xf32>
  %a = qwen.attention %qr, %slot, %index, @key_cache, @value_cache scale 0.5 : tensor<?x16xf32>
  return %a : tensor<?x16xf32>
}

// RoPE turns larger heads than the cache holds.
// CHECK-LABEL: func.func @head_dim(
// CHECK-NOT: qwen.norm_qkv
// CHECK: qwen.attention
func.func @head_dim(%x: tensor<?x8xf32>, %given: tensor<?x16xf32>, %t: tensor<?x4xf32>, %t2: tensor<?x4xf32>, %slot: tensor<?xi32>,
    %index: tensor<?xi32>) -> tensor<?x16xf32> {
  %h = qwen.rms_norm %x, @norm eps 1.0 : tensor<?x8xf32>
  %q = qwen.linear %h, @q : tensor<?x8xf32> -> tensor<?x16xf32>
  %k = qwen.linear %h, @k : tensor<?x8xf32> -> tensor<?x8xf32>
  %v = qwen.linear %h, @v : tensor<?x8xf32> -> tensor<?x8xf32>
  %qn = qwen.rms_norm %q, @q_norm eps 2.0 : tensor<?x16xf32>
  %kn = qwen.rms_norm %k, @k_norm eps 2.0 : tensor<?x8xf32>
  %qr = qwen.rope %qn, %t head_dim 8 : tensor<?x16xf32>, tensor<?x4xf32>
  %kr = qwen.rope %kn, %t head_dim 4 : tensor<?x8xf32>, tensor<?x4xf32>
  qwen.cache_append %kr, %slot, %index, @key_cache : tensor<?x8xf32>
  qwen.cache_append %v, %slot, %index, @value_cache : tensor<?x8xf32>
  %a = qwen.attention %qr, %slot, %index, @key_cache, @value_cache scale 0.5 : tensor<?x16xf32>
  return %a : tensor<?x16xf32>
}

// Query and key are turned by different tables.
// CHECK-LABEL: func.func @tables(
// CHECK-NOT: qwen.norm_qkv
// CHECK: qwen.attention
func.func @tables(%x: tensor<?x8xf32>, %given: tensor<?x16xf32>, %t: tensor<?x4xf32>, %t2: tensor<?x4xf32>, %slot: tensor<?xi32>,
    %index: tensor<?xi32>) -> tensor<?x16xf32> {
  %h = qwen.rms_norm %x, @norm eps 1.0 : tensor<?x8xf32>
  %q = qwen.linear %h, @q : tensor<?x8xf32> -> tensor<?x16xf32>
  %k = qwen.linear %h, @k : tensor<?x8xf32> -> tensor<?x8xf32>
  %v = qwen.linear %h, @v : tensor<?x8xf32> -> tensor<?x8xf32>
  %qn = qwen.rms_norm %q, @q_norm eps 2.0 : tensor<?x16xf32>
  %kn = qwen.rms_norm %k, @k_norm eps 2.0 : tensor<?x8xf32>
  %qr = qwen.rope %qn, %t head_dim 4 : tensor<?x16xf32>, tensor<?x4xf32>
  %kr = qwen.rope %kn, %t2 head_dim 4 : tensor<?x8xf32>, tensor<?x4xf32>
  qwen.cache_append %kr, %slot, %index, @key_cache : tensor<?x8xf32>
  qwen.cache_append %v, %slot, %index, @value_cache : tensor<?x8xf32>
  %a = qwen.attention %qr, %slot, %index, @key_cache, @value_cache scale 0.5 : tensor<?x16xf32>
  return %a : tensor<?x16xf32>
}

// The value is made of other rows.
// CHECK-LABEL: func.func @inputs(
// CHECK-NOT: qwen.norm_qkv
// CHECK: qwen.attention
func.func @inputs(%x: tensor<?x8xf32>, %given: tensor<?x16xf32>, %t: tensor<?x4xf32>, %t2: tensor<?x4xf32>, %slot: tensor<?xi32>,
    %index: tensor<?xi32>) -> tensor<?x16xf32> {
  %h = qwen.rms_norm %x, @norm eps 1.0 : tensor<?x8xf32>
  %q = qwen.linear %h, @q : tensor<?x8xf32> -> tensor<?x16xf32>
  %k = qwen.linear %h, @k : tensor<?x8xf32> -> tensor<?x8xf32>
  %v = qwen.linear %x, @v : tensor<?x8xf32> -> tensor<?x8xf32>
  %qn = qwen.rms_norm %q, @q_norm eps 2.0 : tensor<?x16xf32>
  %kn = qwen.rms_norm %k, @k_norm eps 2.0 : tensor<?x8xf32>
  %qr = qwen.rope %qn, %t head_dim 4 : tensor<?x16xf32>, tensor<?x4xf32>
  %kr = qwen.rope %kn, %t head_dim 4 : tensor<?x8xf32>, tensor<?x4xf32>
  qwen.cache_append %kr, %slot, %index, @key_cache : tensor<?x8xf32>
  qwen.cache_append %v, %slot, %index, @value_cache : tensor<?x8xf32>
  %a = qwen.attention %qr, %slot, %index, @key_cache, @value_cache scale 0.5 : tensor<?x16xf32>
  return %a : tensor<?x16xf32>
}

// The norm goes over heads.
// CHECK-LABEL: func.func @row_norm(
// CHECK-NOT: qwen.norm_qkv
// CHECK: qwen.attention
func.func @row_norm(%x: tensor<?x8xf32>, %given: tensor<?x16xf32>, %t: tensor<?x4xf32>, %t2: tensor<?x4xf32>, %slot: tensor<?xi32>,
    %index: tensor<?xi32>) -> tensor<?x16xf32> {
  %h = qwen.rms_norm %x, @q_norm eps 1.0 : tensor<?x8xf32>
  %q = qwen.linear %h, @q : tensor<?x8xf32> -> tensor<?x16xf32>
  %k = qwen.linear %h, @k : tensor<?x8xf32> -> tensor<?x8xf32>
  %v = qwen.linear %h, @v : tensor<?x8xf32> -> tensor<?x8xf32>
  %qn = qwen.rms_norm %q, @q_norm eps 2.0 : tensor<?x16xf32>
  %kn = qwen.rms_norm %k, @k_norm eps 2.0 : tensor<?x8xf32>
  %qr = qwen.rope %qn, %t head_dim 4 : tensor<?x16xf32>, tensor<?x4xf32>
  %kr = qwen.rope %kn, %t head_dim 4 : tensor<?x8xf32>, tensor<?x4xf32>
  qwen.cache_append %kr, %slot, %index, @key_cache : tensor<?x8xf32>
  qwen.cache_append %v, %slot, %index, @value_cache : tensor<?x8xf32>
  %a = qwen.attention %qr, %slot, %index, @key_cache, @value_cache scale 0.5 : tensor<?x16xf32>
  return %a : tensor<?x16xf32>
}

// There is no norm.
// CHECK-LABEL: func.func @no_norm(
// CHECK-NOT: qwen.norm_qkv
// CHECK: qwen.attention
func.func @no_norm(%x: tensor<?x8xf32>, %given: tensor<?x16xf32>, %t: tensor<?x4xf32>, %t2: tensor<?x4xf32>, %slot: tensor<?xi32>,
    %index: tensor<?xi32>) -> tensor<?x16xf32> {
  %q = qwen.linear %x, @q : tensor<?x8xf32> -> tensor<?x16xf32>
  %k = qwen.linear %x, @k : tensor<?x8xf32> -> tensor<?x8xf32>
  %v = qwen.linear %x, @v : tensor<?x8xf32> -> tensor<?x8xf32>
  %qn = qwen.rms_norm %q, @q_norm eps 2.0 : tensor<?x16xf32>
  %kn = qwen.rms_norm %k, @k_norm eps 2.0 : tensor<?x8xf32>
  %qr = qwen.rope %qn, %t head_dim 4 : tensor<?x16xf32>, tensor<?x4xf32>
  %kr = qwen.rope %kn, %t head_dim 4 : tensor<?x8xf32>, tensor<?x4xf32>
  qwen.cache_append %kr, %slot, %index, @key_cache : tensor<?x8xf32>
  qwen.cache_append %v, %slot, %index, @value_cache : tensor<?x8xf32>
  %a = qwen.attention %qr, %slot, %index, @key_cache, @value_cache scale 0.5 : tensor<?x16xf32>
  return %a : tensor<?x16xf32>
}

// Keys and values go to different slots.
// CHECK-LABEL: func.func @slots(
// CHECK-NOT: qwen.norm_qkv
// CHECK: qwen.attention
func.func @slots(%x: tensor<?x8xf32>, %given: tensor<?x16xf32>, %t: tensor<?x4xf32>, %t2: tensor<?x4xf32>, %slot: tensor<?xi32>,
    %index: tensor<?xi32>) -> tensor<?x16xf32> {
  %h = qwen.rms_norm %x, @norm eps 1.0 : tensor<?x8xf32>
  %q = qwen.linear %h, @q : tensor<?x8xf32> -> tensor<?x16xf32>
  %k = qwen.linear %h, @k : tensor<?x8xf32> -> tensor<?x8xf32>
  %v = qwen.linear %h, @v : tensor<?x8xf32> -> tensor<?x8xf32>
  %qn = qwen.rms_norm %q, @q_norm eps 2.0 : tensor<?x16xf32>
  %kn = qwen.rms_norm %k, @k_norm eps 2.0 : tensor<?x8xf32>
  %qr = qwen.rope %qn, %t head_dim 4 : tensor<?x16xf32>, tensor<?x4xf32>
  %kr = qwen.rope %kn, %t head_dim 4 : tensor<?x8xf32>, tensor<?x4xf32>
  qwen.cache_append %kr, %slot, %index, @key_cache : tensor<?x8xf32>
  qwen.cache_append %v, %index, %index, @value_cache : tensor<?x8xf32>
  %a = qwen.attention %qr, %slot, %index, @key_cache, @value_cache scale 0.5 : tensor<?x16xf32>
  return %a : tensor<?x16xf32>
}

// The values are not updated here.
// CHECK-LABEL: func.func @no_update(
// CHECK-NOT: qwen.norm_qkv
// CHECK: qwen.attention
func.func @no_update(%x: tensor<?x8xf32>, %given: tensor<?x16xf32>, %t: tensor<?x4xf32>, %t2: tensor<?x4xf32>, %slot: tensor<?xi32>,
    %index: tensor<?xi32>) -> tensor<?x16xf32> {
  %h = qwen.rms_norm %x, @norm eps 1.0 : tensor<?x8xf32>
  %q = qwen.linear %h, @q : tensor<?x8xf32> -> tensor<?x16xf32>
  %k = qwen.linear %h, @k : tensor<?x8xf32> -> tensor<?x8xf32>
  %v = qwen.linear %h, @v : tensor<?x8xf32> -> tensor<?x8xf32>
  %qn = qwen.rms_norm %q, @q_norm eps 2.0 : tensor<?x16xf32>
  %kn = qwen.rms_norm %k, @k_norm eps 2.0 : tensor<?x8xf32>
  %qr = qwen.rope %qn, %t head_dim 4 : tensor<?x16xf32>, tensor<?x4xf32>
  %kr = qwen.rope %kn, %t head_dim 4 : tensor<?x8xf32>, tensor<?x4xf32>
  qwen.cache_append %kr, %slot, %index, @key_cache : tensor<?x8xf32>
  qwen.output "v" %v : tensor<?x8xf32>
  %a = qwen.attention %qr, %slot, %index, @key_cache, @value_cache scale 0.5 : tensor<?x16xf32>
  return %a : tensor<?x16xf32>
}

// Keys are read before the values are there.
// CHECK-LABEL: func.func @read_between(
// CHECK-NOT: qwen.norm_qkv
// CHECK: qwen.attention
func.func @read_between(%x: tensor<?x8xf32>, %given: tensor<?x16xf32>, %t: tensor<?x4xf32>, %t2: tensor<?x4xf32>, %slot: tensor<?xi32>,
    %index: tensor<?xi32>) -> tensor<?x16xf32> {
  %h = qwen.rms_norm %x, @norm eps 1.0 : tensor<?x8xf32>
  %q = qwen.linear %h, @q : tensor<?x8xf32> -> tensor<?x16xf32>
  %k = qwen.linear %h, @k : tensor<?x8xf32> -> tensor<?x8xf32>
  %v = qwen.linear %h, @v : tensor<?x8xf32> -> tensor<?x8xf32>
  %qn = qwen.rms_norm %q, @q_norm eps 2.0 : tensor<?x16xf32>
  %kn = qwen.rms_norm %k, @k_norm eps 2.0 : tensor<?x8xf32>
  %qr = qwen.rope %qn, %t head_dim 4 : tensor<?x16xf32>, tensor<?x4xf32>
  %kr = qwen.rope %kn, %t head_dim 4 : tensor<?x8xf32>, tensor<?x4xf32>
  qwen.cache_append %kr, %slot, %index, @key_cache : tensor<?x8xf32>
  %b = qwen.attention %given, %slot, %index, @key_cache, @value_cache scale 1.0 : tensor<?x16xf32>
  qwen.cache_append %v, %slot, %index, @value_cache : tensor<?x8xf32>
  %a = qwen.attention %qr, %slot, %index, @key_cache, @value_cache scale 0.5 : tensor<?x16xf32>
  qwen.output "b" %b : tensor<?x16xf32>
  return %a : tensor<?x16xf32>
}

// Another update of the keys comes first.
// CHECK-LABEL: func.func @updated_twice(
// CHECK-NOT: qwen.norm_qkv
// CHECK: qwen.attention
func.func @updated_twice(%x: tensor<?x8xf32>, %given: tensor<?x16xf32>, %t: tensor<?x4xf32>, %t2: tensor<?x4xf32>, %slot: tensor<?xi32>,
    %index: tensor<?xi32>) -> tensor<?x16xf32> {
  %h = qwen.rms_norm %x, @norm eps 1.0 : tensor<?x8xf32>
  %q = qwen.linear %h, @q : tensor<?x8xf32> -> tensor<?x16xf32>
  %k = qwen.linear %h, @k : tensor<?x8xf32> -> tensor<?x8xf32>
  %v = qwen.linear %h, @v : tensor<?x8xf32> -> tensor<?x8xf32>
  %qn = qwen.rms_norm %q, @q_norm eps 2.0 : tensor<?x16xf32>
  %kn = qwen.rms_norm %k, @k_norm eps 2.0 : tensor<?x8xf32>
  %qr = qwen.rope %qn, %t head_dim 4 : tensor<?x16xf32>, tensor<?x4xf32>
  %kr = qwen.rope %kn, %t head_dim 4 : tensor<?x8xf32>, tensor<?x4xf32>
  qwen.cache_append %kr, %slot, %index, @key_cache : tensor<?x8xf32>
  qwen.cache_append %x, %slot, %index, @key_cache : tensor<?x8xf32>
  qwen.cache_append %v, %slot, %index, @value_cache : tensor<?x8xf32>
  %a = qwen.attention %qr, %slot, %index, @key_cache, @value_cache scale 0.5 : tensor<?x16xf32>
  return %a : tensor<?x16xf32>
}

// A call in between may do anything.
// CHECK-LABEL: func.func @call_between(
// CHECK-NOT: qwen.norm_qkv
// CHECK: qwen.attention
func.func @call_between(%x: tensor<?x8xf32>, %given: tensor<?x16xf32>, %t: tensor<?x4xf32>, %t2: tensor<?x4xf32>, %slot: tensor<?xi32>,
    %index: tensor<?xi32>) -> tensor<?x16xf32> {
  %h = qwen.rms_norm %x, @norm eps 1.0 : tensor<?x8xf32>
  %q = qwen.linear %h, @q : tensor<?x8xf32> -> tensor<?x16xf32>
  %k = qwen.linear %h, @k : tensor<?x8xf32> -> tensor<?x8xf32>
  %v = qwen.linear %h, @v : tensor<?x8xf32> -> tensor<?x8xf32>
  %qn = qwen.rms_norm %q, @q_norm eps 2.0 : tensor<?x16xf32>
  %kn = qwen.rms_norm %k, @k_norm eps 2.0 : tensor<?x8xf32>
  %qr = qwen.rope %qn, %t head_dim 4 : tensor<?x16xf32>, tensor<?x4xf32>
  %kr = qwen.rope %kn, %t head_dim 4 : tensor<?x8xf32>, tensor<?x4xf32>
  qwen.cache_append %kr, %slot, %index, @key_cache : tensor<?x8xf32>
  func.call @anything() : () -> ()
  qwen.cache_append %v, %slot, %index, @value_cache : tensor<?x8xf32>
  %a = qwen.attention %qr, %slot, %index, @key_cache, @value_cache scale 0.5 : tensor<?x16xf32>
  return %a : tensor<?x16xf32>
}

qwen.weight @wide_q : tensor<32x8xf32>

// Query and gate don't alternate head by head.
// CHECK-LABEL: func.func @gate_groups(
// CHECK-NOT: qwen.norm_qkv
// CHECK: qwen.attention
func.func @gate_groups(%x: tensor<?x8xf32>, %t: tensor<?x4xf32>, %slot: tensor<?xi32>,
    %index: tensor<?xi32>) -> tensor<?x16xf32> {
  %h = qwen.rms_norm %x, @norm eps 1.0 zero_centered : tensor<?x8xf32>
  %qg = qwen.linear %h, @wide_q : tensor<?x8xf32> -> tensor<?x32xf32>
  %q, %g = qwen.split %qg groups 2 : tensor<?x32xf32> -> tensor<?x16xf32>, tensor<?x16xf32>
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

// The gate stands before the query.
// CHECK-LABEL: func.func @gate_first(
// CHECK-NOT: qwen.norm_qkv
// CHECK: qwen.attention
func.func @gate_first(%x: tensor<?x8xf32>, %t: tensor<?x4xf32>, %slot: tensor<?xi32>,
    %index: tensor<?xi32>) -> tensor<?x16xf32> {
  %h = qwen.rms_norm %x, @norm eps 1.0 zero_centered : tensor<?x8xf32>
  %qg = qwen.linear %h, @wide_q : tensor<?x8xf32> -> tensor<?x32xf32>
  %g, %q = qwen.split %qg groups 4 : tensor<?x32xf32> -> tensor<?x16xf32>, tensor<?x16xf32>
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

// There is something beside query and gate.
// CHECK-LABEL: func.func @three_pieces(
// CHECK-NOT: qwen.norm_qkv
// CHECK: qwen.attention
func.func @three_pieces(%x: tensor<?x8xf32>, %t: tensor<?x4xf32>, %slot: tensor<?xi32>,
    %index: tensor<?xi32>) -> tensor<?x16xf32> {
  %h = qwen.rms_norm %x, @norm eps 1.0 zero_centered : tensor<?x8xf32>
  %qg = qwen.linear %h, @wide_q : tensor<?x8xf32> -> tensor<?x32xf32>
  %q, %g0, %g1 = qwen.split %qg groups 4 : tensor<?x32xf32> -> tensor<?x16xf32>, tensor<?x8xf32>, tensor<?x8xf32>
  %k = qwen.linear %h, @k : tensor<?x8xf32> -> tensor<?x8xf32>
  %v = qwen.linear %h, @v : tensor<?x8xf32> -> tensor<?x8xf32>
  %qn = qwen.rms_norm %q, @q_norm eps 2.0 zero_centered : tensor<?x16xf32>
  %kn = qwen.rms_norm %k, @k_norm eps 2.0 zero_centered : tensor<?x8xf32>
  %qr = qwen.rope %qn, %t head_dim 4 : tensor<?x16xf32>, tensor<?x4xf32>
  %kr = qwen.rope %kn, %t head_dim 4 : tensor<?x8xf32>, tensor<?x4xf32>
  qwen.cache_append %kr, %slot, %index, @key_cache : tensor<?x8xf32>
  qwen.cache_append %v, %slot, %index, @value_cache : tensor<?x8xf32>
  %a = qwen.attention %qr, %slot, %index, @key_cache, @value_cache scale 0.5 : tensor<?x16xf32>
  %y = qwen.glu sigmoid %a, %a : tensor<?x16xf32>
  return %y : tensor<?x16xf32>
}

// The raw query has another use.
// CHECK-LABEL: func.func @split_query_used(
// CHECK-NOT: qwen.norm_qkv
// CHECK: qwen.attention
func.func @split_query_used(%x: tensor<?x8xf32>, %t: tensor<?x4xf32>, %slot: tensor<?xi32>,
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
  qwen.output "raw" %q : tensor<?x16xf32>
  return %y : tensor<?x16xf32>
}

// Query and gate have another use together.
// CHECK-LABEL: func.func @both_used(
// CHECK-NOT: qwen.norm_qkv
// CHECK: qwen.attention
func.func @both_used(%x: tensor<?x8xf32>, %t: tensor<?x4xf32>, %slot: tensor<?xi32>,
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
  qwen.output "qg" %qg : tensor<?x32xf32>
  return %y : tensor<?x16xf32>
}

// The query's norm is not zero-centred as the others are.
// CHECK-LABEL: func.func @centred_query(
// CHECK-NOT: qwen.norm_qkv
// CHECK: qwen.attention
func.func @centred_query(%x: tensor<?x8xf32>, %t: tensor<?x4xf32>, %slot: tensor<?xi32>,
    %index: tensor<?xi32>) -> tensor<?x16xf32> {
  %h = qwen.rms_norm %x, @norm eps 1.0 zero_centered : tensor<?x8xf32>
  %qg = qwen.linear %h, @wide_q : tensor<?x8xf32> -> tensor<?x32xf32>
  %q, %g = qwen.split %qg groups 4 : tensor<?x32xf32> -> tensor<?x16xf32>, tensor<?x16xf32>
  %k = qwen.linear %h, @k : tensor<?x8xf32> -> tensor<?x8xf32>
  %v = qwen.linear %h, @v : tensor<?x8xf32> -> tensor<?x8xf32>
  %qn = qwen.rms_norm %q, @q_norm eps 2.0 : tensor<?x16xf32>
  %kn = qwen.rms_norm %k, @k_norm eps 2.0 zero_centered : tensor<?x8xf32>
  %qr = qwen.rope %qn, %t head_dim 4 : tensor<?x16xf32>, tensor<?x4xf32>
  %kr = qwen.rope %kn, %t head_dim 4 : tensor<?x8xf32>, tensor<?x4xf32>
  qwen.cache_append %kr, %slot, %index, @key_cache : tensor<?x8xf32>
  qwen.cache_append %v, %slot, %index, @value_cache : tensor<?x8xf32>
  %a = qwen.attention %qr, %slot, %index, @key_cache, @value_cache scale 0.5 : tensor<?x16xf32>
  %y = qwen.glu sigmoid %g, %a : tensor<?x16xf32>
  return %y : tensor<?x16xf32>
}

// The key's norm is not zero-centred as the others are.
// CHECK-LABEL: func.func @centred_key(
// CHECK-NOT: qwen.norm_qkv
// CHECK: qwen.attention
func.func @centred_key(%x: tensor<?x8xf32>, %t: tensor<?x4xf32>, %slot: tensor<?xi32>,
    %index: tensor<?xi32>) -> tensor<?x16xf32> {
  %h = qwen.rms_norm %x, @norm eps 1.0 zero_centered : tensor<?x8xf32>
  %qg = qwen.linear %h, @wide_q : tensor<?x8xf32> -> tensor<?x32xf32>
  %q, %g = qwen.split %qg groups 4 : tensor<?x32xf32> -> tensor<?x16xf32>, tensor<?x16xf32>
  %k = qwen.linear %h, @k : tensor<?x8xf32> -> tensor<?x8xf32>
  %v = qwen.linear %h, @v : tensor<?x8xf32> -> tensor<?x8xf32>
  %qn = qwen.rms_norm %q, @q_norm eps 2.0 zero_centered : tensor<?x16xf32>
  %kn = qwen.rms_norm %k, @k_norm eps 2.0 : tensor<?x8xf32>
  %qr = qwen.rope %qn, %t head_dim 4 : tensor<?x16xf32>, tensor<?x4xf32>
  %kr = qwen.rope %kn, %t head_dim 4 : tensor<?x8xf32>, tensor<?x4xf32>
  qwen.cache_append %kr, %slot, %index, @key_cache : tensor<?x8xf32>
  qwen.cache_append %v, %slot, %index, @value_cache : tensor<?x8xf32>
  %a = qwen.attention %qr, %slot, %index, @key_cache, @value_cache scale 0.5 : tensor<?x16xf32>
  %y = qwen.glu sigmoid %g, %a : tensor<?x16xf32>
  return %y : tensor<?x16xf32>
}

// The rows' norm is not zero-centred as the others are.
// CHECK-LABEL: func.func @centred_norm(
// CHECK-NOT: qwen.norm_qkv
// CHECK: qwen.attention
func.func @centred_norm(%x: tensor<?x8xf32>, %t: tensor<?x4xf32>, %slot: tensor<?xi32>,
    %index: tensor<?xi32>) -> tensor<?x16xf32> {
  %h = qwen.rms_norm %x, @norm eps 1.0 : tensor<?x8xf32>
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

// The key is one half of a projection.
// CHECK-LABEL: func.func @split_key(
// CHECK-NOT: qwen.norm_qkv
// CHECK: qwen.attention
func.func @split_key(%x: tensor<?x8xf32>, %t: tensor<?x4xf32>, %slot: tensor<?xi32>,
    %index: tensor<?xi32>) -> tensor<?x16xf32> {
  %h = qwen.rms_norm %x, @norm eps 1.0 zero_centered : tensor<?x8xf32>
  %qg = qwen.linear %h, @wide_q : tensor<?x8xf32> -> tensor<?x32xf32>
  %q, %g = qwen.split %qg groups 4 : tensor<?x32xf32> -> tensor<?x16xf32>, tensor<?x16xf32>
  %kk = qwen.linear %h, @q : tensor<?x8xf32> -> tensor<?x16xf32>
  %k, %kg = qwen.split %kk groups 2 : tensor<?x16xf32> -> tensor<?x8xf32>, tensor<?x8xf32>
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
