// RUN: qwen-opt %s --verify-roundtrip | FileCheck %s
// RUN: qwen-opt %s --mlir-print-op-generic | qwen-opt | FileCheck %s

qwen.weight @embedding : tensor<11x8xbf16>
qwen.weight @norm : tensor<8xf32>
qwen.weight @head_norm : tensor<4xf32>
qwen.weight @w : tensor<6x8xf32>
qwen.weight @b : tensor<6xf32>

// CHECK-LABEL: func.func @embed
func.func @embed(%ids: tensor<?xi32>, %embeds: tensor<?x8xf32>) -> tensor<?x8xf32> {
  // CHECK: qwen.embed %{{.*}}, %{{.*}}, @embedding : tensor<?x8xf32>
  %0 = qwen.embed %ids, %embeds, @embedding : tensor<?x8xf32>
  return %0 : tensor<?x8xf32>
}

// CHECK-LABEL: func.func @rms_norm
func.func @rms_norm(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  // CHECK: qwen.rms_norm %{{.*}}, @norm eps 9.99{{.*}}E-7 : tensor<?x8xf32>
  %0 = qwen.rms_norm %x, @norm eps 1.0e-6 : tensor<?x8xf32>
  // Two heads of four.
  // CHECK: qwen.rms_norm %{{.*}}, @head_norm eps 1.000000e+00 : tensor<?x8xf32>
  %1 = qwen.rms_norm %0, @head_norm eps 1.0 : tensor<?x8xf32>
  // CHECK: qwen.rms_norm %{{.*}}, @norm eps 1.000000e+00 zero_centered : tensor<?x8xf32>
  %2 = qwen.rms_norm %1, @norm eps 1.0 zero_centered : tensor<?x8xf32>
  return %2 : tensor<?x8xf32>
}

// CHECK-LABEL: func.func @linear
func.func @linear(%x: tensor<?x8xf32>) -> (tensor<?x6xf32>, tensor<?x6xf32>) {
  // CHECK: qwen.linear %{{.*}}, @w : tensor<?x8xf32> -> tensor<?x6xf32>
  %0 = qwen.linear %x, @w : tensor<?x8xf32> -> tensor<?x6xf32>
  // CHECK: qwen.linear %{{.*}}, @w bias @b : tensor<?x8xf32> -> tensor<?x6xf32>
  %1 = qwen.linear %x, @w bias @b : tensor<?x8xf32> -> tensor<?x6xf32>
  return %0, %1 : tensor<?x6xf32>, tensor<?x6xf32>
}

// CHECK-LABEL: func.func @glu
func.func @glu(%gate: tensor<?x6xf32>, %up: tensor<?x6xf32>) -> tensor<?x6xf32> {
  // CHECK: qwen.glu silu %{{.*}}, %{{.*}} : tensor<?x6xf32>
  %0 = qwen.glu silu %gate, %up : tensor<?x6xf32>
  // CHECK: qwen.glu gelu %
  %1 = qwen.glu gelu %0, %up : tensor<?x6xf32>
  // CHECK: qwen.glu gelu_pytorch_tanh %
  %2 = qwen.glu gelu_pytorch_tanh %1, %up : tensor<?x6xf32>
  // CHECK: qwen.glu quick_gelu %
  %3 = qwen.glu quick_gelu %2, %up : tensor<?x6xf32>
  // CHECK: qwen.glu relu %
  %4 = qwen.glu relu %3, %up : tensor<?x6xf32>
  // CHECK: qwen.glu sigmoid %
  %5 = qwen.glu sigmoid %4, %up : tensor<?x6xf32>
  // CHECK: qwen.glu tanh %
  %6 = qwen.glu tanh %5, %up : tensor<?x6xf32>
  return %6 : tensor<?x6xf32>
}

// CHECK-LABEL: func.func @gather_rows
func.func @gather_rows(%x: tensor<?x8xf32>, %wanted: tensor<?xi32>) -> tensor<?x8xf32> {
  // CHECK: qwen.gather_rows %{{.*}}, %{{.*}} : tensor<?x8xf32>
  %0 = qwen.gather_rows %x, %wanted : tensor<?x8xf32>
  return %0 : tensor<?x8xf32>
}

// CHECK-LABEL: func.func @gates
func.func @gates(%gate: tensor<?x1xf32>, %x: tensor<?x6xf32>) -> tensor<?x6xf32> {
  // CHECK: qwen.activation sigmoid %{{.*}} : tensor<?x6xf32>
  %0 = qwen.activation sigmoid %x : tensor<?x6xf32>
  // CHECK: qwen.gate_rows sigmoid %{{.*}}, %{{.*}} : tensor<?x6xf32>
  %1 = qwen.gate_rows sigmoid %gate, %0 : tensor<?x6xf32>
  return %1 : tensor<?x6xf32>
}

// CHECK-LABEL: func.func @split
func.func @split(%x: tensor<?x8xf32>) -> (tensor<?x4xf32>, tensor<?x5xf32>) {
  // CHECK: qwen.split %{{.*}} groups 2 : tensor<?x8xf32> -> tensor<?x4xf32>, tensor<?x4xf32>
  %0:2 = qwen.split %x groups 2 : tensor<?x8xf32> -> tensor<?x4xf32>, tensor<?x4xf32>
  // CHECK: qwen.split %{{[^ ]*}} : tensor<?x8xf32> -> tensor<?x1xf32>, tensor<?x2xf32>, tensor<?x5xf32>
  %1:3 = qwen.split %x groups 1 : tensor<?x8xf32> -> tensor<?x1xf32>, tensor<?x2xf32>, tensor<?x5xf32>
  return %0#1, %1#2 : tensor<?x4xf32>, tensor<?x5xf32>
}
