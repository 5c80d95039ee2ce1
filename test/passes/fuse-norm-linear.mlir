// RUN: qwen-opt %s --pass-pipeline='builtin.module(func.func(qwen-fuse-norm-linear))' | FileCheck %s
// RUN: qwen-opt %s --pass-pipeline='builtin.module(func.func(qwen-fuse-norm-linear))' --remarks-filter=qwen 2>&1 >/dev/null | FileCheck %s --check-prefix=COUNT

qwen.weight @norm : tensor<8xf32>
qwen.weight @w : tensor<6x8xf32>
qwen.weight @w2 : tensor<4x8xf32>
qwen.weight @b : tensor<6xf32>
qwen.weight @b2 : tensor<4xf32>

// The last norm and the LM head, over the wanted rows.
// COUNT: remark: {{.*}}qwen-fuse-norm-linear{{.*}}"1 of 1 linear maps left taken into norm_linear"
// CHECK-LABEL: func.func @lm_head
// CHECK-NEXT: %[[L:.*]] = qwen.norm_linear %arg0 norm @norm eps 1.000000e+00 rows %arg1 weights [@w] : tensor<?x8xf32> -> tensor<?x6xf32>
// CHECK-NEXT: return %[[L]]
func.func @lm_head(%x: tensor<?x8xf32>, %wanted: tensor<?xi32>) -> tensor<?x6xf32> {
  %g = qwen.gather_rows %x, %wanted : tensor<?x8xf32>
  %n = qwen.rms_norm %g, @norm eps 1.0 : tensor<?x8xf32>
  %l = qwen.linear %n, @w : tensor<?x8xf32> -> tensor<?x6xf32>
  return %l : tensor<?x6xf32>
}

// CHECK-LABEL: func.func @norm_alone
// CHECK-NEXT: qwen.norm_linear %arg0 norm @norm eps 1.000000e+00 weights [@w] biases [@b] : tensor<?x8xf32> -> tensor<?x6xf32>
// CHECK-NEXT: return
func.func @norm_alone(%x: tensor<?x8xf32>) -> tensor<?x6xf32> {
  %n = qwen.rms_norm %x, @norm eps 1.0 : tensor<?x8xf32>
  %l = qwen.linear %n, @w bias @b : tensor<?x8xf32> -> tensor<?x6xf32>
  return %l : tensor<?x6xf32>
}

// CHECK-LABEL: func.func @alone
// CHECK-NEXT: qwen.norm_linear %arg0 weights [@w] : tensor<?x8xf32> -> tensor<?x6xf32>
// CHECK-NEXT: return
func.func @alone(%x: tensor<?x8xf32>) -> tensor<?x6xf32> {
  %l = qwen.linear %x, @w : tensor<?x8xf32> -> tensor<?x6xf32>
  return %l : tensor<?x6xf32>
}

// CHECK-LABEL: func.func @gathered
// CHECK-NEXT: qwen.norm_linear %arg0 rows %arg1 weights [@w] : tensor<?x8xf32> -> tensor<?x6xf32>
// CHECK-NEXT: return
func.func @gathered(%x: tensor<?x8xf32>, %wanted: tensor<?xi32>) -> tensor<?x6xf32> {
  %g = qwen.gather_rows %x, %wanted : tensor<?x8xf32>
  %l = qwen.linear %g, @w : tensor<?x8xf32> -> tensor<?x6xf32>
  return %l : tensor<?x6xf32>
}

// CHECK-LABEL: func.func @shared
// CHECK-NEXT: %[[L:.*]]:2 = qwen.norm_linear %arg0 norm @norm eps 1.000000e+00 weights [@w, @w2] biases [@b, @b2]
// CHECK-SAME: : tensor<?x8xf32> -> tensor<?x6xf32>, tensor<?x4xf32>
// CHECK-NEXT: return %[[L]]#0, %[[L]]#1
func.func @shared(%x: tensor<?x8xf32>) -> (tensor<?x6xf32>, tensor<?x4xf32>) {
  %n = qwen.rms_norm %x, @norm eps 1.0 : tensor<?x8xf32>
  %l = qwen.linear %n, @w bias @b : tensor<?x8xf32> -> tensor<?x6xf32>
  %m = qwen.linear %n, @w2 bias @b2 : tensor<?x8xf32> -> tensor<?x4xf32>
  return %l, %m : tensor<?x6xf32>, tensor<?x4xf32>
}

// A token classifier: hidden_states.N is the last norm's result, on request.
// CHECK-LABEL: func.func @on_request
// CHECK-NEXT: %[[N:.*]] = qwen.rms_norm %arg0, @norm
// CHECK-NEXT: qwen.output "hidden_states.2" %[[N]] on_request
// CHECK-NEXT: qwen.norm_linear %arg0 norm @norm eps 1.000000e+00 weights [@w] biases [@b]
// CHECK-NEXT: return
func.func @on_request(%x: tensor<?x8xf32>) -> tensor<?x6xf32> {
  %n = qwen.rms_norm %x, @norm eps 1.0 : tensor<?x8xf32>
  qwen.output "hidden_states.2" %n on_request : tensor<?x8xf32>
  %l = qwen.linear %n, @w bias @b : tensor<?x8xf32> -> tensor<?x6xf32>
  return %l : tensor<?x6xf32>
}
