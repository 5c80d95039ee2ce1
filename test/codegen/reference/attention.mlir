// RUN: qwen-opt --interpret %s | FileCheck %s

// Two slots, two key/value heads of one value, four query heads (0 and 1 read head 0). The slots' rows are mixed.
// Slot 1 has keys ln 3 and 0 in head 0, so a query of 1 at index 1 weighs the values 1 and 5 by 3/4 and 1/4: 2; a query
// of 0 takes their mean: 3. In head 1 the keys are 0 and ln 3: 1/4 of 10 and 3/4 of 50: 40. Scale 0.5 makes 1 of 2.
qwen.state @keys : tensor<2x2x4x1xf32>
qwen.state @values : tensor<2x2x4x1xf32>
func.func @forward(
    %slot: tensor<?xi32> {qwen.value = dense<[1, 0, 1]> : tensor<3xi32>},
    %index: tensor<?xi32> {qwen.value = dense<[0, 0, 1]> : tensor<3xi32>},
    %q: tensor<?x4xf32>
      {qwen.value = dense<[[9.0, 9.0, 9.0, 9.0], [9.0, 9.0, 9.0, 9.0], [2.0, 0.0, 2.0, 0.0]]> : tensor<3x4xf32>},
    %k: tensor<?x2xf32> {qwen.value = dense<[[1.0986123, 0.0], [7.0, 7.0], [0.0, 1.0986123]]> : tensor<3x2xf32>},
    %v: tensor<?x2xf32> {qwen.value = dense<[[1.0, 10.0], [-1.0, -2.0], [5.0, 50.0]]> : tensor<3x2xf32>}) {
  qwen.cache_append %k, %slot, %index, @keys : tensor<?x2xf32>
  qwen.cache_append %v, %slot, %index, @values : tensor<?x2xf32>
  %all = qwen.attention %q, %slot, %index, @keys, @values scale 0.5 : tensor<?x4xf32>
  qwen.output "all" %all : tensor<?x4xf32>
  %last = qwen.attention %q, %slot, %index, @keys, @values scale 0.5 window 1 : tensor<?x4xf32>
  qwen.output "last" %last : tensor<?x4xf32>
  %two = qwen.attention %q, %slot, %index, @keys, @values scale 0.5 window 2 : tensor<?x4xf32>
  qwen.output "two" %two : tensor<?x4xf32>
  return
}

// CHECK:      all 3x4
// CHECK-NEXT: {{^}}  1 1 10 10{{$}}
// CHECK-NEXT: {{^}}  -1 -1 -2 -2{{$}}
// CHECK-NEXT: {{^}}  2 3 40 30{{$}}
// CHECK-NEXT: last 3x4
// CHECK-NEXT: {{^}}  1 1 10 10{{$}}
// CHECK-NEXT: {{^}}  -1 -1 -2 -2{{$}}
// CHECK-NEXT: {{^}}  5 5 50 50{{$}}
// CHECK-NEXT: two 3x4
// CHECK-NEXT: {{^}}  1 1 10 10{{$}}
// CHECK-NEXT: {{^}}  -1 -1 -2 -2{{$}}
// CHECK-NEXT: {{^}}  2 3 40 30{{$}}
