// Barriers stand exactly where a launch touches what others wrote or read since the last one.
// RUN: qwen-opt %s --split-input-file --qwen-plan-weights --qwen-outline-kernels | FileCheck %s

// The places are given: 4 rows of 16 values are 256 bytes.
// CHECK-LABEL: func.func @forward
// Independent launches: none.
// CHECK:     call @norm_linear_0
// CHECK-NOT: @qwen_barrier
// CHECK:     call @norm_linear_0
// It reads what the first one writes.
// CHECK:     call @qwen_barrier
// CHECK:     call @norm_linear_0
// It reads the same: neither wrote it since.
// CHECK-NOT: @qwen_barrier
// CHECK:     call @norm_linear_0
// It writes where the last two read, to the last byte.
// CHECK:     call @qwen_barrier
// CHECK:     call @norm_linear_0
// It writes where that one wrote.
// CHECK:     call @qwen_barrier
// CHECK:     call @norm_linear_0
// CHECK:     return
module attributes {qwen.max_rows = 4 : i64, qwen.arena_bytes = 4096 : i64, qwen.scratch_bytes = 64 : i64, qwen.states_bytes = 0 : i64} {
  qwen.weight @w : tensor<16x16xf32>
  func.func @forward(%x: tensor<?x16xf32>) {
    %a = qwen.norm_linear %x weights [@w] {qwen.arena = array<i64: 0>} : tensor<?x16xf32> -> tensor<?x16xf32>
    %b = qwen.norm_linear %x weights [@w] {qwen.arena = array<i64: 256>} : tensor<?x16xf32> -> tensor<?x16xf32>
    %c = qwen.norm_linear %a weights [@w] {qwen.arena = array<i64: 512>} : tensor<?x16xf32> -> tensor<?x16xf32>
    %d = qwen.norm_linear %a weights [@w] {qwen.arena = array<i64: 768>} : tensor<?x16xf32> -> tensor<?x16xf32>
    %e = qwen.norm_linear %x weights [@w] {qwen.arena = array<i64: 192>} : tensor<?x16xf32> -> tensor<?x16xf32>
    %f = qwen.norm_linear %x weights [@w] {qwen.arena = array<i64: 384>} : tensor<?x16xf32> -> tensor<?x16xf32>
    return
  }
}

// -----

// A kernel's shared buffer counts as written: by the second and the third it is the same. And caches do: attention reads
// those that norm_qkv filled; those of another layer are nobody's business.
// CHECK-LABEL: func.func @forward
// CHECK:     call @norm_linear_0
// CHECK-NOT: @qwen_barrier
// CHECK:     call @norm_linear_0
// CHECK:     call @qwen_barrier
// CHECK:     call @norm_linear_0
// CHECK-NOT: @qwen_barrier
// CHECK:     call @norm_qkv_0
// CHECK-NOT: @qwen_barrier
// CHECK:     call @attention_0
// CHECK:     call @qwen_barrier
// CHECK:     call @attention_0
// CHECK:     return
module attributes {qwen.max_rows = 4 : i64, qwen.arena_bytes = 4096 : i64, qwen.scratch_bytes = 64 : i64, qwen.states_bytes = 32768 : i64} {
  qwen.weight @n : tensor<16xf32>
  qwen.weight @w : tensor<16x16xf32>
  qwen.weight @hn : tensor<16xf32>
  qwen.state @key {qwen.bytes = 8192 : i64, qwen.offset = 0 : i64} : tensor<2x1x5x16xf32>
  qwen.state @value {qwen.bytes = 8192 : i64, qwen.offset = 8192 : i64} : tensor<2x1x5x16xf32>
  qwen.state @other_key {qwen.bytes = 8192 : i64, qwen.offset = 16384 : i64} : tensor<2x1x5x16xf32>
  qwen.state @other_value {qwen.bytes = 8192 : i64, qwen.offset = 24576 : i64} : tensor<2x1x5x16xf32>
  func.func @forward(%x: tensor<?x16xf32>, %table: tensor<?x16xf32>, %slot: tensor<?xi32>, %index: tensor<?xi32>) {
    %a = qwen.norm_linear %x norm @n eps 1.0e-6 weights [@w] {qwen.arena = array<i64: 0>, qwen.temp = array<i64: 1024, 256>} : tensor<?x16xf32> -> tensor<?x16xf32>
    %b = qwen.norm_linear %x norm @n eps 1.0e-6 weights [@w] {qwen.arena = array<i64: 256>, qwen.temp = array<i64: 1280, 256>} : tensor<?x16xf32> -> tensor<?x16xf32>
    %c = qwen.norm_linear %x norm @n eps 1.0e-6 weights [@w] {qwen.arena = array<i64: 512>, qwen.temp = array<i64: 1280, 256>} : tensor<?x16xf32> -> tensor<?x16xf32>
    %q = qwen.norm_qkv %x, %table, %slot, %index norm @n eps 1.0e-6 weights [@w, @w, @w] head_norms [@hn, @hn] eps 1.0e-6
      caches @key, @value {qwen.arena = array<i64: 2048>, qwen.temp = array<i64: 2304, 256>} : tensor<?x16xf32>, tensor<?x16xf32> -> tensor<?x16xf32>
    %o = qwen.attention %x, %slot, %index, @other_key, @other_value scale 1.0 {qwen.arena = array<i64: 2560>} : tensor<?x16xf32>
    %p = qwen.attention %x, %slot, %index, @key, @value scale 1.0 {qwen.arena = array<i64: 2816>} : tensor<?x16xf32>
    return
  }
}
