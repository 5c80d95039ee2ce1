// RUN: qwen-opt --interpret %s | FileCheck %s

// gather_rows, and the residual addition that stands between blocks.
func.func @forward(%x: tensor<?x2xf32> {qwen.value = dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]> : tensor<3x2xf32>},
                   %wanted: tensor<?xi32> {qwen.value = dense<[0, 2]> : tensor<2xi32>}) {
  %some = qwen.gather_rows %x, %wanted : tensor<?x2xf32>
  qwen.output "some" %some : tensor<?x2xf32>
  %twice = arith.addf %some, %some : tensor<?x2xf32>
  qwen.output "twice" %twice : tensor<?x2xf32>
  return
}

// CHECK:      some 2x2
// CHECK-NEXT: {{^}}  1 2{{$}}
// CHECK-NEXT: {{^}}  5 6{{$}}
// CHECK-NEXT: twice 2x2
// CHECK-NEXT: {{^}}  2 4{{$}}
// CHECK-NEXT: {{^}}  10 12{{$}}
