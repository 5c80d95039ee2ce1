// A linear and a full attention layer of Qwen3.5: output gates, zero-centred norms, RoPE with sections over half of each head.
// RUN: qwen-opt --interpret --check-pass='func.func(qwen-fuse-norm-qkv)' %s \
// RUN:   | FileCheck %s --check-prefix=QKV
// RUN: qwen-opt --interpret --check-pass='func.func(qwen-fuse-gated-attention)' %s \
// RUN:   | FileCheck %s --check-prefix=ATTENTION
// RUN: qwen-opt --interpret --check-pass='func.func(qwen-fuse-gated-delta-net)' %s \
// RUN:   | FileCheck %s --check-prefix=DELTA
// RUN: qwen-opt --interpret --check-pass='qwen-fuse' %s \
// RUN:   | FileCheck %s --check-prefix=FUSE
// RUN: qwen-opt --interpret --check-pass='qwen-fuse,func.func(qwen-decompose-fused)' %s \
// RUN:   | FileCheck %s --check-prefix=DECOMPOSE

// QKV: 54 ops before, 44 after; 4 outputs of 6 calls agree to 0 of their root mean square
// ATTENTION: 54 ops before, 53 after; 4 outputs of 6 calls agree to 0 of their root mean square
// DELTA: 54 ops before, 45 after; 4 outputs of 6 calls agree to 0 of their root mean square
// FUSE: 54 ops before, 18 after; 4 outputs of 6 calls agree to 0 of their root mean square
// DECOMPOSE: 54 ops before, 54 after; 4 outputs of 6 calls agree to 0 of their root mean square

module @Qwen3_5ForCausalLM attributes {qwen.batch = 3 : i64, qwen.max_rows = 72 : i64, qwen.max_seq = 24 : i64} {
  qwen.weight @model.embed_tokens.weight : tensor<11x8xf32>
  qwen.weight @model.layers.0.input_layernorm.weight : tensor<8xf32>
  qwen.weight @model.layers.0.linear_attn.in_proj_qkv.weight : tensor<20x8xf32>
  qwen.weight @model.layers.0.linear_attn.in_proj_z.weight : tensor<12x8xf32>
  qwen.weight @model.layers.0.linear_attn.in_proj_b.weight : tensor<4x8xf32>
  qwen.weight @model.layers.0.linear_attn.in_proj_a.weight : tensor<4x8xf32>
  qwen.weight @model.layers.0.linear_attn.conv1d.weight : tensor<20x1x3xf32>
  qwen.weight @model.layers.0.linear_attn.A_log : tensor<4xf32>
  qwen.weight @model.layers.0.linear_attn.dt_bias : tensor<4xf32>
  qwen.weight @model.layers.0.linear_attn.norm.weight : tensor<3xf32>
  qwen.weight @model.layers.0.linear_attn.out_proj.weight : tensor<8x12xf32>
  qwen.weight @model.layers.0.post_attention_layernorm.weight : tensor<8xf32>
  qwen.weight @model.layers.0.mlp.gate_proj.weight : tensor<6x8xf32>
  qwen.weight @model.layers.0.mlp.up_proj.weight : tensor<6x8xf32>
  qwen.weight @model.layers.0.mlp.down_proj.weight : tensor<8x6xf32>
  qwen.weight @model.layers.1.input_layernorm.weight : tensor<8xf32>
  qwen.weight @model.layers.1.self_attn.q_proj.weight : tensor<64x8xf32>
  qwen.weight @model.layers.1.self_attn.k_proj.weight : tensor<16x8xf32>
  qwen.weight @model.layers.1.self_attn.v_proj.weight : tensor<16x8xf32>
  qwen.weight @model.layers.1.self_attn.q_norm.weight : tensor<8xf32>
  qwen.weight @model.layers.1.self_attn.k_norm.weight : tensor<8xf32>
  qwen.weight @model.layers.1.self_attn.o_proj.weight : tensor<8x32xf32>
  qwen.weight @model.layers.1.post_attention_layernorm.weight : tensor<8xf32>
  qwen.weight @model.layers.1.mlp.gate_proj.weight : tensor<6x8xf32>
  qwen.weight @model.layers.1.mlp.up_proj.weight : tensor<6x8xf32>
  qwen.weight @model.layers.1.mlp.down_proj.weight : tensor<8x6xf32>
  qwen.weight @model.norm.weight : tensor<8xf32>
  qwen.weight @lm_head.weight : tensor<11x8xf32>
  qwen.state @model.layers.0.linear_attn.conv_state recurrent : tensor<3x2x20xf32>
  qwen.state @model.layers.0.linear_attn.recurrent_state recurrent : tensor<3x4x2x3xf32>
  qwen.state @model.layers.1.self_attn.key_cache : tensor<3x2x24x8xf32>
  qwen.state @model.layers.1.self_attn.value_cache : tensor<3x2x24x8xf32>
  func.func @forward(%arg0: tensor<?xi32>, %arg1: tensor<?x8xf32>, %arg2: tensor<?xi32>, %arg3: tensor<?xi32>, %arg4: tensor<?x3xf32>, %arg5: tensor<?xf32>, %arg6: tensor<?xi32>) {
    %0 = qwen.embed %arg0, %arg1, @model.embed_tokens.weight : tensor<?x8xf32>
    %1 = qwen.rope_table %arg4, %arg5 {head_dim = 4 : i64, max_position_embeddings = 64 : i64, mrope_section = array<i64: 1, 1, 0>, rope_theta = 1.000000e+04 : f64, rope_type = "default"} : tensor<?x3xf32> -> tensor<?x4xf32>
    qwen.output "hidden_states.0" %0 on_request : tensor<?x8xf32>
    %2 = qwen.rms_norm %0, @model.layers.0.input_layernorm.weight eps 9.9999999999999995E-7 zero_centered : tensor<?x8xf32>
    %3 = qwen.linear %2, @model.layers.0.linear_attn.in_proj_qkv.weight : tensor<?x8xf32> -> tensor<?x20xf32>
    %4 = qwen.linear %2, @model.layers.0.linear_attn.in_proj_z.weight : tensor<?x8xf32> -> tensor<?x12xf32>
    %5 = qwen.linear %2, @model.layers.0.linear_attn.in_proj_b.weight : tensor<?x8xf32> -> tensor<?x4xf32>
    %6 = qwen.linear %2, @model.layers.0.linear_attn.in_proj_a.weight : tensor<?x8xf32> -> tensor<?x4xf32>
    %7 = qwen.causal_conv %3, %arg2, %arg3, @model.layers.0.linear_attn.conv1d.weight state @model.layers.0.linear_attn.conv_state : tensor<?x20xf32>
    %8 = qwen.activation silu %7 : tensor<?x20xf32>
    %9:3 = qwen.split %8 : tensor<?x20xf32> -> tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x12xf32>
    %10 = qwen.l2_norm %9#0 head_dim 2 eps 9.9999999999999995E-7 : tensor<?x4xf32>
    %11 = qwen.l2_norm %9#1 head_dim 2 eps 9.9999999999999995E-7 : tensor<?x4xf32>
    %12 = qwen.activation sigmoid %5 : tensor<?x4xf32>
    %13 = qwen.decay %6, @model.layers.0.linear_attn.A_log, @model.layers.0.linear_attn.dt_bias : tensor<?x4xf32>
    %14 = qwen.gated_delta_rule %10, %11, %9#2, %13, %12, %arg2, %arg3 state @model.layers.0.linear_attn.recurrent_state scale 0.70710678118654757 : tensor<?x4xf32>, tensor<?x12xf32>, tensor<?x4xf32>
    %15 = qwen.rms_norm %14, @model.layers.0.linear_attn.norm.weight eps 9.9999999999999995E-7 : tensor<?x12xf32>
    %16 = qwen.glu silu %4, %15 : tensor<?x12xf32>
    %17 = qwen.linear %16, @model.layers.0.linear_attn.out_proj.weight : tensor<?x12xf32> -> tensor<?x8xf32>
    %18 = arith.addf %0, %17 : tensor<?x8xf32>
    %19 = qwen.rms_norm %18, @model.layers.0.post_attention_layernorm.weight eps 9.9999999999999995E-7 zero_centered : tensor<?x8xf32>
    %20 = qwen.linear %19, @model.layers.0.mlp.gate_proj.weight : tensor<?x8xf32> -> tensor<?x6xf32>
    %21 = qwen.linear %19, @model.layers.0.mlp.up_proj.weight : tensor<?x8xf32> -> tensor<?x6xf32>
    %22 = qwen.glu silu %20, %21 : tensor<?x6xf32>
    %23 = qwen.linear %22, @model.layers.0.mlp.down_proj.weight : tensor<?x6xf32> -> tensor<?x8xf32>
    %24 = arith.addf %18, %23 : tensor<?x8xf32>
    qwen.output "hidden_states.1" %24 on_request : tensor<?x8xf32>
    %25 = qwen.rms_norm %24, @model.layers.1.input_layernorm.weight eps 9.9999999999999995E-7 zero_centered : tensor<?x8xf32>
    %26 = qwen.linear %25, @model.layers.1.self_attn.q_proj.weight : tensor<?x8xf32> -> tensor<?x64xf32>
    %27:2 = qwen.split %26 groups 4 : tensor<?x64xf32> -> tensor<?x32xf32>, tensor<?x32xf32>
    %28 = qwen.linear %25, @model.layers.1.self_attn.k_proj.weight : tensor<?x8xf32> -> tensor<?x16xf32>
    %29 = qwen.linear %25, @model.layers.1.self_attn.v_proj.weight : tensor<?x8xf32> -> tensor<?x16xf32>
    %30 = qwen.rms_norm %27#0, @model.layers.1.self_attn.q_norm.weight eps 9.9999999999999995E-7 zero_centered : tensor<?x32xf32>
    %31 = qwen.rope %30, %1 head_dim 8 : tensor<?x32xf32>, tensor<?x4xf32>
    %32 = qwen.rms_norm %28, @model.layers.1.self_attn.k_norm.weight eps 9.9999999999999995E-7 zero_centered : tensor<?x16xf32>
    %33 = qwen.rope %32, %1 head_dim 8 : tensor<?x16xf32>, tensor<?x4xf32>
    qwen.cache_append %33, %arg2, %arg3, @model.layers.1.self_attn.key_cache : tensor<?x16xf32>
    qwen.cache_append %29, %arg2, %arg3, @model.layers.1.self_attn.value_cache : tensor<?x16xf32>
    %34 = qwen.attention %31, %arg2, %arg3, @model.layers.1.self_attn.key_cache, @model.layers.1.self_attn.value_cache scale 0.35355339059327379 : tensor<?x32xf32>
    %35 = qwen.glu sigmoid %27#1, %34 : tensor<?x32xf32>
    %36 = qwen.linear %35, @model.layers.1.self_attn.o_proj.weight : tensor<?x32xf32> -> tensor<?x8xf32>
    %37 = arith.addf %24, %36 : tensor<?x8xf32>
    %38 = qwen.rms_norm %37, @model.layers.1.post_attention_layernorm.weight eps 9.9999999999999995E-7 zero_centered : tensor<?x8xf32>
    %39 = qwen.linear %38, @model.layers.1.mlp.gate_proj.weight : tensor<?x8xf32> -> tensor<?x6xf32>
    %40 = qwen.linear %38, @model.layers.1.mlp.up_proj.weight : tensor<?x8xf32> -> tensor<?x6xf32>
    %41 = qwen.glu silu %39, %40 : tensor<?x6xf32>
    %42 = qwen.linear %41, @model.layers.1.mlp.down_proj.weight : tensor<?x6xf32> -> tensor<?x8xf32>
    %43 = arith.addf %37, %42 : tensor<?x8xf32>
    %44 = qwen.rms_norm %43, @model.norm.weight eps 9.9999999999999995E-7 zero_centered : tensor<?x8xf32>
    qwen.output "hidden_states.2" %44 on_request : tensor<?x8xf32>
    %45 = qwen.gather_rows %43, %arg6 : tensor<?x8xf32>
    %46 = qwen.rms_norm %45, @model.norm.weight eps 9.9999999999999995E-7 zero_centered : tensor<?x8xf32>
    %47 = qwen.linear %46, @lm_head.weight : tensor<?x8xf32> -> tensor<?x11xf32>
    qwen.output "logits" %47 : tensor<?x11xf32>
    return
  }
}

