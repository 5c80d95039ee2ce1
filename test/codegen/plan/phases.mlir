// Each launch tells its phase; launches of a kind are one phase, which says what they read and compute together.
// RUN: qwen-opt %s --qwen-plan | FileCheck %s
// RUN: qwen-opt %s --qwen-plan | FileCheck %s --check-prefix=MARKS

// CHECK: qwen.phases = [
// A row of the table: 16 values of 2 bytes.
// CHECK-SAME: {launches = 1 : i64, name = "embed", row_weight_bytes = 32 : i64}
// CHECK-SAME: {launches = 1 : i64, name = "output", on_request}
// CHECK-SAME: {launches = 1 : i64, name = "rope_table"}
// Norms and two layers of 64 x 16 bf16 weights; a multiply-add for each weight.
// CHECK-SAME: {element = "bf16", launches = 2 : i64, name = "norm_qkv", row_multiplies = 2048 : i64, weight_bytes = 4480 : i64}
// Two heads of 16 values are multiplied twice. A place has a key and a value of one head of 16 in f32.
// CHECK-SAME: {key_bytes = 128 : i64, key_multiplies = 64 : i64, launches = 1 : i64, name = "attention"}
// CHECK-SAME: {element = "bf16", launches = 2 : i64, name = "linear_residual o_proj", row_multiplies = 1024 : i64, weight_bytes = 2048 : i64}
// CHECK-SAME: {element = "bf16", launches = 1 : i64, name = "norm_glu", row_multiplies = 1536 : i64, weight_bytes = 3136 : i64}
// CHECK-SAME: {element = "bf16", launches = 1 : i64, name = "linear_residual down_proj", row_multiplies = 768 : i64, weight_bytes = 1536 : i64}
// CHECK-SAME: {key_bytes = 128 : i64, key_multiplies = 64 : i64, launches = 1 : i64, name = "sliding_attention", window = 8 : i64}
// A router of 4 x 16 (in a panel of 16 rows) and a norm; an expert has 3 * 16 * 32 weights, of which a row chooses two.
// CHECK-SAME: {element = "bf16", expert_bytes = 3072 : i64, launches = 1 : i64, name = "norm_moe", row_multiplies = 3136 : i64, weight_bytes = 576 : i64}
// CHECK-SAME: {element = "bf16", launches = 1 : i64, name = "norm_linear lm_head", row_multiplies = 768 : i64, wanted_rows, weight_bytes = 1600 : i64}
// CHECK-SAME: ]

// MARKS: func.func @forward({{.*}}, %[[THREAD:[a-z0-9]+]]: index, %{{[a-z0-9]+}}: index, %[[PROFILE:[a-z0-9]+]]: index, %{{[a-z0-9]+}}: memref<8x16xf32>, %{{[a-z0-9]+}}: memref<8x48xf32>)
// MARKS: call @qwen_profile(%[[PROFILE]], %c0{{[_0-9]*}}, %[[THREAD]])
// MARKS-NEXT: call @embed_0
// Threads have met when a launch begins, and one that nobody wants doesn't.
// MARKS: call @qwen_barrier
// MARKS: scf.if
// MARKS: func.call @qwen_profile(%[[PROFILE]], %c1{{[_0-9]*}}, %[[THREAD]])
// MARKS-NEXT: func.call @output_0
// MARKS: call @qwen_profile(%[[PROFILE]], %c3{{[_0-9]*}}, %[[THREAD]])
// MARKS-NEXT: call @norm_qkv_0
// MARKS: call @qwen_profile(%[[PROFILE]], %c3{{[_0-9]*}}, %[[THREAD]])
// MARKS-NEXT: call @norm_qkv_0
module attributes {qwen.batch = 1 : i64, qwen.max_rows = 8 : i64, qwen.max_seq = 64 : i64} {
  qwen.weight @"model.embed_tokens.weight" : tensor<48x16xbf16>
  qwen.weight @n : tensor<16xf32>
  qwen.weight @q : tensor<32x16xbf16>
  qwen.weight @k : tensor<16x16xbf16>
  qwen.weight @"model.layers.0.self_attn.o_proj.weight" : tensor<16x32xbf16>
  qwen.weight @"model.layers.1.self_attn.o_proj.weight" : tensor<16x32xbf16>
  qwen.weight @gate : tensor<48x16xbf16>
  qwen.weight @up : tensor<48x16xbf16>
  qwen.weight @"model.layers.0.mlp.down_proj.weight" : tensor<16x48xbf16>
  qwen.weight @router : tensor<4x16xbf16>
  qwen.weight @gate_up : tensor<4x64x16xbf16>
  qwen.weight @down : tensor<4x16x32xbf16>
  qwen.state @"0.key" : tensor<1x1x64x16xf32>
  qwen.state @"0.value" : tensor<1x1x64x16xf32>
  qwen.state @"1.key" : tensor<1x1x64x16xf32>
  qwen.state @"1.value" : tensor<1x1x64x16xf32>
  func.func @forward(%ids: tensor<?xi32>, %embeds: tensor<?x16xf32>, %slot: tensor<?xi32>, %index: tensor<?xi32>,
                     %position: tensor<?x1xf32>, %length: tensor<?xf32>, %wanted: tensor<?xi32>) {
    %x0 = qwen.embed %ids, %embeds, @"model.embed_tokens.weight" : tensor<?x16xf32>
    qwen.output "hidden_states.0" %x0 on_request : tensor<?x16xf32>
    %t = qwen.rope_table %position, %length {rope_type = "default", rope_theta = 1.0e6, head_dim = 16,
      max_position_embeddings = 64} : tensor<?x1xf32> -> tensor<?x16xf32>
    %q0 = qwen.norm_qkv %x0, %t, %slot, %index norm @n eps 1.0e-6 weights [@q, @k, @k] head_norms [@n, @n] eps 1.0e-6
      caches @"0.key", @"0.value" : tensor<?x16xf32>, tensor<?x16xf32> -> tensor<?x32xf32>
    %a0 = qwen.attention %q0, %slot, %index, @"0.key", @"0.value" scale 0.25 : tensor<?x32xf32>
    %y0 = qwen.linear_residual %a0, %x0, @"model.layers.0.self_attn.o_proj.weight" : tensor<?x32xf32>, tensor<?x16xf32>
    %m0 = qwen.norm_glu silu %y0 norm @n eps 1.0e-6 gate @gate up @up : tensor<?x16xf32> -> tensor<?x48xf32>
    %x1 = qwen.linear_residual %m0, %y0, @"model.layers.0.mlp.down_proj.weight" : tensor<?x48xf32>, tensor<?x16xf32>
    %q1 = qwen.norm_qkv %x1, %t, %slot, %index norm @n eps 1.0e-6 weights [@q, @k, @k] head_norms [@n, @n] eps 1.0e-6
      caches @"1.key", @"1.value" : tensor<?x16xf32>, tensor<?x16xf32> -> tensor<?x32xf32>
    %a1 = qwen.attention %q1, %slot, %index, @"1.key", @"1.value" scale 0.25 window 8 : tensor<?x32xf32>
    %y1 = qwen.linear_residual %a1, %x1, @"model.layers.1.self_attn.o_proj.weight" : tensor<?x32xf32>, tensor<?x16xf32>
    %x2, %l = qwen.norm_moe silu %y1 norm @n eps 1.0e-6 router @router top_k 2 normalize experts @gate_up, @down
      : tensor<?x16xf32> -> tensor<?x4xf32>
    %logits = qwen.norm_linear %x2 norm @n eps 1.0e-6 rows %wanted weights [@"model.embed_tokens.weight"]
      : tensor<?x16xf32> -> tensor<?x48xf32>
    qwen.output "logits" %logits : tensor<?x48xf32>
    return
  }
}
