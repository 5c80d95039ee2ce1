// Gated linear units that must stay as they are.
// RUN: qwen-opt %s --pass-pipeline='builtin.module(func.func(qwen-fuse-norm-glu))' | FileCheck %s
// RUN: qwen-opt %s --pass-pipeline='builtin.module(func.func(qwen-fuse-norm-glu))' --remarks-filter=qwen 2>&1 >/dev/null | FileCheck %s --check-prefix=COUNT

// COUNT-COUNT-11: remark: {{.*}}"0 of 1 norm + gated linear units fused"

qwen.weight @norm : tensor<8xf32>
qwen.weight @other_norm : tensor<8xf32>
qwen.weight @head_norm : tensor<4xf32>
qwen.weight @gate : tensor<6x8xf32>
qwen.weight @up : tensor<6x8xf32>
qwen.weight @bias : tensor<6xf32>

// The norm's result goes to the caller anyway.
// CHECK-LABEL: func.func @norm_output(
// CHECK-NOT: qwen.norm_glu
// CHECK: qwen.glu
func.func @norm_output(%x: tensor<?x8xf32>, %given: tensor<?x6xf32>) -> tensor<?x6xf32> {
  %h = qwen.rms_norm %x, @norm eps 1.0 : tensor<?x8xf32>
  %g = qwen.linear %h, @gate : tensor<?x8xf32> -> tensor<?x6xf32>
  %u = qwen.linear %h, @up : tensor<?x8xf32> -> tensor<?x6xf32>
  %m = qwen.glu silu %g, %u : tensor<?x6xf32>
  qwen.output "normed" %h : tensor<?x8xf32>
  return %m : tensor<?x6xf32>
}

// The norm's result has a third use.
// CHECK-LABEL: func.func @norm_used(
// CHECK-NOT: qwen.norm_glu
// CHECK: qwen.glu
func.func @norm_used(%x: tensor<?x8xf32>, %given: tensor<?x6xf32>) -> tensor<?x6xf32> {
  %h = qwen.rms_norm %x, @norm eps 1.0 : tensor<?x8xf32>
  %g = qwen.linear %h, @gate : tensor<?x8xf32> -> tensor<?x6xf32>
  %u = qwen.linear %h, @up : tensor<?x8xf32> -> tensor<?x6xf32>
  %m = qwen.glu silu %g, %u : tensor<?x6xf32>
  %z = qwen.linear %h, @up : tensor<?x8xf32> -> tensor<?x6xf32>
  qwen.output "z" %z : tensor<?x6xf32>
  return %m : tensor<?x6xf32>
}

// The gate has another use.
// CHECK-LABEL: func.func @gate_used(
// CHECK-NOT: qwen.norm_glu
// CHECK: qwen.glu
func.func @gate_used(%x: tensor<?x8xf32>, %given: tensor<?x6xf32>) -> tensor<?x6xf32> {
  %h = qwen.rms_norm %x, @norm eps 1.0 : tensor<?x8xf32>
  %g = qwen.linear %h, @gate : tensor<?x8xf32> -> tensor<?x6xf32>
  %u = qwen.linear %h, @up : tensor<?x8xf32> -> tensor<?x6xf32>
  %m = qwen.glu silu %g, %u : tensor<?x6xf32>
  qwen.output "gate" %g : tensor<?x6xf32>
  return %m : tensor<?x6xf32>
}

// The up projection has another use.
// CHECK-LABEL: func.func @up_used(
// CHECK-NOT: qwen.norm_glu
// CHECK: qwen.glu
func.func @up_used(%x: tensor<?x8xf32>, %given: tensor<?x6xf32>) -> tensor<?x6xf32> {
  %h = qwen.rms_norm %x, @norm eps 1.0 : tensor<?x8xf32>
  %g = qwen.linear %h, @gate : tensor<?x8xf32> -> tensor<?x6xf32>
  %u = qwen.linear %h, @up : tensor<?x8xf32> -> tensor<?x6xf32>
  %m = qwen.glu silu %g, %u : tensor<?x6xf32>
  qwen.output "up" %u : tensor<?x6xf32>
  return %m : tensor<?x6xf32>
}

// The gate has a bias.
// CHECK-LABEL: func.func @gate_bias(
// CHECK-NOT: qwen.norm_glu
// CHECK: qwen.glu
func.func @gate_bias(%x: tensor<?x8xf32>, %given: tensor<?x6xf32>) -> tensor<?x6xf32> {
  %h = qwen.rms_norm %x, @norm eps 1.0 : tensor<?x8xf32>
  %g = qwen.linear %h, @gate bias @bias : tensor<?x8xf32> -> tensor<?x6xf32>
  %u = qwen.linear %h, @up : tensor<?x8xf32> -> tensor<?x6xf32>
  %m = qwen.glu silu %g, %u : tensor<?x6xf32>
  return %m : tensor<?x6xf32>
}

// The up projection has a bias.
// CHECK-LABEL: func.func @up_bias(
// CHECK-NOT: qwen.norm_glu
// CHECK: qwen.glu
func.func @up_bias(%x: tensor<?x8xf32>, %given: tensor<?x6xf32>) -> tensor<?x6xf32> {
  %h = qwen.rms_norm %x, @norm eps 1.0 : tensor<?x8xf32>
  %g = qwen.linear %h, @gate : tensor<?x8xf32> -> tensor<?x6xf32>
  %u = qwen.linear %h, @up bias @bias : tensor<?x8xf32> -> tensor<?x6xf32>
  %m = qwen.glu silu %g, %u : tensor<?x6xf32>
  return %m : tensor<?x6xf32>
}

// Gate and up read different norms.
// CHECK-LABEL: func.func @norms(
// CHECK-NOT: qwen.norm_glu
// CHECK: qwen.glu
func.func @norms(%x: tensor<?x8xf32>, %given: tensor<?x6xf32>) -> tensor<?x6xf32> {
  %h = qwen.rms_norm %x, @norm eps 1.0 : tensor<?x8xf32>
  %h1 = qwen.rms_norm %x, @other_norm eps 1.0 : tensor<?x8xf32>
  %g = qwen.linear %h, @gate : tensor<?x8xf32> -> tensor<?x6xf32>
  %u = qwen.linear %h1, @up : tensor<?x8xf32> -> tensor<?x6xf32>
  %m = qwen.glu silu %g, %u : tensor<?x6xf32>
  return %m : tensor<?x6xf32>
}

// Gate and up read norms that differ in eps.
// CHECK-LABEL: func.func @eps(
// CHECK-NOT: qwen.norm_glu
// CHECK: qwen.glu
func.func @eps(%x: tensor<?x8xf32>, %given: tensor<?x6xf32>) -> tensor<?x6xf32> {
  %h = qwen.rms_norm %x, @norm eps 1.0 : tensor<?x8xf32>
  %h1 = qwen.rms_norm %x, @norm eps 2.0 : tensor<?x8xf32>
  %g = qwen.linear %h, @gate : tensor<?x8xf32> -> tensor<?x6xf32>
  %u = qwen.linear %h1, @up : tensor<?x8xf32> -> tensor<?x6xf32>
  %m = qwen.glu silu %g, %u : tensor<?x6xf32>
  return %m : tensor<?x6xf32>
}

// The norm goes over groups of four.
// CHECK-LABEL: func.func @per_head(
// CHECK-NOT: qwen.norm_glu
// CHECK: qwen.glu
func.func @per_head(%x: tensor<?x8xf32>, %given: tensor<?x6xf32>) -> tensor<?x6xf32> {
  %h = qwen.rms_norm %x, @head_norm eps 1.0 : tensor<?x8xf32>
  %g = qwen.linear %h, @gate : tensor<?x8xf32> -> tensor<?x6xf32>
  %u = qwen.linear %h, @up : tensor<?x8xf32> -> tensor<?x6xf32>
  %m = qwen.glu silu %g, %u : tensor<?x6xf32>
  return %m : tensor<?x6xf32>
}

// There is no norm.
// CHECK-LABEL: func.func @no_norm(
// CHECK-NOT: qwen.norm_glu
// CHECK: qwen.glu
func.func @no_norm(%x: tensor<?x8xf32>, %given: tensor<?x6xf32>) -> tensor<?x6xf32> {
  %g = qwen.linear %x, @gate : tensor<?x8xf32> -> tensor<?x6xf32>
  %u = qwen.linear %x, @up : tensor<?x8xf32> -> tensor<?x6xf32>
  %m = qwen.glu silu %g, %u : tensor<?x6xf32>
  return %m : tensor<?x6xf32>
}

// The gate is given.
// CHECK-LABEL: func.func @no_gate(
// CHECK-NOT: qwen.norm_glu
// CHECK: qwen.glu
func.func @no_gate(%x: tensor<?x8xf32>, %given: tensor<?x6xf32>) -> tensor<?x6xf32> {
  %h = qwen.rms_norm %x, @norm eps 1.0 : tensor<?x8xf32>
  %u = qwen.linear %h, @up : tensor<?x8xf32> -> tensor<?x6xf32>
  %m = qwen.glu silu %given, %u : tensor<?x6xf32>
  return %m : tensor<?x6xf32>
}
