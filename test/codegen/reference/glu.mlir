// RUN: qwen-opt --interpret %s | FileCheck %s

// act(1) * 2 and act(-2) * 3; the numbers are those of transformers' ACT2FN (in f64).
func.func @forward(%gate: tensor<?x2xf32> {qwen.value = dense<[[1.0, -2.0]]> : tensor<1x2xf32>},
                   %up: tensor<?x2xf32> {qwen.value = dense<[[2.0, 3.0]]> : tensor<1x2xf32>}) {
  %0 = qwen.glu silu %gate, %up : tensor<?x2xf32>
  qwen.output "silu" %0 : tensor<?x2xf32>
  %1 = qwen.glu gelu %gate, %up : tensor<?x2xf32>
  qwen.output "gelu" %1 : tensor<?x2xf32>
  %2 = qwen.glu gelu_pytorch_tanh %gate, %up : tensor<?x2xf32>
  qwen.output "gelu_pytorch_tanh" %2 : tensor<?x2xf32>
  %3 = qwen.glu quick_gelu %gate, %up : tensor<?x2xf32>
  qwen.output "quick_gelu" %3 : tensor<?x2xf32>
  %4 = qwen.glu relu %gate, %up : tensor<?x2xf32>
  qwen.output "relu" %4 : tensor<?x2xf32>
  %5 = qwen.glu sigmoid %gate, %up : tensor<?x2xf32>
  qwen.output "sigmoid" %5 : tensor<?x2xf32>
  %6 = qwen.glu tanh %gate, %up : tensor<?x2xf32>
  qwen.output "tanh" %6 : tensor<?x2xf32>
  return
}

// CHECK:      silu 1x2
// CHECK-NEXT: {{^}}  1.46212 -0.715218{{$}}
// CHECK-NEXT: gelu 1x2
// CHECK-NEXT: {{^}}  1.68269 -0.136501{{$}}
// CHECK-NEXT: gelu_pytorch_tanh 1x2
// CHECK-NEXT: {{^}}  1.68238 -0.136207{{$}}
// CHECK-NEXT: quick_gelu 1x2
// CHECK-NEXT: {{^}}  1.69159 -0.193024{{$}}
// CHECK-NEXT: relu 1x2
// CHECK-NEXT: {{^}}  2 0{{$}}
// CHECK-NEXT: sigmoid 1x2
// CHECK-NEXT: {{^}}  1.46212 0.357609{{$}}
// CHECK-NEXT: tanh 1x2
// CHECK-NEXT: {{^}}  1.52319 -2.89208{{$}}
