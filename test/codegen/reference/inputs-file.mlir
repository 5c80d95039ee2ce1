// Outputs go to a file whole, and a file's tensors become arguments by name; the others are random.
// RUN: split-file %s %t
// RUN: qwen-opt --interpret %t/make.mlir --out %t/made.safetensors | count 0
// RUN: qwen-opt --interpret %t/use.mlir --in %t/made.safetensors | FileCheck %s
// RUN: not qwen-opt --interpret %t/other.mlir --in %t/made.safetensors 2>&1 | FileCheck %s --check-prefix=OTHER
// RUN: not qwen-opt --interpret %t/wide.mlir --in %t/made.safetensors 2>&1 | FileCheck %s --check-prefix=WIDE
// RUN: not qwen-opt --interpret %t/use.mlir --in %t/absent.safetensors 2>&1 | FileCheck %s --check-prefix=ABSENT

//--- make.mlir
func.func @forward(%x: tensor<?x2xf32> {qwen.value = dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]> : tensor<3x2xf32>}) {
  qwen.output "x" %x : tensor<?x2xf32>
  %twice = arith.addf %x, %x : tensor<?x2xf32>
  qwen.output "twice" %twice on_request : tensor<?x2xf32>
  return
}

//--- use.mlir
func.func @forward(%twice: tensor<?x2xf32>, %x: tensor<?x2xf32>, %random: tensor<?x2xf32>) {
  %sum = arith.addf %twice, %x : tensor<?x2xf32>
  qwen.output "sum" %sum : tensor<?x2xf32>
  qwen.output "random" %random : tensor<?x2xf32>
  return
}
// CHECK:      sum 3x2
// CHECK-NEXT: {{^}}  3 6{{$}}
// CHECK-NEXT: {{^}}  9 12{{$}}
// CHECK-NEXT: {{^}}  15 18{{$}}
// CHECK-NEXT: random 3x2

//--- other.mlir
func.func @forward(%twice: tensor<?x2xf32>, %y: tensor<?x2xf32>) {
  return
}
// OTHER: {{^}}qwen-opt: {{.*}}made.safetensors: x is no argument of @forward, which has twice, y{{$}}

//--- wide.mlir
func.func @forward(%x: tensor<?x3xf32>, %twice: tensor<?x2xf32>) {
  return
}
// WIDE: {{^}}qwen-opt: {{.*}}made.safetensors: x is F32 [3, 2], but the argument is tensor<?x3xf32>{{$}}

// ABSENT: absent.safetensors
