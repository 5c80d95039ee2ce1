// Weights that are stored quantised are read as they are stored: to scale * (code - zero), 32 columns a scale.
// RUN: qwen-opt --interpret %s | FileCheck %s

// 127 steps of 1/4 and what is a multiple of it are kept; what lies between goes to the nearest: -1/16, 3/16.
qwen.weight @q8 {qwen.value = dense<[[31.75, 0.5, -0.0625, 0.1875, 0.0]]> : tensor<1x5xf32>}
  : tensor<1x5xf32> as !qwen.q8
// Zeros stay zeros, whatever the table.
qwen.weight @q4 {qwen.value = dense<[[0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]> : tensor<2x3xf32>} : tensor<2x3xf32> as !qwen.q4
func.func @forward(%x: tensor<?x5xf32> {qwen.value = dense<[[1.0, 0.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0, 0.0],
                                                           [0.0, 0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0, 0.0]]>
                                          : tensor<4x5xf32>},
                   %y: tensor<?x3xf32> {qwen.value = dense<1.0> : tensor<4x3xf32>}) {
  %a = qwen.linear %x, @q8 : tensor<?x5xf32> -> tensor<?x1xf32>
  qwen.output "q8" %a : tensor<?x1xf32>
  %b = qwen.linear %y, @q4 : tensor<?x3xf32> -> tensor<?x2xf32>
  qwen.output "q4" %b : tensor<?x2xf32>
  return
}

// CHECK:      q8 4x1
// CHECK-NEXT: {{^}}  31.75{{$}}
// CHECK-NEXT: {{^}}  0.5{{$}}
// CHECK-NEXT: {{^}}  0{{$}}
// CHECK-NEXT: {{^}}  0.25{{$}}
// CHECK-NEXT: q4 4x2
// CHECK-NEXT: {{^}}  0 0{{$}}
