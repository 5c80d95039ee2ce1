// Which weights are stored in 8 and 4 bits, by what reads them.
// RUN: qwen-opt %s --split-input-file --qwen-quantize-weights=format=q4 | FileCheck %s --check-prefixes=CHECK,Q4
// RUN: qwen-opt %s --split-input-file --qwen-quantize-weights=format=q8 | FileCheck %s --check-prefixes=CHECK,Q8
// RUN: qwen-opt %s --split-input-file --qwen-quantize-weights=format=q4 --remarks-filter=qwen 2>&1 >/dev/null | FileCheck %s --check-prefix=COUNT

// COUNT: qwen-quantize-weights {{.*}}"matrices: 10 as q4, 2 as q8, 2 as they were"
// COUNT: qwen-quantize-weights {{.*}}"matrices: 2 as q4, 1 as q8, 1 as they were"
// COUNT: qwen-quantize-weights {{.*}}"matrices: 8 as q4, 0 as q8, 4 as they were"

// CHECK-LABEL: module @causal
// CHECK:    qwen.weight @embed : tensor<20x8xbf16> as !qwen.q8
// CHECK:    qwen.weight @norm : tensor<8xf32>{{$}}
// Q4:       qwen.weight @q : tensor<8x8xbf16> as !qwen.q4
// Q4:       qwen.weight @k : tensor<8x8xbf16> as !qwen.q4
// Q4:       qwen.weight @v : tensor<8x8xbf16> as !qwen.q4
// Q8:       qwen.weight @q : tensor<8x8xbf16> as !qwen.q8
// CHECK:    qwen.weight @bias : tensor<8xf32>{{$}}
// Q4:       qwen.weight @o : tensor<8x8xbf16> as !qwen.q4
// Q4:       qwen.weight @gate : tensor<12x8xbf16> as !qwen.q4
// Q4:       qwen.weight @up : tensor<12x8xbf16> as !qwen.q4
// Q4:       qwen.weight @down : tensor<8x12xbf16> as !qwen.q4
// Q8:       qwen.weight @down : tensor<8x12xbf16> as !qwen.q8
// CHECK:    qwen.weight @router : tensor<4x8xbf16>{{$}}
// Q4:       qwen.weight @gate_up : tensor<4x6x8xbf16> as !qwen.q4
// Q4:       qwen.weight @experts_down : tensor<4x8x3xbf16> as !qwen.q4
// Q8:       qwen.weight @gate_up : tensor<4x6x8xbf16> as !qwen.q8
// A map between layers that was joined with nothing.
// Q4:       qwen.weight @alone : tensor<8x8xbf16> as !qwen.q4
// CHECK:    qwen.weight @lm_head : tensor<20x8xbf16> as !qwen.q8
// CHECK:    qwen.weight @score : tensor<3x8xbf16>{{$}}
// CHECK:    qwen.weight @unused : tensor<8x8xbf16>{{$}}
module @causal attributes {qwen.max_rows = 8 : i64} {
  qwen.weight @embed : tensor<20x8xbf16>
  qwen.weight @norm : tensor<8xf32>
  qwen.weight @head_norm : tensor<4xf32>
  qwen.weight @q : tensor<8x8xbf16>
  qwen.weight @k : tensor<8x8xbf16>
  qwen.weight @v : tensor<8x8xbf16>
  qwen.weight @bias : tensor<8xf32>
  qwen.weight @o : tensor<8x8xbf16>
  qwen.weight @gate : tensor<12x8xbf16>
  qwen.weight @up : tensor<12x8xbf16>
  qwen.weight @down : tensor<8x12xbf16>
  qwen.weight @router : tensor<4x8xbf16>
  qwen.weight @gate_up : tensor<4x6x8xbf16>
  qwen.weight @experts_down : tensor<4x8x3xbf16>
  qwen.weight @alone : tensor<8x8xbf16>
  qwen.weight @lm_head : tensor<20x8xbf16>
  qwen.weight @score : tensor<3x8xbf16>
  qwen.weight @unused : tensor<8x8xbf16>
  qwen.state @key : tensor<1x2x8x4xf32>
  qwen.state @value : tensor<1x2x8x4xf32>
  func.func @forward(%ids: tensor<?xi32>, %embeds: tensor<?x8xf32>, %slot: tensor<?xi32>, %index: tensor<?xi32>,
                     %table: tensor<?x4xf32>) {
    %x = qwen.embed %ids, %embeds, @embed : tensor<?x8xf32>
    %q = qwen.norm_qkv %x, %table, %slot, %index norm @norm eps 1.0e-6 weights [@q, @k, @v] biases [@bias, @bias, @bias]
      head_norms [@head_norm, @head_norm] eps 1.0e-6 caches @key, @value
      : tensor<?x8xf32>, tensor<?x4xf32> -> tensor<?x8xf32>
    %y = qwen.linear_residual %q, %x, @o : tensor<?x8xf32>, tensor<?x8xf32>
    %m = qwen.norm_glu silu %y norm @norm eps 1.0e-6 gate @gate up @up : tensor<?x8xf32> -> tensor<?x12xf32>
    %z = qwen.linear_residual %m, %y, @down : tensor<?x12xf32>, tensor<?x8xf32>
    %e, %l = qwen.norm_moe silu %z norm @norm eps 1.0e-6 router @router top_k 2 experts @gate_up, @experts_down
      : tensor<?x8xf32> -> tensor<?x4xf32>
    %a = qwen.norm_linear %e weights [@alone] : tensor<?x8xf32> -> tensor<?x8xf32>
    %logits, %scores = qwen.norm_linear %a weights [@lm_head, @score] : tensor<?x8xf32> -> tensor<?x20xf32>, tensor<?x3xf32>
    qwen.output "logits" %logits : tensor<?x20xf32>
    qwen.output "scores" %scores : tensor<?x3xf32>
    return
  }
}

// -----

// The most careful use decides, in either order.
// CHECK-LABEL: module @shared
// CHECK: qwen.weight @tied : tensor<8x8xf32> as !qwen.q8
// CHECK: qwen.weight @router : tensor<4x8xf32>{{$}}
// Q4:    qwen.weight @gate_up : tensor<4x8x8xf32> as !qwen.q4
// Q4:    qwen.weight @down : tensor<4x8x4xf32> as !qwen.q4
module @shared attributes {qwen.max_rows = 8 : i64} {
  qwen.weight @norm : tensor<8xf32>
  qwen.weight @tied : tensor<8x8xf32>
  qwen.weight @router : tensor<4x8xf32>
  qwen.weight @gate_up : tensor<4x8x8xf32>
  qwen.weight @down : tensor<4x8x4xf32>
  func.func @forward(%ids: tensor<?xi32>, %embeds: tensor<?x8xf32>) {
    %x = qwen.embed %ids, %embeds, @tied : tensor<?x8xf32>
    %y = qwen.linear_residual %x, %x, @tied : tensor<?x8xf32>, tensor<?x8xf32>
    %u = qwen.norm_glu silu %y norm @norm eps 1.0 gate @router up @router : tensor<?x8xf32> -> tensor<?x4xf32>
    %e, %l = qwen.norm_moe silu %y norm @norm eps 1.0e-6 router @router top_k 2 experts @gate_up, @down
      : tensor<?x8xf32> -> tensor<?x4xf32>
    qwen.output "e" %e : tensor<?x8xf32>
    qwen.output "u" %u : tensor<?x4xf32>
    return
  }
}

// -----

// What makes gates stays as it is, and is computed beside what doesn't.
// CHECK-LABEL: module @gates
// Q4:    qwen.weight @qkv : tensor<20x8xbf16> as !qwen.q4
// Q4:    qwen.weight @z : tensor<12x8xbf16> as !qwen.q4
// CHECK: qwen.weight @b : tensor<4x8xbf16>{{$}}
// CHECK: qwen.weight @a : tensor<4x8xbf16>{{$}}
// CHECK: qwen.weight @out : tensor<8x12xbf16> as
// CHECK: qwen.weight @shared_gate : tensor<4x8xbf16> as
// CHECK: qwen.weight @shared_up : tensor<4x8xbf16> as
// CHECK: qwen.weight @shared_down : tensor<8x4xbf16> as
// CHECK: qwen.weight @row_gate : tensor<1x8xbf16>{{$}}
// CHECK: %[[P:.*]]:4 = qwen.norm_linear %arg0 norm @norm eps 1.000000e+00 zero_centered rows %arg3 weights [@qkv, @b, @z, @a]
// CHECK: qwen.gated_delta_net silu %[[P]]#0, %[[P]]#2, %[[P]]#1, %[[P]]#3, %arg1, %arg2
module @gates attributes {qwen.max_rows = 8 : i64} {
  qwen.weight @norm : tensor<8xf32>
  qwen.weight @qkv : tensor<20x8xbf16>
  qwen.weight @z : tensor<12x8xbf16>
  qwen.weight @b : tensor<4x8xbf16>
  qwen.weight @a : tensor<4x8xbf16>
  qwen.weight @qkv_bias : tensor<20xf32>
  qwen.weight @z_bias : tensor<12xf32>
  qwen.weight @b_bias : tensor<4xf32>
  qwen.weight @conv : tensor<20x1x4xf32>
  qwen.weight @A_log : tensor<4xf32>
  qwen.weight @delta_norm : tensor<3xf32>
  qwen.weight @out : tensor<8x12xbf16>
  qwen.weight @router : tensor<4x8xbf16>
  qwen.weight @gate_up : tensor<4x6x8xbf16>
  qwen.weight @down : tensor<4x8x3xbf16>
  qwen.weight @shared_gate : tensor<4x8xbf16>
  qwen.weight @shared_up : tensor<4x8xbf16>
  qwen.weight @shared_down : tensor<8x4xbf16>
  qwen.weight @row_gate : tensor<1x8xbf16>
  qwen.state @inputs recurrent : tensor<1x3x20xf32>
  qwen.state @memory recurrent : tensor<1x4x2x3xf32>
  func.func @forward(%x: tensor<?x8xf32>, %slot: tensor<?xi32>, %index: tensor<?xi32>, %rows: tensor<?xi32>) {
    %qkv, %b, %z, %a = qwen.norm_linear %x norm @norm eps 1.0 zero_centered rows %rows weights [@qkv, @b, @z, @a]
      biases [@qkv_bias, @b_bias, @z_bias, @b_bias]
      : tensor<?x8xf32> -> tensor<?x20xf32>, tensor<?x4xf32>, tensor<?x12xf32>, tensor<?x4xf32>
    %y = qwen.gated_delta_net silu %qkv, %z, %b, %a, %slot, %index conv @conv state @inputs
      decay @A_log, @A_log l2_eps 1.0 delta scale 0.5 state @memory norm @delta_norm eps 2.0
      : tensor<?x20xf32>, tensor<?x12xf32>, tensor<?x4xf32>
    %o = qwen.linear_residual %y, %x, @out : tensor<?x12xf32>, tensor<?x8xf32>
    %e, %l = qwen.norm_moe silu %o norm @norm eps 1.0 zero_centered router @router top_k 2 experts @gate_up, @down
      shared [@shared_gate, @shared_up, @shared_down, @row_gate] : tensor<?x8xf32> -> tensor<?x4xf32>
    qwen.output "e" %e : tensor<?x8xf32>
    return
  }
}
