// RUN: qwen-opt --interpret %s | FileCheck %s

// Fused ops run as their decompositions. The norm makes [0.75, 2] of [3, 4] and [1, 1.5] of [4, 3], since
// sqrt(12.5 + 3.5) = 4.
qwen.weight @norm {qwen.value = dense<[1.0, 2.0]> : tensor<2xf32>} : tensor<2xf32>
qwen.weight @w {qwen.value = dense<[[4.0, 1.0]]> : tensor<1x2xf32>} : tensor<1x2xf32>
qwen.weight @swap {qwen.value = dense<[[0.0, 1.0], [1.0, 0.0]]> : tensor<2x2xf32>} : tensor<2x2xf32>
qwen.weight @bias1 {qwen.value = dense<[10.0]> : tensor<1xf32>} : tensor<1xf32>
qwen.weight @bias2 {qwen.value = dense<[0.0, 20.0]> : tensor<2xf32>} : tensor<2xf32>
qwen.weight @three {qwen.value = dense<[[4.0, 0.0]]> : tensor<1x2xf32>} : tensor<1x2xf32>
qwen.weight @two {qwen.value = dense<[[0.0, 1.0]]> : tensor<1x2xf32>} : tensor<1x2xf32>
qwen.weight @identity {qwen.value = dense<[[1.0, 0.0], [0.0, 1.0]]> : tensor<2x2xf32>} : tensor<2x2xf32>
qwen.weight @q {qwen.value = dense<[[4.0, 0.0], [0.0, 1.0]]> : tensor<2x2xf32>} : tensor<2x2xf32>
qwen.weight @v {qwen.value = dense<[[0.0, 0.5], [4.0, 0.0]]> : tensor<2x2xf32>} : tensor<2x2xf32>
qwen.weight @q_norm {qwen.value = dense<[4.0, 4.0]> : tensor<2xf32>} : tensor<2xf32>
qwen.weight @k_norm {qwen.value = dense<[1.0, 1.0]> : tensor<2xf32>} : tensor<2xf32>
qwen.weight @router {qwen.value = dense<[[0.0, 0.0], [4.0, 1.0]]> : tensor<2x2xf32>} : tensor<2x2xf32>
qwen.weight @gate_up {qwen.value = dense<[[[9.0, 9.0], [9.0, 9.0]], [[4.0, 0.0], [0.0, 1.0]]]> : tensor<2x2x2xf32>}
  : tensor<2x2x2xf32>
qwen.weight @down {qwen.value = dense<[[[9.0], [9.0]], [[1.0], [2.0]]]> : tensor<2x2x1xf32>} : tensor<2x2x1xf32>
qwen.state @keys : tensor<1x1x4x2xf32>
qwen.state @values : tensor<1x1x4x2xf32>

func.func @forward(%x: tensor<?x2xf32> {qwen.value = dense<[[3.0, 4.0], [4.0, 3.0]]> : tensor<2x2xf32>},
                   %table: tensor<?x2xf32> {qwen.value = dense<[[0.0, 1.0], [1.0, 0.0]]> : tensor<2x2xf32>},
                   %slot: tensor<?xi32> {qwen.value = dense<0> : tensor<2xi32>},
                   %index: tensor<?xi32> {qwen.value = dense<[0, 1]> : tensor<2xi32>},
                   %wanted: tensor<?xi32> {qwen.value = dense<[1]> : tensor<1xi32>}) {
  %plain:2 = qwen.norm_linear %x norm @norm eps 3.5 weights [@w, @swap] biases [@bias1, @bias2]
    : tensor<?x2xf32> -> tensor<?x1xf32>, tensor<?x2xf32>
  qwen.output "norm_linear.0" %plain#0 : tensor<?x1xf32>
  qwen.output "norm_linear.1" %plain#1 : tensor<?x2xf32>
  %last = qwen.norm_linear %x norm @norm eps 3.5 rows %wanted weights [@w] : tensor<?x2xf32> -> tensor<?x1xf32>
  qwen.output "norm_linear.rows" %last : tensor<?x1xf32>
  %bare = qwen.norm_linear %x weights [@w] : tensor<?x2xf32> -> tensor<?x1xf32>
  qwen.output "norm_linear.bare" %bare : tensor<?x1xf32>

  %glu = qwen.norm_glu relu %x norm @norm eps 3.5 gate @three up @two : tensor<?x2xf32> -> tensor<?x1xf32>
  qwen.output "norm_glu" %glu : tensor<?x1xf32>

  %sum = qwen.linear_residual %x, %x, @swap bias @bias2 : tensor<?x2xf32>, tensor<?x2xf32>
  qwen.output "linear_residual" %sum : tensor<?x2xf32>

  // q of row 0: [3, 2], normed to the same (sqrt(6.5 + 9.5) = 4), turned by a right angle. Row 1 isn't turned:
  // [4, 1.5] * 4 / sqrt(9.125 + 9.5). Its scores with the keys, [-2, 0.75] / sqrt(11.78125) and
  // [1, 1.5] / sqrt(11.125), are -1.85647 and 1.73677, so it weighs the values [1, 3] and [0.75, 4] by 0.026773 and
  // 0.973227.
  %q = qwen.norm_qkv %x, %table, %slot, %index norm @norm eps 3.5 weights [@q, @identity, @v]
    head_norms [@q_norm, @k_norm] eps 9.5 caches @keys, @values : tensor<?x2xf32>, tensor<?x2xf32> -> tensor<?x2xf32>
  qwen.output "norm_qkv" %q : tensor<?x2xf32>
  %a = qwen.attention %q, %slot, %index, @keys, @values scale 1.0 : tensor<?x2xf32>
  qwen.output "attention" %a : tensor<?x2xf32>

  // Expert 1 alone: 3 * 2 = 6, by [1, 2], and the residual.
  %moe, %logits = qwen.norm_moe relu %x norm @norm eps 3.5 router @router top_k 1 normalize experts @gate_up, @down
    : tensor<?x2xf32> -> tensor<?x2xf32>
  qwen.output "norm_moe" %moe : tensor<?x2xf32>
  qwen.output "logits" %logits : tensor<?x2xf32>
  return
}

// CHECK:      norm_linear.0 2x1
// CHECK-NEXT: {{^}}  15{{$}}
// CHECK-NEXT: {{^}}  15.5{{$}}
// CHECK-NEXT: norm_linear.1 2x2
// CHECK-NEXT: {{^}}  2 20.75{{$}}
// CHECK-NEXT: {{^}}  1.5 21{{$}}
// CHECK-NEXT: norm_linear.rows 1x1
// CHECK-NEXT: {{^}}  5.5{{$}}
// CHECK-NEXT: norm_linear.bare 2x1
// CHECK-NEXT: {{^}}  16{{$}}
// CHECK-NEXT: {{^}}  19{{$}}
// CHECK-NEXT: norm_glu 2x1
// CHECK-NEXT: {{^}}  6{{$}}
// CHECK-NEXT: {{^}}  6{{$}}
// CHECK-NEXT: linear_residual 2x2
// CHECK-NEXT: {{^}}  7 27{{$}}
// CHECK-NEXT: {{^}}  7 27{{$}}
// CHECK-NEXT: norm_qkv 2x2
// CHECK-NEXT: {{^}}  -2 3{{$}}
// CHECK-NEXT: {{^}}  3.70742 1.39028{{$}}
// CHECK-NEXT: attention 2x2
// CHECK-NEXT: {{^}}  1 3{{$}}
// CHECK-NEXT: {{^}}  0.756693 3.97323{{$}}
// CHECK-NEXT: norm_moe 2x2
// CHECK-NEXT: {{^}}  9 16{{$}}
// CHECK-NEXT: {{^}}  10 15{{$}}
// CHECK-NEXT: logits 2x2
// CHECK-NEXT: {{^}}  0 5{{$}}
// CHECK-NEXT: {{^}}  0 5.5{{$}}
