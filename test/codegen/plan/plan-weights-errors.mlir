// RUN: qwen-opt %s --split-input-file --qwen-plan-weights --verify-diagnostics

// expected-error@+1 {{module has no function @forward to plan weights for}}
module {
}

// -----

module attributes {qwen.max_rows = 8 : i64} {
  qwen.weight @n : tensor<8xf32>
  qwen.weight @gate : tensor<4x8xbf16>
  qwen.weight @up : tensor<4x8xf32>
  func.func @forward(%x: tensor<?x8xf32>) {
    // expected-error@+1 {{joins weights of different types: @up is of 'f32', @gate of 'bf16'}}
    %y = qwen.norm_glu silu %x norm @n eps 1.0e-6 gate @gate up @up : tensor<?x8xf32> -> tensor<?x4xf32>
    return
  }
}

// -----

module attributes {qwen.max_rows = 8 : i64} {
  qwen.weight @n : tensor<8xf32>
  qwen.weight @gate : tensor<4x8xbf16> as !qwen.q4
  qwen.weight @up : tensor<4x8xbf16> as !qwen.q8
  func.func @forward(%x: tensor<?x8xf32>) {
    // expected-error@+1 {{joins weights of different types: @up is of '!qwen.q8', @gate of '!qwen.q4'}}
    %y = qwen.norm_glu silu %x norm @n eps 1.0e-6 gate @gate up @up : tensor<?x8xf32> -> tensor<?x4xf32>
    return
  }
}
