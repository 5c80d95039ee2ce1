// RUN: qwen-opt %s --pass-pipeline='builtin.module(func.func(qwen-fuse-gated-attention))' | FileCheck %s
// RUN: qwen-opt %s --pass-pipeline='builtin.module(func.func(qwen-fuse-gated-attention))' --remarks-filter=qwen 2>&1 >/dev/null | FileCheck %s --check-prefix=COUNT

// COUNT: remark: {{.*}}qwen-fuse-gated-attention{{.*}}"1 of 1 attention + output gates fused"
// COUNT-COUNT-4: remark: {{.*}}"0 of 1 attention + output gates fused"
// COUNT-NOT: remark

qwen.weight @w : tensor<16x16xf32>
qwen.state @key_cache : tensor<1x2x16x4xf32>
qwen.state @value_cache : tensor<1x2x16x4xf32>

// CHECK-LABEL: func.func @gated
// CHECK-NEXT: %[[Y:.*]] = qwen.gated_attention %arg0, %arg1, %arg2, %arg3, @key_cache, @value_cache scale 5.000000e-01 window 3 : tensor<?x16xf32>
// CHECK-NEXT: return %[[Y]]
func.func @gated(%q: tensor<?x16xf32>, %g: tensor<?x16xf32>, %slot: tensor<?xi32>, %index: tensor<?xi32>) -> tensor<?x16xf32> {
  %a = qwen.attention %q, %slot, %index, @key_cache, @value_cache scale 0.5 window 3 : tensor<?x16xf32>
  %y = qwen.glu sigmoid %g, %a : tensor<?x16xf32>
  return %y : tensor<?x16xf32>
}

// Another activation.
// CHECK-LABEL: func.func @silu
// CHECK-NOT: qwen.gated_attention
// CHECK: qwen.glu
func.func @silu(%q: tensor<?x16xf32>, %g: tensor<?x16xf32>, %slot: tensor<?xi32>, %index: tensor<?xi32>) -> tensor<?x16xf32> {
  %a = qwen.attention %q, %slot, %index, @key_cache, @value_cache scale 0.5 : tensor<?x16xf32>
  %y = qwen.glu silu %g, %a : tensor<?x16xf32>
  return %y : tensor<?x16xf32>
}

// The attention's result goes to the caller, too.
// CHECK-LABEL: func.func @used
// CHECK-NOT: qwen.gated_attention
// CHECK: qwen.glu
func.func @used(%q: tensor<?x16xf32>, %g: tensor<?x16xf32>, %slot: tensor<?xi32>, %index: tensor<?xi32>) -> tensor<?x16xf32> {
  %a = qwen.attention %q, %slot, %index, @key_cache, @value_cache scale 0.5 : tensor<?x16xf32>
  qwen.output "attended" %a on_request : tensor<?x16xf32>
  %y = qwen.glu sigmoid %g, %a : tensor<?x16xf32>
  return %y : tensor<?x16xf32>
}

// The gate isn't there yet.
// CHECK-LABEL: func.func @late_gate
// CHECK-NOT: qwen.gated_attention
// CHECK: qwen.glu
func.func @late_gate(%q: tensor<?x16xf32>, %x: tensor<?x16xf32>, %slot: tensor<?xi32>, %index: tensor<?xi32>) -> tensor<?x16xf32> {
  %a = qwen.attention %q, %slot, %index, @key_cache, @value_cache scale 0.5 : tensor<?x16xf32>
  %g = qwen.linear %x, @w : tensor<?x16xf32> -> tensor<?x16xf32>
  %y = qwen.glu sigmoid %g, %a : tensor<?x16xf32>
  return %y : tensor<?x16xf32>
}

// The attention gates, instead of being gated: both sides of one product are its own.
// CHECK-LABEL: func.func @both_sides
// CHECK-NOT: qwen.gated_attention
// CHECK: qwen.glu
func.func @both_sides(%q: tensor<?x16xf32>, %slot: tensor<?xi32>, %index: tensor<?xi32>) -> tensor<?x16xf32> {
  %a = qwen.attention %q, %slot, %index, @key_cache, @value_cache scale 0.5 : tensor<?x16xf32>
  %y = qwen.glu sigmoid %a, %a : tensor<?x16xf32>
  return %y : tensor<?x16xf32>
}
