// RUN: qwen-opt %s --verify-roundtrip | FileCheck %s
// RUN: qwen-opt %s --mlir-print-op-generic | qwen-opt | FileCheck %s
// RUN: qwen-opt %s --cse --canonicalize | FileCheck %s --check-prefix=EFFECTS

qwen.weight @conv : tensor<16x1x4xf32>
qwen.weight @A_log : tensor<4xf32>
qwen.weight @dt_bias : tensor<4xf32>
qwen.state @inputs recurrent : tensor<2x3x16xf32>
qwen.state @memory recurrent : tensor<2x4x2x3xf32>

// CHECK-LABEL: func.func @delta
func.func @delta(%x: tensor<?x16xf32>, %a: tensor<?x4xf32>, %b: tensor<?x4xf32>, %v: tensor<?x12xf32>,
                 %slot: tensor<?xi32>, %index: tensor<?xi32>) -> tensor<?x12xf32> {
  // CHECK: qwen.causal_conv %{{.*}}, %{{.*}}, %{{.*}}, @conv state @inputs : tensor<?x16xf32>
  %0 = qwen.causal_conv %x, %slot, %index, @conv state @inputs : tensor<?x16xf32>
  %q, %k, %rest = qwen.split %0 : tensor<?x16xf32> -> tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x8xf32>
  // CHECK: qwen.l2_norm %{{.*}} head_dim 2 eps 1.000000e+00 : tensor<?x4xf32>
  %n = qwen.l2_norm %q head_dim 2 eps 1.0 : tensor<?x4xf32>
  // CHECK: qwen.decay %{{.*}}, @A_log, @dt_bias : tensor<?x4xf32>
  %g = qwen.decay %a, @A_log, @dt_bias : tensor<?x4xf32>
  // Two key heads of two, four value heads of three.
  // CHECK: qwen.gated_delta_rule %{{.*}} state @memory scale 5.000000e-01 : tensor<?x4xf32>, tensor<?x12xf32>, tensor<?x4xf32>
  %y = qwen.gated_delta_rule %n, %k, %v, %g, %b, %slot, %index state @memory scale 0.5
    : tensor<?x4xf32>, tensor<?x12xf32>, tensor<?x4xf32>
  return %y : tensor<?x12xf32>
}

// Updates stay, each for itself.
// EFFECTS-LABEL: func.func @updates
// EFFECTS-COUNT-2: qwen.causal_conv
// EFFECTS-COUNT-2: qwen.gated_delta_rule
func.func @updates(%x: tensor<?x16xf32>, %k: tensor<?x4xf32>, %v: tensor<?x12xf32>, %g: tensor<?x4xf32>,
                   %slot: tensor<?xi32>, %index: tensor<?xi32>) {
  %0 = qwen.causal_conv %x, %slot, %index, @conv state @inputs : tensor<?x16xf32>
  %1 = qwen.causal_conv %x, %slot, %index, @conv state @inputs : tensor<?x16xf32>
  %2 = qwen.gated_delta_rule %k, %k, %v, %g, %g, %slot, %index state @memory scale 0.5
    : tensor<?x4xf32>, tensor<?x12xf32>, tensor<?x4xf32>
  %3 = qwen.gated_delta_rule %k, %k, %v, %g, %g, %slot, %index state @memory scale 0.5
    : tensor<?x4xf32>, tensor<?x12xf32>, tensor<?x4xf32>
  return
}

qwen.weight @wide_conv : tensor<20x1x4xf32>
qwen.weight @norm : tensor<3xf32>
qwen.state @wide_inputs recurrent : tensor<2x3x20xf32>

// CHECK-LABEL: func.func @fused
func.func @fused(%qkv: tensor<?x20xf32>, %z: tensor<?x12xf32>, %b: tensor<?x4xf32>, %a: tensor<?x4xf32>,
                 %slot: tensor<?xi32>, %index: tensor<?xi32>) -> tensor<?x12xf32> {
  // CHECK: qwen.gated_delta_net silu %{{.*}} conv @wide_conv state @wide_inputs decay @A_log, @dt_bias
  // CHECK-SAME: l2_eps 1.000000e+00 delta scale 5.000000e-01 state @memory norm @norm eps 2.000000e+00
  // CHECK-SAME: : tensor<?x20xf32>, tensor<?x12xf32>, tensor<?x4xf32>
  %0 = qwen.gated_delta_net silu %qkv, %z, %b, %a, %slot, %index conv @wide_conv state @wide_inputs
    decay @A_log, @dt_bias l2_eps 1.0 delta scale 0.5 state @memory norm @norm eps 2.0
    : tensor<?x20xf32>, tensor<?x12xf32>, tensor<?x4xf32>
  return %0 : tensor<?x12xf32>
}
