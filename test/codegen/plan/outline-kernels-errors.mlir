// RUN: qwen-opt %s --split-input-file --qwen-outline-kernels --verify-diagnostics

// expected-error@+1 {{kernels are outlined after qwen-plan-weights and qwen-plan-arena}}
module attributes {qwen.arena_bytes = 64 : i64, qwen.weights_bytes = 64 : i64} {
}

// -----

// expected-error@+1 {{kernels are outlined after qwen-plan-weights and qwen-plan-arena}}
module attributes {qwen.max_rows = 4 : i64, qwen.weights_bytes = 64 : i64} {
  func.func @forward() {
    return
  }
}

// -----

// expected-error@+1 {{kernels are outlined after qwen-plan-weights and qwen-plan-arena}}
module attributes {qwen.max_rows = 4 : i64, qwen.arena_bytes = 64 : i64} {
  func.func @forward() {
    return
  }
}

// -----

module attributes {qwen.max_rows = 4 : i64, qwen.arena_bytes = 64 : i64, qwen.scratch_bytes = 64 : i64,
                   qwen.states_bytes = 0 : i64, qwen.weights_bytes = 64 : i64} {
  qwen.weight @w : tensor<16x16xf32>
  func.func @forward(%x: tensor<?x16xf32>) {
    // expected-error@+1 {{has no kernel; run the pipeline qwen-fuse first}}
    %y = qwen.linear %x, @w : tensor<?x16xf32> -> tensor<?x16xf32>
    return
  }
}
