// RUN: qwen-opt --interpret %s | FileCheck %s

// Two heads of two values share a weight. [3, 4]: sqrt(12.5 + 3.5) = 4; [0, 1]: sqrt(0.5 + 3.5) = 2.
// As one group of four: mean 26 / 4 = 6.5, and sqrt(6.5 + 9.5) = 4.
qwen.weight @head {qwen.value = dense<[1.0, 2.0]> : tensor<2xf32>} : tensor<2xf32>
qwen.weight @layer {qwen.value = dense<[1.0, 2.0, 3.0, -4.0]> : tensor<4xf32>} : tensor<4xf32>
func.func @forward(%x: tensor<?x4xf32> {qwen.value = dense<[[3.0, 4.0, 0.0, 1.0]]> : tensor<1x4xf32>}) {
  %heads = qwen.rms_norm %x, @head eps 3.5 : tensor<?x4xf32>
  qwen.output "heads" %heads : tensor<?x4xf32>
  %row = qwen.rms_norm %x, @layer eps 9.5 : tensor<?x4xf32>
  qwen.output "row" %row : tensor<?x4xf32>
  // Factors 2, 3, 4, -3.
  %centered = qwen.rms_norm %x, @layer eps 9.5 zero_centered : tensor<?x4xf32>
  qwen.output "centered" %centered : tensor<?x4xf32>
  return
}

// CHECK:      heads 1x4
// CHECK-NEXT: {{^}}  0.75 2 0 1{{$}}
// CHECK-NEXT: row 1x4
// CHECK-NEXT: {{^}}  0.75 2 0 -1{{$}}
// CHECK-NEXT: centered 1x4
// CHECK-NEXT: {{^}}  1.5 3 0 -0.75{{$}}
