// Layers 1 and 2 are sparse, layer 0 is dense; router logits asked for.
// RUN: qwen-opt --interpret --check-pass='func.func(qwen-fuse-norm-linear)' %s \
// RUN:   | FileCheck %s --check-prefix=LINEAR
// RUN: qwen-opt --interpret --check-pass='func.func(qwen-fuse-norm-glu)' %s \
// RUN:   | FileCheck %s --check-prefix=GLU
// RUN: qwen-opt --interpret --check-pass='func.func(qwen-fuse-norm-qkv)' %s \
// RUN:   | FileCheck %s --check-prefix=QKV
// RUN: qwen-opt --interpret --check-pass='func.func(qwen-fuse-linear-residual)' %s \
// RUN:   | FileCheck %s --check-prefix=RESIDUAL
// RUN: qwen-opt --interpret --check-pass='func.func(qwen-fuse-moe)' %s \
// RUN:   | FileCheck %s --check-prefix=MOE
// RUN: qwen-opt --interpret --check-pass='qwen-fuse' %s \
// RUN:   | FileCheck %s --check-prefix=FUSE
// RUN: qwen-opt --interpret --check-pass='qwen-fuse,func.func(qwen-decompose-fused)' %s \
// RUN:   | FileCheck %s --check-prefix=DECOMPOSE

// LINEAR: 66 ops before, 53 after; 7 outputs of 6 calls agree to 0 of their root mean square
// GLU: 66 ops before, 63 after; 7 outputs of 6 calls agree to 0 of their root mean square
// QKV: 66 ops before, 39 after; 7 outputs of 6 calls agree to 0 of their root mean square
// RESIDUAL: 66 ops before, 62 after; 7 outputs of 6 calls agree to 0 of their root mean square
// MOE: 66 ops before, 60 after; 7 outputs of 6 calls agree to 0 of their root mean square
// FUSE: 66 ops before, 24 after; 7 outputs of 6 calls agree to 0 of their root mean square
// DECOMPOSE: 66 ops before, 66 after; 7 outputs of 6 calls agree to 0 of their root mean square

module @moe attributes {qwen.max_rows = 32 : i64, qwen.max_seq = 24 : i64, qwen.batch = 3 : i64} {
  qwen.weight @"model.embed_tokens.weight" : tensor<11x8xf32>
  qwen.weight @"model.layers.0.input_layernorm.weight" : tensor<8xf32>
  qwen.weight @"model.layers.0.self_attn.q_proj.weight" : tensor<16x8xf32>
  qwen.weight @"model.layers.0.self_attn.k_proj.weight" : tensor<8x8xf32>
  qwen.weight @"model.layers.0.self_attn.v_proj.weight" : tensor<8x8xf32>
  qwen.weight @"model.layers.0.self_attn.q_norm.weight" : tensor<4xf32>
  qwen.weight @"model.layers.0.self_attn.k_norm.weight" : tensor<4xf32>
  qwen.weight @"model.layers.0.self_attn.o_proj.weight" : tensor<8x16xf32>
  qwen.weight @"model.layers.0.post_attention_layernorm.weight" : tensor<8xf32>
  qwen.weight @"model.layers.0.mlp.gate_proj.weight" : tensor<6x8xf32>
  qwen.weight @"model.layers.0.mlp.up_proj.weight" : tensor<6x8xf32>
  qwen.weight @"model.layers.0.mlp.down_proj.weight" : tensor<8x6xf32>
  qwen.weight @"model.layers.1.input_layernorm.weight" : tensor<8xf32>
  qwen.weight @"model.layers.1.self_attn.q_proj.weight" : tensor<16x8xf32>
  qwen.weight @"model.layers.1.self_attn.k_proj.weight" : tensor<8x8xf32>
  qwen.weight @"model.layers.1.self_attn.v_proj.weight" : tensor<8x8xf32>
  qwen.weight @"model.layers.1.self_attn.q_norm.weight" : tensor<4xf32>
  qwen.weight @"model.layers.1.self_attn.k_norm.weight" : tensor<4xf32>
  qwen.weight @"model.layers.1.self_attn.o_proj.weight" : tensor<8x16xf32>
  qwen.weight @"model.layers.1.post_attention_layernorm.weight" : tensor<8xf32>
  qwen.weight @"model.layers.1.mlp.gate.weight" : tensor<5x8xf32>
  qwen.weight @"model.layers.1.mlp.experts.gate_up_proj" : tensor<5x6x8xf32>
  qwen.weight @"model.layers.1.mlp.experts.down_proj" : tensor<5x8x3xf32>
  qwen.weight @"model.layers.2.input_layernorm.weight" : tensor<8xf32>
  qwen.weight @"model.layers.2.self_attn.q_proj.weight" : tensor<16x8xf32>
  qwen.weight @"model.layers.2.self_attn.k_proj.weight" : tensor<8x8xf32>
  qwen.weight @"model.layers.2.self_attn.v_proj.weight" : tensor<8x8xf32>
  qwen.weight @"model.layers.2.self_attn.q_norm.weight" : tensor<4xf32>
  qwen.weight @"model.layers.2.self_attn.k_norm.weight" : tensor<4xf32>
  qwen.weight @"model.layers.2.self_attn.o_proj.weight" : tensor<8x16xf32>
  qwen.weight @"model.layers.2.post_attention_layernorm.weight" : tensor<8xf32>
  qwen.weight @"model.layers.2.mlp.gate.weight" : tensor<5x8xf32>
  qwen.weight @"model.layers.2.mlp.experts.gate_up_proj" : tensor<5x6x8xf32>
  qwen.weight @"model.layers.2.mlp.experts.down_proj" : tensor<5x8x3xf32>
  qwen.weight @"model.norm.weight" : tensor<8xf32>
  qwen.weight @"lm_head.weight" : tensor<11x8xf32>
  qwen.state @"model.layers.0.self_attn.key_cache" : tensor<3x2x24x4xf32>
  qwen.state @"model.layers.0.self_attn.value_cache" : tensor<3x2x24x4xf32>
  qwen.state @"model.layers.1.self_attn.key_cache" : tensor<3x2x24x4xf32>
  qwen.state @"model.layers.1.self_attn.value_cache" : tensor<3x2x24x4xf32>
  qwen.state @"model.layers.2.self_attn.key_cache" : tensor<3x2x24x4xf32>
  qwen.state @"model.layers.2.self_attn.value_cache" : tensor<3x2x24x4xf32>
  func.func @forward(%ids: tensor<?xi32>, %embeds: tensor<?x8xf32>, %slot: tensor<?xi32>, %index: tensor<?xi32>,
                     %position: tensor<?x1xf32>, %length: tensor<?xf32>, %wanted: tensor<?xi32>) {
    %x0 = qwen.embed %ids, %embeds, @"model.embed_tokens.weight" : tensor<?x8xf32>
    qwen.output "hidden_states.0" %x0 on_request : tensor<?x8xf32>
    %t = qwen.rope_table %position, %length {rope_type = "default", rope_theta = 1.0e4 : f64, head_dim = 4 : i64,
      max_position_embeddings = 64 : i64} : tensor<?x1xf32> -> tensor<?x4xf32>

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
    %a0 = qwen.attention %qr0, %slot, %index, @"model.layers.0.self_attn.key_cache",
      @"model.layers.0.self_attn.value_cache" scale 0.5 : tensor<?x16xf32>
    %o0 = qwen.linear %a0, @"model.layers.0.self_attn.o_proj.weight" : tensor<?x16xf32> -> tensor<?x8xf32>
    %y0 = arith.addf %x0, %o0 : tensor<?x8xf32>
    %i0 = qwen.rms_norm %y0, @"model.layers.0.post_attention_layernorm.weight" eps 1.0e-6 : tensor<?x8xf32>
    %g0 = qwen.linear %i0, @"model.layers.0.mlp.gate_proj.weight" : tensor<?x8xf32> -> tensor<?x6xf32>
    %u0 = qwen.linear %i0, @"model.layers.0.mlp.up_proj.weight" : tensor<?x8xf32> -> tensor<?x6xf32>
    %m0 = qwen.glu silu %g0, %u0 : tensor<?x6xf32>
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
    %a1 = qwen.attention %qr1, %slot, %index, @"model.layers.1.self_attn.key_cache",
      @"model.layers.1.self_attn.value_cache" scale 0.5 : tensor<?x16xf32>
    %o1 = qwen.linear %a1, @"model.layers.1.self_attn.o_proj.weight" : tensor<?x16xf32> -> tensor<?x8xf32>
    %y1 = arith.addf %x1, %o1 : tensor<?x8xf32>
    %i1 = qwen.rms_norm %y1, @"model.layers.1.post_attention_layernorm.weight" eps 1.0e-6 : tensor<?x8xf32>
    %w1, %e1, %l1 = qwen.router %i1, @"model.layers.1.mlp.gate.weight" top_k 2 normalize
      : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>, tensor<?x5xf32>
    qwen.output "router_logits.0" %l1 on_request : tensor<?x5xf32>
    %d1 = qwen.experts silu %i1, %w1, %e1, @"model.layers.1.mlp.experts.gate_up_proj",
      @"model.layers.1.mlp.experts.down_proj" : tensor<?x8xf32>, tensor<?x2xf32>, tensor<?x2xi32>
    %x2 = arith.addf %y1, %d1 : tensor<?x8xf32>
    qwen.output "hidden_states.2" %x2 on_request : tensor<?x8xf32>

    %h2 = qwen.rms_norm %x2, @"model.layers.2.input_layernorm.weight" eps 1.0e-6 : tensor<?x8xf32>
    %q2 = qwen.linear %h2, @"model.layers.2.self_attn.q_proj.weight" : tensor<?x8xf32> -> tensor<?x16xf32>
    %k2 = qwen.linear %h2, @"model.layers.2.self_attn.k_proj.weight" : tensor<?x8xf32> -> tensor<?x8xf32>
    %v2 = qwen.linear %h2, @"model.layers.2.self_attn.v_proj.weight" : tensor<?x8xf32> -> tensor<?x8xf32>
    %qn2 = qwen.rms_norm %q2, @"model.layers.2.self_attn.q_norm.weight" eps 1.0e-6 : tensor<?x16xf32>
    %kn2 = qwen.rms_norm %k2, @"model.layers.2.self_attn.k_norm.weight" eps 1.0e-6 : tensor<?x8xf32>
    %qr2 = qwen.rope %qn2, %t head_dim 4 : tensor<?x16xf32>, tensor<?x4xf32>
    %kr2 = qwen.rope %kn2, %t head_dim 4 : tensor<?x8xf32>, tensor<?x4xf32>
    qwen.cache_append %kr2, %slot, %index, @"model.layers.2.self_attn.key_cache" : tensor<?x8xf32>
    qwen.cache_append %v2, %slot, %index, @"model.layers.2.self_attn.value_cache" : tensor<?x8xf32>
    %a2 = qwen.attention %qr2, %slot, %index, @"model.layers.2.self_attn.key_cache",
      @"model.layers.2.self_attn.value_cache" scale 0.5 : tensor<?x16xf32>
    %o2 = qwen.linear %a2, @"model.layers.2.self_attn.o_proj.weight" : tensor<?x16xf32> -> tensor<?x8xf32>
    %y2 = arith.addf %x2, %o2 : tensor<?x8xf32>
    %i2 = qwen.rms_norm %y2, @"model.layers.2.post_attention_layernorm.weight" eps 1.0e-6 : tensor<?x8xf32>
    %w2, %e2, %l2 = qwen.router %i2, @"model.layers.2.mlp.gate.weight" top_k 2 normalize
      : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>, tensor<?x5xf32>
    qwen.output "router_logits.1" %l2 on_request : tensor<?x5xf32>
    %d2 = qwen.experts silu %i2, %w2, %e2, @"model.layers.2.mlp.experts.gate_up_proj",
      @"model.layers.2.mlp.experts.down_proj" : tensor<?x8xf32>, tensor<?x2xf32>, tensor<?x2xi32>
    %x3 = arith.addf %y2, %d2 : tensor<?x8xf32>

    %last = qwen.gather_rows %x3, %wanted : tensor<?x8xf32>
    %normed = qwen.rms_norm %last, @"model.norm.weight" eps 1.0e-6 : tensor<?x8xf32>
    %final = qwen.rms_norm %x3, @"model.norm.weight" eps 1.0e-6 : tensor<?x8xf32>
    qwen.output "hidden_states.3" %final on_request : tensor<?x8xf32>
    %logits = qwen.linear %normed, @"lm_head.weight" : tensor<?x8xf32> -> tensor<?x11xf32>
    qwen.output "logits" %logits : tensor<?x11xf32>
    return
  }
}
