// Sums that must stay as they are.
// RUN: qwen-opt %s --pass-pipeline='builtin.module(func.func(qwen-fuse-linear-residual))' | FileCheck %s
// RUN: qwen-opt %s --pass-pipeline='builtin.module(func.func(qwen-fuse-linear-residual))' --remarks-filter=qwen 2>&1 >/dev/null | FileCheck %s --check-prefix=COUNT

// COUNT-COUNT-4: remark: {{.*}}"0 of 1 linear maps + residual fused"
// COUNT-NOT: remark:
// CHECK-NOT: qwen.linear_residual

qwen.weight @w : tensor<8x6xf32>
qwen.weight @norm : tensor<8xf32>

// The map's result goes to the caller anyway.
func.func @output(%a: tensor<?x6xf32>, %x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %l = qwen.linear %a, @w : tensor<?x6xf32> -> tensor<?x8xf32>
  qwen.output "mlp" %l : tensor<?x8xf32>
  %y = arith.addf %x, %l : tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// It has another use.
func.func @used(%a: tensor<?x6xf32>, %x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %l = qwen.linear %a, @w : tensor<?x6xf32> -> tensor<?x8xf32>
  %h = qwen.rms_norm %l, @norm eps 1.0 : tensor<?x8xf32>
  qwen.output "normed" %h : tensor<?x8xf32>
  %y = arith.addf %x, %l : tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// It is added to itself.
func.func @doubled(%a: tensor<?x6xf32>) -> tensor<?x8xf32> {
  %l = qwen.linear %a, @w : tensor<?x6xf32> -> tensor<?x8xf32>
  %y = arith.addf %l, %l : tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// The addition may be reordered.
func.func @fast(%a: tensor<?x6xf32>, %x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %l = qwen.linear %a, @w : tensor<?x6xf32> -> tensor<?x8xf32>
  %y = arith.addf %x, %l fastmath<contract> : tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// What is added is no linear map.
func.func @no_linear(%a: tensor<?x8xf32>, %x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %y = arith.addf %x, %a : tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}
