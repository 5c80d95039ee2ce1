// RUN: qwen-opt %s --pass-pipeline='builtin.module(func.func(qwen-fuse-norm-glu))' | FileCheck %s
// RUN: qwen-opt %s --pass-pipeline='builtin.module(func.func(qwen-fuse-norm-glu))' --remarks-filter=qwen 2>&1 >/dev/null | FileCheck %s --check-prefix=COUNT

qwen.weight @norm : tensor<8xf32>
qwen.weight @gate : tensor<6x8xf32>
qwen.weight @up : tensor<6x8xf32>

// COUNT: remark: {{.*}}qwen-fuse-norm-glu{{.*}}"1 of 1 norm + gated linear units fused"
// CHECK-LABEL: func.func @mlp
// CHECK-NEXT: %[[M:.*]] = qwen.norm_glu silu %arg0 norm @norm eps 1.000000e+00 gate @gate up @up : tensor<?x8xf32> -> tensor<?x6xf32>
// CHECK-NEXT: return %[[M]]
func.func @mlp(%x: tensor<?x8xf32>) -> tensor<?x6xf32> {
  %h = qwen.rms_norm %x, @norm eps 1.0 : tensor<?x8xf32>
  %g = qwen.linear %h, @gate : tensor<?x8xf32> -> tensor<?x6xf32>
  %u = qwen.linear %h, @up : tensor<?x8xf32> -> tensor<?x6xf32>
  %m = qwen.glu silu %g, %u : tensor<?x6xf32>
  return %m : tensor<?x6xf32>
}

// Up comes first, and the normalised rows are asked for on request.
// CHECK-LABEL: func.func @on_request
// CHECK-NEXT: %[[H:.*]] = qwen.rms_norm
// CHECK-NEXT: qwen.output "normed" %[[H]] on_request
// CHECK-NEXT: qwen.norm_glu gelu_pytorch_tanh %arg0 norm @norm eps 1.000000e+00 gate @gate up @up
// CHECK-NEXT: return
func.func @on_request(%x: tensor<?x8xf32>) -> tensor<?x6xf32> {
  %h = qwen.rms_norm %x, @norm eps 1.0 : tensor<?x8xf32>
  qwen.output "normed" %h on_request : tensor<?x8xf32>
  %u = qwen.linear %h, @up : tensor<?x8xf32> -> tensor<?x6xf32>
  %g = qwen.linear %h, @gate : tensor<?x8xf32> -> tensor<?x6xf32>
  %m = qwen.glu gelu_pytorch_tanh %g, %u : tensor<?x6xf32>
  return %m : tensor<?x6xf32>
}
