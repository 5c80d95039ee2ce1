// RUN: qwen-opt %s --split-input-file --verify-diagnostics

qwen.weight @w : tensor<8x1x4xf32>
func.func @no_state(%x: tensor<?x8xf32>, %slot: tensor<?xi32>, %index: tensor<?xi32>) {
  // expected-error@+1 {{'qwen.causal_conv' op @s is not a qwen.state of the module}}
  %0 = qwen.causal_conv %x, %slot, %index, @w state @s : tensor<?x8xf32>
  return
}

// -----

qwen.weight @w : tensor<8x1x4xf32>
qwen.state @s : tensor<1x3x8x2xf32>
func.func @cache_state(%x: tensor<?x8xf32>, %slot: tensor<?xi32>, %index: tensor<?xi32>) {
  // expected-error@+1 {{@s is a KV cache, but must be a recurrent state}}
  %0 = qwen.causal_conv %x, %slot, %index, @w state @s : tensor<?x8xf32>
  return
}

// -----

qwen.weight @w : tensor<8x1x4xf32>
qwen.state @s recurrent : tensor<1x3x8x2xf32>
func.func @conv_rank(%x: tensor<?x8xf32>, %slot: tensor<?xi32>, %index: tensor<?xi32>) {
  // expected-error@+1 {{state @s is [1, 3, 8, 2], but must have 3 dimensions}}
  %0 = qwen.causal_conv %x, %slot, %index, @w state @s : tensor<?x8xf32>
  return
}

// -----

qwen.weight @w : tensor<8x1x4xf32>
qwen.state @s recurrent : tensor<1x3x6xf32>
func.func @channels(%x: tensor<?x8xf32>, %slot: tensor<?xi32>, %index: tensor<?xi32>) {
  // expected-error@+1 {{state @s holds 6 channels, but the input is 8 wide}}
  %0 = qwen.causal_conv %x, %slot, %index, @w state @s : tensor<?x8xf32>
  return
}

// -----

qwen.state @s recurrent : tensor<1x3x8xf32>
func.func @no_weight(%x: tensor<?x8xf32>, %slot: tensor<?xi32>, %index: tensor<?xi32>) {
  // expected-error@+1 {{@w is not a qwen.weight of the module}}
  %0 = qwen.causal_conv %x, %slot, %index, @w state @s : tensor<?x8xf32>
  return
}

// -----

qwen.weight @w : tensor<8x1x4xf32>
qwen.state @s recurrent : tensor<1x4x8xf32>
func.func @kernel(%x: tensor<?x8xf32>, %slot: tensor<?xi32>, %index: tensor<?xi32>) {
  // expected-error@+1 {{weight @w is [8, 1, 4], but must be [8, 1, 5]}}
  %0 = qwen.causal_conv %x, %slot, %index, @w state @s : tensor<?x8xf32>
  return
}

// -----

qwen.weight @w : tensor<8x4xf32>
qwen.state @s recurrent : tensor<1x3x8xf32>
func.func @weight_rank(%x: tensor<?x8xf32>, %slot: tensor<?xi32>, %index: tensor<?xi32>) {
  // expected-error@+1 {{weight @w is [8, 4], but must be [8, 1, 4]}}
  %0 = qwen.causal_conv %x, %slot, %index, @w state @s : tensor<?x8xf32>
  return
}

// -----

qwen.weight @w : tensor<8x1x4xf32>
qwen.state @s recurrent : tensor<1x3x8xf32>
func.func @conv_result(%x: tensor<?x8xf32>, %slot: tensor<?xi32>, %index: tensor<?xi32>) {
  // expected-error@+1 {{failed to verify that all of {input, result} have same type}}
  %0 = "qwen.causal_conv"(%x, %slot, %index) {weight = @w, state = @s}
    : (tensor<?x8xf32>, tensor<?xi32>, tensor<?xi32>) -> tensor<?x4xf32>
  return
}

// -----

func.func @l2_heads(%x: tensor<?x8xf32>) {
  // expected-error@+1 {{failed to verify that head_dim must divide the input's width}}
  %0 = qwen.l2_norm %x head_dim 3 eps 1.0 : tensor<?x8xf32>
  return
}

// -----

func.func @l2_eps(%x: tensor<?x8xf32>) {
  // expected-error@+1 {{attribute 'eps' failed to satisfy constraint: 64-bit float attribute whose value is positive}}
  %0 = qwen.l2_norm %x head_dim 4 eps 0.0 : tensor<?x8xf32>
  return
}

// -----

qwen.weight @A_log : tensor<4xf32>
qwen.weight @dt_bias : tensor<8xf32>
func.func @a_log(%x: tensor<?x8xf32>) {
  // expected-error@+1 {{weight @A_log is [4], but must be [8]}}
  %0 = qwen.decay %x, @A_log, @dt_bias : tensor<?x8xf32>
  return
}

// -----

qwen.weight @A_log : tensor<8xf32>
func.func @dt_bias(%x: tensor<?x8xf32>) {
  // expected-error@+1 {{@dt_bias is not a qwen.weight of the module}}
  %0 = qwen.decay %x, @A_log, @dt_bias : tensor<?x8xf32>
  return
}

// -----

func.func @no_memory(%k: tensor<?x4xf32>, %v: tensor<?x12xf32>, %g: tensor<?x4xf32>, %slot: tensor<?xi32>,
    %index: tensor<?xi32>) {
  // expected-error@+1 {{@s is not a qwen.state of the module}}
  %0 = qwen.gated_delta_rule %k, %k, %v, %g, %g, %slot, %index state @s scale 0.5
    : tensor<?x4xf32>, tensor<?x12xf32>, tensor<?x4xf32>
  return
}

// -----

qwen.state @s : tensor<1x4x2x3xf32>
func.func @cache(%k: tensor<?x4xf32>, %v: tensor<?x12xf32>, %g: tensor<?x4xf32>, %slot: tensor<?xi32>,
    %index: tensor<?xi32>) {
  // expected-error@+1 {{@s is a KV cache, but must be a recurrent state}}
  %0 = qwen.gated_delta_rule %k, %k, %v, %g, %g, %slot, %index state @s scale 0.5
    : tensor<?x4xf32>, tensor<?x12xf32>, tensor<?x4xf32>
  return
}

// -----

qwen.state @s recurrent : tensor<1x4x6xf32>
func.func @rank(%k: tensor<?x4xf32>, %v: tensor<?x12xf32>, %g: tensor<?x4xf32>, %slot: tensor<?xi32>,
    %index: tensor<?xi32>) {
  // expected-error@+1 {{state @s is [1, 4, 6], but must have 4 dimensions}}
  %0 = qwen.gated_delta_rule %k, %k, %v, %g, %g, %slot, %index state @s scale 0.5
    : tensor<?x4xf32>, tensor<?x12xf32>, tensor<?x4xf32>
  return
}

// -----

qwen.state @s recurrent : tensor<1x4x2x3xf32>
func.func @value(%k: tensor<?x4xf32>, %v: tensor<?x9xf32>, %g: tensor<?x4xf32>, %slot: tensor<?xi32>,
    %index: tensor<?xi32>) {
  // expected-error@+1 {{value is 9 wide, but @s holds 4 heads of 3}}
  %0 = qwen.gated_delta_rule %k, %k, %v, %g, %g, %slot, %index state @s scale 0.5
    : tensor<?x4xf32>, tensor<?x9xf32>, tensor<?x4xf32>
  return
}

// -----

qwen.state @s recurrent : tensor<1x4x2x3xf32>
func.func @decay(%k: tensor<?x4xf32>, %v: tensor<?x12xf32>, %g: tensor<?x2xf32>, %slot: tensor<?xi32>,
    %index: tensor<?xi32>) {
  // expected-error@+1 {{decay is 2 wide, but @s holds 4 heads}}
  %0 = qwen.gated_delta_rule %k, %k, %v, %g, %g, %slot, %index state @s scale 0.5
    : tensor<?x4xf32>, tensor<?x12xf32>, tensor<?x2xf32>
  return
}

// -----

qwen.state @s recurrent : tensor<1x4x2x3xf32>
func.func @key_dim(%k: tensor<?x3xf32>, %v: tensor<?x12xf32>, %g: tensor<?x4xf32>, %slot: tensor<?xi32>,
    %index: tensor<?xi32>) {
  // expected-error@+1 {{key is 3 wide, but must be heads of 2 whose number divides 4}}
  %0 = qwen.gated_delta_rule %k, %k, %v, %g, %g, %slot, %index state @s scale 0.5
    : tensor<?x3xf32>, tensor<?x12xf32>, tensor<?x4xf32>
  return
}

// -----

qwen.state @s recurrent : tensor<1x4x2x3xf32>
func.func @key_heads(%k: tensor<?x6xf32>, %v: tensor<?x12xf32>, %g: tensor<?x4xf32>, %slot: tensor<?xi32>,
    %index: tensor<?xi32>) {
  // expected-error@+1 {{key is 6 wide, but must be heads of 2 whose number divides 4}}
  %0 = qwen.gated_delta_rule %k, %k, %v, %g, %g, %slot, %index state @s scale 0.5
    : tensor<?x6xf32>, tensor<?x12xf32>, tensor<?x4xf32>
  return
}

// -----

qwen.state @s recurrent : tensor<1x4x2x3xf32>
func.func @query(%q: tensor<?x2xf32>, %k: tensor<?x4xf32>, %v: tensor<?x12xf32>, %g: tensor<?x4xf32>,
    %slot: tensor<?xi32>, %index: tensor<?xi32>) {
  // expected-error@+1 {{failed to verify that all of {query, key} have same type}}
  %0 = "qwen.gated_delta_rule"(%q, %k, %v, %g, %g, %slot, %index) {state = @s, scale = 0.5 : f64}
    : (tensor<?x2xf32>, tensor<?x4xf32>, tensor<?x12xf32>, tensor<?x4xf32>, tensor<?x4xf32>, tensor<?xi32>, tensor<?xi32>)
    -> tensor<?x12xf32>
  return
}

// -----

qwen.state @s recurrent : tensor<1x4x2x3xf32>
func.func @beta(%b: tensor<?x2xf32>, %k: tensor<?x4xf32>, %v: tensor<?x12xf32>, %g: tensor<?x4xf32>,
    %slot: tensor<?xi32>, %index: tensor<?xi32>) {
  // expected-error@+1 {{failed to verify that all of {decay, beta} have same type}}
  %0 = "qwen.gated_delta_rule"(%k, %k, %v, %g, %b, %slot, %index) {state = @s, scale = 0.5 : f64}
    : (tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x12xf32>, tensor<?x4xf32>, tensor<?x2xf32>, tensor<?xi32>, tensor<?xi32>)
    -> tensor<?x12xf32>
  return
}

// -----

qwen.state @s recurrent : tensor<1x4x2x3xf32>
func.func @rule_result(%k: tensor<?x4xf32>, %v: tensor<?x12xf32>, %g: tensor<?x4xf32>, %slot: tensor<?xi32>,
    %index: tensor<?xi32>) {
  // expected-error@+1 {{failed to verify that all of {value, result} have same type}}
  %0 = "qwen.gated_delta_rule"(%k, %k, %v, %g, %g, %slot, %index) {state = @s, scale = 0.5 : f64}
    : (tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x12xf32>, tensor<?x4xf32>, tensor<?x4xf32>, tensor<?xi32>, tensor<?xi32>)
    -> tensor<?x4xf32>
  return
}
