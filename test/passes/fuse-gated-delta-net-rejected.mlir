// Linear attention layers that must stay as they are.
// RUN: qwen-opt %s --pass-pipeline='builtin.module(func.func(qwen-fuse-gated-delta-net))' | FileCheck %s
// RUN: qwen-opt %s --pass-pipeline='builtin.module(func.func(qwen-fuse-gated-delta-net))' --remarks-filter=qwen 2>&1 >/dev/null | FileCheck %s --check-prefix=COUNT

// COUNT-COUNT-25: remark: {{.*}}"0 of 1 convolutions + gated delta rules + gated norms fused"

qwen.weight @conv : tensor<20x1x4xf32>
qwen.weight @A_log : tensor<4xf32>
qwen.weight @dt_bias : tensor<4xf32>
qwen.weight @norm : tensor<3xf32>
qwen.weight @norm_of_two : tensor<6xf32>
qwen.weight @square : tensor<4x4xf32>
qwen.weight @z_map : tensor<12x12xf32>
qwen.state @inputs recurrent : tensor<2x3x20xf32>
qwen.state @memory recurrent : tensor<2x4x2x3xf32>
func.func private @anything()

// The convolution's result goes to the caller, too.
// CHECK-LABEL: func.func @conv_used(
// CHECK-NOT: qwen.gated_delta_net
// CHECK: qwen.gated_delta_rule
func.func @conv_used(%x: tensor<?x20xf32>, %z: tensor<?x12xf32>, %b: tensor<?x4xf32>, %a: tensor<?x4xf32>,
    %slot: tensor<?xi32>, %index: tensor<?xi32>, %given: tensor<?x4xf32>) -> tensor<?x12xf32> {
  %c = qwen.causal_conv %x, %slot, %index, @conv state @inputs : tensor<?x20xf32>
  %s = qwen.activation silu %c : tensor<?x20xf32>
  %q, %k, %v = qwen.split %s : tensor<?x20xf32> -> tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x12xf32>
  %qn = qwen.l2_norm %q head_dim 2 eps 1.0 : tensor<?x4xf32>
  %kn = qwen.l2_norm %k head_dim 2 eps 1.0 : tensor<?x4xf32>
  %beta = qwen.activation sigmoid %b : tensor<?x4xf32>
  %g = qwen.decay %a, @A_log, @dt_bias : tensor<?x4xf32>
  qwen.output "c" %c : tensor<?x20xf32>
  %o = qwen.gated_delta_rule %qn, %kn, %v, %g, %beta, %slot, %index state @memory scale 0.5
    : tensor<?x4xf32>, tensor<?x12xf32>, tensor<?x4xf32>
  %n = qwen.rms_norm %o, @norm eps 2.0 : tensor<?x12xf32>
  %y = qwen.glu silu %z, %n : tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}

// Even on request: the convolution can't be done again.
// CHECK-LABEL: func.func @activation_on_request(
// CHECK-NOT: qwen.gated_delta_net
// CHECK: qwen.gated_delta_rule
func.func @activation_on_request(%x: tensor<?x20xf32>, %z: tensor<?x12xf32>, %b: tensor<?x4xf32>, %a: tensor<?x4xf32>,
    %slot: tensor<?xi32>, %index: tensor<?xi32>, %given: tensor<?x4xf32>) -> tensor<?x12xf32> {
  %c = qwen.causal_conv %x, %slot, %index, @conv state @inputs : tensor<?x20xf32>
  %s = qwen.activation silu %c : tensor<?x20xf32>
  %q, %k, %v = qwen.split %s : tensor<?x20xf32> -> tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x12xf32>
  %qn = qwen.l2_norm %q head_dim 2 eps 1.0 : tensor<?x4xf32>
  %kn = qwen.l2_norm %k head_dim 2 eps 1.0 : tensor<?x4xf32>
  %beta = qwen.activation sigmoid %b : tensor<?x4xf32>
  %g = qwen.decay %a, @A_log, @dt_bias : tensor<?x4xf32>
  qwen.output "s" %s on_request : tensor<?x20xf32>
  %o = qwen.gated_delta_rule %qn, %kn, %v, %g, %beta, %slot, %index state @memory scale 0.5
    : tensor<?x4xf32>, tensor<?x12xf32>, tensor<?x4xf32>
  %n = qwen.rms_norm %o, @norm eps 2.0 : tensor<?x12xf32>
  %y = qwen.glu silu %z, %n : tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}

// The raw query has another use.
// CHECK-LABEL: func.func @query_used(
// CHECK-NOT: qwen.gated_delta_net
// CHECK: qwen.gated_delta_rule
func.func @query_used(%x: tensor<?x20xf32>, %z: tensor<?x12xf32>, %b: tensor<?x4xf32>, %a: tensor<?x4xf32>,
    %slot: tensor<?xi32>, %index: tensor<?xi32>, %given: tensor<?x4xf32>) -> tensor<?x12xf32> {
  %c = qwen.causal_conv %x, %slot, %index, @conv state @inputs : tensor<?x20xf32>
  %s = qwen.activation silu %c : tensor<?x20xf32>
  %q, %k, %v = qwen.split %s : tensor<?x20xf32> -> tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x12xf32>
  %qn = qwen.l2_norm %q head_dim 2 eps 1.0 : tensor<?x4xf32>
  %kn = qwen.l2_norm %k head_dim 2 eps 1.0 : tensor<?x4xf32>
  %beta = qwen.activation sigmoid %b : tensor<?x4xf32>
  %g = qwen.decay %a, @A_log, @dt_bias : tensor<?x4xf32>
  %o = qwen.gated_delta_rule %qn, %kn, %v, %g, %beta, %slot, %index state @memory scale 0.5
    : tensor<?x4xf32>, tensor<?x12xf32>, tensor<?x4xf32>
  %n = qwen.rms_norm %o, @norm eps 2.0 : tensor<?x12xf32>
  %y = qwen.glu silu %z, %n : tensor<?x12xf32>
  qwen.output "q" %q : tensor<?x4xf32>
  return %y : tensor<?x12xf32>
}

// The raw key has another use.
// CHECK-LABEL: func.func @key_used(
// CHECK-NOT: qwen.gated_delta_net
// CHECK: qwen.gated_delta_rule
func.func @key_used(%x: tensor<?x20xf32>, %z: tensor<?x12xf32>, %b: tensor<?x4xf32>, %a: tensor<?x4xf32>,
    %slot: tensor<?xi32>, %index: tensor<?xi32>, %given: tensor<?x4xf32>) -> tensor<?x12xf32> {
  %c = qwen.causal_conv %x, %slot, %index, @conv state @inputs : tensor<?x20xf32>
  %s = qwen.activation silu %c : tensor<?x20xf32>
  %q, %k, %v = qwen.split %s : tensor<?x20xf32> -> tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x12xf32>
  %qn = qwen.l2_norm %q head_dim 2 eps 1.0 : tensor<?x4xf32>
  %kn = qwen.l2_norm %k head_dim 2 eps 1.0 : tensor<?x4xf32>
  %beta = qwen.activation sigmoid %b : tensor<?x4xf32>
  %g = qwen.decay %a, @A_log, @dt_bias : tensor<?x4xf32>
  %o = qwen.gated_delta_rule %qn, %kn, %v, %g, %beta, %slot, %index state @memory scale 0.5
    : tensor<?x4xf32>, tensor<?x12xf32>, tensor<?x4xf32>
  %n = qwen.rms_norm %o, @norm eps 2.0 : tensor<?x12xf32>
  %y = qwen.glu silu %z, %n : tensor<?x12xf32>
  qwen.output "k" %k : tensor<?x4xf32>
  return %y : tensor<?x12xf32>
}

// The value has another use.
// CHECK-LABEL: func.func @value_used(
// CHECK-NOT: qwen.gated_delta_net
// CHECK: qwen.gated_delta_rule
func.func @value_used(%x: tensor<?x20xf32>, %z: tensor<?x12xf32>, %b: tensor<?x4xf32>, %a: tensor<?x4xf32>,
    %slot: tensor<?xi32>, %index: tensor<?xi32>, %given: tensor<?x4xf32>) -> tensor<?x12xf32> {
  %c = qwen.causal_conv %x, %slot, %index, @conv state @inputs : tensor<?x20xf32>
  %s = qwen.activation silu %c : tensor<?x20xf32>
  %q, %k, %v = qwen.split %s : tensor<?x20xf32> -> tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x12xf32>
  %qn = qwen.l2_norm %q head_dim 2 eps 1.0 : tensor<?x4xf32>
  %kn = qwen.l2_norm %k head_dim 2 eps 1.0 : tensor<?x4xf32>
  %beta = qwen.activation sigmoid %b : tensor<?x4xf32>
  %g = qwen.decay %a, @A_log, @dt_bias : tensor<?x4xf32>
  %o = qwen.gated_delta_rule %qn, %kn, %v, %g, %beta, %slot, %index state @memory scale 0.5
    : tensor<?x4xf32>, tensor<?x12xf32>, tensor<?x4xf32>
  %n = qwen.rms_norm %o, @norm eps 2.0 : tensor<?x12xf32>
  %y = qwen.glu silu %z, %n : tensor<?x12xf32>
  qwen.output "v" %v : tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}

// The normalised key has another use.
// CHECK-LABEL: func.func @normalised_used(
// CHECK-NOT: qwen.gated_delta_net
// CHECK: qwen.gated_delta_rule
func.func @normalised_used(%x: tensor<?x20xf32>, %z: tensor<?x12xf32>, %b: tensor<?x4xf32>, %a: tensor<?x4xf32>,
    %slot: tensor<?xi32>, %index: tensor<?xi32>, %given: tensor<?x4xf32>) -> tensor<?x12xf32> {
  %c = qwen.causal_conv %x, %slot, %index, @conv state @inputs : tensor<?x20xf32>
  %s = qwen.activation silu %c : tensor<?x20xf32>
  %q, %k, %v = qwen.split %s : tensor<?x20xf32> -> tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x12xf32>
  %qn = qwen.l2_norm %q head_dim 2 eps 1.0 : tensor<?x4xf32>
  %kn = qwen.l2_norm %k head_dim 2 eps 1.0 : tensor<?x4xf32>
  %beta = qwen.activation sigmoid %b : tensor<?x4xf32>
  %g = qwen.decay %a, @A_log, @dt_bias : tensor<?x4xf32>
  %o = qwen.gated_delta_rule %qn, %kn, %v, %g, %beta, %slot, %index state @memory scale 0.5
    : tensor<?x4xf32>, tensor<?x12xf32>, tensor<?x4xf32>
  %n = qwen.rms_norm %o, @norm eps 2.0 : tensor<?x12xf32>
  %y = qwen.glu silu %z, %n : tensor<?x12xf32>
  qwen.output "kn" %kn : tensor<?x4xf32>
  return %y : tensor<?x12xf32>
}

// The rule's result has another use.
// CHECK-LABEL: func.func @rule_used(
// CHECK-NOT: qwen.gated_delta_net
// CHECK: qwen.gated_delta_rule
func.func @rule_used(%x: tensor<?x20xf32>, %z: tensor<?x12xf32>, %b: tensor<?x4xf32>, %a: tensor<?x4xf32>,
    %slot: tensor<?xi32>, %index: tensor<?xi32>, %given: tensor<?x4xf32>) -> tensor<?x12xf32> {
  %c = qwen.causal_conv %x, %slot, %index, @conv state @inputs : tensor<?x20xf32>
  %s = qwen.activation silu %c : tensor<?x20xf32>
  %q, %k, %v = qwen.split %s : tensor<?x20xf32> -> tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x12xf32>
  %qn = qwen.l2_norm %q head_dim 2 eps 1.0 : tensor<?x4xf32>
  %kn = qwen.l2_norm %k head_dim 2 eps 1.0 : tensor<?x4xf32>
  %beta = qwen.activation sigmoid %b : tensor<?x4xf32>
  %g = qwen.decay %a, @A_log, @dt_bias : tensor<?x4xf32>
  %o = qwen.gated_delta_rule %qn, %kn, %v, %g, %beta, %slot, %index state @memory scale 0.5
    : tensor<?x4xf32>, tensor<?x12xf32>, tensor<?x4xf32>
  %n = qwen.rms_norm %o, @norm eps 2.0 : tensor<?x12xf32>
  %y = qwen.glu silu %z, %n : tensor<?x12xf32>
  qwen.output "o" %o on_request : tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}

// The norm's result has another use.
// CHECK-LABEL: func.func @norm_used(
// CHECK-NOT: qwen.gated_delta_net
// CHECK: qwen.gated_delta_rule
func.func @norm_used(%x: tensor<?x20xf32>, %z: tensor<?x12xf32>, %b: tensor<?x4xf32>, %a: tensor<?x4xf32>,
    %slot: tensor<?xi32>, %index: tensor<?xi32>, %given: tensor<?x4xf32>) -> tensor<?x12xf32> {
  %c = qwen.causal_conv %x, %slot, %index, @conv state @inputs : tensor<?x20xf32>
  %s = qwen.activation silu %c : tensor<?x20xf32>
  %q, %k, %v = qwen.split %s : tensor<?x20xf32> -> tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x12xf32>
  %qn = qwen.l2_norm %q head_dim 2 eps 1.0 : tensor<?x4xf32>
  %kn = qwen.l2_norm %k head_dim 2 eps 1.0 : tensor<?x4xf32>
  %beta = qwen.activation sigmoid %b : tensor<?x4xf32>
  %g = qwen.decay %a, @A_log, @dt_bias : tensor<?x4xf32>
  %o = qwen.gated_delta_rule %qn, %kn, %v, %g, %beta, %slot, %index state @memory scale 0.5
    : tensor<?x4xf32>, tensor<?x12xf32>, tensor<?x4xf32>
  %n = qwen.rms_norm %o, @norm eps 2.0 : tensor<?x12xf32>
  %y = qwen.glu silu %z, %n : tensor<?x12xf32>
  qwen.output "n" %n on_request : tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}

// beta has another use.
// CHECK-LABEL: func.func @beta_used(
// CHECK-NOT: qwen.gated_delta_net
// CHECK: qwen.gated_delta_rule
func.func @beta_used(%x: tensor<?x20xf32>, %z: tensor<?x12xf32>, %b: tensor<?x4xf32>, %a: tensor<?x4xf32>,
    %slot: tensor<?xi32>, %index: tensor<?xi32>, %given: tensor<?x4xf32>) -> tensor<?x12xf32> {
  %c = qwen.causal_conv %x, %slot, %index, @conv state @inputs : tensor<?x20xf32>
  %s = qwen.activation silu %c : tensor<?x20xf32>
  %q, %k, %v = qwen.split %s : tensor<?x20xf32> -> tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x12xf32>
  %qn = qwen.l2_norm %q head_dim 2 eps 1.0 : tensor<?x4xf32>
  %kn = qwen.l2_norm %k head_dim 2 eps 1.0 : tensor<?x4xf32>
  %beta = qwen.activation sigmoid %b : tensor<?x4xf32>
  %g = qwen.decay %a, @A_log, @dt_bias : tensor<?x4xf32>
  %o = qwen.gated_delta_rule %qn, %kn, %v, %g, %beta, %slot, %index state @memory scale 0.5
    : tensor<?x4xf32>, tensor<?x12xf32>, tensor<?x4xf32>
  %n = qwen.rms_norm %o, @norm eps 2.0 : tensor<?x12xf32>
  %y = qwen.glu silu %z, %n : tensor<?x12xf32>
  qwen.output "beta" %beta on_request : tensor<?x4xf32>
  return %y : tensor<?x12xf32>
}

// The decay is made elsewhere.
// CHECK-LABEL: func.func @decay_given(
// CHECK-NOT: qwen.gated_delta_net
// CHECK: qwen.gated_delta_rule
func.func @decay_given(%x: tensor<?x20xf32>, %z: tensor<?x12xf32>, %b: tensor<?x4xf32>, %a: tensor<?x4xf32>,
    %slot: tensor<?xi32>, %index: tensor<?xi32>, %given: tensor<?x4xf32>) -> tensor<?x12xf32> {
  %c = qwen.causal_conv %x, %slot, %index, @conv state @inputs : tensor<?x20xf32>
  %s = qwen.activation silu %c : tensor<?x20xf32>
  %q, %k, %v = qwen.split %s : tensor<?x20xf32> -> tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x12xf32>
  %qn = qwen.l2_norm %q head_dim 2 eps 1.0 : tensor<?x4xf32>
  %kn = qwen.l2_norm %k head_dim 2 eps 1.0 : tensor<?x4xf32>
  %beta = qwen.activation sigmoid %b : tensor<?x4xf32>
  %o = qwen.gated_delta_rule %qn, %kn, %v, %given, %beta, %slot, %index state @memory scale 0.5
    : tensor<?x4xf32>, tensor<?x12xf32>, tensor<?x4xf32>
  %n = qwen.rms_norm %o, @norm eps 2.0 : tensor<?x12xf32>
  %y = qwen.glu silu %z, %n : tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}

// beta is another function.
// CHECK-LABEL: func.func @beta_activation(
// CHECK-NOT: qwen.gated_delta_net
// CHECK: qwen.gated_delta_rule
func.func @beta_activation(%x: tensor<?x20xf32>, %z: tensor<?x12xf32>, %b: tensor<?x4xf32>, %a: tensor<?x4xf32>,
    %slot: tensor<?xi32>, %index: tensor<?xi32>, %given: tensor<?x4xf32>) -> tensor<?x12xf32> {
  %c = qwen.causal_conv %x, %slot, %index, @conv state @inputs : tensor<?x20xf32>
  %s = qwen.activation silu %c : tensor<?x20xf32>
  %q, %k, %v = qwen.split %s : tensor<?x20xf32> -> tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x12xf32>
  %qn = qwen.l2_norm %q head_dim 2 eps 1.0 : tensor<?x4xf32>
  %kn = qwen.l2_norm %k head_dim 2 eps 1.0 : tensor<?x4xf32>
  %beta = qwen.activation tanh %b : tensor<?x4xf32>
  %g = qwen.decay %a, @A_log, @dt_bias : tensor<?x4xf32>
  %o = qwen.gated_delta_rule %qn, %kn, %v, %g, %beta, %slot, %index state @memory scale 0.5
    : tensor<?x4xf32>, tensor<?x12xf32>, tensor<?x4xf32>
  %n = qwen.rms_norm %o, @norm eps 2.0 : tensor<?x12xf32>
  %y = qwen.glu silu %z, %n : tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}

// No activation after the convolution.
// CHECK-LABEL: func.func @no_activation(
// CHECK-NOT: qwen.gated_delta_net
// CHECK: qwen.gated_delta_rule
func.func @no_activation(%x: tensor<?x20xf32>, %z: tensor<?x12xf32>, %b: tensor<?x4xf32>, %a: tensor<?x4xf32>,
    %slot: tensor<?xi32>, %index: tensor<?xi32>, %given: tensor<?x4xf32>) -> tensor<?x12xf32> {
  %c = qwen.causal_conv %x, %slot, %index, @conv state @inputs : tensor<?x20xf32>
  %q, %k, %v = qwen.split %c : tensor<?x20xf32> -> tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x12xf32>
  %qn = qwen.l2_norm %q head_dim 2 eps 1.0 : tensor<?x4xf32>
  %kn = qwen.l2_norm %k head_dim 2 eps 1.0 : tensor<?x4xf32>
  %beta = qwen.activation sigmoid %b : tensor<?x4xf32>
  %g = qwen.decay %a, @A_log, @dt_bias : tensor<?x4xf32>
  %o = qwen.gated_delta_rule %qn, %kn, %v, %g, %beta, %slot, %index state @memory scale 0.5
    : tensor<?x4xf32>, tensor<?x12xf32>, tensor<?x4xf32>
  %n = qwen.rms_norm %o, @norm eps 2.0 : tensor<?x12xf32>
  %y = qwen.glu silu %z, %n : tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}

// Key and query stand the other way round.
// CHECK-LABEL: func.func @order(
// CHECK-NOT: qwen.gated_delta_net
// CHECK: qwen.gated_delta_rule
func.func @order(%x: tensor<?x20xf32>, %z: tensor<?x12xf32>, %b: tensor<?x4xf32>, %a: tensor<?x4xf32>,
    %slot: tensor<?xi32>, %index: tensor<?xi32>, %given: tensor<?x4xf32>) -> tensor<?x12xf32> {
  %c = qwen.causal_conv %x, %slot, %index, @conv state @inputs : tensor<?x20xf32>
  %s = qwen.activation silu %c : tensor<?x20xf32>
  %k, %q, %v = qwen.split %s : tensor<?x20xf32> -> tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x12xf32>
  %qn = qwen.l2_norm %q head_dim 2 eps 1.0 : tensor<?x4xf32>
  %kn = qwen.l2_norm %k head_dim 2 eps 1.0 : tensor<?x4xf32>
  %beta = qwen.activation sigmoid %b : tensor<?x4xf32>
  %g = qwen.decay %a, @A_log, @dt_bias : tensor<?x4xf32>
  %o = qwen.gated_delta_rule %qn, %kn, %v, %g, %beta, %slot, %index state @memory scale 0.5
    : tensor<?x4xf32>, tensor<?x12xf32>, tensor<?x4xf32>
  %n = qwen.rms_norm %o, @norm eps 2.0 : tensor<?x12xf32>
  %y = qwen.glu silu %z, %n : tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}

// The pieces come from two groups.
// CHECK-LABEL: func.func @groups(
// CHECK-NOT: qwen.gated_delta_net
// CHECK: qwen.gated_delta_rule
func.func @groups(%x: tensor<?x20xf32>, %z: tensor<?x12xf32>, %b: tensor<?x4xf32>, %a: tensor<?x4xf32>,
    %slot: tensor<?xi32>, %index: tensor<?xi32>, %given: tensor<?x4xf32>) -> tensor<?x12xf32> {
  %c = qwen.causal_conv %x, %slot, %index, @conv state @inputs : tensor<?x20xf32>
  %s = qwen.activation silu %c : tensor<?x20xf32>
  %q, %k, %v = qwen.split %s groups 2 : tensor<?x20xf32> -> tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x12xf32>
  %qn = qwen.l2_norm %q head_dim 2 eps 1.0 : tensor<?x4xf32>
  %kn = qwen.l2_norm %k head_dim 2 eps 1.0 : tensor<?x4xf32>
  %beta = qwen.activation sigmoid %b : tensor<?x4xf32>
  %g = qwen.decay %a, @A_log, @dt_bias : tensor<?x4xf32>
  %o = qwen.gated_delta_rule %qn, %kn, %v, %g, %beta, %slot, %index state @memory scale 0.5
    : tensor<?x4xf32>, tensor<?x12xf32>, tensor<?x4xf32>
  %n = qwen.rms_norm %o, @norm eps 2.0 : tensor<?x12xf32>
  %y = qwen.glu silu %z, %n : tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}

// The key isn't normalised.
// CHECK-LABEL: func.func @not_normalised(
// CHECK-NOT: qwen.gated_delta_net
// CHECK: qwen.gated_delta_rule
func.func @not_normalised(%x: tensor<?x20xf32>, %z: tensor<?x12xf32>, %b: tensor<?x4xf32>, %a: tensor<?x4xf32>,
    %slot: tensor<?xi32>, %index: tensor<?xi32>, %given: tensor<?x4xf32>) -> tensor<?x12xf32> {
  %c = qwen.causal_conv %x, %slot, %index, @conv state @inputs : tensor<?x20xf32>
  %s = qwen.activation silu %c : tensor<?x20xf32>
  %q, %k, %v = qwen.split %s : tensor<?x20xf32> -> tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x12xf32>
  %qn = qwen.l2_norm %q head_dim 2 eps 1.0 : tensor<?x4xf32>
  %beta = qwen.activation sigmoid %b : tensor<?x4xf32>
  %g = qwen.decay %a, @A_log, @dt_bias : tensor<?x4xf32>
  %o = qwen.gated_delta_rule %qn, %k, %v, %g, %beta, %slot, %index state @memory scale 0.5
    : tensor<?x4xf32>, tensor<?x12xf32>, tensor<?x4xf32>
  %n = qwen.rms_norm %o, @norm eps 2.0 : tensor<?x12xf32>
  %y = qwen.glu silu %z, %n : tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}

// The l2 norms differ.
// CHECK-LABEL: func.func @l2_eps(
// CHECK-NOT: qwen.gated_delta_net
// CHECK: qwen.gated_delta_rule
func.func @l2_eps(%x: tensor<?x20xf32>, %z: tensor<?x12xf32>, %b: tensor<?x4xf32>, %a: tensor<?x4xf32>,
    %slot: tensor<?xi32>, %index: tensor<?xi32>, %given: tensor<?x4xf32>) -> tensor<?x12xf32> {
  %c = qwen.causal_conv %x, %slot, %index, @conv state @inputs : tensor<?x20xf32>
  %s = qwen.activation silu %c : tensor<?x20xf32>
  %q, %k, %v = qwen.split %s : tensor<?x20xf32> -> tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x12xf32>
  %qn = qwen.l2_norm %q head_dim 2 eps 1.0 : tensor<?x4xf32>
  %kn = qwen.l2_norm %k head_dim 2 eps 2.0 : tensor<?x4xf32>
  %beta = qwen.activation sigmoid %b : tensor<?x4xf32>
  %g = qwen.decay %a, @A_log, @dt_bias : tensor<?x4xf32>
  %o = qwen.gated_delta_rule %qn, %kn, %v, %g, %beta, %slot, %index state @memory scale 0.5
    : tensor<?x4xf32>, tensor<?x12xf32>, tensor<?x4xf32>
  %n = qwen.rms_norm %o, @norm eps 2.0 : tensor<?x12xf32>
  %y = qwen.glu silu %z, %n : tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}

// The l2 norms go over two heads together.
// CHECK-LABEL: func.func @l2_heads(
// CHECK-NOT: qwen.gated_delta_net
// CHECK: qwen.gated_delta_rule
func.func @l2_heads(%x: tensor<?x20xf32>, %z: tensor<?x12xf32>, %b: tensor<?x4xf32>, %a: tensor<?x4xf32>,
    %slot: tensor<?xi32>, %index: tensor<?xi32>, %given: tensor<?x4xf32>) -> tensor<?x12xf32> {
  %c = qwen.causal_conv %x, %slot, %index, @conv state @inputs : tensor<?x20xf32>
  %s = qwen.activation silu %c : tensor<?x20xf32>
  %q, %k, %v = qwen.split %s : tensor<?x20xf32> -> tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x12xf32>
  %qn = qwen.l2_norm %q head_dim 4 eps 1.0 : tensor<?x4xf32>
  %kn = qwen.l2_norm %k head_dim 4 eps 1.0 : tensor<?x4xf32>
  %beta = qwen.activation sigmoid %b : tensor<?x4xf32>
  %g = qwen.decay %a, @A_log, @dt_bias : tensor<?x4xf32>
  %o = qwen.gated_delta_rule %qn, %kn, %v, %g, %beta, %slot, %index state @memory scale 0.5
    : tensor<?x4xf32>, tensor<?x12xf32>, tensor<?x4xf32>
  %n = qwen.rms_norm %o, @norm eps 2.0 : tensor<?x12xf32>
  %y = qwen.glu silu %z, %n : tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}

// The norm is zero-centred.
// CHECK-LABEL: func.func @zero_centered(
// CHECK-NOT: qwen.gated_delta_net
// CHECK: qwen.gated_delta_rule
func.func @zero_centered(%x: tensor<?x20xf32>, %z: tensor<?x12xf32>, %b: tensor<?x4xf32>, %a: tensor<?x4xf32>,
    %slot: tensor<?xi32>, %index: tensor<?xi32>, %given: tensor<?x4xf32>) -> tensor<?x12xf32> {
  %c = qwen.causal_conv %x, %slot, %index, @conv state @inputs : tensor<?x20xf32>
  %s = qwen.activation silu %c : tensor<?x20xf32>
  %q, %k, %v = qwen.split %s : tensor<?x20xf32> -> tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x12xf32>
  %qn = qwen.l2_norm %q head_dim 2 eps 1.0 : tensor<?x4xf32>
  %kn = qwen.l2_norm %k head_dim 2 eps 1.0 : tensor<?x4xf32>
  %beta = qwen.activation sigmoid %b : tensor<?x4xf32>
  %g = qwen.decay %a, @A_log, @dt_bias : tensor<?x4xf32>
  %o = qwen.gated_delta_rule %qn, %kn, %v, %g, %beta, %slot, %index state @memory scale 0.5
    : tensor<?x4xf32>, tensor<?x12xf32>, tensor<?x4xf32>
  %n = qwen.rms_norm %o, @norm eps 2.0 zero_centered : tensor<?x12xf32>
  %y = qwen.glu silu %z, %n : tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}

// The norm goes over two heads together.
// CHECK-LABEL: func.func @wide_norm(
// CHECK-NOT: qwen.gated_delta_net
// CHECK: qwen.gated_delta_rule
func.func @wide_norm(%x: tensor<?x20xf32>, %z: tensor<?x12xf32>, %b: tensor<?x4xf32>, %a: tensor<?x4xf32>,
    %slot: tensor<?xi32>, %index: tensor<?xi32>, %given: tensor<?x4xf32>) -> tensor<?x12xf32> {
  %c = qwen.causal_conv %x, %slot, %index, @conv state @inputs : tensor<?x20xf32>
  %s = qwen.activation silu %c : tensor<?x20xf32>
  %q, %k, %v = qwen.split %s : tensor<?x20xf32> -> tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x12xf32>
  %qn = qwen.l2_norm %q head_dim 2 eps 1.0 : tensor<?x4xf32>
  %kn = qwen.l2_norm %k head_dim 2 eps 1.0 : tensor<?x4xf32>
  %beta = qwen.activation sigmoid %b : tensor<?x4xf32>
  %g = qwen.decay %a, @A_log, @dt_bias : tensor<?x4xf32>
  %o = qwen.gated_delta_rule %qn, %kn, %v, %g, %beta, %slot, %index state @memory scale 0.5
    : tensor<?x4xf32>, tensor<?x12xf32>, tensor<?x4xf32>
  %n = qwen.rms_norm %o, @norm_of_two eps 2.0 : tensor<?x12xf32>
  %y = qwen.glu silu %z, %n : tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}

// Gated by another function.
// CHECK-LABEL: func.func @gate(
// CHECK-NOT: qwen.gated_delta_net
// CHECK: qwen.gated_delta_rule
func.func @gate(%x: tensor<?x20xf32>, %z: tensor<?x12xf32>, %b: tensor<?x4xf32>, %a: tensor<?x4xf32>,
    %slot: tensor<?xi32>, %index: tensor<?xi32>, %given: tensor<?x4xf32>) -> tensor<?x12xf32> {
  %c = qwen.causal_conv %x, %slot, %index, @conv state @inputs : tensor<?x20xf32>
  %s = qwen.activation silu %c : tensor<?x20xf32>
  %q, %k, %v = qwen.split %s : tensor<?x20xf32> -> tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x12xf32>
  %qn = qwen.l2_norm %q head_dim 2 eps 1.0 : tensor<?x4xf32>
  %kn = qwen.l2_norm %k head_dim 2 eps 1.0 : tensor<?x4xf32>
  %beta = qwen.activation sigmoid %b : tensor<?x4xf32>
  %g = qwen.decay %a, @A_log, @dt_bias : tensor<?x4xf32>
  %o = qwen.gated_delta_rule %qn, %kn, %v, %g, %beta, %slot, %index state @memory scale 0.5
    : tensor<?x4xf32>, tensor<?x12xf32>, tensor<?x4xf32>
  %n = qwen.rms_norm %o, @norm eps 2.0 : tensor<?x12xf32>
  %y = qwen.glu gelu %z, %n : tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}

// Convolution and rule go by different indices.
// CHECK-LABEL: func.func @index(
// CHECK-NOT: qwen.gated_delta_net
// CHECK: qwen.gated_delta_rule
func.func @index(%x: tensor<?x20xf32>, %z: tensor<?x12xf32>, %b: tensor<?x4xf32>, %a: tensor<?x4xf32>,
    %slot: tensor<?xi32>, %index: tensor<?xi32>, %given: tensor<?x4xf32>) -> tensor<?x12xf32> {
  %c = qwen.causal_conv %x, %slot, %index, @conv state @inputs : tensor<?x20xf32>
  %s = qwen.activation silu %c : tensor<?x20xf32>
  %q, %k, %v = qwen.split %s : tensor<?x20xf32> -> tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x12xf32>
  %qn = qwen.l2_norm %q head_dim 2 eps 1.0 : tensor<?x4xf32>
  %kn = qwen.l2_norm %k head_dim 2 eps 1.0 : tensor<?x4xf32>
  %beta = qwen.activation sigmoid %b : tensor<?x4xf32>
  %g = qwen.decay %a, @A_log, @dt_bias : tensor<?x4xf32>
  %o = qwen.gated_delta_rule %qn, %kn, %v, %g, %beta, %slot, %slot state @memory scale 0.5
    : tensor<?x4xf32>, tensor<?x12xf32>, tensor<?x4xf32>
  %n = qwen.rms_norm %o, @norm eps 2.0 : tensor<?x12xf32>
  %y = qwen.glu silu %z, %n : tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}

// Convolution and rule go by different slots.
// CHECK-LABEL: func.func @slot(
// CHECK-NOT: qwen.gated_delta_net
// CHECK: qwen.gated_delta_rule
func.func @slot(%x: tensor<?x20xf32>, %z: tensor<?x12xf32>, %b: tensor<?x4xf32>, %a: tensor<?x4xf32>,
    %slot: tensor<?xi32>, %index: tensor<?xi32>, %given: tensor<?x4xf32>) -> tensor<?x12xf32> {
  %c = qwen.causal_conv %x, %slot, %index, @conv state @inputs : tensor<?x20xf32>
  %s = qwen.activation silu %c : tensor<?x20xf32>
  %q, %k, %v = qwen.split %s : tensor<?x20xf32> -> tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x12xf32>
  %qn = qwen.l2_norm %q head_dim 2 eps 1.0 : tensor<?x4xf32>
  %kn = qwen.l2_norm %k head_dim 2 eps 1.0 : tensor<?x4xf32>
  %beta = qwen.activation sigmoid %b : tensor<?x4xf32>
  %g = qwen.decay %a, @A_log, @dt_bias : tensor<?x4xf32>
  %o = qwen.gated_delta_rule %qn, %kn, %v, %g, %beta, %index, %index state @memory scale 0.5
    : tensor<?x4xf32>, tensor<?x12xf32>, tensor<?x4xf32>
  %n = qwen.rms_norm %o, @norm eps 2.0 : tensor<?x12xf32>
  %y = qwen.glu silu %z, %n : tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}

// The convolution's state is updated again before the rule.
// CHECK-LABEL: func.func @touched(
// CHECK-NOT: qwen.gated_delta_net
// CHECK: qwen.gated_delta_rule
func.func @touched(%x: tensor<?x20xf32>, %z: tensor<?x12xf32>, %b: tensor<?x4xf32>, %a: tensor<?x4xf32>,
    %slot: tensor<?xi32>, %index: tensor<?xi32>, %given: tensor<?x4xf32>) -> tensor<?x12xf32> {
  %c = qwen.causal_conv %x, %slot, %index, @conv state @inputs : tensor<?x20xf32>
  %s = qwen.activation silu %c : tensor<?x20xf32>
  %q, %k, %v = qwen.split %s : tensor<?x20xf32> -> tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x12xf32>
  %qn = qwen.l2_norm %q head_dim 2 eps 1.0 : tensor<?x4xf32>
  %kn = qwen.l2_norm %k head_dim 2 eps 1.0 : tensor<?x4xf32>
  %beta = qwen.activation sigmoid %b : tensor<?x4xf32>
  %g = qwen.decay %a, @A_log, @dt_bias : tensor<?x4xf32>
  %c2 = qwen.causal_conv %x, %slot, %index, @conv state @inputs : tensor<?x20xf32>
  qwen.output "c2" %c2 : tensor<?x20xf32>
  %o = qwen.gated_delta_rule %qn, %kn, %v, %g, %beta, %slot, %index state @memory scale 0.5
    : tensor<?x4xf32>, tensor<?x12xf32>, tensor<?x4xf32>
  %n = qwen.rms_norm %o, @norm eps 2.0 : tensor<?x12xf32>
  %y = qwen.glu silu %z, %n : tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}

// Who knows what a call does.
// CHECK-LABEL: func.func @call(
// CHECK-NOT: qwen.gated_delta_net
// CHECK: qwen.gated_delta_rule
func.func @call(%x: tensor<?x20xf32>, %z: tensor<?x12xf32>, %b: tensor<?x4xf32>, %a: tensor<?x4xf32>,
    %slot: tensor<?xi32>, %index: tensor<?xi32>, %given: tensor<?x4xf32>) -> tensor<?x12xf32> {
  %c = qwen.causal_conv %x, %slot, %index, @conv state @inputs : tensor<?x20xf32>
  %s = qwen.activation silu %c : tensor<?x20xf32>
  %q, %k, %v = qwen.split %s : tensor<?x20xf32> -> tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x12xf32>
  %qn = qwen.l2_norm %q head_dim 2 eps 1.0 : tensor<?x4xf32>
  %kn = qwen.l2_norm %k head_dim 2 eps 1.0 : tensor<?x4xf32>
  %beta = qwen.activation sigmoid %b : tensor<?x4xf32>
  %g = qwen.decay %a, @A_log, @dt_bias : tensor<?x4xf32>
  func.call @anything() : () -> ()
  %o = qwen.gated_delta_rule %qn, %kn, %v, %g, %beta, %slot, %index state @memory scale 0.5
    : tensor<?x4xf32>, tensor<?x12xf32>, tensor<?x4xf32>
  %n = qwen.rms_norm %o, @norm eps 2.0 : tensor<?x12xf32>
  %y = qwen.glu silu %z, %n : tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}

// z isn't there yet when the rule is.
// CHECK-LABEL: func.func @late_gate(
// CHECK-NOT: qwen.gated_delta_net
// CHECK: qwen.gated_delta_rule
func.func @late_gate(%x: tensor<?x20xf32>, %z: tensor<?x12xf32>, %b: tensor<?x4xf32>, %a: tensor<?x4xf32>,
    %slot: tensor<?xi32>, %index: tensor<?xi32>, %given: tensor<?x4xf32>) -> tensor<?x12xf32> {
  %c = qwen.causal_conv %x, %slot, %index, @conv state @inputs : tensor<?x20xf32>
  %s = qwen.activation silu %c : tensor<?x20xf32>
  %q, %k, %v = qwen.split %s : tensor<?x20xf32> -> tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x12xf32>
  %qn = qwen.l2_norm %q head_dim 2 eps 1.0 : tensor<?x4xf32>
  %kn = qwen.l2_norm %k head_dim 2 eps 1.0 : tensor<?x4xf32>
  %beta = qwen.activation sigmoid %b : tensor<?x4xf32>
  %g = qwen.decay %a, @A_log, @dt_bias : tensor<?x4xf32>
  %o = qwen.gated_delta_rule %qn, %kn, %v, %g, %beta, %slot, %index state @memory scale 0.5
    : tensor<?x4xf32>, tensor<?x12xf32>, tensor<?x4xf32>
  %n = qwen.rms_norm %o, @norm eps 2.0 : tensor<?x12xf32>
  %z2 = qwen.linear %z, @z_map : tensor<?x12xf32> -> tensor<?x12xf32>
  %y = qwen.glu silu %z2, %n : tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}
