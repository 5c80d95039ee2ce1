// What a check of passes says when it can't run or finds a difference.
// RUN: not qwen-opt --interpret --check-pass='func.func(qwen-fuse-norm-linear)' %s 2>&1 | FileCheck %s
// RUN: not qwen-opt --interpret --check-pass=qwen-fuse-norm-linear %s 2>&1 | FileCheck %s --check-prefix=NESTING
// RUN: not qwen-opt --interpret --check-pass=no-such-pass %s 2>&1 | FileCheck %s --check-prefix=UNKNOWN

// CHECK: {{^}}qwen-opt: func.func(qwen-fuse-norm-linear): arith.mulf at {{.*}}:[[#@LINE+5]]: {{.*}} no rule for
// NESTING: {{^}}qwen-opt: --check-pass: {{.*}}did you intend to nest?
// UNKNOWN: {{^}}qwen-opt: --check-pass: {{.*}}'no-such-pass' does not refer to a registered pass

func.func @forward(%x: tensor<?x2xf32>) {
  %y = arith.mulf %x, %x : tensor<?x2xf32>
  qwen.output "y" %y : tensor<?x2xf32>
  return
}
