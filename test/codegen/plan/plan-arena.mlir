// Where activations lie and for how long, which results go straight to the caller, and where states lie.
// RUN: qwen-opt %s --split-input-file --qwen-plan-arena | FileCheck %s
// RUN: qwen-opt %s --split-input-file --qwen-plan-arena --remarks-filter=qwen 2>&1 >/dev/null | FileCheck %s --check-prefix=COUNT

// COUNT: qwen-plan-arena {{.*}}"activations: 4 in the arena, 0 straight to the caller"
// COUNT: qwen-plan-arena {{.*}}"activations: 2 in the arena, 2 straight to the caller"
// COUNT: qwen-plan-arena {{.*}}"activations: 1 in the arena, 0 straight to the caller"
// COUNT: qwen-plan-arena {{.*}}"activations: 3 in the arena, 0 straight to the caller"

// A place is taken again once its last reader is through, never before: %c can't lie where its operand %b does, and
// %a lives until %d. 4 rows of 16 values: 256 bytes.
// CHECK-LABEL: module @lifetimes
// CHECK-SAME: qwen.arena_bytes = 768 : i64
// CHECK-SAME: qwen.scratch_bytes = 64 : i64
// CHECK-SAME: qwen.states_bytes = 0 : i64
// CHECK: %[[A:.*]] = qwen.norm_linear %arg0 {{.*}} {qwen.arena = array<i64: 0>}
// CHECK: %[[B:.*]] = qwen.norm_linear %[[A]] {{.*}} {qwen.arena = array<i64: 256>}
// CHECK: %[[C:.*]] = qwen.norm_linear %[[B]] {{.*}} {qwen.arena = array<i64: 512>}
// CHECK: qwen.linear_residual %[[C]], %[[A]], {{.*}} {qwen.arena = array<i64: 256>}
module @lifetimes attributes {qwen.max_rows = 4 : i64} {
  qwen.weight @w : tensor<16x16xf32>
  func.func @forward(%x: tensor<?x16xf32>) {
    %a = qwen.norm_linear %x weights [@w] : tensor<?x16xf32> -> tensor<?x16xf32>
    %b = qwen.norm_linear %a weights [@w] : tensor<?x16xf32> -> tensor<?x16xf32>
    %c = qwen.norm_linear %b weights [@w] : tensor<?x16xf32> -> tensor<?x16xf32>
    %d = qwen.linear_residual %c, %a, @w : tensor<?x16xf32>, tensor<?x16xf32>
    qwen.output "y" %d on_request : tensor<?x16xf32>
    qwen.output "again" %d on_request : tensor<?x16xf32>
    return
  }
}

// -----

// A result that one output alone reads goes to that output's memory: -1 is the first output, -2 the second. Not what
// an op reads as well (%a).
// CHECK-LABEL: module @direct
// CHECK-SAME: qwen.arena_bytes = 320 : i64
// CHECK: qwen.norm_linear %arg0 {{.*}} {qwen.arena = array<i64: 0>}
// CHECK: qwen.norm_linear {{.*}} {qwen.arena = array<i64: -2>}
// CHECK: qwen.norm_linear {{.*}} {qwen.arena = array<i64: -3>}
// Nobody reads this one; it has a place of its own all the same.
// CHECK: qwen.norm_linear {{.*}} {qwen.arena = array<i64: 256>}
module @direct attributes {qwen.max_rows = 4 : i64} {
  qwen.weight @w : tensor<16x16xf32>
  qwen.weight @narrow : tensor<3x16xf32>
  func.func @forward(%x: tensor<?x16xf32>) {
    %a = qwen.norm_linear %x weights [@w] : tensor<?x16xf32> -> tensor<?x16xf32>
    qwen.output "hidden" %a on_request : tensor<?x16xf32>
    %b = qwen.norm_linear %a weights [@w] : tensor<?x16xf32> -> tensor<?x16xf32>
    qwen.output "b" %b on_request : tensor<?x16xf32>
    %c = qwen.norm_linear %a weights [@w] : tensor<?x16xf32> -> tensor<?x16xf32>
    qwen.output "c" %c : tensor<?x16xf32>
    %d = qwen.norm_linear %a weights [@narrow] : tensor<?x16xf32> -> tensor<?x3xf32>
    return
  }
}

// -----

// What a kernel shares between threads (normalised rows: 4 x 16 values) lies beside its operands and results, only
// while it runs. An op with several results or with effects (norm_qkv fills the caches) never writes to the caller.
// States: 2 slots x 1 head x 64 positions (5, padded to blocks of 64 keys) x 16 (4, padded to 16) values, and counters.
// CHECK-LABEL: module @temporary
// CHECK-SAME: qwen.arena_bytes = 512 : i64
// Normalised rows of 16 calls at most, then a tile of 16 rows of a head padded to 16: 16 * 16 * 4 * 2.
// CHECK-SAME: qwen.scratch_bytes = 2048 : i64
// CHECK-SAME: qwen.states_bytes = 16512 : i64
// CHECK: qwen.state @key {qwen.bytes = 8256 : i64, qwen.offset = 0 : i64}
// CHECK: qwen.state @value {qwen.bytes = 8256 : i64, qwen.offset = 8256 : i64}
// CHECK: qwen.norm_qkv {{.*}} {qwen.arena = array<i64: 0>, qwen.temp = array<i64: 256, 256>}
module @temporary attributes {qwen.max_rows = 4 : i64} {
  qwen.weight @n : tensor<16xf32>
  qwen.weight @q : tensor<16x16xf32>
  qwen.weight @k : tensor<4x16xf32>
  qwen.weight @v : tensor<4x16xf32>
  qwen.weight @qn : tensor<4xf32>
  qwen.weight @kn : tensor<4xf32>
  qwen.state @key : tensor<2x1x5x4xf32>
  qwen.state @value : tensor<2x1x5x4xf32>
  func.func @forward(%x: tensor<?x16xf32>, %table: tensor<?x4xf32>, %slot: tensor<?xi32>, %index: tensor<?xi32>) {
    %q = qwen.norm_qkv %x, %table, %slot, %index norm @n eps 1.0e-6 weights [@q, @k, @v] head_norms [@qn, @kn] eps 1.0e-6
      caches @key, @value : tensor<?x16xf32>, tensor<?x4xf32> -> tensor<?x16xf32>
    qwen.output "q" %q : tensor<?x16xf32>
    return
  }
}

// -----

// Ops with two results; the router's logits are read by the kernel itself, so they have a place although only an output
// asks for them. The first op's temporary (bf16: its input, rounded) is free for the results of the second, whose own is
// normalised rows, the same for the experts, activations, and the same for the down projection, with room for 4 bytes a
// value: 4 x (4 x 16 + 4 x 16 + 4 x 2 x 16 + 4 x 2 x 6) bytes.
// CHECK-LABEL: module @several
// CHECK: qwen.linear_residual {{.*}} {qwen.arena = array<i64: 0>, qwen.temp = array<i64: 256, 256>}
// CHECK: qwen.norm_moe {{.*}} {qwen.arena = array<i64: 256, 512>, qwen.temp = array<i64: 576, 1216>}
module @several attributes {qwen.max_rows = 4 : i64} {
  qwen.weight @w : tensor<16x16xbf16>
  qwen.weight @n : tensor<16xf32>
  qwen.weight @router : tensor<3x16xbf16>
  qwen.weight @gate_up : tensor<3x10x16xbf16>
  qwen.weight @down : tensor<3x16x5xbf16>
  func.func @forward(%x: tensor<?x16xf32>) {
    %a = qwen.linear_residual %x, %x, @w : tensor<?x16xf32>, tensor<?x16xf32>
    %y, %l = qwen.norm_moe silu %a norm @n eps 1.0e-6 router @router top_k 2 normalize experts @gate_up, @down
      : tensor<?x16xf32> -> tensor<?x3xf32>
    qwen.output "y" %y : tensor<?x16xf32>
    qwen.output "l" %l on_request : tensor<?x3xf32>
    return
  }
}

// -----

// Caches of narrower values: 1 slot x 3 heads x 128 positions x 16 values, of 2 bytes, or of 1 and a scale of 4 bytes
// for each position; then counters for the heads, padded to 64 bytes.
// CHECK-LABEL: module @narrow
// CHECK-SAME: qwen.states_bytes = 20096 : i64
// CHECK: qwen.state @halves {qwen.bytes = 12352 : i64, qwen.offset = 0 : i64}
// CHECK: qwen.state @codes {qwen.bytes = 7744 : i64, qwen.offset = 12352 : i64}
module @narrow attributes {qwen.max_rows = 4 : i64} {
  qwen.state @halves : tensor<1x3x100x16xbf16>
  qwen.state @codes : tensor<1x3x100x16x!qwen.q8>
  func.func @forward() {
    return
  }
}

// -----

// Threads may begin attention while others are still in norm_qkv, so its result doesn't lie in the buffer of that. In
// a cache of two chunks of 512 keys attention has a buffer of its own: 2 states of 32 vectors of 16 sums, a maximum and
// a total.
// CHECK-LABEL: module @attention
// CHECK: qwen.norm_qkv {{.*}} {qwen.arena = array<i64: 0>, qwen.temp = array<i64: 256, 256>}
// CHECK: qwen.attention {{.*}} {qwen.arena = array<i64: 512>, qwen.temp = array<i64: 768, 4608>}
// CHECK: qwen.norm_linear {{.*}} {qwen.arena = array<i64: 0>
module @attention attributes {qwen.max_rows = 4 : i64} {
  qwen.weight @n : tensor<16xf32>
  qwen.weight @w : tensor<16x16xf32>
  qwen.weight @hn : tensor<16xf32>
  qwen.state @key : tensor<1x1x520x16xf32>
  qwen.state @value : tensor<1x1x520x16xf32>
  func.func @forward(%x: tensor<?x16xf32>, %table: tensor<?x16xf32>, %slot: tensor<?xi32>, %index: tensor<?xi32>) {
    %q = qwen.norm_qkv %x, %table, %slot, %index norm @n eps 1.0e-6 weights [@w, @w, @w] head_norms [@hn, @hn] eps 1.0e-6
      caches @key, @value : tensor<?x16xf32>, tensor<?x16xf32> -> tensor<?x16xf32>
    %a = qwen.attention %q, %slot, %index, @key, @value scale 1.0 : tensor<?x16xf32>
    %b = qwen.norm_linear %a weights [@w] : tensor<?x16xf32> -> tensor<?x16xf32>
    %c = qwen.norm_linear %b weights [@w] : tensor<?x16xf32> -> tensor<?x16xf32>
    qwen.output "c" %c : tensor<?x16xf32>
    return
  }
}

// -----

// Recurrent states: a convolution's as declared, 2 slots x 3 rows x 40 channels; a delta rule's in blocks of 32 columns,
// 2 slots x 3 heads x 2 blocks x 5 rows x 32 columns for 33. The next begins at a multiple of 64.
// CHECK-LABEL: module @recurrent
// CHECK-SAME: qwen.states_bytes = 8768 : i64
// CHECK: qwen.state @inputs recurrent {qwen.bytes = 960 : i64, qwen.offset = 0 : i64}
// CHECK: qwen.state @memory recurrent {qwen.bytes = 7680 : i64, qwen.offset = 960 : i64}
// CHECK: qwen.state @short recurrent {qwen.bytes = 72 : i64, qwen.offset = 8640 : i64}
module @recurrent attributes {qwen.max_rows = 4 : i64} {
  qwen.state @inputs recurrent : tensor<2x3x40xf32>
  qwen.state @memory recurrent : tensor<2x3x5x33xf32>
  qwen.state @short recurrent : tensor<2x1x9xf32>
  func.func @forward() {
    return
  }
}
