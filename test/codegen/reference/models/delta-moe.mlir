// The same with experts and a shared one; router logits asked for.
// RUN: qwen-opt --interpret --check-pass='func.func(qwen-fuse-moe)' %s \
// RUN:   | FileCheck %s --check-prefix=MOE
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

// MOE: 66 ops before, 46 after; 6 outputs of 6 calls agree to 0 of their root mean square
// QKV: 66 ops before, 56 after; 6 outputs of 6 calls agree to 0 of their root mean square
// ATTENTION: 66 ops before, 65 after; 6 outputs of 6 calls agree to 0 of their root mean square
// DELTA: 66 ops before, 57 after; 6 outputs of 6 calls agree to 0 of their root mean square
// FUSE: 66 ops before, 18 after; 6 outputs of 6 calls agree to 0 of their root mean square
// DECOMPOSE: 66 ops before, 66 after; 6 outputs of 6 calls agree to 0 of their root mean square

module @Qwen3_5MoeForCausalLM attributes {qwen.batch = 3 : i64, qwen.max_rows = 72 : i64, qwen.max_seq = 24 : i64} {
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
  qwen.weight @model.layers.0.mlp.gate.weight : tensor<5x8xf32>
  qwen.weight @model.layers.0.mlp.experts.gate_up_proj : tensor<5x6x8xf32>
  qwen.weight @model.layers.0.mlp.experts.down_proj : tensor<5x8x3xf32>
  qwen.weight @model.layers.0.mlp.shared_expert.gate_proj.weight : tensor<4x8xf32>
  qwen.weight @model.layers.0.mlp.shared_expert.up_proj.weight : tensor<4x8xf32>
  qwen.weight @model.layers.0.mlp.shared_expert.down_proj.weight : tensor<8x4xf32>
  qwen.weight @model.layers.0.mlp.shared_expert_gate.weight : tensor<1x8xf32>
  qwen.weight @model.layers.1.input_layernorm.weight : tensor<8xf32>
  qwen.weight @model.layers.1.self_attn.q_proj.weight : tensor<64x8xf32>
  qwen.weight @model.layers.1.self_attn.k_proj.weight : tensor<16x8xf32>
  qwen.weight @model.layers.1.self_attn.v_proj.weight : tensor<16x8xf32>
  qwen.weight @model.layers.1.self_attn.q_norm.weight : tensor<8xf32>
  qwen.weight @model.layers.1.self_attn.k_norm.weight : tensor<8xf32>
  qwen.weight @model.layers.1.self_attn.o_proj.weight : tensor<8x32xf32>
  qwen.weight @model.layers.1.post_attention_layernorm.weight : tensor<8xf32>
  qwen.weight @model.layers.1.mlp.gate.weight : tensor<5x8xf32>
  qwen.weight @model.layers.1.mlp.experts.gate_up_proj : tensor<5x6x8xf32>
  qwen.weight @model.layers.1.mlp.experts.down_proj : tensor<5x8x3xf32>
  qwen.weight @model.layers.1.mlp.shared_expert.gate_proj.weight : tensor<4x8xf32>
  qwen.weight @model.layers.1.mlp.shared_expert.up_proj.weight : tensor<4x8xf32>
  qwen.weight @model.layers.1.mlp.shared_expert.down_proj.weight : tensor<8x4xf32>
  qwen.weight @model.layers.1.mlp.shared_expert_gate.weight : tensor<1x8xf32>
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
    %weights, %experts, %logits = qwen.router %19, @model.layers.0.mlp.gate.weight top_k 2 normalize : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>, tensor<?x5xf32>
    qwen.output "router_logits.0" %logits : tensor<?x5xf32>
    %20 = qwen.experts silu %19, %weights, %experts, @model.layers.0.mlp.experts.gate_up_proj, @model.layers.0.mlp.experts.down_proj : tensor<?x8xf32>, tensor<?x2xf32>, tensor<?x2xi32>
    %21 = qwen.linear %19, @model.layers.0.mlp.shared_expert.gate_proj.weight : tensor<?x8xf32> -> tensor<?x4xf32>
    %22 = qwen.linear %19, @model.layers.0.mlp.shared_expert.up_proj.weight : tensor<?x8xf32> -> tensor<?x4xf32>
    %23 = qwen.glu silu %21, %22 : tensor<?x4xf32>
    %24 = qwen.linear %23, @model.layers.0.mlp.shared_expert.down_proj.weight : tensor<?x4xf32> -> tensor<?x8xf32>
    %25 = qwen.linear %19, @model.layers.0.mlp.shared_expert_gate.weight : tensor<?x8xf32> -> tensor<?x1xf32>
    %26 = qwen.gate_rows sigmoid %25, %24 : tensor<?x8xf32>
    %27 = arith.addf %20, %26 : tensor<?x8xf32>
    %28 = arith.addf %18, %27 : tensor<?x8xf32>
    qwen.output "hidden_states.1" %28 on_request : tensor<?x8xf32>
    %29 = qwen.rms_norm %28, @model.layers.1.input_layernorm.weight eps 9.9999999999999995E-7 zero_centered : tensor<?x8xf32>
    %30 = qwen.linear %29, @model.layers.1.self_attn.q_proj.weight : tensor<?x8xf32> -> tensor<?x64xf32>
    %31:2 = qwen.split %30 groups 4 : tensor<?x64xf32> -> tensor<?x32xf32>, tensor<?x32xf32>
    %32 = qwen.linear %29, @model.layers.1.self_attn.k_proj.weight : tensor<?x8xf32> -> tensor<?x16xf32>
    %33 = qwen.linear %29, @model.layers.1.self_attn.v_proj.weight : tensor<?x8xf32> -> tensor<?x16xf32>
    %34 = qwen.rms_norm %31#0, @model.layers.1.self_attn.q_norm.weight eps 9.9999999999999995E-7 zero_centered : tensor<?x32xf32>
    %35 = qwen.rope %34, %1 head_dim 8 : tensor<?x32xf32>, tensor<?x4xf32>
    %36 = qwen.rms_norm %32, @model.layers.1.self_attn.k_norm.weight eps 9.9999999999999995E-7 zero_centered : tensor<?x16xf32>
    %37 = qwen.rope %36, %1 head_dim 8 : tensor<?x16xf32>, tensor<?x4xf32>
    qwen.cache_append %37, %arg2, %arg3, @model.layers.1.self_attn.key_cache : tensor<?x16xf32>
    qwen.cache_append %33, %arg2, %arg3, @model.layers.1.self_attn.value_cache : tensor<?x16xf32>
    %38 = qwen.attention %35, %arg2, %arg3, @model.layers.1.self_attn.key_cache, @model.layers.1.self_attn.value_cache scale 0.35355339059327379 : tensor<?x32xf32>
    %39 = qwen.glu sigmoid %31#1, %38 : tensor<?x32xf32>
    %40 = qwen.linear %39, @model.layers.1.self_attn.o_proj.weight : tensor<?x32xf32> -> tensor<?x8xf32>
    %41 = arith.addf %28, %40 : tensor<?x8xf32>
    %42 = qwen.rms_norm %41, @model.layers.1.post_attention_layernorm.weight eps 9.9999999999999995E-7 zero_centered : tensor<?x8xf32>
    %weights_0, %experts_1, %logits_2 = qwen.router %42, @model.layers.1.mlp.gate.weight top_k 2 normalize : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>, tensor<?x5xf32>
    qwen.output "router_logits.1" %logits_2 : tensor<?x5xf32>
    %43 = qwen.experts silu %42, %weights_0, %experts_1, @model.layers.1.mlp.experts.gate_up_proj, @model.layers.1.mlp.experts.down_proj : tensor<?x8xf32>, tensor<?x2xf32>, tensor<?x2xi32>
    %44 = qwen.linear %42, @model.layers.1.mlp.shared_expert.gate_proj.weight : tensor<?x8xf32> -> tensor<?x4xf32>
    %45 = qwen.linear %42, @model.layers.1.mlp.shared_expert.up_proj.weight : tensor<?x8xf32> -> tensor<?x4xf32>
    %46 = qwen.glu silu %44, %45 : tensor<?x4xf32>
    %47 = qwen.linear %46, @model.layers.1.mlp.shared_expert.down_proj.weight : tensor<?x4xf32> -> tensor<?x8xf32>
    %48 = qwen.linear %42, @model.layers.1.mlp.shared_expert_gate.weight : tensor<?x8xf32> -> tensor<?x1xf32>
    %49 = qwen.gate_rows sigmoid %48, %47 : tensor<?x8xf32>
    %50 = arith.addf %43, %49 : tensor<?x8xf32>
    %51 = arith.addf %41, %50 : tensor<?x8xf32>
    %52 = qwen.rms_norm %51, @model.norm.weight eps 9.9999999999999995E-7 zero_centered : tensor<?x8xf32>
    qwen.output "hidden_states.2" %52 on_request : tensor<?x8xf32>
    %53 = qwen.gather_rows %51, %arg6 : tensor<?x8xf32>
    %54 = qwen.rms_norm %53, @model.norm.weight eps 9.9999999999999995E-7 zero_centered : tensor<?x8xf32>
    %55 = qwen.linear %54, @lm_head.weight : tensor<?x8xf32> -> tensor<?x11xf32>
    qwen.output "logits" %55 : tensor<?x11xf32>
    return
  }
}

