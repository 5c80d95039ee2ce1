// RUN: qwen-opt %s --split-input-file --verify-diagnostics

qwen.weight @conv : tensor<20x1x4xf32>
qwen.weight @A_log : tensor<4xf32>
qwen.weight @dt_bias : tensor<4xf32>
qwen.weight @norm : tensor<3xf32>
qwen.state @memory recurrent : tensor<2x4x2x3xf32>
func.func @conv_state(%qkv: tensor<?x20xf32>, %z: tensor<?x12xf32>, %b: tensor<?x4xf32>, %slot: tensor<?xi32>,
    %index: tensor<?xi32>) {
  // expected-error@+1 {{@inputs is not a qwen.state of the module}}
  %0 = qwen.gated_delta_net silu %qkv, %z, %b, %b, %slot, %index conv @conv state @inputs
    decay @A_log, @dt_bias l2_eps 1.0 delta scale 0.5 state @memory norm @norm eps 1.0
    : tensor<?x20xf32>, tensor<?x12xf32>, tensor<?x4xf32>
  return
}

// -----

qwen.weight @conv : tensor<20x1x3xf32>
qwen.weight @A_log : tensor<4xf32>
qwen.weight @dt_bias : tensor<4xf32>
qwen.weight @norm : tensor<3xf32>
qwen.state @inputs recurrent : tensor<2x3x20xf32>
qwen.state @memory recurrent : tensor<2x4x2x3xf32>
func.func @conv_shape(%qkv: tensor<?x20xf32>, %z: tensor<?x12xf32>, %b: tensor<?x4xf32>, %slot: tensor<?xi32>,
    %index: tensor<?xi32>) {
  // expected-error@+1 {{weight @conv is [20, 1, 3], but must be [20, 1, 4]}}
  %0 = qwen.gated_delta_net silu %qkv, %z, %b, %b, %slot, %index conv @conv state @inputs
    decay @A_log, @dt_bias l2_eps 1.0 delta scale 0.5 state @memory norm @norm eps 1.0
    : tensor<?x20xf32>, tensor<?x12xf32>, tensor<?x4xf32>
  return
}

// -----

qwen.weight @conv : tensor<21x1x4xf32>
qwen.weight @A_log : tensor<4xf32>
qwen.weight @dt_bias : tensor<4xf32>
qwen.weight @norm : tensor<3xf32>
qwen.state @inputs recurrent : tensor<2x3x21xf32>
qwen.state @memory recurrent : tensor<2x4x2x3xf32>
func.func @odd(%qkv: tensor<?x21xf32>, %z: tensor<?x12xf32>, %b: tensor<?x4xf32>, %slot: tensor<?xi32>,
    %index: tensor<?xi32>) {
  // expected-error@+1 {{qkv is 21 wide, which leaves 9 beside the value: no two equal parts}}
  %0 = qwen.gated_delta_net silu %qkv, %z, %b, %b, %slot, %index conv @conv state @inputs
    decay @A_log, @dt_bias l2_eps 1.0 delta scale 0.5 state @memory norm @norm eps 1.0
    : tensor<?x21xf32>, tensor<?x12xf32>, tensor<?x4xf32>
  return
}

// -----

qwen.weight @conv : tensor<20x1x4xf32>
qwen.weight @A_log : tensor<4xf32>
qwen.weight @dt_bias : tensor<4xf32>
qwen.weight @norm : tensor<3xf32>
qwen.state @inputs recurrent : tensor<2x3x20xf32>
func.func @no_memory(%qkv: tensor<?x20xf32>, %z: tensor<?x12xf32>, %b: tensor<?x4xf32>, %slot: tensor<?xi32>,
    %index: tensor<?xi32>) {
  // expected-error@+1 {{@memory is not a qwen.state of the module}}
  %0 = qwen.gated_delta_net silu %qkv, %z, %b, %b, %slot, %index conv @conv state @inputs
    decay @A_log, @dt_bias l2_eps 1.0 delta scale 0.5 state @memory norm @norm eps 1.0
    : tensor<?x20xf32>, tensor<?x12xf32>, tensor<?x4xf32>
  return
}

// -----

qwen.weight @conv : tensor<12x1x4xf32>
qwen.weight @A_log : tensor<4xf32>
qwen.weight @dt_bias : tensor<4xf32>
qwen.weight @norm : tensor<3xf32>
qwen.state @inputs recurrent : tensor<2x3x12xf32>
qwen.state @memory recurrent : tensor<2x4x2x3xf32>
func.func @narrow(%qkv: tensor<?x12xf32>, %z: tensor<?x12xf32>, %b: tensor<?x4xf32>, %slot: tensor<?xi32>,
    %index: tensor<?xi32>) {
  // expected-error@+1 {{key is 0 wide, but must be heads of 2 whose number divides 4}}
  %0 = qwen.gated_delta_net silu %qkv, %z, %b, %b, %slot, %index conv @conv state @inputs
    decay @A_log, @dt_bias l2_eps 1.0 delta scale 0.5 state @memory norm @norm eps 1.0
    : tensor<?x12xf32>, tensor<?x12xf32>, tensor<?x4xf32>
  return
}

// -----

qwen.weight @conv : tensor<20x1x4xf32>
qwen.weight @A_log : tensor<4xf32>
qwen.weight @dt_bias : tensor<4xf32>
qwen.weight @norm : tensor<3xf32>
qwen.state @inputs recurrent : tensor<2x3x20xf32>
qwen.state @memory recurrent : tensor<2x4x2x3xf32>
func.func @value(%qkv: tensor<?x20xf32>, %z: tensor<?x14xf32>, %b: tensor<?x4xf32>, %slot: tensor<?xi32>,
    %index: tensor<?xi32>) {
  // expected-error@+1 {{value is 14 wide, but @memory holds 4 heads of 3}}
  %0 = qwen.gated_delta_net silu %qkv, %z, %b, %b, %slot, %index conv @conv state @inputs
    decay @A_log, @dt_bias l2_eps 1.0 delta scale 0.5 state @memory norm @norm eps 1.0
    : tensor<?x20xf32>, tensor<?x14xf32>, tensor<?x4xf32>
  return
}

// -----

qwen.weight @conv : tensor<20x1x4xf32>
qwen.weight @A_log : tensor<4xf32>
qwen.weight @dt_bias : tensor<4xf32>
qwen.weight @norm : tensor<3xf32>
qwen.state @inputs recurrent : tensor<2x3x20xf32>
qwen.state @memory recurrent : tensor<2x4x2x3xf32>
func.func @gates(%qkv: tensor<?x20xf32>, %z: tensor<?x12xf32>, %b: tensor<?x8xf32>, %slot: tensor<?xi32>,
    %index: tensor<?xi32>) {
  // expected-error@+1 {{decay is 8 wide, but @memory holds 4 heads}}
  %0 = qwen.gated_delta_net silu %qkv, %z, %b, %b, %slot, %index conv @conv state @inputs
    decay @A_log, @dt_bias l2_eps 1.0 delta scale 0.5 state @memory norm @norm eps 1.0
    : tensor<?x20xf32>, tensor<?x12xf32>, tensor<?x8xf32>
  return
}

// -----

qwen.weight @conv : tensor<20x1x4xf32>
qwen.weight @A_log : tensor<1xf32>
qwen.weight @dt_bias : tensor<4xf32>
qwen.weight @norm : tensor<3xf32>
qwen.state @inputs recurrent : tensor<2x3x20xf32>
qwen.state @memory recurrent : tensor<2x4x2x3xf32>
func.func @a_log_shape(%qkv: tensor<?x20xf32>, %z: tensor<?x12xf32>, %b: tensor<?x4xf32>, %slot: tensor<?xi32>,
    %index: tensor<?xi32>) {
  // expected-error@+1 {{weight @A_log is [1], but must be [4]}}
  %0 = qwen.gated_delta_net silu %qkv, %z, %b, %b, %slot, %index conv @conv state @inputs
    decay @A_log, @dt_bias l2_eps 1.0 delta scale 0.5 state @memory norm @norm eps 1.0
    : tensor<?x20xf32>, tensor<?x12xf32>, tensor<?x4xf32>
  return
}

// -----

qwen.weight @conv : tensor<20x1x4xf32>
qwen.weight @A_log : tensor<4xf32>
qwen.weight @dt_bias : tensor<1xf32>
qwen.weight @norm : tensor<3xf32>
qwen.state @inputs recurrent : tensor<2x3x20xf32>
qwen.state @memory recurrent : tensor<2x4x2x3xf32>
func.func @dt_bias_shape(%qkv: tensor<?x20xf32>, %z: tensor<?x12xf32>, %b: tensor<?x4xf32>, %slot: tensor<?xi32>,
    %index: tensor<?xi32>) {
  // expected-error@+1 {{weight @dt_bias is [1], but must be [4]}}
  %0 = qwen.gated_delta_net silu %qkv, %z, %b, %b, %slot, %index conv @conv state @inputs
    decay @A_log, @dt_bias l2_eps 1.0 delta scale 0.5 state @memory norm @norm eps 1.0
    : tensor<?x20xf32>, tensor<?x12xf32>, tensor<?x4xf32>
  return
}

// -----

qwen.weight @conv : tensor<20x1x4xf32>
qwen.weight @A_log : tensor<4xf32>
qwen.weight @dt_bias : tensor<4xf32>
qwen.weight @norm : tensor<12xf32>
qwen.state @inputs recurrent : tensor<2x3x20xf32>
qwen.state @memory recurrent : tensor<2x4x2x3xf32>
func.func @norm_shape(%qkv: tensor<?x20xf32>, %z: tensor<?x12xf32>, %b: tensor<?x4xf32>, %slot: tensor<?xi32>,
    %index: tensor<?xi32>) {
  // expected-error@+1 {{weight @norm is [12], but must be [3]}}
  %0 = qwen.gated_delta_net silu %qkv, %z, %b, %b, %slot, %index conv @conv state @inputs
    decay @A_log, @dt_bias l2_eps 1.0 delta scale 0.5 state @memory norm @norm eps 1.0
    : tensor<?x20xf32>, tensor<?x12xf32>, tensor<?x4xf32>
  return
}
