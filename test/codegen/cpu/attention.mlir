// What attention's kernel is made of: how keys and values are read, and that threads share a head's chunks of keys only
// where a cache holds several.
// RUN: qwen-opt %s --split-input-file --qwen-plan --qwen-generate-cpu-kernels=mcpu=x86-64-v3 | FileCheck %s

// f32, 512 positions: one chunk. Nothing is shared: no counter, and no buffer (the arguments are scratch, query, slot,
// index, result and caches).
// CHECK-LABEL: module @single
// CHECK: func.func private @attention_0(%{{.*}}: index, %{{.*}}: index, %{{.*}}: index, %{{.*}}: memref<{{[0-9]+}}xi8>, %{{.*}}: memref<4x32xf32>,
// CHECK-NOT: memref.atomic_rmw
// CHECK-NOT: arith.shli {{.*}} : vector<16xi32>
// CHECK: memref.prefetch
// CHECK: func.func @forward
module @single attributes {qwen.max_rows = 4 : i64} {
  qwen.state @key : tensor<1x1x512x16xf32>
  qwen.state @value : tensor<1x1x512x16xf32>
  func.func @forward(%q: tensor<?x32xf32>, %slot: tensor<?xi32>, %index: tensor<?xi32>) {
    %a = qwen.attention %q, %slot, %index, @key, @value scale 0.25 : tensor<?x32xf32>
    qwen.output "a" %a : tensor<?x32xf32>
    return
  }
}

// -----

// bf16, one position more: of a pair, the low halves, and those of a load one element further on, become f32. The last
// thread to arrive merges.
// CHECK-LABEL: module @halves
// CHECK: func.func private @attention_0(%[[THREAD:.*]]: index, %[[THREADS:.*]]: index, %[[ROWS:.*]]: index, %{{.*}}: memref<{{[0-9]+}}xi8>, %[[TEMP:.*]]: memref<{{[0-9]+}}xi8>,
// One KV head: owned where the number of threads divides 1.
// CHECK: %[[REST:.*]] = arith.remui %c1{{.*}}, %[[THREADS]]
// CHECK: %[[OWNS:.*]] = arith.cmpi eq, %[[REST]], %c0
// CHECK: %[[PAIRS:.*]] = vector.load {{.*}}, vector<32xbf16>
// CHECK: %[[WORDS:.*]] = vector.bitcast %[[PAIRS]] : vector<32xbf16> to vector<16xi32>
// CHECK: %[[SHIFTED:.*]] = arith.shli %[[WORDS]], %{{.*}} : vector<16xi32>
// CHECK: arith.bitcast %[[SHIFTED]] : vector<16xi32> to vector<16xf32>
// CHECK: memref.atomic_rmw addi %c1_i32{{.*}}, %{{.*}} : (i32, memref<1xi32>) -> i32
// CHECK: func.func @forward
module @halves attributes {qwen.max_rows = 4 : i64} {
  qwen.state @key : tensor<1x1x513x16xbf16>
  qwen.state @value : tensor<1x1x513x16xbf16>
  func.func @forward(%q: tensor<?x32xf32>, %slot: tensor<?xi32>, %index: tensor<?xi32>) {
    %a = qwen.attention %q, %slot, %index, @key, @value scale 0.25 : tensor<?x32xf32>
    qwen.output "a" %a : tensor<?x32xf32>
    return
  }
}

// -----

// q8: codes become f32, scales of 16 keys at once go into their scores, and into their weights.
// CHECK-LABEL: module @codes
// CHECK: func.func private @attention_0
// CHECK: %[[BYTES:.*]] = vector.load {{.*}} : memref<{{[0-9]+}}xi8>, vector<16xi8>
// CHECK: %[[CODES:.*]] = arith.extsi %[[BYTES]] : vector<16xi8> to vector<16xi32>
// CHECK: arith.sitofp %[[CODES]] : vector<16xi32> to vector<16xf32>
// CHECK: %[[SCORES:.*]] = vector.load {{.*}} : memref<32x64xf32>, vector<16xf32>
// CHECK: %[[SCALES:.*]] = vector.load {{.*}}, vector<16xf32>
// CHECK: arith.mulf %[[SCORES]], %[[SCALES]]
// CHECK: func.func @forward
module @codes attributes {qwen.max_rows = 4 : i64} {
  qwen.state @key : tensor<1x1x512x16x!qwen.q8>
  qwen.state @value : tensor<1x1x512x16x!qwen.q8>
  func.func @forward(%q: tensor<?x32xf32>, %slot: tensor<?xi32>, %index: tensor<?xi32>) {
    %a = qwen.attention %q, %slot, %index, @key, @value scale 0.25 : tensor<?x32xf32>
    qwen.output "a" %a : tensor<?x32xf32>
    return
  }
}
