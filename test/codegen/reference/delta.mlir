// RUN: qwen-opt --interpret %s | FileCheck %s

// Two slots whose rows are mixed; the last row of slot 0 begins another sequence, and row 4 has no place in one.
// The convolution's first channel shows its inputs as digits, the oldest in the ones.
qwen.weight @conv {qwen.value = dense<[[[1.0, 10.0, 100.0]], [[0.0, 0.0, 1.0]]]> : tensor<2x1x3xf32>} : tensor<2x1x3xf32>
qwen.state @inputs recurrent : tensor<2x2x2xf32>

// Softplus of 0 is ln 2; of large values it is themselves.
qwen.weight @A_log {qwen.value = dense<[0.69314718, 0.0]> : tensor<2xf32>} : tensor<2xf32>
qwen.weight @dt_bias {qwen.value = dense<[0.0, 1.0]> : tensor<2xf32>} : tensor<2xf32>

// One key head of two, two value heads of one. Row 0 of slot 0 writes half of 4 and all of 8 under the key [1, 0]. Row
// 2 forgets half of it, reads 1 and 4 under [1, 1] and puts 3 and 4 in their place: [3, 2] and [4, 0]. Scale 0.5 makes
// 1 of 2.
qwen.state @memory recurrent : tensor<2x2x2x1xf32>

func.func @forward(
    %slot: tensor<?xi32> {qwen.value = dense<[0, 1, 0, 0, 0, 0]> : tensor<6xi32>},
    %index: tensor<?xi32> {qwen.value = dense<[0, 0, 1, 2, -4, 0]> : tensor<6xi32>},
    %x: tensor<?x2xf32>
      {qwen.value = dense<[[1.0, 1.0], [5.0, 5.0], [2.0, 2.0], [3.0, 3.0], [9.0, 9.0], [4.0, 4.0]]> : tensor<6x2xf32>},
    %a: tensor<?x2xf32>
      {qwen.value = dense<[[0.0, -1.0], [200.0, 99.0], [0.0, 0.0], [0.0, 0.0], [0.0, 0.0], [0.0, 0.0]]> : tensor<6x2xf32>},
    %q: tensor<?x2xf32>
      {qwen.value = dense<[[2.0, 0.0], [0.0, 0.0], [2.0, 2.0], [2.0, 0.0], [2.0, 2.0], [0.0, 2.0]]> : tensor<6x2xf32>},
    %k: tensor<?x2xf32>
      {qwen.value = dense<[[1.0, 0.0], [1.0, 1.0], [1.0, 1.0], [0.0, 0.0], [1.0, 1.0], [0.0, 1.0]]> : tensor<6x2xf32>},
    %v: tensor<?x2xf32>
      {qwen.value = dense<[[4.0, 8.0], [6.0, 6.0], [3.0, 4.0], [9.0, 9.0], [9.0, 9.0], [7.0, 7.0]]> : tensor<6x2xf32>},
    %g: tensor<?x2xf32>
      {qwen.value = dense<[[-1.0, -1.0], [-1.0, -1.0], [-0.69314718, -0.69314718], [0.0, 0.0], [-1.0, -1.0], [-1.0, -1.0]]>
       : tensor<6x2xf32>},
    %beta: tensor<?x2xf32>
      {qwen.value = dense<[[0.5, 1.0], [1.0, 1.0], [1.0, 1.0], [1.0, 1.0], [1.0, 1.0], [1.0, 1.0]]> : tensor<6x2xf32>}) {
  %c = qwen.causal_conv %x, %slot, %index, @conv state @inputs : tensor<?x2xf32>
  qwen.output "conv" %c : tensor<?x2xf32>
  %d = qwen.decay %a, @A_log, @dt_bias : tensor<?x2xf32>
  qwen.output "decay" %d : tensor<?x2xf32>
  %y = qwen.gated_delta_rule %q, %k, %v, %g, %beta, %slot, %index state @memory scale 0.5
    : tensor<?x2xf32>, tensor<?x2xf32>, tensor<?x2xf32>
  qwen.output "rule" %y : tensor<?x2xf32>
  // [3, 4] is 5 long, and sqrt(25 + 11) = 6.
  %l = qwen.l2_norm %v head_dim 2 eps 11.0 : tensor<?x2xf32>
  qwen.output "l2" %l : tensor<?x2xf32>
  return
}

// CHECK:      conv 6x2
// CHECK-NEXT: {{^}}  100 1{{$}}
// CHECK-NEXT: {{^}}  500 5{{$}}
// CHECK-NEXT: {{^}}  210 2{{$}}
// CHECK-NEXT: {{^}}  321 3{{$}}
// CHECK-NEXT: {{^}}  0 0{{$}}
// CHECK-NEXT: {{^}}  400 4{{$}}
// CHECK-NEXT: decay 6x2
// CHECK-NEXT: {{^}}  -1.38629 -0.693147{{$}}
// CHECK-NEXT: {{^}}  -400 -100{{$}}
// CHECK:      rule 6x2
// CHECK-NEXT: {{^}}  2 8{{$}}
// CHECK-NEXT: {{^}}  0 0{{$}}
// CHECK-NEXT: {{^}}  5 4{{$}}
// CHECK-NEXT: {{^}}  3 4{{$}}
// CHECK-NEXT: {{^}}  0 0{{$}}
// CHECK-NEXT: {{^}}  7 7{{$}}
// CHECK-NEXT: l2 6x2
// CHECK:      {{^}}  0.5 0.666667{{$}}
