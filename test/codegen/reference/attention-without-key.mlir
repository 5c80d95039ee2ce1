// RUN: qwen-opt --interpret %s | FileCheck %s

// The row with index -3 stands at place 2 of its slot: it appends nothing (its value is 900) and sees the places 0 and 1,
// with a window of 2 only place 1. Keys ln 3 and 0, a query of 1: 3/4 of 1 and 1/4 of 5.
qwen.state @keys : tensor<1x1x3x1xf32>
qwen.state @values : tensor<1x1x3x1xf32>
func.func @forward(
    %slot: tensor<?xi32> {qwen.value = dense<0> : tensor<3xi32>},
    %index: tensor<?xi32> {qwen.value = dense<[0, 1, -3]> : tensor<3xi32>},
    %later: tensor<?xi32> {qwen.value = dense<[0, 1, 2]> : tensor<3xi32>},
    %q: tensor<?x1xf32> {qwen.value = dense<[[1.0], [0.0], [1.0]]> : tensor<3x1xf32>},
    %k: tensor<?x1xf32> {qwen.value = dense<[[1.0986123], [0.0], [9.0]]> : tensor<3x1xf32>},
    %v: tensor<?x1xf32> {qwen.value = dense<[[1.0], [5.0], [900.0]]> : tensor<3x1xf32>}) {
  qwen.cache_append %k, %slot, %index, @keys : tensor<?x1xf32>
  qwen.cache_append %v, %slot, %index, @values : tensor<?x1xf32>
  %all = qwen.attention %q, %slot, %index, @keys, @values scale 1.0 : tensor<?x1xf32>
  qwen.output "all" %all : tensor<?x1xf32>
  %two = qwen.attention %q, %slot, %index, @keys, @values scale 1.0 window 2 : tensor<?x1xf32>
  qwen.output "two" %two : tensor<?x1xf32>
  // Place 2 is still zero: 3/5 of 1, 1/5 of 5, 1/5 of 0.
  %untouched = qwen.attention %q, %slot, %later, @keys, @values scale 1.0 : tensor<?x1xf32>
  qwen.output "untouched" %untouched : tensor<?x1xf32>
  return
}

// CHECK:      all 3x1
// CHECK-NEXT: {{^}}  1{{$}}
// CHECK-NEXT: {{^}}  3{{$}}
// CHECK-NEXT: {{^}}  2{{$}}
// CHECK-NEXT: two 3x1
// CHECK-NEXT: {{^}}  1{{$}}
// CHECK-NEXT: {{^}}  3{{$}}
// CHECK-NEXT: {{^}}  5{{$}}
// CHECK-NEXT: untouched 3x1
// CHECK-NEXT: {{^}}  1{{$}}
// CHECK-NEXT: {{^}}  3{{$}}
// CHECK-NEXT: {{^}}  1.6{{$}}
