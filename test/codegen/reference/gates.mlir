// RUN: qwen-opt --interpret %s | FileCheck %s

// A gate of ln 3 lets three quarters through.
func.func @forward(
    %gate: tensor<?x1xf32> {qwen.value = dense<[[0.0], [1.0986123]]> : tensor<2x1xf32>},
    %x: tensor<?x4xf32> {qwen.value = dense<[[1.0, 2.0, 3.0, 4.0], [4.0, 8.0, -4.0, 0.0]]> : tensor<2x4xf32>}) {
  %0 = qwen.gate_rows sigmoid %gate, %x : tensor<?x4xf32>
  qwen.output "gate_rows" %0 : tensor<?x4xf32>
  %1 = qwen.activation relu %x : tensor<?x4xf32>
  qwen.output "activation" %1 : tensor<?x4xf32>
  %2, %3 = qwen.split %x : tensor<?x4xf32> -> tensor<?x1xf32>, tensor<?x3xf32>
  qwen.output "first" %2 : tensor<?x1xf32>
  qwen.output "rest" %3 : tensor<?x3xf32>
  %4, %5 = qwen.split %x groups 2 : tensor<?x4xf32> -> tensor<?x2xf32>, tensor<?x2xf32>
  qwen.output "even" %4 : tensor<?x2xf32>
  qwen.output "odd" %5 : tensor<?x2xf32>
  return
}

// CHECK:      gate_rows 2x4
// CHECK-NEXT: {{^}}  0.5 1 1.5 2{{$}}
// CHECK-NEXT: {{^}}  3 6 -3 0{{$}}
// CHECK-NEXT: activation 2x4
// CHECK-NEXT: {{^}}  1 2 3 4{{$}}
// CHECK-NEXT: {{^}}  4 8 0 0{{$}}
// CHECK-NEXT: first 2x1
// CHECK-NEXT: {{^}}  1{{$}}
// CHECK-NEXT: {{^}}  4{{$}}
// CHECK-NEXT: rest 2x3
// CHECK-NEXT: {{^}}  2 3 4{{$}}
// CHECK-NEXT: {{^}}  8 -4 0{{$}}
// CHECK-NEXT: even 2x2
// CHECK-NEXT: {{^}}  1 3{{$}}
// CHECK-NEXT: {{^}}  4 -4{{$}}
// CHECK-NEXT: odd 2x2
// CHECK-NEXT: {{^}}  2 4{{$}}
// CHECK-NEXT: {{^}}  8 0{{$}}
