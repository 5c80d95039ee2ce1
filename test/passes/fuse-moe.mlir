// RUN: qwen-opt %s --pass-pipeline='builtin.module(func.func(qwen-fuse-moe))' | FileCheck %s
// RUN: qwen-opt %s --pass-pipeline='builtin.module(func.func(qwen-fuse-moe))' --remarks-filter=qwen 2>&1 >/dev/null | FileCheck %s --check-prefix=COUNT

qwen.weight @norm : tensor<8xf32>
qwen.weight @router : tensor<5x8xf32>
qwen.weight @gate_up : tensor<5x6x8xf32>
qwen.weight @down : tensor<5x8x3xf32>

// COUNT: remark: {{.*}}qwen-fuse-moe{{.*}}"1 of 1 MoE blocks fused"
// CHECK-LABEL: func.func @block
// CHECK-NEXT: %[[Y:.*]], %[[L:.*]] = qwen.norm_moe silu %arg0 norm @norm eps 1.000000e+00 router @router
// CHECK-SAME: top_k 2 normalize experts @gate_up, @down : tensor<?x8xf32> -> tensor<?x5xf32>
// CHECK-NEXT: qwen.output "router_logits.0" %[[L]] on_request
// CHECK-NEXT: return %[[Y]]
func.func @block(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %h = qwen.rms_norm %x, @norm eps 1.0 : tensor<?x8xf32>
  %w, %e, %l = qwen.router %h, @router top_k 2 normalize : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>, tensor<?x5xf32>
  qwen.output "router_logits.0" %l on_request : tensor<?x5xf32>
  %m = qwen.experts silu %h, %w, %e, @gate_up, @down : tensor<?x8xf32>, tensor<?x2xf32>, tensor<?x2xi32>
  %y = arith.addf %x, %m : tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// The sum the other way round, the top k not normalised, the logits always asked for.
// CHECK-LABEL: func.func @other_order
// CHECK-NEXT: %[[Y:.*]], %[[L:.*]] = qwen.norm_moe gelu %arg0 norm @norm eps 1.000000e+00 router @router top_k 3 experts
// CHECK-NEXT: qwen.output "router_logits.0" %[[L]] :
// CHECK-NEXT: return %[[Y]]
func.func @other_order(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %h = qwen.rms_norm %x, @norm eps 1.0 : tensor<?x8xf32>
  %w, %e, %l = qwen.router %h, @router top_k 3 : tensor<?x8xf32> -> tensor<?x3xf32>, tensor<?x3xi32>, tensor<?x5xf32>
  %m = qwen.experts gelu %h, %w, %e, @gate_up, @down : tensor<?x8xf32>, tensor<?x3xf32>, tensor<?x3xi32>
  qwen.output "router_logits.0" %l : tensor<?x5xf32>
  %y = arith.addf %m, %x : tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// The normalised rows on request: a norm for them stays.
// CHECK-LABEL: func.func @norm_on_request
// CHECK: qwen.norm_moe
// CHECK: %[[H:.*]] = qwen.rms_norm %arg0, @norm
// CHECK-NEXT: qwen.output "normed" %[[H]] on_request
// CHECK-NOT: qwen.router
func.func @norm_on_request(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %h = qwen.rms_norm %x, @norm eps 1.0 : tensor<?x8xf32>
  qwen.output "normed" %h on_request : tensor<?x8xf32>
  %w, %e, %l = qwen.router %h, @router top_k 2 : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>, tensor<?x5xf32>
  %m = qwen.experts silu %h, %w, %e, @gate_up, @down : tensor<?x8xf32>, tensor<?x2xf32>, tensor<?x2xi32>
  %y = arith.addf %x, %m : tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

qwen.weight @shared_gate : tensor<4x8xf32>
qwen.weight @shared_up : tensor<4x8xf32>
qwen.weight @shared_down : tensor<8x4xf32>
qwen.weight @row_gate : tensor<1x8xf32>

// A shared expert; zero-centred.
// CHECK-LABEL: func.func @shared
// CHECK-NEXT: %[[Y:.*]], %{{.*}} = qwen.norm_moe silu %arg0 norm @norm eps 1.000000e+00 zero_centered router @router
// CHECK-SAME: top_k 2 normalize experts @gate_up, @down shared [@shared_gate, @shared_up, @shared_down, @row_gate]
// CHECK-NEXT: return %[[Y]]
func.func @shared(%x: tensor<?x8xf32>, %o: tensor<?x8xf32>) -> tensor<?x8xf32> {
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
  return %y : tensor<?x8xf32>
}

// Both sums the other way round.
// CHECK-LABEL: func.func @shared_other_order
// CHECK-NEXT: %[[Y:.*]], %{{.*}} = qwen.norm_moe silu %arg0
// CHECK-SAME: shared [@shared_gate, @shared_up, @shared_down, @row_gate]
// CHECK-NEXT: return %[[Y]]
func.func @shared_other_order(%x: tensor<?x8xf32>, %o: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %h = qwen.rms_norm %x, @norm eps 1.0 zero_centered : tensor<?x8xf32>
  %g = qwen.linear %h, @shared_gate : tensor<?x8xf32> -> tensor<?x4xf32>
  %u = qwen.linear %h, @shared_up : tensor<?x8xf32> -> tensor<?x4xf32>
  %a = qwen.glu silu %g, %u : tensor<?x4xf32>
  %d = qwen.linear %a, @shared_down : tensor<?x4xf32> -> tensor<?x8xf32>
  %w, %e, %l = qwen.router %h, @router top_k 2 normalize : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>, tensor<?x5xf32>
  %m = qwen.experts silu %h, %w, %e, @gate_up, @down : tensor<?x8xf32>, tensor<?x2xf32>, tensor<?x2xi32>
  %r = qwen.linear %h, @row_gate : tensor<?x8xf32> -> tensor<?x1xf32>
  %s = qwen.gate_rows sigmoid %r, %d : tensor<?x8xf32>
  %b = arith.addf %s, %m : tensor<?x8xf32>
  %y = arith.addf %b, %x : tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}
