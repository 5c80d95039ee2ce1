// RUN: qwen-opt %s --split-input-file --qwen-screen-head=format=q5 --verify-diagnostics

// expected-error@+1 {{module has no function @forward whose head to screen}}
module {
}

// -----

// expected-error@+1 {{format is "q5", but must be q8 or q4}}
module {
  func.func @forward() {
    return
  }
}
