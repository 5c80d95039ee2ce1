// MoE blocks that must stay as they are.
// RUN: qwen-opt %s --pass-pipeline='builtin.module(func.func(qwen-fuse-moe))' | FileCheck %s
// RUN: qwen-opt %s --pass-pipeline='builtin.module(func.func(qwen-fuse-moe))' --remarks-filter=qwen 2>&1 >/dev/null | FileCheck %s --check-prefix=COUNT

// COUNT-COUNT-23: remark: {{.*}}"0 of {{[012]}} MoE blocks fused"

qwen.weight @norm : tensor<8xf32>
qwen.weight @head_norm : tensor<4xf32>
qwen.weight @router : tensor<5x8xf32>
qwen.weight @gate_up : tensor<5x6x8xf32>
qwen.weight @down : tensor<5x8x3xf32>

// The norm's result goes to the caller anyway.
// CHECK-LABEL: func.func @norm_output
// CHECK-NOT: qwen.norm_moe
// CHECK: qwen.router
func.func @norm_output(%x: tensor<?x8xf32>, %r: tensor<?x8xf32>, %given: tensor<?x2xf32>) -> tensor<?x8xf32> {
  %h = qwen.rms_norm %x, @norm eps 1.0 : tensor<?x8xf32>
  qwen.output "normed" %h : tensor<?x8xf32>
  %w, %e, %l = qwen.router %h, @router top_k 2 : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>, tensor<?x5xf32>
  %m = qwen.experts silu %h, %w, %e, @gate_up, @down : tensor<?x8xf32>, tensor<?x2xf32>, tensor<?x2xi32>
  %y = arith.addf %x, %m : tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// The norm's result has another use.
// CHECK-LABEL: func.func @norm_used
// CHECK-NOT: qwen.norm_moe
// CHECK: qwen.router
func.func @norm_used(%x: tensor<?x8xf32>, %r: tensor<?x8xf32>, %given: tensor<?x2xf32>) -> tensor<?x8xf32> {
  %h = qwen.rms_norm %x, @norm eps 1.0 : tensor<?x8xf32>
  %w, %e, %l = qwen.router %h, @router top_k 2 : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>, tensor<?x5xf32>
  %m = qwen.experts silu %h, %w, %e, @gate_up, @down : tensor<?x8xf32>, tensor<?x2xf32>, tensor<?x2xi32>
  %y = arith.addf %x, %m : tensor<?x8xf32>
  %z = arith.addf %y, %h : tensor<?x8xf32>
  qwen.output "z" %z : tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// The norm goes over groups of four.
// CHECK-LABEL: func.func @per_head
// CHECK-NOT: qwen.norm_moe
// CHECK: qwen.router
func.func @per_head(%x: tensor<?x8xf32>, %r: tensor<?x8xf32>, %given: tensor<?x2xf32>) -> tensor<?x8xf32> {
  %h = qwen.rms_norm %x, @head_norm eps 1.0 : tensor<?x8xf32>
  %w, %e, %l = qwen.router %h, @router top_k 2 : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>, tensor<?x5xf32>
  %m = qwen.experts silu %h, %w, %e, @gate_up, @down : tensor<?x8xf32>, tensor<?x2xf32>, tensor<?x2xi32>
  %y = arith.addf %x, %m : tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// There is no norm.
// CHECK-LABEL: func.func @no_norm
// CHECK-NOT: qwen.norm_moe
// CHECK: qwen.router
func.func @no_norm(%x: tensor<?x8xf32>, %r: tensor<?x8xf32>, %given: tensor<?x2xf32>) -> tensor<?x8xf32> {
  %w, %e, %l = qwen.router %x, @router top_k 2 : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>, tensor<?x5xf32>
  %m = qwen.experts silu %x, %w, %e, @gate_up, @down : tensor<?x8xf32>, tensor<?x2xf32>, tensor<?x2xi32>
  %y = arith.addf %x, %m : tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// The residual is not what was normalised.
// CHECK-LABEL: func.func @other_residual
// CHECK-NOT: qwen.norm_moe
// CHECK: qwen.router
func.func @other_residual(%x: tensor<?x8xf32>, %r: tensor<?x8xf32>, %given: tensor<?x2xf32>) -> tensor<?x8xf32> {
  %h = qwen.rms_norm %r, @norm eps 1.0 : tensor<?x8xf32>
  %w, %e, %l = qwen.router %h, @router top_k 2 : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>, tensor<?x5xf32>
  %m = qwen.experts silu %h, %w, %e, @gate_up, @down : tensor<?x8xf32>, tensor<?x2xf32>, tensor<?x2xi32>
  %y = arith.addf %x, %m : tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// Router and experts read different values.
// CHECK-LABEL: func.func @other_experts_input
// CHECK-NOT: qwen.norm_moe
// CHECK: qwen.router
func.func @other_experts_input(%x: tensor<?x8xf32>, %r: tensor<?x8xf32>, %given: tensor<?x2xf32>) -> tensor<?x8xf32> {
  %h = qwen.rms_norm %x, @norm eps 1.0 : tensor<?x8xf32>
  %h1 = qwen.rms_norm %r, @norm eps 1.0 : tensor<?x8xf32>
  %w, %e, %l = qwen.router %h1, @router top_k 2 : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>, tensor<?x5xf32>
  %m = qwen.experts silu %h, %w, %e, @gate_up, @down : tensor<?x8xf32>, tensor<?x2xf32>, tensor<?x2xi32>
  %y = arith.addf %x, %m : tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// Weights and choices come from two routers.
// CHECK-LABEL: func.func @two_routers
// CHECK-NOT: qwen.norm_moe
// CHECK: qwen.router
func.func @two_routers(%x: tensor<?x8xf32>, %r: tensor<?x8xf32>, %given: tensor<?x2xf32>) -> tensor<?x8xf32> {
  %h = qwen.rms_norm %x, @norm eps 1.0 : tensor<?x8xf32>
  %w, %e, %l = qwen.router %h, @router top_k 2 : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>, tensor<?x5xf32>
  %w1, %e1, %l1 = qwen.router %h, @router top_k 2 : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>, tensor<?x5xf32>
  %m = qwen.experts silu %h, %w, %e1, @gate_up, @down : tensor<?x8xf32>, tensor<?x2xf32>, tensor<?x2xi32>
  %y = arith.addf %x, %m : tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// The experts' weights have another use, even if only on request.
// CHECK-LABEL: func.func @weights_used
// CHECK-NOT: qwen.norm_moe
// CHECK: qwen.router
func.func @weights_used(%x: tensor<?x8xf32>, %r: tensor<?x8xf32>, %given: tensor<?x2xf32>) -> tensor<?x8xf32> {
  %h = qwen.rms_norm %x, @norm eps 1.0 : tensor<?x8xf32>
  %w, %e, %l = qwen.router %h, @router top_k 2 : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>, tensor<?x5xf32>
  qwen.output "weights" %w on_request : tensor<?x2xf32>
  %m = qwen.experts silu %h, %w, %e, @gate_up, @down : tensor<?x8xf32>, tensor<?x2xf32>, tensor<?x2xi32>
  %y = arith.addf %x, %m : tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// The choice has another use.
// CHECK-LABEL: func.func @choice_used
// CHECK-NOT: qwen.norm_moe
// CHECK: qwen.router
func.func @choice_used(%x: tensor<?x8xf32>, %r: tensor<?x8xf32>, %given: tensor<?x2xf32>) -> tensor<?x8xf32> {
  %h = qwen.rms_norm %x, @norm eps 1.0 : tensor<?x8xf32>
  %w, %e, %l = qwen.router %h, @router top_k 2 : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>, tensor<?x5xf32>
  %m = qwen.experts silu %h, %w, %e, @gate_up, @down : tensor<?x8xf32>, tensor<?x2xf32>, tensor<?x2xi32>
  %y = arith.addf %x, %m : tensor<?x8xf32>
  %m2 = qwen.experts silu %r, %given, %e, @gate_up, @down : tensor<?x8xf32>, tensor<?x2xf32>, tensor<?x2xi32>
  qwen.output "m2" %m2 : tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// The experts' sum has another use.
// CHECK-LABEL: func.func @sum_used
// CHECK-NOT: qwen.norm_moe
// CHECK: qwen.router
func.func @sum_used(%x: tensor<?x8xf32>, %r: tensor<?x8xf32>, %given: tensor<?x2xf32>) -> tensor<?x8xf32> {
  %h = qwen.rms_norm %x, @norm eps 1.0 : tensor<?x8xf32>
  %w, %e, %l = qwen.router %h, @router top_k 2 : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>, tensor<?x5xf32>
  %m = qwen.experts silu %h, %w, %e, @gate_up, @down : tensor<?x8xf32>, tensor<?x2xf32>, tensor<?x2xi32>
  %y = arith.addf %x, %m : tensor<?x8xf32>
  qwen.output "experts" %m : tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// An addition that may be reordered isn't the one that the fused op stands for.
// CHECK-LABEL: func.func @fast
// CHECK-NOT: qwen.norm_moe
// CHECK: qwen.router
func.func @fast(%x: tensor<?x8xf32>, %r: tensor<?x8xf32>, %given: tensor<?x2xf32>) -> tensor<?x8xf32> {
  %h = qwen.rms_norm %x, @norm eps 1.0 : tensor<?x8xf32>
  %w, %e, %l = qwen.router %h, @router top_k 2 : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>, tensor<?x5xf32>
  %m = qwen.experts silu %h, %w, %e, @gate_up, @down : tensor<?x8xf32>, tensor<?x2xf32>, tensor<?x2xi32>
  %y = arith.addf %x, %m fastmath<reassoc> : tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// Nothing is added.
// CHECK-LABEL: func.func @no_residual
// CHECK-NOT: qwen.norm_moe
// CHECK: qwen.router
func.func @no_residual(%x: tensor<?x8xf32>, %r: tensor<?x8xf32>, %given: tensor<?x2xf32>) -> tensor<?x8xf32> {
  %h = qwen.rms_norm %x, @norm eps 1.0 : tensor<?x8xf32>
  %w, %e, %l = qwen.router %h, @router top_k 2 : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>, tensor<?x5xf32>
  %m = qwen.experts silu %h, %w, %e, @gate_up, @down : tensor<?x8xf32>, tensor<?x2xf32>, tensor<?x2xi32>
  %y = qwen.rms_norm %m, @norm eps 1.0 : tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

qwen.weight @shared_gate : tensor<4x8xf32>
qwen.weight @shared_up : tensor<4x8xf32>
qwen.weight @shared_down : tensor<8x4xf32>
qwen.weight @shared_bias : tensor<8xf32>
qwen.weight @row_gate : tensor<1x8xf32>

// The inner sum may be reordered.
// CHECK-LABEL: func.func @shared_fast(
// CHECK-NOT: qwen.norm_moe
// CHECK: qwen.router
func.func @shared_fast(%x: tensor<?x8xf32>, %o: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %h = qwen.rms_norm %x, @norm eps 1.0 zero_centered : tensor<?x8xf32>
  %g = qwen.linear %h, @shared_gate : tensor<?x8xf32> -> tensor<?x4xf32>
  %u = qwen.linear %h, @shared_up : tensor<?x8xf32> -> tensor<?x4xf32>
  %a = qwen.glu silu %g, %u : tensor<?x4xf32>
  %d = qwen.linear %a, @shared_down : tensor<?x4xf32> -> tensor<?x8xf32>
  %w, %e, %l = qwen.router %h, @router top_k 2 normalize : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>, tensor<?x5xf32>
  %m = qwen.experts silu %h, %w, %e, @gate_up, @down : tensor<?x8xf32>, tensor<?x2xf32>, tensor<?x2xi32>
  %r = qwen.linear %h, @row_gate : tensor<?x8xf32> -> tensor<?x1xf32>
  %s = qwen.gate_rows sigmoid %r, %d : tensor<?x8xf32>
  %b = arith.addf %m, %s fastmath<reassoc> : tensor<?x8xf32>
  %y = arith.addf %x, %b : tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// The inner sum has another use.
// CHECK-LABEL: func.func @shared_sum_used(
// CHECK-NOT: qwen.norm_moe
// CHECK: qwen.router
func.func @shared_sum_used(%x: tensor<?x8xf32>, %o: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %h = qwen.rms_norm %x, @norm eps 1.0 zero_centered : tensor<?x8xf32>
  %g = qwen.linear %h, @shared_gate : tensor<?x8xf32> -> tensor<?x4xf32>
  %u = qwen.linear %h, @shared_up : tensor<?x8xf32> -> tensor<?x4xf32>
  %a = qwen.glu silu %g, %u : tensor<?x4xf32>
  %d = qwen.linear %a, @shared_down : tensor<?x4xf32> -> tensor<?x8xf32>
  %w, %e, %l = qwen.router %h, @router top_k 2 normalize : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>, tensor<?x5xf32>
  %m = qwen.experts silu %h, %w, %e, @gate_up, @down : tensor<?x8xf32>, tensor<?x2xf32>, tensor<?x2xi32>
  %r = qwen.linear %h, @row_gate : tensor<?x8xf32> -> tensor<?x1xf32>
  %s = qwen.gate_rows sigmoid %r, %d : tensor<?x8xf32>
  %b = arith.addf %m, %s : tensor<?x8xf32>
  %y = arith.addf %x, %b : tensor<?x8xf32>
  qwen.output "b" %b : tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// The shared expert is gated by another function.
// CHECK-LABEL: func.func @shared_gated_by(
// CHECK-NOT: qwen.norm_moe
// CHECK: qwen.router
func.func @shared_gated_by(%x: tensor<?x8xf32>, %o: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %h = qwen.rms_norm %x, @norm eps 1.0 zero_centered : tensor<?x8xf32>
  %g = qwen.linear %h, @shared_gate : tensor<?x8xf32> -> tensor<?x4xf32>
  %u = qwen.linear %h, @shared_up : tensor<?x8xf32> -> tensor<?x4xf32>
  %a = qwen.glu silu %g, %u : tensor<?x4xf32>
  %d = qwen.linear %a, @shared_down : tensor<?x4xf32> -> tensor<?x8xf32>
  %w, %e, %l = qwen.router %h, @router top_k 2 normalize : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>, tensor<?x5xf32>
  %m = qwen.experts silu %h, %w, %e, @gate_up, @down : tensor<?x8xf32>, tensor<?x2xf32>, tensor<?x2xi32>
  %r = qwen.linear %h, @row_gate : tensor<?x8xf32> -> tensor<?x1xf32>
  %s = qwen.gate_rows tanh %r, %d : tensor<?x8xf32>
  %b = arith.addf %m, %s : tensor<?x8xf32>
  %y = arith.addf %x, %b : tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// The shared expert isn't gated.
// CHECK-LABEL: func.func @shared_not_gated(
// CHECK-NOT: qwen.norm_moe
// CHECK: qwen.router
func.func @shared_not_gated(%x: tensor<?x8xf32>, %o: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %h = qwen.rms_norm %x, @norm eps 1.0 zero_centered : tensor<?x8xf32>
  %g = qwen.linear %h, @shared_gate : tensor<?x8xf32> -> tensor<?x4xf32>
  %u = qwen.linear %h, @shared_up : tensor<?x8xf32> -> tensor<?x4xf32>
  %a = qwen.glu silu %g, %u : tensor<?x4xf32>
  %d = qwen.linear %a, @shared_down : tensor<?x4xf32> -> tensor<?x8xf32>
  %w, %e, %l = qwen.router %h, @router top_k 2 normalize : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>, tensor<?x5xf32>
  %m = qwen.experts silu %h, %w, %e, @gate_up, @down : tensor<?x8xf32>, tensor<?x2xf32>, tensor<?x2xi32>
  %b = arith.addf %m, %d : tensor<?x8xf32>
  %y = arith.addf %x, %b : tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// The shared expert has another activation.
// CHECK-LABEL: func.func @shared_activation(
// CHECK-NOT: qwen.norm_moe
// CHECK: qwen.router
func.func @shared_activation(%x: tensor<?x8xf32>, %o: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %h = qwen.rms_norm %x, @norm eps 1.0 zero_centered : tensor<?x8xf32>
  %g = qwen.linear %h, @shared_gate : tensor<?x8xf32> -> tensor<?x4xf32>
  %u = qwen.linear %h, @shared_up : tensor<?x8xf32> -> tensor<?x4xf32>
  %a = qwen.glu gelu %g, %u : tensor<?x4xf32>
  %d = qwen.linear %a, @shared_down : tensor<?x4xf32> -> tensor<?x8xf32>
  %w, %e, %l = qwen.router %h, @router top_k 2 normalize : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>, tensor<?x5xf32>
  %m = qwen.experts silu %h, %w, %e, @gate_up, @down : tensor<?x8xf32>, tensor<?x2xf32>, tensor<?x2xi32>
  %r = qwen.linear %h, @row_gate : tensor<?x8xf32> -> tensor<?x1xf32>
  %s = qwen.gate_rows sigmoid %r, %d : tensor<?x8xf32>
  %b = arith.addf %m, %s : tensor<?x8xf32>
  %y = arith.addf %x, %b : tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// The shared expert reads other rows.
// CHECK-LABEL: func.func @shared_input(
// CHECK-NOT: qwen.norm_moe
// CHECK: qwen.router
func.func @shared_input(%x: tensor<?x8xf32>, %o: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %h = qwen.rms_norm %x, @norm eps 1.0 zero_centered : tensor<?x8xf32>
  %g = qwen.linear %h, @shared_gate : tensor<?x8xf32> -> tensor<?x4xf32>
  %u = qwen.linear %o, @shared_up : tensor<?x8xf32> -> tensor<?x4xf32>
  %a = qwen.glu silu %g, %u : tensor<?x4xf32>
  %d = qwen.linear %a, @shared_down : tensor<?x4xf32> -> tensor<?x8xf32>
  %w, %e, %l = qwen.router %h, @router top_k 2 normalize : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>, tensor<?x5xf32>
  %m = qwen.experts silu %h, %w, %e, @gate_up, @down : tensor<?x8xf32>, tensor<?x2xf32>, tensor<?x2xi32>
  %r = qwen.linear %h, @row_gate : tensor<?x8xf32> -> tensor<?x1xf32>
  %s = qwen.gate_rows sigmoid %r, %d : tensor<?x8xf32>
  %b = arith.addf %m, %s : tensor<?x8xf32>
  %y = arith.addf %x, %b : tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// The row's gate reads other rows.
// CHECK-LABEL: func.func @shared_gate_input(
// CHECK-NOT: qwen.norm_moe
// CHECK: qwen.router
func.func @shared_gate_input(%x: tensor<?x8xf32>, %o: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %h = qwen.rms_norm %x, @norm eps 1.0 zero_centered : tensor<?x8xf32>
  %g = qwen.linear %h, @shared_gate : tensor<?x8xf32> -> tensor<?x4xf32>
  %u = qwen.linear %h, @shared_up : tensor<?x8xf32> -> tensor<?x4xf32>
  %a = qwen.glu silu %g, %u : tensor<?x4xf32>
  %d = qwen.linear %a, @shared_down : tensor<?x4xf32> -> tensor<?x8xf32>
  %w, %e, %l = qwen.router %h, @router top_k 2 normalize : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>, tensor<?x5xf32>
  %m = qwen.experts silu %h, %w, %e, @gate_up, @down : tensor<?x8xf32>, tensor<?x2xf32>, tensor<?x2xi32>
  %r = qwen.linear %o, @row_gate : tensor<?x8xf32> -> tensor<?x1xf32>
  %s = qwen.gate_rows sigmoid %r, %d : tensor<?x8xf32>
  %b = arith.addf %m, %s : tensor<?x8xf32>
  %y = arith.addf %x, %b : tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// The shared expert has a bias.
// CHECK-LABEL: func.func @shared_bias_used(
// CHECK-NOT: qwen.norm_moe
// CHECK: qwen.router
func.func @shared_bias_used(%x: tensor<?x8xf32>, %o: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %h = qwen.rms_norm %x, @norm eps 1.0 zero_centered : tensor<?x8xf32>
  %g = qwen.linear %h, @shared_gate : tensor<?x8xf32> -> tensor<?x4xf32>
  %u = qwen.linear %h, @shared_up : tensor<?x8xf32> -> tensor<?x4xf32>
  %a = qwen.glu silu %g, %u : tensor<?x4xf32>
  %d = qwen.linear %a, @shared_down bias @shared_bias : tensor<?x4xf32> -> tensor<?x8xf32>
  %w, %e, %l = qwen.router %h, @router top_k 2 normalize : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>, tensor<?x5xf32>
  %m = qwen.experts silu %h, %w, %e, @gate_up, @down : tensor<?x8xf32>, tensor<?x2xf32>, tensor<?x2xi32>
  %r = qwen.linear %h, @row_gate : tensor<?x8xf32> -> tensor<?x1xf32>
  %s = qwen.gate_rows sigmoid %r, %d : tensor<?x8xf32>
  %b = arith.addf %m, %s : tensor<?x8xf32>
  %y = arith.addf %x, %b : tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// Gate and up are one linear map.
// CHECK-LABEL: func.func @shared_one_map(
// CHECK-NOT: qwen.norm_moe
// CHECK: qwen.router
func.func @shared_one_map(%x: tensor<?x8xf32>, %o: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %h = qwen.rms_norm %x, @norm eps 1.0 zero_centered : tensor<?x8xf32>
  %g = qwen.linear %h, @shared_gate : tensor<?x8xf32> -> tensor<?x4xf32>
  %a = qwen.glu silu %g, %g : tensor<?x4xf32>
  %d = qwen.linear %a, @shared_down : tensor<?x4xf32> -> tensor<?x8xf32>
  %w, %e, %l = qwen.router %h, @router top_k 2 normalize : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>, tensor<?x5xf32>
  %m = qwen.experts silu %h, %w, %e, @gate_up, @down : tensor<?x8xf32>, tensor<?x2xf32>, tensor<?x2xi32>
  %r = qwen.linear %h, @row_gate : tensor<?x8xf32> -> tensor<?x1xf32>
  %s = qwen.gate_rows sigmoid %r, %d : tensor<?x8xf32>
  %b = arith.addf %m, %s : tensor<?x8xf32>
  %y = arith.addf %x, %b : tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// The shared expert's rows have another use.
// CHECK-LABEL: func.func @shared_used(
// CHECK-NOT: qwen.norm_moe
// CHECK: qwen.router
func.func @shared_used(%x: tensor<?x8xf32>, %o: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %h = qwen.rms_norm %x, @norm eps 1.0 zero_centered : tensor<?x8xf32>
  %g = qwen.linear %h, @shared_gate : tensor<?x8xf32> -> tensor<?x4xf32>
  %u = qwen.linear %h, @shared_up : tensor<?x8xf32> -> tensor<?x4xf32>
  %a = qwen.glu silu %g, %u : tensor<?x4xf32>
  %d = qwen.linear %a, @shared_down : tensor<?x4xf32> -> tensor<?x8xf32>
  %w, %e, %l = qwen.router %h, @router top_k 2 normalize : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>, tensor<?x5xf32>
  %m = qwen.experts silu %h, %w, %e, @gate_up, @down : tensor<?x8xf32>, tensor<?x2xf32>, tensor<?x2xi32>
  %r = qwen.linear %h, @row_gate : tensor<?x8xf32> -> tensor<?x1xf32>
  %s = qwen.gate_rows sigmoid %r, %d : tensor<?x8xf32>
  %b = arith.addf %m, %s : tensor<?x8xf32>
  %y = arith.addf %x, %b : tensor<?x8xf32>
  qwen.output "s" %s : tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// The residual is something else.
// CHECK-LABEL: func.func @shared_residual(
// CHECK-NOT: qwen.norm_moe
// CHECK: qwen.router
func.func @shared_residual(%x: tensor<?x8xf32>, %o: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %h = qwen.rms_norm %x, @norm eps 1.0 zero_centered : tensor<?x8xf32>
  %g = qwen.linear %h, @shared_gate : tensor<?x8xf32> -> tensor<?x4xf32>
  %u = qwen.linear %h, @shared_up : tensor<?x8xf32> -> tensor<?x4xf32>
  %a = qwen.glu silu %g, %u : tensor<?x4xf32>
  %d = qwen.linear %a, @shared_down : tensor<?x4xf32> -> tensor<?x8xf32>
  %w, %e, %l = qwen.router %h, @router top_k 2 normalize : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>, tensor<?x5xf32>
  %m = qwen.experts silu %h, %w, %e, @gate_up, @down : tensor<?x8xf32>, tensor<?x2xf32>, tensor<?x2xi32>
  %r = qwen.linear %h, @row_gate : tensor<?x8xf32> -> tensor<?x1xf32>
  %s = qwen.gate_rows sigmoid %r, %d : tensor<?x8xf32>
  %b = arith.addf %m, %s : tensor<?x8xf32>
  %y = arith.addf %o, %b : tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}
