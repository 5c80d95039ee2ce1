// RUN: qwen-opt %s --verify-roundtrip | FileCheck %s
// RUN: qwen-opt %s --mlir-print-op-generic | qwen-opt | FileCheck %s

qwen.state @key_cache : tensor<1x2x16x4xf32>
qwen.state @value_cache : tensor<1x2x16x4xf32>

// CHECK-LABEL: func.func @rope
func.func @rope(%q: tensor<?x16xf32>, %position: tensor<?x1xf32>, %length: tensor<?xf32>) -> tensor<?x16xf32> {
  // CHECK: qwen.rope_table %{{.*}}, %{{.*}} {head_dim = 4 : i64, max_position_embeddings = 64 : i64,
  // CHECK-SAME: rope_theta = 1.000000e+06 : f64, rope_type = "default"} : tensor<?x1xf32> -> tensor<?x4xf32>
  %0 = qwen.rope_table %position, %length
    {rope_type = "default", rope_theta = 1.0e6, head_dim = 4, max_position_embeddings = 64} : tensor<?x1xf32> -> tensor<?x4xf32>
  // CHECK: qwen.rope %{{.*}}, %{{.*}} head_dim 4 : tensor<?x16xf32>, tensor<?x4xf32>
  %1 = qwen.rope %q, %0 head_dim 4 : tensor<?x16xf32>, tensor<?x4xf32>
  // Partial: half of each head turns.
  // CHECK: qwen.rope %{{.*}}, %{{.*}} head_dim 8 : tensor<?x16xf32>, tensor<?x4xf32>
  %2 = qwen.rope %1, %0 head_dim 8 : tensor<?x16xf32>, tensor<?x4xf32>
  return %2 : tensor<?x16xf32>
}

// CHECK-LABEL: func.func @mrope
func.func @mrope(%position: tensor<?x3xf32>, %length: tensor<?xf32>) -> tensor<?x8xf32> {
  // CHECK: qwen.rope_table %{{.*}}, %{{.*}} {head_dim = 8 : i64, max_position_embeddings = 64 : i64,
  // CHECK-SAME: mrope_section = array<i64: 2, 1, 1>, {{.*}}} : tensor<?x3xf32> -> tensor<?x8xf32>
  %0 = qwen.rope_table %position, %length {rope_type = "default", rope_theta = 1.0e6, head_dim = 8,
    max_position_embeddings = 64, mrope_section = array<i64: 2, 1, 1>} : tensor<?x3xf32> -> tensor<?x8xf32>
  return %0 : tensor<?x8xf32>
}

// CHECK-LABEL: func.func @attention
func.func @attention(%q: tensor<?x16xf32>, %k: tensor<?x8xf32>, %slot: tensor<?xi32>,
                     %index: tensor<?xi32>) -> (tensor<?x16xf32>, tensor<?x16xf32>) {
  // CHECK: qwen.cache_append %{{.*}}, %{{.*}}, %{{.*}}, @key_cache : tensor<?x8xf32>
  qwen.cache_append %k, %slot, %index, @key_cache : tensor<?x8xf32>
  qwen.cache_append %k, %slot, %index, @value_cache : tensor<?x8xf32>
  // CHECK: qwen.attention %{{.*}}, %{{.*}}, %{{.*}}, @key_cache, @value_cache scale 5.000000e-01 : tensor<?x16xf32>
  %0 = qwen.attention %q, %slot, %index, @key_cache, @value_cache scale 0.5 : tensor<?x16xf32>
  // CHECK: qwen.attention %{{.*}} scale 5.000000e-01 window 8 : tensor<?x16xf32>
  %1 = qwen.attention %q, %slot, %index, @key_cache, @value_cache scale 0.5 window 8 : tensor<?x16xf32>
  return %0, %1 : tensor<?x16xf32>, tensor<?x16xf32>
}
