// RUN: qwen-opt %s --pass-pipeline='builtin.module(func.func(qwen-fuse-linear-residual))' | FileCheck %s
// RUN: qwen-opt %s --pass-pipeline='builtin.module(func.func(qwen-fuse-linear-residual))' --remarks-filter=qwen 2>&1 >/dev/null | FileCheck %s --check-prefix=COUNT

qwen.weight @w : tensor<8x6xf32>
qwen.weight @b : tensor<8xf32>

// COUNT: remark: {{.*}}qwen-fuse-linear-residual{{.*}}"1 of 1 linear maps + residual fused"
// CHECK-LABEL: func.func @residual
// CHECK-NEXT: %[[Y:.*]] = qwen.linear_residual %arg0, %arg1, @w : tensor<?x6xf32>, tensor<?x8xf32>
// CHECK-NEXT: return %[[Y]]
func.func @residual(%a: tensor<?x6xf32>, %x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %l = qwen.linear %a, @w : tensor<?x6xf32> -> tensor<?x8xf32>
  %y = arith.addf %x, %l : tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// The other order, with a bias.
// CHECK-LABEL: func.func @bias
// CHECK-NEXT: %[[Y:.*]] = qwen.linear_residual %arg0, %arg1, @w bias @b : tensor<?x6xf32>, tensor<?x8xf32>
// CHECK-NEXT: return %[[Y]]
func.func @bias(%a: tensor<?x6xf32>, %x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %l = qwen.linear %a, @w bias @b : tensor<?x6xf32> -> tensor<?x8xf32>
  %y = arith.addf %l, %x : tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// Two linear maps: one is the other's residual.
// CHECK-LABEL: func.func @both
// CHECK-NEXT: %[[R:.*]] = qwen.linear %arg0, @w :
// CHECK-NEXT: %[[Y:.*]] = qwen.linear_residual %arg0, %[[R]], @w bias @b
// CHECK-NEXT: return %[[Y]]
func.func @both(%a: tensor<?x6xf32>) -> tensor<?x8xf32> {
  %l = qwen.linear %a, @w : tensor<?x6xf32> -> tensor<?x8xf32>
  %m = qwen.linear %a, @w bias @b : tensor<?x6xf32> -> tensor<?x8xf32>
  %y = arith.addf %l, %m : tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// The map's own result on request: computed for that alone.
// CHECK-LABEL: func.func @on_request
// CHECK-NEXT: %[[L:.*]] = qwen.linear %arg0, @w
// CHECK-NEXT: qwen.output "mlp" %[[L]] on_request
// CHECK-NEXT: qwen.linear_residual %arg0, %arg1, @w
// CHECK-NEXT: return
func.func @on_request(%a: tensor<?x6xf32>, %x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %l = qwen.linear %a, @w : tensor<?x6xf32> -> tensor<?x8xf32>
  qwen.output "mlp" %l on_request : tensor<?x8xf32>
  %y = arith.addf %x, %l : tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}
