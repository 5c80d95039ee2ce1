// Norms and gathers that must stay, though the linear maps after them become norm_linear all the same.
// RUN: qwen-opt %s --pass-pipeline='builtin.module(func.func(qwen-fuse-norm-linear))' | FileCheck %s

qwen.weight @norm : tensor<8xf32>
qwen.weight @head_norm : tensor<4xf32>
qwen.weight @w : tensor<6x8xf32>
qwen.weight @w2 : tensor<4x8xf32>
qwen.weight @b : tensor<6xf32>

// The norm's result goes to the caller anyway.
// CHECK-LABEL: func.func @norm_output
// CHECK-NEXT: %[[N:.*]] = qwen.rms_norm %arg0, @norm
// CHECK-NEXT: qwen.output "last_hidden_state" %[[N]]
// CHECK-NEXT: qwen.norm_linear %[[N]] weights [@w] :
// CHECK-NEXT: return
func.func @norm_output(%x: tensor<?x8xf32>) -> tensor<?x6xf32> {
  %n = qwen.rms_norm %x, @norm eps 1.0 : tensor<?x8xf32>
  qwen.output "last_hidden_state" %n : tensor<?x8xf32>
  %l = qwen.linear %n, @w : tensor<?x8xf32> -> tensor<?x6xf32>
  return %l : tensor<?x6xf32>
}

// The gathered rows have another use.
// CHECK-LABEL: func.func @gather_used
// CHECK-NEXT: %[[G:.*]] = qwen.gather_rows %arg0, %arg1
// CHECK-NEXT: %[[L:.*]] = qwen.norm_linear %[[G]] norm @norm eps 1.000000e+00 weights [@w] :
// CHECK-NEXT: return %[[L]], %[[G]]
func.func @gather_used(%x: tensor<?x8xf32>, %wanted: tensor<?xi32>) -> (tensor<?x6xf32>, tensor<?x8xf32>) {
  %g = qwen.gather_rows %x, %wanted : tensor<?x8xf32>
  %n = qwen.rms_norm %g, @norm eps 1.0 : tensor<?x8xf32>
  %l = qwen.linear %n, @w : tensor<?x8xf32> -> tensor<?x6xf32>
  return %l, %g : tensor<?x6xf32>, tensor<?x8xf32>
}

// The norm goes over groups of four.
// CHECK-LABEL: func.func @per_head
// CHECK-NEXT: %[[N:.*]] = qwen.rms_norm %arg0, @head_norm
// CHECK-NEXT: qwen.norm_linear %[[N]] weights [@w] :
// CHECK-NEXT: return
func.func @per_head(%x: tensor<?x8xf32>) -> tensor<?x6xf32> {
  %n = qwen.rms_norm %x, @head_norm eps 1.0 : tensor<?x8xf32>
  %l = qwen.linear %n, @w : tensor<?x8xf32> -> tensor<?x6xf32>
  return %l : tensor<?x6xf32>
}

// With and without bias: two ops, and the norm is computed once.
// CHECK-LABEL: func.func @some_biases
// CHECK-NEXT: %[[N:.*]] = qwen.rms_norm %arg0, @norm
// CHECK-NEXT: %[[L:.*]] = qwen.norm_linear %[[N]] weights [@w] biases [@b]
// CHECK-NEXT: %[[M:.*]] = qwen.norm_linear %[[N]] weights [@w2] :
// CHECK-NEXT: return %[[L]], %[[M]]
func.func @some_biases(%x: tensor<?x8xf32>) -> (tensor<?x6xf32>, tensor<?x4xf32>) {
  %n = qwen.rms_norm %x, @norm eps 1.0 : tensor<?x8xf32>
  %l = qwen.linear %n, @w bias @b : tensor<?x8xf32> -> tensor<?x6xf32>
  %m = qwen.linear %n, @w2 : tensor<?x8xf32> -> tensor<?x4xf32>
  return %l, %m : tensor<?x6xf32>, tensor<?x4xf32>
}

// Norms that differ in eps are two norms.
// CHECK-LABEL: func.func @eps
// CHECK-NEXT: qwen.norm_linear %arg0 norm @norm eps 1.000000e+00 weights [@w] :
// CHECK-NEXT: qwen.norm_linear %arg0 norm @norm eps 2.000000e+00 weights [@w2] :
// CHECK-NEXT: return
func.func @eps(%x: tensor<?x8xf32>) -> (tensor<?x6xf32>, tensor<?x4xf32>) {
  %n = qwen.rms_norm %x, @norm eps 1.0 : tensor<?x8xf32>
  %n2 = qwen.rms_norm %x, @norm eps 2.0 : tensor<?x8xf32>
  %l = qwen.linear %n, @w : tensor<?x8xf32> -> tensor<?x6xf32>
  %m = qwen.linear %n2, @w2 : tensor<?x8xf32> -> tensor<?x4xf32>
  return %l, %m : tensor<?x6xf32>, tensor<?x4xf32>
}
