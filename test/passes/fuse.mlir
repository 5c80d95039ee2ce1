// A dense layer and a MoE layer through all fusions, and back.
// RUN: qwen-opt %s --qwen-fuse | FileCheck %s
// RUN: qwen-opt %s --qwen-fuse --remarks-filter=qwen 2>&1 >/dev/null | FileCheck %s --check-prefix=COUNT
// RUN: qwen-opt %s -o %t.before
// RUN: qwen-opt %s --pass-pipeline='builtin.module(qwen-fuse,func.func(qwen-decompose-fused))' -o %t.after
// RUN: diff %t.before %t.after
// RUN: qwen-opt %s --qwen-fuse -o %t.once
// RUN: qwen-opt %t.once --qwen-fuse -o %t.twice
// RUN: diff %t.once %t.twice

// COUNT: qwen-fuse-moe {{.*}}"1 of 1 MoE blocks fused"
// COUNT: qwen-fuse-norm-qkv {{.*}}"2 of 2 norm + q|k|v + RoPE + cache updates fused"
// COUNT: qwen-fuse-norm-glu {{.*}}"1 of 1 norm + gated linear units fused"
// COUNT: qwen-fuse-linear-residual {{.*}}"3 of 3 linear maps + residual fused"
// COUNT: qwen-fuse-norm-linear {{.*}}"1 of 1 linear maps left taken into norm_linear"

// CHECK-LABEL: func.func @forward
// CHECK-NEXT: %[[X0:.*]] = qwen.embed %arg0, %arg1, @model.embed_tokens.weight
// CHECK-NEXT: qwen.output "hidden_states.0" %[[X0]] on_request
// CHECK-NEXT: %[[T:.*]] = qwen.rope_table %arg4, %arg5
// CHECK-NEXT: %[[Q0:.*]] = qwen.norm_qkv %[[X0]], %[[T]], %arg2, %arg3 norm @model.layers.0.input_layernorm.weight
// CHECK-NEXT: %[[A0:.*]] = qwen.attention %[[Q0]], %arg2, %arg3
// CHECK-NEXT: %[[Y0:.*]] = qwen.linear_residual %[[A0]], %[[X0]], @model.layers.0.self_attn.o_proj.weight
// CHECK-NEXT: %[[M0:.*]] = qwen.norm_glu silu %[[Y0]] norm @model.layers.0.post_attention_layernorm.weight
// CHECK-NEXT: %[[X1:.*]] = qwen.linear_residual %[[M0]], %[[Y0]], @model.layers.0.mlp.down_proj.weight
// CHECK-NEXT: qwen.output "hidden_states.1" %[[X1]] on_request
// CHECK-NEXT: %[[Q1:.*]] = qwen.norm_qkv %[[X1]], %[[T]], %arg2, %arg3 norm @model.layers.1.input_layernorm.weight
// CHECK-NEXT: %[[A1:.*]] = qwen.attention %[[Q1]], {{.*}} window 8
// CHECK-NEXT: %[[Y1:.*]] = qwen.linear_residual %[[A1]], %[[X1]], @model.layers.1.self_attn.o_proj.weight
// CHECK-NEXT: %[[X2:.*]], %[[L:.*]] = qwen.norm_moe silu %[[Y1]] norm @model.layers.1.post_attention_layernorm.weight
// CHECK-NEXT: qwen.output "router_logits.0" %[[L]] on_request
// CHECK-NEXT: %[[ALL:.*]] = qwen.rms_norm %[[X2]], @model.norm.weight
// CHECK-NEXT: qwen.output "hidden_states.2" %[[ALL]] on_request
// CHECK-NEXT: %[[LOGITS:.*]] = qwen.norm_linear %[[X2]] norm @model.norm.weight {{.*}} rows %arg6 weights [@lm_head.weight]
// CHECK-NEXT: qwen.output "logits" %[[LOGITS]]
// CHECK-NEXT: return

module @Qwen3MoeForCausalLM attributes {qwen.batch = 2 : i64, qwen.max_rows = 32 : i64, qwen.max_seq = 16 : i64} {
  qwen.weight @"model.embed_tokens.weight" : tensor<11x8xbf16>
  qwen.weight @"model.layers.0.input_layernorm.weight" : tensor<8xf32>
  qwen.weight @"model.layers.0.self_attn.q_proj.weight" : tensor<16x8xbf16>
  qwen.weight @"model.layers.0.self_attn.k_proj.weight" : tensor<8x8xbf16>
  qwen.weight @"model.layers.0.self_attn.v_proj.weight" : tensor<8x8xbf16>
  qwen.weight @"model.layers.0.self_attn.q_norm.weight" : tensor<4xf32>
  qwen.weight @"model.layers.0.self_attn.k_norm.weight" : tensor<4xf32>
  qwen.weight @"model.layers.0.self_attn.o_proj.weight" : tensor<8x16xbf16>
  qwen.weight @"model.layers.0.post_attention_layernorm.weight" : tensor<8xf32>
  qwen.weight @"model.layers.0.mlp.gate_proj.weight" : tensor<6x8xbf16>
  qwen.weight @"model.layers.0.mlp.up_proj.weight" : tensor<6x8xbf16>
  qwen.weight @"model.layers.0.mlp.down_proj.weight" : tensor<8x6xbf16>
  qwen.weight @"model.layers.1.input_layernorm.weight" : tensor<8xf32>
  qwen.weight @"model.layers.1.self_attn.q_proj.weight" : tensor<16x8xbf16>
  qwen.weight @"model.layers.1.self_attn.k_proj.weight" : tensor<8x8xbf16>
  qwen.weight @"model.layers.1.self_attn.v_proj.weight" : tensor<8x8xbf16>
  qwen.weight @"model.layers.1.self_attn.q_norm.weight" : tensor<4xf32>
  qwen.weight @"model.layers.1.self_attn.k_norm.weight" : tensor<4xf32>
  qwen.weight @"model.layers.1.self_attn.o_proj.weight" : tensor<8x16xbf16>
  qwen.weight @"model.layers.1.post_attention_layernorm.weight" : tensor<8xf32>
  qwen.weight @"model.layers.1.mlp.gate.weight" : tensor<5x8xf32>
  qwen.weight @"model.layers.1.mlp.experts.gate_up_proj" : tensor<5x6x8xbf16>
  qwen.weight @"model.layers.1.mlp.experts.down_proj" : tensor<5x8x3xbf16>
  qwen.weight @"model.norm.weight" : tensor<8xf32>
  qwen.weight @"lm_head.weight" : tensor<11x8xbf16>
  qwen.state @"model.layers.0.self_attn.key_cache" : tensor<2x2x16x4xf32>
  qwen.state @"model.layers.0.self_attn.value_cache" : tensor<2x2x16x4xf32>
  qwen.state @"model.layers.1.self_attn.key_cache" : tensor<2x2x16x4xf32>
  qwen.state @"model.layers.1.self_attn.value_cache" : tensor<2x2x16x4xf32>
  func.func @forward(%ids: tensor<?xi32>, %embeds: tensor<?x8xf32>, %slot: tensor<?xi32>, %index: tensor<?xi32>,
                     %position: tensor<?x1xf32>, %length: tensor<?xf32>, %wanted: tensor<?xi32>) {
    %x0 = qwen.embed %ids, %embeds, @"model.embed_tokens.weight" : tensor<?x8xf32>
    qwen.output "hidden_states.0" %x0 on_request : tensor<?x8xf32>
    %t = qwen.rope_table %position, %length
      {rope_type = "default", rope_theta = 1.0e6, head_dim = 4, max_position_embeddings = 64} : tensor<?x1xf32> -> tensor<?x4xf32>
    %h0 = qwen.rms_norm %x0, @"model.layers.0.input_layernorm.weight" eps 1.0e-6 : tensor<?x8xf32>
    %q0 = qwen.linear %h0, @"model.layers.0.self_attn.q_proj.weight" : tensor<?x8xf32> -> tensor<?x16xf32>
    %k0 = qwen.linear %h0, @"model.layers.0.self_attn.k_proj.weight" : tensor<?x8xf32> -> tensor<?x8xf32>
    %v0 = qwen.linear %h0, @"model.layers.0.self_attn.v_proj.weight" : tensor<?x8xf32> -> tensor<?x8xf32>
    %qn0 = qwen.rms_norm %q0, @"model.layers.0.self_attn.q_norm.weight" eps 1.0e-6 : tensor<?x16xf32>
    %kn0 = qwen.rms_norm %k0, @"model.layers.0.self_attn.k_norm.weight" eps 1.0e-6 : tensor<?x8xf32>
    %qr0 = qwen.rope %qn0, %t head_dim 4 : tensor<?x16xf32>, tensor<?x4xf32>
    %kr0 = qwen.rope %kn0, %t head_dim 4 : tensor<?x8xf32>, tensor<?x4xf32>
    qwen.cache_append %kr0, %slot, %index, @"model.layers.0.self_attn.key_cache" : tensor<?x8xf32>
    qwen.cache_append %v0, %slot, %index, @"model.layers.0.self_attn.value_cache" : tensor<?x8xf32>
    %a0 = qwen.attention %qr0, %slot, %index, @"model.layers.0.self_attn.key_cache", @"model.layers.0.self_attn.value_cache" scale 0.5 : tensor<?x16xf32>
    %o0 = qwen.linear %a0, @"model.layers.0.self_attn.o_proj.weight" : tensor<?x16xf32> -> tensor<?x8xf32>
    %y0 = arith.addf %x0, %o0 : tensor<?x8xf32>
    %p0 = qwen.rms_norm %y0, @"model.layers.0.post_attention_layernorm.weight" eps 1.0e-6 : tensor<?x8xf32>
    %gate = qwen.linear %p0, @"model.layers.0.mlp.gate_proj.weight" : tensor<?x8xf32> -> tensor<?x6xf32>
    %up = qwen.linear %p0, @"model.layers.0.mlp.up_proj.weight" : tensor<?x8xf32> -> tensor<?x6xf32>
    %m0 = qwen.glu silu %gate, %up : tensor<?x6xf32>
    %d0 = qwen.linear %m0, @"model.layers.0.mlp.down_proj.weight" : tensor<?x6xf32> -> tensor<?x8xf32>
    %x1 = arith.addf %y0, %d0 : tensor<?x8xf32>
    qwen.output "hidden_states.1" %x1 on_request : tensor<?x8xf32>
    %h1 = qwen.rms_norm %x1, @"model.layers.1.input_layernorm.weight" eps 1.0e-6 : tensor<?x8xf32>
    %q1 = qwen.linear %h1, @"model.layers.1.self_attn.q_proj.weight" : tensor<?x8xf32> -> tensor<?x16xf32>
    %k1 = qwen.linear %h1, @"model.layers.1.self_attn.k_proj.weight" : tensor<?x8xf32> -> tensor<?x8xf32>
    %v1 = qwen.linear %h1, @"model.layers.1.self_attn.v_proj.weight" : tensor<?x8xf32> -> tensor<?x8xf32>
    %qn1 = qwen.rms_norm %q1, @"model.layers.1.self_attn.q_norm.weight" eps 1.0e-6 : tensor<?x16xf32>
    %kn1 = qwen.rms_norm %k1, @"model.layers.1.self_attn.k_norm.weight" eps 1.0e-6 : tensor<?x8xf32>
    %qr1 = qwen.rope %qn1, %t head_dim 4 : tensor<?x16xf32>, tensor<?x4xf32>
    %kr1 = qwen.rope %kn1, %t head_dim 4 : tensor<?x8xf32>, tensor<?x4xf32>
    qwen.cache_append %kr1, %slot, %index, @"model.layers.1.self_attn.key_cache" : tensor<?x8xf32>
    qwen.cache_append %v1, %slot, %index, @"model.layers.1.self_attn.value_cache" : tensor<?x8xf32>
    %a1 = qwen.attention %qr1, %slot, %index, @"model.layers.1.self_attn.key_cache", @"model.layers.1.self_attn.value_cache" scale 0.5 window 8 : tensor<?x16xf32>
    %o1 = qwen.linear %a1, @"model.layers.1.self_attn.o_proj.weight" : tensor<?x16xf32> -> tensor<?x8xf32>
    %y1 = arith.addf %x1, %o1 : tensor<?x8xf32>
    %p1 = qwen.rms_norm %y1, @"model.layers.1.post_attention_layernorm.weight" eps 1.0e-6 : tensor<?x8xf32>
    %w, %e, %l = qwen.router %p1, @"model.layers.1.mlp.gate.weight" top_k 2 normalize : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>, tensor<?x5xf32>
    %d1 = qwen.experts silu %p1, %w, %e, @"model.layers.1.mlp.experts.gate_up_proj", @"model.layers.1.mlp.experts.down_proj" : tensor<?x8xf32>, tensor<?x2xf32>, tensor<?x2xi32>
    %x2 = arith.addf %y1, %d1 : tensor<?x8xf32>
    qwen.output "router_logits.0" %l on_request : tensor<?x5xf32>
    %all = qwen.rms_norm %x2, @"model.norm.weight" eps 1.0e-6 : tensor<?x8xf32>
    qwen.output "hidden_states.2" %all on_request : tensor<?x8xf32>
    %last = qwen.gather_rows %x2, %wanted : tensor<?x8xf32>
    %normed = qwen.rms_norm %last, @"model.norm.weight" eps 1.0e-6 : tensor<?x8xf32>
    %logits = qwen.linear %normed, @"lm_head.weight" : tensor<?x8xf32> -> tensor<?x11xf32>
    qwen.output "logits" %logits : tensor<?x11xf32>
    return
  }
}
