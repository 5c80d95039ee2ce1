// Which sections the weight file gets, in which layout, where; and what each op reads of it.
// RUN: qwen-opt %s --split-input-file --qwen-plan-weights | FileCheck %s
// RUN: qwen-opt %s --split-input-file --qwen-plan-weights --remarks-filter=qwen 2>&1 >/dev/null | FileCheck %s --check-prefix=COUNT

// COUNT: qwen-plan-weights {{.*}}"weights: 11 packed for 13 uses"
// COUNT: qwen-plan-weights {{.*}}"weights: 6 packed for 6 uses"
// COUNT: qwen-plan-weights {{.*}}"weights: 4 packed for 5 uses"
// COUNT: qwen-plan-weights {{.*}}"weights: 5 packed for 5 uses"
// COUNT: qwen-plan-weights {{.*}}"weights: 5 packed for 8 uses"
// COUNT: qwen-plan-weights {{.*}}"weights: 10 packed for 10 uses"
// COUNT: qwen-plan-weights {{.*}}"weights: 4 packed for 5 uses"

// bf16, everything odd: hidden 9 is padded to 10 columns, head_dim 4 and inner 17 to whole panels of 16 rows.
// CHECK-LABEL: module @dense
// CHECK-SAME: qwen.weights_bytes = 6976 : i64

// The tied embedding is stored once, in the head's panels: 2 panels of 16 rows by 10 columns.
// CHECK:      qwen.packed @embed.panels panels [@embed] group 20 k_group 2 offset 0 bytes 640 : bf16
// CHECK-NEXT: qwen.packed @n1.vector vector [@n1] group 9 k_group 1 offset 640 bytes 64 : f32
// q, k and v are joined; a head is a group, padded to a panel: 4 + 2 + 2 of them.
// CHECK-NEXT: qwen.packed @q.panels panels [@q, @k, @v] group 4 k_group 2 offset 704 bytes 2560 : bf16
// Biases are f32, also where the checkpoint's are not; each begins a panel: 16 + 16 + 16 values.
// CHECK-NEXT: qwen.packed @bq.vector vector [@bq, @bk, @bv] {{.*}} k_group 1 offset 3264 bytes 192 : f32
// CHECK-NEXT: qwen.packed @qn.vector vector [@qn] {{.*}} offset 3456 bytes 64 : f32
// CHECK-NEXT: qwen.packed @kn.vector vector [@kn] {{.*}} offset 3520 bytes 64 : f32
// CHECK-NEXT: qwen.packed @o.panels panels [@o] group 9 k_group 2 offset 3584 bytes 512 : bf16
// CHECK-NEXT: qwen.packed @bo.vector vector [@bo] {{.*}} offset 4096 bytes 64 : f32
// Panels of gate and up alternate: 2 + 2.
// CHECK-NEXT: qwen.packed @gate.glu glu [@gate, @up] group 17 k_group 2 offset 4160 bytes 1280 : bf16
// 17 columns are padded to 18; 576 bytes are padded to the next section's 64.
// CHECK-NEXT: qwen.packed @down.panels panels [@down] group 9 k_group 2 offset 5440 bytes 576 : bf16
// CHECK-NEXT: qwen.packed @square.panels panels [@square] group 20 k_group 2 offset 6016 bytes 896 : bf16
// One more vector may be read beyond the last section: 6016 + 896 + 64.
// CHECK-NOT:  qwen.packed @

// CHECK:      qwen.embed {{.*}} {qwen.packed = [@embed.panels]}
// CHECK:      qwen.norm_qkv {{.*}} {qwen.packed = [@n1.vector, @q.panels, @bq.vector, @qn.vector, @kn.vector]}
// CHECK:      qwen.linear_residual {{.*}} {qwen.packed = [@o.panels, @bo.vector]}
// CHECK:      qwen.norm_glu {{.*}} {qwen.packed = [@n1.vector, @gate.glu]}
// CHECK:      qwen.linear_residual {{.*}} {qwen.packed = [@down.panels]}
// CHECK:      qwen.norm_linear {{.*}} {qwen.packed = [@embed.panels]}
// CHECK:      qwen.norm_linear {{.*}} {qwen.packed = [@square.panels]}
module @dense attributes {qwen.batch = 1 : i64, qwen.max_rows = 8 : i64, qwen.max_seq = 8 : i64} {
  qwen.weight @embed : tensor<20x9xbf16>
  qwen.weight @n1 : tensor<9xf32>
  qwen.weight @q : tensor<16x9xbf16>
  qwen.weight @k : tensor<8x9xbf16>
  qwen.weight @v : tensor<8x9xbf16>
  qwen.weight @bq : tensor<16xbf16>
  qwen.weight @bk : tensor<8xf32>
  qwen.weight @bv : tensor<8xbf16>
  qwen.weight @qn : tensor<4xf32>
  qwen.weight @kn : tensor<4xf32>
  qwen.weight @o : tensor<9x16xbf16>
  qwen.weight @bo : tensor<9xf32>
  qwen.weight @gate : tensor<17x9xbf16>
  qwen.weight @up : tensor<17x9xbf16>
  qwen.weight @down : tensor<9x17xbf16>
  qwen.weight @square : tensor<20x13xbf16>
  qwen.weight @unused : tensor<20x9xbf16>
  qwen.state @key : tensor<1x2x8x4xf32>
  qwen.state @value : tensor<1x2x8x4xf32>
  func.func @forward(%ids: tensor<?xi32>, %embeds: tensor<?x9xf32>, %slot: tensor<?xi32>, %index: tensor<?xi32>,
                     %table: tensor<?x4xf32>, %other: tensor<?x13xf32>) {
    %x = qwen.embed %ids, %embeds, @embed : tensor<?x9xf32>
    %q = qwen.norm_qkv %x, %table, %slot, %index norm @n1 eps 1.0e-6 weights [@q, @k, @v] biases [@bq, @bk, @bv]
      head_norms [@qn, @kn] eps 1.0e-6 caches @key, @value : tensor<?x9xf32>, tensor<?x4xf32> -> tensor<?x16xf32>
    %y = qwen.linear_residual %q, %x, @o bias @bo : tensor<?x16xf32>, tensor<?x9xf32>
    %m = qwen.norm_glu silu %y norm @n1 eps 1.0e-6 gate @gate up @up : tensor<?x9xf32> -> tensor<?x17xf32>
    %z = qwen.linear_residual %m, %y, @down : tensor<?x17xf32>, tensor<?x9xf32>
    %l = qwen.norm_linear %z weights [@embed] : tensor<?x9xf32> -> tensor<?x20xf32>
    qwen.output "logits" %l : tensor<?x20xf32>
    %s = qwen.norm_linear %other weights [@square] : tensor<?x13xf32> -> tensor<?x20xf32>
    qwen.output "other" %s : tensor<?x20xf32>
    return
  }
}

// -----

// f32 and experts: columns stand alone; gate and up of an expert come from one source, 5 rows each.
// CHECK-LABEL: module @moe
// CHECK-SAME: qwen.weights_bytes = 6912 : i64
// An embedding that no product reads stays as it is.
// CHECK:      qwen.packed @embed.rows rows [@embed] group 20 k_group 1 offset 0 bytes 720 : f32
// CHECK-NEXT: qwen.packed @n.vector vector [@n] {{.*}} offset 768 bytes 64 : f32
// CHECK-NEXT: qwen.packed @router.panels panels [@router] group 3 k_group 1 offset 832 bytes 576 : f32
// 3 experts x 2 panels x 16 rows x 9 columns.
// CHECK-NEXT: qwen.packed @gate_up.glu glu [@gate_up] group 5 k_group 1 offset 1408 bytes 3456 : f32
// CHECK-NEXT: qwen.packed @down.panels panels [@down] group 9 k_group 1 offset 4864 bytes 960 : f32
// CHECK-NEXT: qwen.packed @head.panels panels [@head] group 17 k_group 1 offset 5824 bytes 1024 : f32
// CHECK:      qwen.norm_moe {{.*}} {qwen.packed = [@n.vector, @router.panels, @gate_up.glu, @down.panels]}
module @moe attributes {qwen.batch = 1 : i64, qwen.max_rows = 8 : i64, qwen.max_seq = 8 : i64} {
  qwen.weight @embed : tensor<20x9xf32>
  qwen.weight @n : tensor<9xf32>
  qwen.weight @router : tensor<3x9xf32>
  qwen.weight @gate_up : tensor<3x10x9xf32>
  qwen.weight @down : tensor<3x9x5xf32>
  qwen.weight @head : tensor<17x8xf32>
  func.func @forward(%ids: tensor<?xi32>, %embeds: tensor<?x9xf32>, %other: tensor<?x8xf32>) {
    %x = qwen.embed %ids, %embeds, @embed : tensor<?x9xf32>
    %y, %l = qwen.norm_moe silu %x norm @n eps 1.0e-6 router @router top_k 2 normalize experts @gate_up, @down
      : tensor<?x9xf32> -> tensor<?x3xf32>
    qwen.output "y" %y : tensor<?x9xf32>
    %h = qwen.norm_linear %other weights [@head] : tensor<?x8xf32> -> tensor<?x17xf32>
    qwen.output "h" %h : tensor<?x17xf32>
    return
  }
}

// -----

// One weight in two groups: two sections, of different names.
// CHECK-LABEL: module @groups
// CHECK:      qwen.packed @w.panels panels [@w] group 8
// CHECK:      qwen.packed @w.panels_0 panels [@w, @w, @w] group 4
// CHECK:      qwen.norm_linear {{.*}} {qwen.packed = [@w.panels]}
// CHECK:      qwen.norm_qkv {{.*}} {qwen.packed = [@n.vector, @w.panels_0, @hn.vector, @hn.vector]}
module @groups attributes {qwen.max_rows = 8 : i64} {
  qwen.weight @n : tensor<8xf32>
  qwen.weight @w : tensor<8x8xf32>
  qwen.weight @hn : tensor<4xf32>
  qwen.state @key : tensor<1x2x8x4xf32>
  qwen.state @value : tensor<1x2x8x4xf32>
  func.func @forward(%x: tensor<?x8xf32>, %table: tensor<?x4xf32>, %slot: tensor<?xi32>, %index: tensor<?xi32>) {
    %y = qwen.norm_linear %x weights [@w] : tensor<?x8xf32> -> tensor<?x8xf32>
    %q = qwen.norm_qkv %y, %table, %slot, %index norm @n eps 1.0e-6 weights [@w, @w, @w] head_norms [@hn, @hn] eps 1.0e-6
      caches @key, @value : tensor<?x8xf32>, tensor<?x4xf32> -> tensor<?x8xf32>
    return
  }
}

// -----

// Quantised weights: blocks of 64 columns, of 1088 bytes (q8) or 576 (q4).
// CHECK-LABEL: module @quantized
// An embedding in panels, also where no product shares them: 2 panels of 2 blocks.
// CHECK:      qwen.packed @embed.panels panels [@embed] group 20 k_group 4 offset 0 bytes 4352 : !qwen.q8
// The router stays as it was.
// CHECK:      qwen.packed @router.panels panels [@router] group 3 k_group 2 offset {{[0-9]+}} bytes 2304 : bf16
// 3 experts x 2 panels x 2 blocks; 3 experts x 5 panels x 1 block.
// CHECK-NEXT: qwen.packed @gate_up.glu glu [@gate_up] group 5 k_group 4 offset {{[0-9]+}} bytes 6912 : !qwen.q4
// CHECK-NEXT: qwen.packed @down.panels panels [@down] group 72 k_group 4 offset {{[0-9]+}} bytes 8640 : !qwen.q4
// CHECK:      qwen.embed {{.*}} {qwen.packed = [@embed.panels]}
module @quantized attributes {qwen.batch = 1 : i64, qwen.max_rows = 8 : i64, qwen.max_seq = 8 : i64} {
  qwen.weight @embed : tensor<20x72xbf16> as !qwen.q8
  qwen.weight @n : tensor<72xf32>
  qwen.weight @router : tensor<3x72xbf16>
  qwen.weight @gate_up : tensor<3x10x72xbf16> as !qwen.q4
  qwen.weight @down : tensor<3x72x5xbf16> as !qwen.q4
  func.func @forward(%ids: tensor<?xi32>, %embeds: tensor<?x72xf32>) {
    %x = qwen.embed %ids, %embeds, @embed : tensor<?x72xf32>
    %y, %l = qwen.norm_moe silu %x norm @n eps 1.0e-6 router @router top_k 2 normalize experts @gate_up, @down
      : tensor<?x72xf32> -> tensor<?x3xf32>
    qwen.output "y" %y : tensor<?x72xf32>
    return
  }
}

// -----

// Around a gated delta rule everything is f32: the convolution's 4 taps of 40 channels, padded to 48, and vectors.
// CHECK-LABEL: module @delta
// CHECK:      qwen.packed @conv.taps taps [@conv] group 1 k_group 1 offset 0 bytes 768 : f32
// CHECK-NEXT: qwen.packed @a_log.vector vector [@a_log] group 3 k_group 1 offset 768 bytes 64 : f32
// CHECK-NEXT: qwen.packed @dt_bias.vector vector [@dt_bias] {{.*}} offset 832 bytes 64 : f32
// CHECK-NEXT: qwen.packed @norm.vector vector [@norm] {{.*}} offset 896 bytes 64 : f32
// CHECK-NEXT: qwen.packed @other.taps taps [@other]
// CHECK:      qwen.gated_delta_net {{.*}} {qwen.packed = [@conv.taps, @a_log.vector, @dt_bias.vector, @norm.vector]}
// CHECK:      qwen.gated_delta_net {{.*}} {qwen.packed = [@other.taps, @a_log.vector, @dt_bias.vector, @norm.vector]}
module @delta attributes {qwen.max_rows = 8 : i64} {
  qwen.weight @conv : tensor<40x1x4xbf16>
  qwen.weight @other : tensor<40x1x4xf32>
  qwen.weight @a_log : tensor<3xf32>
  qwen.weight @dt_bias : tensor<3xbf16>
  qwen.weight @norm : tensor<8xbf16>
  qwen.state @inputs recurrent : tensor<1x3x40xf32>
  qwen.state @memory recurrent : tensor<1x3x8x8xf32>
  func.func @forward(%x: tensor<?x40xf32>, %z: tensor<?x24xf32>, %g: tensor<?x3xf32>, %slot: tensor<?xi32>,
                     %index: tensor<?xi32>) {
    %y = qwen.gated_delta_net silu %x, %z, %g, %g, %slot, %index conv @conv state @inputs decay @a_log, @dt_bias
      l2_eps 1.0e-6 delta scale 0.25 state @memory norm @norm eps 1.0e-6
      : tensor<?x40xf32>, tensor<?x24xf32>, tensor<?x3xf32>
    %w = qwen.gated_delta_net silu %x, %y, %g, %g, %slot, %index conv @other state @inputs decay @a_log, @dt_bias
      l2_eps 1.0e-6 delta scale 0.25 state @memory norm @norm eps 1.0e-6
      : tensor<?x40xf32>, tensor<?x24xf32>, tensor<?x3xf32>
    qwen.output "y" %w : tensor<?x24xf32>
    return
  }
}

// -----

// Factors of zero-centred norms are stored whole; a weight that also serves as it is, twice. A shared expert's gate and
// up are one section. Weights of one op may differ in storage.
// CHECK-LABEL: module @zero_centered
// CHECK:      qwen.packed @norm.vector vector plus_one [@norm]
// CHECK-NEXT: qwen.packed @as_f32.panels panels [@as_f32] {{.*}} : f32
// CHECK-NEXT: qwen.packed @as_bf16.panels panels [@as_bf16] {{.*}} : bf16
// CHECK-NEXT: qwen.packed @norm.vector_0 vector [@norm]
// CHECK-NEXT: qwen.packed @router.panels panels [@router]
// CHECK-NEXT: qwen.packed @gate_up.glu glu [@gate_up]
// CHECK-NEXT: qwen.packed @down.panels panels [@down]
// CHECK-NEXT: qwen.packed @gate.glu glu [@gate, @up] group 4
// CHECK-NEXT: qwen.packed @shared_down.panels panels [@shared_down]
// CHECK-NEXT: qwen.packed @row_gate.panels panels [@row_gate] group 1
// CHECK:      qwen.norm_moe {{.*}} {qwen.packed = [@norm.vector_0, @router.panels, @gate_up.glu, @down.panels, @gate.glu, @shared_down.panels, @row_gate.panels]}
module @zero_centered attributes {qwen.max_rows = 8 : i64} {
  qwen.weight @norm : tensor<8xbf16>
  qwen.weight @as_f32 : tensor<8x8xf32>
  qwen.weight @as_bf16 : tensor<8x8xbf16>
  qwen.weight @router : tensor<4x8xf32>
  qwen.weight @gate_up : tensor<4x6x8xf32>
  qwen.weight @down : tensor<4x8x3xf32>
  qwen.weight @gate : tensor<4x8xf32>
  qwen.weight @up : tensor<4x8xf32>
  qwen.weight @shared_down : tensor<8x4xf32>
  qwen.weight @row_gate : tensor<1x8xf32>
  func.func @forward(%x: tensor<?x8xf32>) {
    %a, %b = qwen.norm_linear %x norm @norm eps 1.0e-6 zero_centered weights [@as_f32, @as_bf16]
      : tensor<?x8xf32> -> tensor<?x8xf32>, tensor<?x8xf32>
    %y, %l = qwen.norm_moe silu %a norm @norm eps 1.0e-6 router @router top_k 2 experts @gate_up, @down
      shared [@gate, @up, @shared_down, @row_gate] : tensor<?x8xf32> -> tensor<?x4xf32>
    qwen.output "b" %b : tensor<?x8xf32>
    qwen.output "y" %y : tensor<?x8xf32>
    return
  }
}

// -----

// A screen lies behind the head that it is of: 2 panels of 2 blocks, and 128 bytes of bounds for each.
// CHECK-LABEL: module @screened
// CHECK:      qwen.packed @embed.panels panels [@embed] group 20 k_group 2 offset 0 bytes 4608 : bf16
// CHECK-NEXT: qwen.packed @n.vector vector [@n] {{.*}} : f32
// CHECK-NEXT: qwen.packed @embed.screen screen [@embed] group 20 k_group 4 offset 4928 bytes 2304 : !qwen.q4
// CHECK-NEXT: qwen.packed @embed.bounds bounds [@embed] group 20 k_group 1 offset 7232 bytes 256 : !qwen.q4
// CHECK:      qwen.embed {{.*}} {qwen.packed = [@embed.panels]}
// CHECK:      qwen.screened_head {{.*}} {qwen.packed = [@n.vector, @embed.panels, @embed.screen, @embed.bounds]}
module @screened attributes {qwen.batch = 1 : i64, qwen.max_rows = 8 : i64, qwen.max_seq = 8 : i64} {
  qwen.weight @embed : tensor<20x72xbf16>
  qwen.weight @n : tensor<72xf32>
  func.func @forward(%ids: tensor<?xi32>, %embeds: tensor<?x72xf32>, %wanted: tensor<?xi32>) {
    %x = qwen.embed %ids, %embeds, @embed : tensor<?x72xf32>
    %l = qwen.screened_head %x norm @n eps 1.0e-6 rows %wanted weight @embed screen !qwen.q4
      : tensor<?x72xf32> -> tensor<?x20xf32>
    qwen.output "logits" %l : tensor<?x20xf32>
    return
  }
}
