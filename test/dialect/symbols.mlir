// RUN: qwen-opt %s --verify-roundtrip | FileCheck %s
// RUN: qwen-opt %s --symbol-dce | FileCheck %s --check-prefix=DCE

// CHECK: module attributes {qwen.batch = 2 : i64, qwen.max_rows = 32 : i64, qwen.max_seq = 16 : i64}
module attributes {qwen.max_rows = 32 : i64, qwen.max_seq = 16 : i64, qwen.batch = 2 : i64} {
  // CHECK: qwen.weight @model.norm.weight : tensor<8xbf16>
  qwen.weight @"model.norm.weight" : tensor<8xbf16>
  // CHECK: qwen.weight @stacked : tensor<4x8x2xf32>
  qwen.weight @stacked : tensor<4x8x2xf32>
  // CHECK: qwen.weight @in_8_bits : tensor<4x8xbf16> as !qwen.q8
  qwen.weight @in_8_bits : tensor<4x8xbf16> as !qwen.q8
  // CHECK: qwen.weight @in_4_bits {note = "x"} : tensor<4x8x2xf32> as !qwen.q4
  qwen.weight @in_4_bits {note = "x"} : tensor<4x8x2xf32> as !qwen.q4
  // CHECK: qwen.state @key_cache : tensor<2x1x16x8xf32>
  qwen.state @key_cache : tensor<2x1x16x8xf32>
  // CHECK: qwen.state @unused_cache : tensor<2x1x16x8xbf16>
  qwen.state @unused_cache : tensor<2x1x16x8xbf16>
  // CHECK: qwen.state @unused_codes : tensor<2x1x16x8x!qwen.q8>
  qwen.state @unused_codes : tensor<2x1x16x8x!qwen.q8>
  // CHECK: qwen.state @unused_inputs recurrent : tensor<2x3x8xf32>
  qwen.state @unused_inputs recurrent : tensor<2x3x8xf32>

  // What nothing names goes.
  // DCE-NOT: @stacked
  // DCE-NOT: @unused_cache
  // DCE: qwen.weight @model.norm.weight
  // DCE-NEXT: qwen.state @key_cache
  // DCE-NEXT: func.func

  func.func @forward(%x: tensor<?x8xf32>, %slot: tensor<?xi32>, %index: tensor<?xi32>) {
    %h = qwen.rms_norm %x, @"model.norm.weight" eps 1.0e-6 : tensor<?x8xf32>
    qwen.cache_append %h, %slot, %index, @key_cache : tensor<?x8xf32>
    // CHECK: qwen.output "last_hidden_state" %{{.*}} : tensor<?x8xf32>
    qwen.output "last_hidden_state" %h : tensor<?x8xf32>
    // CHECK: qwen.output "hidden_states.1" %{{.*}} on_request : tensor<?x8xf32>
    qwen.output "hidden_states.1" %h on_request : tensor<?x8xf32>
    return
  }
}
