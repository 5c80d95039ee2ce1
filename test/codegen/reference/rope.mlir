// RUN: qwen-opt --interpret %s | FileCheck %s

// Cosines [0, 1], sines [1, 0]: dimensions 0 and 2 of a head turn by a right angle, 1 and 3 stay. Two heads.
// With a head of six values, the last two pass.
func.func @forward(%x: tensor<?x8xf32>
                     {qwen.value = dense<[[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]]> : tensor<1x8xf32>},
                   %y: tensor<?x6xf32> {qwen.value = dense<[[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]]> : tensor<1x6xf32>},
                   %table: tensor<?x4xf32> {qwen.value = dense<[[0.0, 1.0, 1.0, 0.0]]> : tensor<1x4xf32>}) {
  %whole = qwen.rope %x, %table head_dim 4 : tensor<?x8xf32>, tensor<?x4xf32>
  qwen.output "whole" %whole : tensor<?x8xf32>
  %partial = qwen.rope %y, %table head_dim 6 : tensor<?x6xf32>, tensor<?x4xf32>
  qwen.output "partial" %partial : tensor<?x6xf32>
  return
}

// CHECK:      whole 1x8
// CHECK-NEXT: {{^}}  -3 2 1 4 -7 6 5 8{{$}}
// CHECK-NEXT: partial 1x6
// CHECK-NEXT: {{^}}  -3 2 1 4 5 6{{$}}
