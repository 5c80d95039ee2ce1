// RUN: qwen-opt --interpret %s | FileCheck %s

qwen.weight @w {qwen.value = dense<[[1.0, 2.0], [3.0, 4.0], [-1.0, 0.5]]> : tensor<3x2xf32>} : tensor<3x2xf32>
qwen.weight @b {qwen.value = dense<[0.5, 0.0, -1.0]> : tensor<3xf32>} : tensor<3xf32>
// Storage in bf16 rounds to nearest, ties to even: 1 + 1/256 is halfway to 1 + 2/256, 1 + 3/256 halfway to 1 + 4/256.
qwen.weight @half {qwen.value = dense<[[1.00390625], [1.01171875], [1.00390637]]> : tensor<3x1xf32>} : tensor<3x1xbf16>
// Sums don't lose small terms between large ones.
qwen.weight @ones {qwen.value = dense<[[1.0, 1.0, 1.0]]> : tensor<1x3xf32>} : tensor<1x3xf32>
func.func @forward(%x: tensor<?x2xf32> {qwen.value = dense<[[1.0, 10.0], [2.0, 0.0]]> : tensor<2x2xf32>},
                   %y: tensor<?x1xf32> {qwen.value = dense<[[1.0], [2.0]]> : tensor<2x1xf32>},
                   %z: tensor<?x3xf32>
                     {qwen.value = dense<[[1.0e8, 1.0, -1.0e8], [1.0, 2.0, 3.0]]> : tensor<2x3xf32>}) {
  %plain = qwen.linear %x, @w : tensor<?x2xf32> -> tensor<?x3xf32>
  qwen.output "plain" %plain : tensor<?x3xf32>
  %biased = qwen.linear %x, @w bias @b : tensor<?x2xf32> -> tensor<?x3xf32>
  qwen.output "biased" %biased : tensor<?x3xf32>
  %rounded = qwen.linear %y, @half : tensor<?x1xf32> -> tensor<?x3xf32>
  qwen.output "rounded" %rounded : tensor<?x3xf32>
  %exact = qwen.linear %z, @ones : tensor<?x3xf32> -> tensor<?x1xf32>
  qwen.output "exact" %exact : tensor<?x1xf32>
  return
}

// CHECK:      plain 2x3
// CHECK-NEXT: {{^}}  21 43 4{{$}}
// CHECK-NEXT: {{^}}  2 6 -2{{$}}
// CHECK-NEXT: biased 2x3
// CHECK-NEXT: {{^}}  21.5 43 3{{$}}
// CHECK-NEXT: {{^}}  2.5 6 -3{{$}}
// CHECK-NEXT: rounded 2x3
// CHECK-NEXT: {{^}}  1 1.01562 1.00781{{$}}
// CHECK-NEXT: {{^}}  2 2.03125 2.01562{{$}}
// CHECK-NEXT: exact 2x1
// CHECK-NEXT: {{^}}  1{{$}}
// CHECK-NEXT: {{^}}  6{{$}}
