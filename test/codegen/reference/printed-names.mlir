// Printed IR has lost the names of the arguments; seven of them are the model's.
// RUN: qwen-opt %S/models/moe.mlir | qwen-opt --interpret --check-pass=qwen-fuse - | FileCheck %s
// RUN: qwen-opt %S/models/moe.mlir --mlir-print-op-generic \
// RUN:   | qwen-opt --interpret - | FileCheck %s --check-prefix=GENERIC

// CHECK: 7 outputs of 6 calls agree
// GENERIC: logits {{[0-9]+}}x11
