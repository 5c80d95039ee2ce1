// RUN: qwen-opt %s --split-input-file --qwen-plan-arena --verify-diagnostics

// expected-error@+1 {{module has no function @forward or no attribute qwen.max_rows to plan an arena for}}
module attributes {qwen.max_rows = 4 : i64} {
}

// -----

// expected-error@+1 {{module has no function @forward or no attribute qwen.max_rows to plan an arena for}}
module {
  func.func @forward() {
    return
  }
}
