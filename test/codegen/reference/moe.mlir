// RUN: qwen-opt --interpret %s | FileCheck %s

// A row of 1 has logits 0, ln 2, ln 5, 0, thus p = 1/9, 2/9, 5/9, 1/9: the two largest are experts 2 and 1. A row of 0
// has equal ones: experts 0 and 1. With relu, G = U = 1 and x = 1 an expert gives D = 1, 10, 100, 1000; expert 1 has
// G = -1 above U = 1, and gives nothing.
qwen.weight @gate {qwen.value = dense<[[0.0], [0.6931472], [1.6094379], [0.0]]> : tensor<4x1xf32>} : tensor<4x1xf32>
qwen.weight @gate_up
  {qwen.value = dense<[[[1.0], [1.0]], [[-1.0], [1.0]], [[1.0], [1.0]], [[1.0], [1.0]]]> : tensor<4x2x1xf32>}
  : tensor<4x2x1xf32>
qwen.weight @down {qwen.value = dense<[[[1.0]], [[10.0]], [[100.0]], [[1000.0]]]> : tensor<4x1x1xf32>}
  : tensor<4x1x1xf32>
func.func @forward(%x: tensor<?x1xf32> {qwen.value = dense<[[1.0], [0.0]]> : tensor<2x1xf32>},
                   %one: tensor<?x1xf32> {qwen.value = dense<1.0> : tensor<2x1xf32>}) {
  %w, %e, %l = qwen.router %x, @gate top_k 2
    : tensor<?x1xf32> -> tensor<?x2xf32>, tensor<?x2xi32>, tensor<?x4xf32>
  qwen.output "weights" %w : tensor<?x2xf32>
  qwen.output "logits" %l : tensor<?x4xf32>
  %n, %ne, %nl = qwen.router %x, @gate top_k 2 normalize
    : tensor<?x1xf32> -> tensor<?x2xf32>, tensor<?x2xi32>, tensor<?x4xf32>
  qwen.output "normalized" %n : tensor<?x2xf32>
  // 5/9 of 100, and 1/4 of 1
  %y = qwen.experts relu %one, %w, %e, @gate_up, @down : tensor<?x1xf32>, tensor<?x2xf32>, tensor<?x2xi32>
  qwen.output "sum" %y : tensor<?x1xf32>
  // silu(2) * 2 of expert 2 and silu(-2) * 2 of expert 1 by 5/7 and 2/7; x = 2, and 0 gives 0
  %two = arith.addf %x, %x : tensor<?x1xf32>
  %z = qwen.experts silu %two, %n, %ne, @gate_up, @down : tensor<?x1xf32>, tensor<?x2xf32>, tensor<?x2xi32>
  qwen.output "silu" %z : tensor<?x1xf32>
  return
}

// CHECK:      weights 2x2
// CHECK-NEXT: {{^}}  0.555556 0.222222{{$}}
// CHECK-NEXT: {{^}}  0.25 0.25{{$}}
// CHECK-NEXT: logits 2x4
// CHECK-NEXT: {{^}}  0 0.693147 1.60944 0{{$}}
// CHECK-NEXT: {{^}}  0 0 0 0{{$}}
// CHECK-NEXT: normalized 2x2
// CHECK-NEXT: {{^}}  0.714286 0.285714{{$}}
// CHECK-NEXT: {{^}}  0.5 0.5{{$}}
// CHECK-NEXT: sum 2x1
// CHECK-NEXT: {{^}}  55.5556{{$}}
// CHECK-NEXT: {{^}}  0.25{{$}}
// CHECK-NEXT: silu 2x1
// CHECK-NEXT: {{^}}  250.294{{$}}
// CHECK-NEXT: {{^}}  0{{$}}
