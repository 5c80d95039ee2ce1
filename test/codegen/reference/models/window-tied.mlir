// A sliding window in one layer, the embedding as LM head, bf16 weights.
// RUN: qwen-opt --interpret --check-pass='func.func(qwen-fuse-norm-linear)' %s \
// RUN:   | FileCheck %s --check-prefix=LINEAR
// RUN: qwen-opt --interpret --check-pass='func.func(qwen-fuse-norm-glu)' %s \
// RUN:   | FileCheck %s --check-prefix=GLU
// RUN: qwen-opt --interpret --check-pass='func.func(qwen-fuse-norm-qkv)' %s \
// RUN:   | FileCheck %s --check-prefix=QKV
// RUN: qwen-opt --interpret --check-pass='func.func(qwen-fuse-linear-residual)' %s \
// RUN:   | FileCheck %s --check-prefix=RESIDUAL
// RUN: qwen-opt --interpret --check-pass='qwen-fuse' %s \
// RUN:   | FileCheck %s --check-prefix=FUSE
// RUN: qwen-opt --interpret --check-pass='qwen-fuse,func.func(qwen-decompose-fused)' %s \
// RUN:   | FileCheck %s --check-prefix=DECOMPOSE

// LINEAR: 44 ops before, 32 after; 1 outputs of 6 calls agree to 0 of their root mean square
// GLU: 44 ops before, 38 after; 1 outputs of 6 calls agree to 0 of their root mean square
// QKV: 44 ops before, 26 after; 1 outputs of 6 calls agree to 0 of their root mean square
// RESIDUAL: 44 ops before, 40 after; 1 outputs of 6 calls agree to 0 of their root mean square
// FUSE: 44 ops before, 14 after; 1 outputs of 6 calls agree to 0 of their root mean square
// DECOMPOSE: 44 ops before, 44 after; 1 outputs of 6 calls agree to 0 of their root mean square

module @window_tied attributes {qwen.max_rows = 32 : i64, qwen.max_seq = 24 : i64, qwen.batch = 3 : i64} {
  qwen.weight @"model.embed_tokens.weight" : tensor<11x8xbf16>
  qwen.weight @"model.layers.0.input_layernorm.weight" : tensor<8xbf16>
  qwen.weight @"model.layers.0.self_attn.q_proj.weight" : tensor<16x8xbf16>
  qwen.weight @"model.layers.0.self_attn.k_proj.weight" : tensor<8x8xbf16>
  qwen.weight @"model.layers.0.self_attn.v_proj.weight" : tensor<8x8xbf16>
  qwen.weight @"model.layers.0.self_attn.q_norm.weight" : tensor<4xbf16>
  qwen.weight @"model.layers.0.self_attn.k_norm.weight" : tensor<4xbf16>
  qwen.weight @"model.layers.0.self_attn.o_proj.weight" : tensor<8x16xbf16>
  qwen.weight @"model.layers.0.post_attention_layernorm.weight" : tensor<8xbf16>
  qwen.weight @"model.layers.0.mlp.gate_proj.weight" : tensor<6x8xbf16>
  qwen.weight @"model.layers.0.mlp.up_proj.weight" : tensor<6x8xbf16>
  qwen.weight @"model.layers.0.mlp.down_proj.weight" : tensor<8x6xbf16>
  qwen.weight @"model.layers.1.input_layernorm.weight" : tensor<8xbf16>
  qwen.weight @"model.layers.1.self_attn.q_proj.weight" : tensor<16x8xbf16>
  qwen.weight @"model.layers.1.self_attn.k_proj.weight" : tensor<8x8xbf16>
  qwen.weight @"model.layers.1.self_attn.v_proj.weight" : tensor<8x8xbf16>
  qwen.weight @"model.layers.1.self_attn.q_norm.weight" : tensor<4xbf16>
  qwen.weight @"model.layers.1.self_attn.k_norm.weight" : tensor<4xbf16>
  qwen.weight @"model.layers.1.self_attn.o_proj.weight" : tensor<8x16xbf16>
  qwen.weight @"model.layers.1.post_attention_layernorm.weight" : tensor<8xbf16>
  qwen.weight @"model.layers.1.mlp.gate_proj.weight" : tensor<6x8xbf16>
  qwen.weight @"model.layers.1.mlp.up_proj.weight" : tensor<6x8xbf16>
  qwen.weight @"model.layers.1.mlp.down_proj.weight" : tensor<8x6xbf16>
  qwen.weight @"model.norm.weight" : tensor<8xbf16>
  qwen.state @"model.layers.0.self_attn.key_cache" : tensor<3x2x24x4xf32>
  qwen.state @"model.layers.0.self_attn.value_cache" : tensor<3x2x24x4xf32>
  qwen.state @"model.layers.1.self_attn.key_cache" : tensor<3x2x24x4xf32>
  qwen.state @"model.layers.1.self_attn.value_cache" : tensor<3x2x24x4xf32>
  func.func @forward(%ids: tensor<?xi32>, %embeds: tensor<?x8xf32>, %slot: tensor<?xi32>, %index: tensor<?xi32>,
                     %position: tensor<?x1xf32>, %length: tensor<?xf32>, %wanted: tensor<?xi32>) {
    %x0 = qwen.embed %ids, %embeds, @"model.embed_tokens.weight" : tensor<?x8xf32>
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
      @"model.layers.1.self_attn.value_cache" scale 0.5 window 3 : tensor<?x16xf32>
    %o1 = qwen.linear %a1, @"model.layers.1.self_attn.o_proj.weight" : tensor<?x16xf32> -> tensor<?x8xf32>
    %y1 = arith.addf %x1, %o1 : tensor<?x8xf32>
    %i1 = qwen.rms_norm %y1, @"model.layers.1.post_attention_layernorm.weight" eps 1.0e-6 : tensor<?x8xf32>
    %g1 = qwen.linear %i1, @"model.layers.1.mlp.gate_proj.weight" : tensor<?x8xf32> -> tensor<?x6xf32>
    %u1 = qwen.linear %i1, @"model.layers.1.mlp.up_proj.weight" : tensor<?x8xf32> -> tensor<?x6xf32>
    %m1 = qwen.glu silu %g1, %u1 : tensor<?x6xf32>
    %d1 = qwen.linear %m1, @"model.layers.1.mlp.down_proj.weight" : tensor<?x6xf32> -> tensor<?x8xf32>
    %x2 = arith.addf %y1, %d1 : tensor<?x8xf32>

    %last = qwen.gather_rows %x2, %wanted : tensor<?x8xf32>
    %normed = qwen.rms_norm %last, @"model.norm.weight" eps 1.0e-6 : tensor<?x8xf32>
    %logits = qwen.linear %normed, @"model.embed_tokens.weight" : tensor<?x8xf32> -> tensor<?x11xf32>
    qwen.output "logits" %logits : tensor<?x11xf32>
    return
  }
}
