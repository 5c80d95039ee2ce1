// RUN: qwen-opt %s --pass-pipeline='builtin.module(func.func(qwen-fuse-gated-delta-net))' | FileCheck %s
// RUN: qwen-opt %s --pass-pipeline='builtin.module(func.func(qwen-fuse-gated-delta-net))' --remarks-filter=qwen 2>&1 >/dev/null | FileCheck %s --check-prefix=COUNT

// COUNT: remark: {{.*}}qwen-fuse-gated-delta-net{{.*}}"1 of 1 convolutions + gated delta rules + gated norms fused"

qwen.weight @conv : tensor<20x1x4xf32>
qwen.weight @A_log : tensor<4xf32>
qwen.weight @dt_bias : tensor<4xf32>
qwen.weight @norm : tensor<3xf32>
qwen.weight @norm_of_two : tensor<6xf32>
qwen.weight @square : tensor<4x4xf32>
qwen.weight @z_map : tensor<12x12xf32>
qwen.state @inputs recurrent : tensor<2x3x20xf32>
qwen.state @memory recurrent : tensor<2x4x2x3xf32>

// CHECK-LABEL: func.func @layer
// CHECK-NEXT: %[[Y:.*]] = qwen.gated_delta_net silu %arg0, %arg1, %arg2, %arg3, %arg4, %arg5 conv @conv state @inputs
// CHECK-SAME: decay @A_log, @dt_bias l2_eps 1.000000e+00 delta scale 5.000000e-01 state @memory norm @norm eps 2.000000e+00
// CHECK-SAME: : tensor<?x20xf32>, tensor<?x12xf32>, tensor<?x4xf32>
// CHECK-NEXT: return %[[Y]]
func.func @layer(%x: tensor<?x20xf32>, %z: tensor<?x12xf32>, %b: tensor<?x4xf32>, %a: tensor<?x4xf32>,
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
  return %y : tensor<?x12xf32>
}

// Another activation after the convolution; what the decay is made of comes between convolution and rule.
// CHECK-LABEL: func.func @gelu
// CHECK-NEXT: %[[A:.*]] = qwen.linear
// CHECK-NEXT: qwen.gated_delta_net gelu %arg0, %arg1, %arg2, %[[A]]
// CHECK-NEXT: return
func.func @gelu(%x: tensor<?x20xf32>, %z: tensor<?x12xf32>, %b: tensor<?x4xf32>, %a: tensor<?x4xf32>,
    %slot: tensor<?xi32>, %index: tensor<?xi32>, %given: tensor<?x4xf32>) -> tensor<?x12xf32> {
  %c = qwen.causal_conv %x, %slot, %index, @conv state @inputs : tensor<?x20xf32>
  %s = qwen.activation gelu %c : tensor<?x20xf32>
  %q, %k, %v = qwen.split %s : tensor<?x20xf32> -> tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x12xf32>
  %qn = qwen.l2_norm %q head_dim 2 eps 1.0 : tensor<?x4xf32>
  %kn = qwen.l2_norm %k head_dim 2 eps 1.0 : tensor<?x4xf32>
  %beta = qwen.activation sigmoid %b : tensor<?x4xf32>
  %e = qwen.linear %a, @square : tensor<?x4xf32> -> tensor<?x4xf32>
  %g = qwen.decay %e, @A_log, @dt_bias : tensor<?x4xf32>
  %o = qwen.gated_delta_rule %qn, %kn, %v, %g, %beta, %slot, %index state @memory scale 0.5
    : tensor<?x4xf32>, tensor<?x12xf32>, tensor<?x4xf32>
  %n = qwen.rms_norm %o, @norm eps 2.0 : tensor<?x12xf32>
  %y = qwen.glu silu %z, %n : tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}
