// RUN: qwen-opt %s --split-input-file --verify-diagnostics

qwen.weight @norm : tensor<8xf32>
qwen.weight @q : tensor<16x8xf32>
func.func @norm_alone(%x: tensor<?x8xf32>) {
  // expected-error@+1 {{failed to verify that norm and eps must stand together}}
  %0 = qwen.norm_linear %x norm @norm weights [@q] : tensor<?x8xf32> -> tensor<?x16xf32>
  return
}

// -----

qwen.weight @q : tensor<16x8xf32>
func.func @eps_alone(%x: tensor<?x8xf32>) {
  // expected-error@+1 {{failed to verify that norm and eps must stand together}}
  %0 = qwen.norm_linear %x eps 1.0 weights [@q] : tensor<?x8xf32> -> tensor<?x16xf32>
  return
}

// -----

qwen.weight @norm : tensor<8xf32>
qwen.weight @q : tensor<16x8xf32>
func.func @linear_eps(%x: tensor<?x8xf32>) {
  // expected-error@+1 {{attribute 'eps' failed to satisfy constraint}}
  %0 = qwen.norm_linear %x norm @norm eps 0.0 weights [@q] : tensor<?x8xf32> -> tensor<?x16xf32>
  return
}

// -----

func.func @no_weight(%x: tensor<?x8xf32>) {
  // expected-error@+1 {{failed to verify that there must be at least one weight}}
  "qwen.norm_linear"(%x) {weights = []} : (tensor<?x8xf32>) -> ()
  return
}

// -----

qwen.weight @q : tensor<16x8xf32>
qwen.weight @k : tensor<8x8xf32>
func.func @results(%x: tensor<?x8xf32>) {
  // expected-error@+1 {{failed to verify that there must be one result for each weight}}
  %0 = qwen.norm_linear %x weights [@q, @k] : tensor<?x8xf32> -> tensor<?x16xf32>
  return
}

// -----

qwen.weight @q : tensor<16x8xf32>
qwen.weight @k : tensor<8x8xf32>
qwen.weight @q_bias : tensor<16xf32>
func.func @some_biases(%x: tensor<?x8xf32>) {
  // expected-error@+1 {{failed to verify that biases must be empty or as many as weights}}
  %0, %1 = qwen.norm_linear %x weights [@q, @k] biases [@q_bias] : tensor<?x8xf32> -> tensor<?x16xf32>, tensor<?x8xf32>
  return
}

// -----

func.func @no_symbols(%x: tensor<?x8xf32>) {
  // expected-error@+1 {{attribute 'weights' failed to satisfy constraint: array of symbols}}
  "qwen.norm_linear"(%x) {weights = [1]} : (tensor<?x8xf32>) -> tensor<?x16xf32>
  return
}

// -----

qwen.weight @q : tensor<16x8xf32>
func.func @linear_norm_missing(%x: tensor<?x8xf32>) {
  // expected-error@+1 {{@norm is not a qwen.weight of the module}}
  %0 = qwen.norm_linear %x norm @norm eps 1.0 weights [@q] : tensor<?x8xf32> -> tensor<?x16xf32>
  return
}

// -----

qwen.weight @head_norm : tensor<4xf32>
qwen.weight @q : tensor<16x8xf32>
func.func @linear_head_norm(%x: tensor<?x8xf32>) {
  // expected-error@+1 {{weight @head_norm is [4], but must be [8]}}
  %0 = qwen.norm_linear %x norm @head_norm eps 1.0 weights [@q] : tensor<?x8xf32> -> tensor<?x16xf32>
  return
}

// -----

qwen.weight @k : tensor<8x8xf32>
func.func @linear_weight(%x: tensor<?x8xf32>) {
  // expected-error@+1 {{weight @k is [8, 8], but must be [16, 8]}}
  %0 = qwen.norm_linear %x weights [@k] : tensor<?x8xf32> -> tensor<?x16xf32>
  return
}

// -----

qwen.weight @q : tensor<16x8xf32>
qwen.weight @k_bias : tensor<8xf32>
func.func @linear_bias(%x: tensor<?x8xf32>) {
  // expected-error@+1 {{weight @k_bias is [8], but must be [16]}}
  %0 = qwen.norm_linear %x weights [@q] biases [@k_bias] : tensor<?x8xf32> -> tensor<?x16xf32>
  return
}

// -----

qwen.weight @norm : tensor<8xf32>
qwen.weight @q : tensor<16x8xf32>
qwen.weight @k : tensor<8x8xf32>
func.func @glu_gate(%x: tensor<?x8xf32>) {
  // expected-error@+1 {{weight @k is [8, 8], but must be [16, 8]}}
  %0 = qwen.norm_glu silu %x norm @norm eps 1.0 gate @k up @q : tensor<?x8xf32> -> tensor<?x16xf32>
  return
}

// -----

qwen.weight @norm : tensor<8xf32>
qwen.weight @q : tensor<16x8xf32>
qwen.weight @k : tensor<8x8xf32>
func.func @glu_up(%x: tensor<?x8xf32>) {
  // expected-error@+1 {{weight @k is [8, 8], but must be [16, 8]}}
  %0 = qwen.norm_glu silu %x norm @norm eps 1.0 gate @q up @k : tensor<?x8xf32> -> tensor<?x16xf32>
  return
}

// -----

qwen.weight @head_norm : tensor<4xf32>
qwen.weight @q : tensor<16x8xf32>
func.func @glu_norm(%x: tensor<?x8xf32>) {
  // expected-error@+1 {{weight @head_norm is [4], but must be [8]}}
  %0 = qwen.norm_glu silu %x norm @head_norm eps 1.0 gate @q up @q : tensor<?x8xf32> -> tensor<?x16xf32>
  return
}

// -----

qwen.weight @norm : tensor<8xf32>
qwen.weight @q : tensor<16x8xf32>
func.func @glu_eps(%x: tensor<?x8xf32>) {
  // expected-error@+1 {{attribute 'eps' failed to satisfy constraint}}
  %0 = qwen.norm_glu silu %x norm @norm eps -1.0 gate @q up @q : tensor<?x8xf32> -> tensor<?x16xf32>
  return
}

// -----

qwen.weight @head_norm : tensor<4xf32>
qwen.weight @q : tensor<16x8xf32>
qwen.weight @k : tensor<8x8xf32>
qwen.state @key_cache : tensor<1x2x16x4xf32>
qwen.state @value_cache : tensor<1x2x16x4xf32>
func.func @qkv_norm(%x: tensor<?x8xf32>, %t: tensor<?x4xf32>, %slot: tensor<?xi32>) {
  // expected-error@+1 {{weight @head_norm is [4], but must be [8]}}
  %0 = qwen.norm_qkv %x, %t, %slot, %slot norm @head_norm eps 1.0 weights [@q, @k, @k] head_norms [@head_norm, @head_norm] eps 1.0
    caches @key_cache, @value_cache : tensor<?x8xf32>, tensor<?x4xf32> -> tensor<?x16xf32>
  return
}

// -----

qwen.weight @norm : tensor<8xf32>
qwen.weight @head_norm : tensor<4xf32>
qwen.weight @q : tensor<16x8xf32>
qwen.weight @k : tensor<8x8xf32>
qwen.state @key_cache : tensor<1x2x16x4xf32>
qwen.state @value_cache : tensor<1x2x16x4xf32>
func.func @qkv_eps(%x: tensor<?x8xf32>, %t: tensor<?x4xf32>, %slot: tensor<?xi32>) {
  // expected-error@+1 {{attribute 'eps' failed to satisfy constraint}}
  %0 = qwen.norm_qkv %x, %t, %slot, %slot norm @norm eps 0.0 weights [@q, @k, @k] head_norms [@head_norm, @head_norm] eps 1.0
    caches @key_cache, @value_cache : tensor<?x8xf32>, tensor<?x4xf32> -> tensor<?x16xf32>
  return
}

// -----

qwen.weight @norm : tensor<8xf32>
qwen.weight @head_norm : tensor<4xf32>
qwen.weight @q : tensor<16x8xf32>
qwen.weight @k : tensor<8x8xf32>
qwen.state @key_cache : tensor<1x2x16x4xf32>
qwen.state @value_cache : tensor<1x2x16x4xf32>
func.func @qkv_head_eps(%x: tensor<?x8xf32>, %t: tensor<?x4xf32>, %slot: tensor<?xi32>) {
  // expected-error@+1 {{attribute 'head_eps' failed to satisfy constraint}}
  %0 = qwen.norm_qkv %x, %t, %slot, %slot norm @norm eps 1.0 weights [@q, @k, @k] head_norms [@head_norm, @head_norm] eps 0.0
    caches @key_cache, @value_cache : tensor<?x8xf32>, tensor<?x4xf32> -> tensor<?x16xf32>
  return
}

// -----

qwen.weight @norm : tensor<8xf32>
qwen.weight @head_norm : tensor<4xf32>
qwen.weight @q : tensor<16x8xf32>
qwen.weight @k : tensor<8x8xf32>
qwen.state @key_cache : tensor<1x2x16x4xf32>
qwen.state @value_cache : tensor<1x2x16x4xf32>
func.func @qkv_weights(%x: tensor<?x8xf32>, %t: tensor<?x4xf32>, %slot: tensor<?xi32>) {
  // expected-error@+1 {{failed to verify that weights must be q, k and v}}
  %0 = qwen.norm_qkv %x, %t, %slot, %slot norm @norm eps 1.0 weights [@q, @k] head_norms [@head_norm, @head_norm] eps 1.0
    caches @key_cache, @value_cache : tensor<?x8xf32>, tensor<?x4xf32> -> tensor<?x16xf32>
  return
}

// -----

qwen.weight @norm : tensor<8xf32>
qwen.weight @head_norm : tensor<4xf32>
qwen.weight @q : tensor<16x8xf32>
qwen.weight @k : tensor<8x8xf32>
qwen.weight @q_bias : tensor<16xf32>
qwen.state @key_cache : tensor<1x2x16x4xf32>
qwen.state @value_cache : tensor<1x2x16x4xf32>
func.func @qkv_biases(%x: tensor<?x8xf32>, %t: tensor<?x4xf32>, %slot: tensor<?xi32>) {
  // expected-error@+1 {{failed to verify that biases must be empty or as many as weights}}
  %0 = qwen.norm_qkv %x, %t, %slot, %slot norm @norm eps 1.0 weights [@q, @k, @k] biases [@q_bias] head_norms [@head_norm, @head_norm] eps 1.0
    caches @key_cache, @value_cache : tensor<?x8xf32>, tensor<?x4xf32> -> tensor<?x16xf32>
  return
}

// -----

qwen.weight @norm : tensor<8xf32>
qwen.weight @head_norm : tensor<4xf32>
qwen.weight @q : tensor<16x8xf32>
qwen.weight @k : tensor<8x8xf32>
qwen.state @key_cache : tensor<1x2x16x4xf32>
qwen.state @value_cache : tensor<1x2x16x4xf32>
func.func @qkv_head_norms(%x: tensor<?x8xf32>, %t: tensor<?x4xf32>, %slot: tensor<?xi32>) {
  // expected-error@+1 {{failed to verify that head_norms must be those of q and k}}
  %0 = qwen.norm_qkv %x, %t, %slot, %slot norm @norm eps 1.0 weights [@q, @k, @k] head_norms [@head_norm] eps 1.0
    caches @key_cache, @value_cache : tensor<?x8xf32>, tensor<?x4xf32> -> tensor<?x16xf32>
  return
}

// -----

qwen.weight @norm : tensor<8xf32>
qwen.weight @head_norm : tensor<4xf32>
qwen.weight @q : tensor<16x8xf32>
qwen.weight @k : tensor<8x8xf32>
qwen.state @key_cache : tensor<1x2x16x4xf32>
qwen.state @value_cache : tensor<1x2x16x4xf32>
func.func @qkv_odd_table(%x: tensor<?x8xf32>, %t: tensor<?x3xf32>, %slot: tensor<?xi32>) {
  // expected-error@+1 {{failed to verify that table must have an even width (cosines, then sines)}}
  %0 = qwen.norm_qkv %x, %t, %slot, %slot norm @norm eps 1.0 weights [@q, @k, @k] head_norms [@head_norm, @head_norm] eps 1.0
    caches @key_cache, @value_cache : tensor<?x8xf32>, tensor<?x3xf32> -> tensor<?x16xf32>
  return
}

// -----

qwen.weight @norm : tensor<8xf32>
qwen.weight @head_norm : tensor<4xf32>
qwen.weight @q : tensor<16x8xf32>
qwen.weight @k : tensor<8x8xf32>
qwen.state @key_cache : tensor<1x2x16x4xf32>
qwen.state @value_cache : tensor<1x2x16x4xf32>
func.func @qkv_wide_table(%x: tensor<?x8xf32>, %t: tensor<?x6xf32>, %slot: tensor<?xi32>) {
  // expected-error@+1 {{table is 6 wide, but head_dim is 4}}
  %0 = qwen.norm_qkv %x, %t, %slot, %slot norm @norm eps 1.0 weights [@q, @k, @k] head_norms [@head_norm, @head_norm] eps 1.0
    caches @key_cache, @value_cache : tensor<?x8xf32>, tensor<?x6xf32> -> tensor<?x16xf32>
  return
}

// -----

qwen.weight @norm : tensor<8xf32>
qwen.weight @head_norm : tensor<4xf32>
qwen.weight @k : tensor<8x8xf32>
qwen.state @key_cache : tensor<1x2x16x4xf32>
qwen.state @value_cache : tensor<1x2x16x4xf32>
func.func @qkv_query_weight(%x: tensor<?x8xf32>, %t: tensor<?x4xf32>, %slot: tensor<?xi32>) {
  // expected-error@+1 {{weight @k is [8, 8], but must be [16, 8]}}
  %0 = qwen.norm_qkv %x, %t, %slot, %slot norm @norm eps 1.0 weights [@k, @k, @k] head_norms [@head_norm, @head_norm] eps 1.0
    caches @key_cache, @value_cache : tensor<?x8xf32>, tensor<?x4xf32> -> tensor<?x16xf32>
  return
}

// -----

qwen.weight @norm : tensor<8xf32>
qwen.weight @head_norm : tensor<4xf32>
qwen.weight @q : tensor<16x8xf32>
qwen.weight @k : tensor<8x8xf32>
qwen.state @key_cache : tensor<1x2x16x4xf32>
qwen.state @value_cache : tensor<1x2x16x4xf32>
func.func @qkv_key_weight(%x: tensor<?x8xf32>, %t: tensor<?x4xf32>, %slot: tensor<?xi32>) {
  // expected-error@+1 {{weight @q is [16, 8], but must be [8, 8]}}
  %0 = qwen.norm_qkv %x, %t, %slot, %slot norm @norm eps 1.0 weights [@q, @q, @k] head_norms [@head_norm, @head_norm] eps 1.0
    caches @key_cache, @value_cache : tensor<?x8xf32>, tensor<?x4xf32> -> tensor<?x16xf32>
  return
}

// -----

qwen.weight @norm : tensor<8xf32>
qwen.weight @head_norm : tensor<4xf32>
qwen.weight @q : tensor<16x8xf32>
qwen.weight @k : tensor<8x8xf32>
qwen.state @key_cache : tensor<1x2x16x4xf32>
qwen.state @value_cache : tensor<1x2x16x4xf32>
func.func @qkv_value_weight(%x: tensor<?x8xf32>, %t: tensor<?x4xf32>, %slot: tensor<?xi32>) {
  // expected-error@+1 {{weight @q is [16, 8], but must be [8, 8]}}
  %0 = qwen.norm_qkv %x, %t, %slot, %slot norm @norm eps 1.0 weights [@q, @k, @q] head_norms [@head_norm, @head_norm] eps 1.0
    caches @key_cache, @value_cache : tensor<?x8xf32>, tensor<?x4xf32> -> tensor<?x16xf32>
  return
}

// -----

qwen.weight @norm : tensor<8xf32>
qwen.weight @head_norm : tensor<4xf32>
qwen.weight @q : tensor<16x8xf32>
qwen.weight @k : tensor<8x8xf32>
qwen.weight @q_bias : tensor<16xf32>
qwen.weight @k_bias : tensor<8xf32>
qwen.state @key_cache : tensor<1x2x16x4xf32>
qwen.state @value_cache : tensor<1x2x16x4xf32>
func.func @qkv_bias(%x: tensor<?x8xf32>, %t: tensor<?x4xf32>, %slot: tensor<?xi32>) {
  // expected-error@+1 {{weight @q_bias is [16], but must be [8]}}
  %0 = qwen.norm_qkv %x, %t, %slot, %slot norm @norm eps 1.0 weights [@q, @k, @k] biases [@q_bias, @k_bias, @q_bias] head_norms [@head_norm, @head_norm] eps 1.0
    caches @key_cache, @value_cache : tensor<?x8xf32>, tensor<?x4xf32> -> tensor<?x16xf32>
  return
}

// -----

qwen.weight @norm : tensor<8xf32>
qwen.weight @head_norm : tensor<4xf32>
qwen.weight @q : tensor<16x8xf32>
qwen.weight @k : tensor<8x8xf32>
qwen.state @key_cache : tensor<1x2x16x4xf32>
qwen.state @value_cache : tensor<1x2x16x4xf32>
func.func @qkv_head_norm(%x: tensor<?x8xf32>, %t: tensor<?x4xf32>, %slot: tensor<?xi32>) {
  // expected-error@+1 {{weight @norm is [8], but must be [4]}}
  %0 = qwen.norm_qkv %x, %t, %slot, %slot norm @norm eps 1.0 weights [@q, @k, @k] head_norms [@head_norm, @norm] eps 1.0
    caches @key_cache, @value_cache : tensor<?x8xf32>, tensor<?x4xf32> -> tensor<?x16xf32>
  return
}

// -----

qwen.weight @norm : tensor<8xf32>
qwen.weight @head_norm : tensor<4xf32>
qwen.weight @q : tensor<16x8xf32>
qwen.weight @k : tensor<8x8xf32>
qwen.state @key_cache : tensor<1x2x16x4xf32>
qwen.state @value_cache : tensor<1x2x16x4xf32>
func.func @qkv_heads(%x: tensor<?x8xf32>, %t: tensor<?x4xf32>, %slot: tensor<?xi32>) {
  // expected-error@+1 {{query is 12 wide, but must be a multiple of kv_heads 2 times head_dim 4}}
  %0 = qwen.norm_qkv %x, %t, %slot, %slot norm @norm eps 1.0 weights [@q, @k, @k] head_norms [@head_norm, @head_norm] eps 1.0
    caches @key_cache, @value_cache : tensor<?x8xf32>, tensor<?x4xf32> -> tensor<?x12xf32>
  return
}

// -----

qwen.weight @norm : tensor<8xf32>
qwen.weight @head_norm : tensor<4xf32>
qwen.weight @q : tensor<16x8xf32>
qwen.weight @k : tensor<8x8xf32>
qwen.state @key_cache : tensor<1x2x16x4xf32>
qwen.state @value_cache : tensor<1x1x16x8xf32>
func.func @qkv_caches(%x: tensor<?x8xf32>, %t: tensor<?x4xf32>, %slot: tensor<?xi32>) {
  // expected-error@+1 {{caches must have one type}}
  %0 = qwen.norm_qkv %x, %t, %slot, %slot norm @norm eps 1.0 weights [@q, @k, @k] head_norms [@head_norm, @head_norm] eps 1.0
    caches @key_cache, @value_cache : tensor<?x8xf32>, tensor<?x4xf32> -> tensor<?x16xf32>
  return
}

// -----

qwen.weight @q : tensor<16x8xf32>
func.func @residual_weight(%x: tensor<?x8xf32>, %a: tensor<?x6xf32>, %r: tensor<?x16xf32>) {
  // expected-error@+1 {{weight @q is [16, 8], but must be [16, 6]}}
  %0 = qwen.linear_residual %a, %r, @q : tensor<?x6xf32>, tensor<?x16xf32>
  return
}

// -----

qwen.weight @q : tensor<16x8xf32>
qwen.weight @k_bias : tensor<8xf32>
func.func @residual_bias(%x: tensor<?x8xf32>, %r: tensor<?x16xf32>) {
  // expected-error@+1 {{weight @k_bias is [8], but must be [16]}}
  %0 = qwen.linear_residual %x, %r, @q bias @k_bias : tensor<?x8xf32>, tensor<?x16xf32>
  return
}

// -----

qwen.weight @q : tensor<16x8xf32>
func.func @residual_type(%x: tensor<?x8xf32>, %a: tensor<?x6xf32>) {
  // expected-error@+1 {{failed to verify that all of {residual, result} have same type}}
  %0 = "qwen.linear_residual"(%x, %a) {weight = @q} : (tensor<?x8xf32>, tensor<?x6xf32>) -> tensor<?x16xf32>
  return
}

// -----

qwen.weight @head_norm : tensor<4xf32>
qwen.weight @router : tensor<5x8xf32>
qwen.weight @gate_up : tensor<5x6x8xf32>
qwen.weight @down : tensor<5x8x3xf32>
func.func @moe_norm(%x: tensor<?x8xf32>) {
  // expected-error@+1 {{weight @head_norm is [4], but must be [8]}}
  %0, %1 = qwen.norm_moe silu %x norm @head_norm eps 1.0 router @router top_k 2 experts @gate_up, @down : tensor<?x8xf32> -> tensor<?x5xf32>
  return
}

// -----

qwen.weight @norm : tensor<8xf32>
qwen.weight @router : tensor<5x8xf32>
qwen.weight @gate_up : tensor<5x6x8xf32>
qwen.weight @down : tensor<5x8x3xf32>
func.func @moe_eps(%x: tensor<?x8xf32>) {
  // expected-error@+1 {{attribute 'eps' failed to satisfy constraint}}
  %0, %1 = qwen.norm_moe silu %x norm @norm eps 0.0 router @router top_k 2 experts @gate_up, @down : tensor<?x8xf32> -> tensor<?x5xf32>
  return
}

// -----

qwen.weight @norm : tensor<8xf32>
qwen.weight @router : tensor<5x8xf32>
qwen.weight @gate_up : tensor<5x6x8xf32>
qwen.weight @down : tensor<5x8x3xf32>
func.func @moe_router(%x: tensor<?x8xf32>) {
  // expected-error@+1 {{weight @router is [5, 8], but must be [4, 8]}}
  %0, %1 = qwen.norm_moe silu %x norm @norm eps 1.0 router @router top_k 2 experts @gate_up, @down : tensor<?x8xf32> -> tensor<?x4xf32>
  return
}

// -----

qwen.weight @norm : tensor<8xf32>
qwen.weight @router : tensor<5x8xf32>
qwen.weight @gate_up : tensor<5x6x8xf32>
qwen.weight @down : tensor<5x8x3xf32>
func.func @moe_top_k(%x: tensor<?x8xf32>) {
  // expected-error@+1 {{failed to verify that top_k must not exceed the number of experts}}
  %0, %1 = qwen.norm_moe silu %x norm @norm eps 1.0 router @router top_k 6 experts @gate_up, @down : tensor<?x8xf32> -> tensor<?x5xf32>
  return
}

// -----

qwen.weight @norm : tensor<8xf32>
qwen.weight @router : tensor<5x8xf32>
qwen.weight @gate_up : tensor<5x6x8xf32>
qwen.weight @down : tensor<5x8x3xf32>
func.func @moe_no_experts(%x: tensor<?x8xf32>) {
  // expected-error@+1 {{attribute 'top_k' failed to satisfy constraint}}
  %0, %1 = qwen.norm_moe silu %x norm @norm eps 1.0 router @router top_k 0 experts @gate_up, @down : tensor<?x8xf32> -> tensor<?x5xf32>
  return
}

// -----

qwen.weight @norm : tensor<8xf32>
qwen.weight @router : tensor<5x8xf32>
qwen.weight @gate_up : tensor<5x6x8xf32>
qwen.weight @down : tensor<4x8x3xf32>
func.func @moe_down(%x: tensor<?x8xf32>) {
  // expected-error@+1 {{weight @down is [4, 8, 3], but must be [5, 8, any]}}
  %0, %1 = qwen.norm_moe silu %x norm @norm eps 1.0 router @router top_k 2 experts @gate_up, @down : tensor<?x8xf32> -> tensor<?x5xf32>
  return
}

// -----

qwen.weight @norm : tensor<8xf32>
qwen.weight @router : tensor<5x8xf32>
qwen.weight @gate_up : tensor<5x3x8xf32>
qwen.weight @down : tensor<5x8x3xf32>
func.func @moe_gate_up(%x: tensor<?x8xf32>) {
  // expected-error@+1 {{weight @gate_up is [5, 3, 8], but must be [5, 6, 8]}}
  %0, %1 = qwen.norm_moe silu %x norm @norm eps 1.0 router @router top_k 2 experts @gate_up, @down : tensor<?x8xf32> -> tensor<?x5xf32>
  return
}

// -----

qwen.weight @norm : tensor<8xf32>
qwen.weight @router : tensor<5x8xf32>
qwen.weight @gate_up : tensor<5x6x8xf32>
qwen.weight @down : tensor<5x8x3xf32>
func.func @moe_result(%x: tensor<?x8xf32>) {
  // expected-error@+1 {{failed to verify that all of {input, result} have same type}}
  %0, %1 = "qwen.norm_moe"(%x) {activation = 0 : i32, norm = @norm, eps = 1.0, router = @router, top_k = 2, gate_up = @gate_up, down = @down} : (tensor<?x8xf32>) -> (tensor<?x4xf32>, tensor<?x5xf32>)
  return
}

// -----

qwen.weight @norm : tensor<8xf32>
qwen.weight @router : tensor<5x8xf32>
qwen.weight @gate_up : tensor<5x6x8xf32>
qwen.weight @down : tensor<5x8x3xf32>
qwen.weight @g : tensor<4x8xf32>
qwen.weight @u : tensor<4x8xf32>
qwen.weight @d : tensor<8x4xf32>
qwen.weight @s : tensor<1x8xf32>
func.func @shared_count(%x: tensor<?x8xf32>) {
  // expected-error@+1 {{failed to verify that shared must be empty or gate, up, down and the row's gate}}
  %0, %l = qwen.norm_moe silu %x norm @norm eps 1.0 router @router top_k 2 experts @gate_up, @down shared [@g, @u, @d]
    : tensor<?x8xf32> -> tensor<?x5xf32>
  return
}

// -----

qwen.weight @norm : tensor<8xf32>
qwen.weight @router : tensor<5x8xf32>
qwen.weight @gate_up : tensor<5x6x8xf32>
qwen.weight @down : tensor<5x8x3xf32>
qwen.weight @g : tensor<4x7xf32>
qwen.weight @u : tensor<4x8xf32>
qwen.weight @d : tensor<8x4xf32>
qwen.weight @s : tensor<1x8xf32>
func.func @shared_gate(%x: tensor<?x8xf32>) {
  // expected-error@+1 {{weight @g is [4, 7], but must be [any, 8]}}
  %0, %l = qwen.norm_moe silu %x norm @norm eps 1.0 router @router top_k 2 experts @gate_up, @down shared [@g, @u, @d, @s]
    : tensor<?x8xf32> -> tensor<?x5xf32>
  return
}

// -----

qwen.weight @norm : tensor<8xf32>
qwen.weight @router : tensor<5x8xf32>
qwen.weight @gate_up : tensor<5x6x8xf32>
qwen.weight @down : tensor<5x8x3xf32>
qwen.weight @g : tensor<4x8xf32>
qwen.weight @u : tensor<5x8xf32>
qwen.weight @d : tensor<8x4xf32>
qwen.weight @s : tensor<1x8xf32>
func.func @shared_up(%x: tensor<?x8xf32>) {
  // expected-error@+1 {{weight @u is [5, 8], but must be [4, 8]}}
  %0, %l = qwen.norm_moe silu %x norm @norm eps 1.0 router @router top_k 2 experts @gate_up, @down shared [@g, @u, @d, @s]
    : tensor<?x8xf32> -> tensor<?x5xf32>
  return
}

// -----

qwen.weight @norm : tensor<8xf32>
qwen.weight @router : tensor<5x8xf32>
qwen.weight @gate_up : tensor<5x6x8xf32>
qwen.weight @down : tensor<5x8x3xf32>
qwen.weight @g : tensor<4x8xf32>
qwen.weight @u : tensor<4x8xf32>
qwen.weight @d : tensor<8x5xf32>
qwen.weight @s : tensor<1x8xf32>
func.func @shared_down(%x: tensor<?x8xf32>) {
  // expected-error@+1 {{weight @d is [8, 5], but must be [8, 4]}}
  %0, %l = qwen.norm_moe silu %x norm @norm eps 1.0 router @router top_k 2 experts @gate_up, @down shared [@g, @u, @d, @s]
    : tensor<?x8xf32> -> tensor<?x5xf32>
  return
}

// -----

qwen.weight @norm : tensor<8xf32>
qwen.weight @router : tensor<5x8xf32>
qwen.weight @gate_up : tensor<5x6x8xf32>
qwen.weight @down : tensor<5x8x3xf32>
qwen.weight @g : tensor<4x8xf32>
qwen.weight @u : tensor<4x8xf32>
qwen.weight @d : tensor<8x4xf32>
qwen.weight @s : tensor<2x8xf32>
func.func @shared_row_gate(%x: tensor<?x8xf32>) {
  // expected-error@+1 {{weight @s is [2, 8], but must be [1, 8]}}
  %0, %l = qwen.norm_moe silu %x norm @norm eps 1.0 router @router top_k 2 experts @gate_up, @down shared [@g, @u, @d, @s]
    : tensor<?x8xf32> -> tensor<?x5xf32>
  return
}

// -----

qwen.weight @q : tensor<16x8xf32>
func.func @zero_centered_alone(%x: tensor<?x8xf32>) {
  // expected-error@+1 {{failed to verify that there must be a norm to be zero_centered}}
  %0 = qwen.norm_linear %x zero_centered weights [@q] : tensor<?x8xf32> -> tensor<?x16xf32>
  return
}

// -----

qwen.weight @norm : tensor<8xf32>
qwen.weight @head_norm : tensor<4xf32>
qwen.weight @q : tensor<16x8xf32>
qwen.weight @k : tensor<8x8xf32>
qwen.state @key_cache : tensor<1x2x16x4xf32>
qwen.state @value_cache : tensor<1x2x16x4xf32>
func.func @gate_rows(%x: tensor<?x8xf32>, %t: tensor<?x4xf32>, %slot: tensor<?xi32>, %index: tensor<?xi32>) {
  // expected-error@+1 {{weight @q is [16, 8], but must be [32, 8]}}
  %q, %g = qwen.norm_qkv %x, %t, %slot, %index norm @norm eps 1.0 weights [@q, @k, @k]
    head_norms [@head_norm, @head_norm] eps 2.0 caches @key_cache, @value_cache
    : tensor<?x8xf32>, tensor<?x4xf32> -> tensor<?x16xf32> gate tensor<?x16xf32>
  return
}

// -----

qwen.weight @norm : tensor<8xf32>
qwen.weight @head_norm : tensor<4xf32>
qwen.weight @q : tensor<16x8xf32>
qwen.weight @k : tensor<8x8xf32>
qwen.state @key_cache : tensor<1x2x16x4xf32>
qwen.state @value_cache : tensor<1x2x16x4xf32>
func.func @gate_width(%x: tensor<?x8xf32>, %t: tensor<?x4xf32>, %slot: tensor<?xi32>, %index: tensor<?xi32>) {
  // expected-error@+1 {{failed to verify that gate must be as wide as the query}}
  %q, %g = qwen.norm_qkv %x, %t, %slot, %index norm @norm eps 1.0 weights [@q, @k, @k]
    head_norms [@head_norm, @head_norm] eps 2.0 caches @key_cache, @value_cache
    : tensor<?x8xf32>, tensor<?x4xf32> -> tensor<?x16xf32> gate tensor<?x8xf32>
  return
}

// -----

qwen.state @key_cache : tensor<1x2x16x4xf32>
func.func @gated_value_cache(%q: tensor<?x16xf32>, %slot: tensor<?xi32>, %index: tensor<?xi32>) {
  // expected-error@+1 {{@value_cache is not a qwen.state of the module}}
  %0 = qwen.gated_attention %q, %q, %slot, %index, @key_cache, @value_cache scale 0.5 : tensor<?x16xf32>
  return
}

// -----

qwen.state @key_cache : tensor<1x2x16x4xf32>
func.func @gated_types(%q: tensor<?x16xf32>, %g: tensor<?x8xf32>, %slot: tensor<?xi32>, %index: tensor<?xi32>) {
  // expected-error@+1 {{failed to verify that all of {query, gate, result} have same type}}
  %0 = "qwen.gated_attention"(%q, %g, %slot, %index) {key_cache = @key_cache, value_cache = @key_cache, scale = 0.5 : f64}
    : (tensor<?x16xf32>, tensor<?x8xf32>, tensor<?xi32>, tensor<?xi32>) -> tensor<?x16xf32>
  return
}

// -----

qwen.weight @norm : tensor<8xf32>
qwen.weight @head : tensor<16x8xf32> as !qwen.q8
func.func @wide_screen(%x: tensor<?x8xf32>, %wanted: tensor<?xi32>) {
  // expected-error@+1 {{the screen is of '!qwen.q8', but must have fewer bits than @head, which is stored as '!qwen.q8'}}
  %0 = qwen.screened_head %x norm @norm eps 1.0 rows %wanted weight @head screen !qwen.q8
    : tensor<?x8xf32> -> tensor<?x16xf32>
  return
}

// -----

qwen.weight @norm : tensor<8xf32>
qwen.weight @head : tensor<16x8xf32>
func.func @screened_head_width(%x: tensor<?x8xf32>, %wanted: tensor<?xi32>) {
  // expected-error@+1 {{'qwen.screened_head' op weight @head is [16, 8], but must be [24, 8]}}
  %0 = qwen.screened_head %x norm @norm eps 1.0 rows %wanted weight @head screen !qwen.q4
    : tensor<?x8xf32> -> tensor<?x24xf32>
  return
}

// -----

qwen.weight @norm : tensor<4xf32>
qwen.weight @head : tensor<16x8xf32>
func.func @screened_head_norm(%x: tensor<?x8xf32>, %wanted: tensor<?xi32>) {
  // expected-error@+1 {{'qwen.screened_head' op weight @norm is [4], but must be [8]}}
  %0 = qwen.screened_head %x norm @norm eps 1.0 rows %wanted weight @head screen !qwen.q4
    : tensor<?x8xf32> -> tensor<?x16xf32>
  return
}
