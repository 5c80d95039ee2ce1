// RUN: qwen-opt %s --split-input-file --qwen-emit-entry --verify-diagnostics

// expected-error@+1 {{module has no lowered @forward to enter}}
module attributes {qwen.scratch_bytes = 64 : i64} {
}

// -----

// Not lowered yet.
// expected-error@+1 {{module has no lowered @forward to enter}}
module attributes {qwen.scratch_bytes = 64 : i64} {
  func.func @forward() {
    return
  }
}

// -----

// Not the arguments of QwenCall.
// expected-error@+1 {{module has no lowered @forward to enter}}
module attributes {qwen.scratch_bytes = 64 : i64} {
  llvm.func @forward(%arena: !llvm.ptr) {
    llvm.return
  }
}
