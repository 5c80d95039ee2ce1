// RUN: qwen-opt %s --verify-roundtrip | FileCheck %s
// RUN: qwen-opt %s --mlir-print-op-generic | qwen-opt | FileCheck %s

qwen.weight @router : tensor<5x8xf32>
qwen.weight @gate_up : tensor<5x6x8xf32>
qwen.weight @down : tensor<5x8x3xf32>

// CHECK-LABEL: func.func @moe
func.func @moe(%h: tensor<?x8xf32>) -> (tensor<?x8xf32>, tensor<?x5xf32>, tensor<?x5xf32>) {
  // CHECK: qwen.router %{{.*}}, @router top_k 2 normalize : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>, tensor<?x5xf32>
  %w, %e, %l = qwen.router %h, @router top_k 2 normalize : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>, tensor<?x5xf32>
  // All experts, not normalised.
  // CHECK: qwen.router %{{.*}}, @router top_k 5 : tensor<?x8xf32> -> tensor<?x5xf32>, tensor<?x5xi32>, tensor<?x5xf32>
  %w1, %e1, %l1 = qwen.router %h, @router top_k 5 : tensor<?x8xf32> -> tensor<?x5xf32>, tensor<?x5xi32>, tensor<?x5xf32>
  // CHECK: qwen.experts silu %{{.*}}, %{{.*}}, %{{.*}}, @gate_up, @down : tensor<?x8xf32>, tensor<?x2xf32>, tensor<?x2xi32>
  %y = qwen.experts silu %h, %w, %e, @gate_up, @down : tensor<?x8xf32>, tensor<?x2xf32>, tensor<?x2xi32>
  return %y, %l, %l1 : tensor<?x8xf32>, tensor<?x5xf32>, tensor<?x5xf32>
}
