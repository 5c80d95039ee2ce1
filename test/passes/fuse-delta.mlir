// A linear and a full attention layer with experts through all fusions: four launches for each layer.
// RUN: qwen-opt %S/../codegen/reference/models/delta-moe.mlir --qwen-fuse -o %t.once
// RUN: FileCheck %s < %t.once
// RUN: qwen-opt %S/../codegen/reference/models/delta-moe.mlir --qwen-fuse --remarks-filter=qwen 2>&1 >/dev/null | FileCheck %s --check-prefix=COUNT
// RUN: qwen-opt %t.once --qwen-fuse -o %t.twice
// RUN: diff %t.once %t.twice
// RUN: qwen-opt %S/../codegen/reference/models/delta.mlir --qwen-fuse | FileCheck %s --check-prefix=DENSE

// COUNT: qwen-fuse-moe {{.*}}"2 of 2 MoE blocks fused"
// COUNT: qwen-fuse-norm-qkv {{.*}}"1 of 1 norm + q|k|v + RoPE + cache updates fused"
// COUNT: qwen-fuse-gated-attention {{.*}}"1 of 1 attention + output gates fused"
// COUNT: qwen-fuse-gated-delta-net {{.*}}"1 of 1 convolutions + gated delta rules + gated norms fused"
// COUNT: qwen-fuse-linear-residual {{.*}}"2 of 2 linear maps + residual fused"
// COUNT: qwen-fuse-norm-linear {{.*}}"5 of 5 linear maps left taken into norm_linear"

// CHECK-LABEL: func.func @forward
// CHECK-NEXT: %[[X0:.*]] = qwen.embed
// CHECK-NEXT: %[[T:.*]] = qwen.rope_table %arg4, %arg5
// CHECK-NEXT: qwen.output "hidden_states.0"
// CHECK-NEXT: %[[P:.*]]:4 = qwen.norm_linear %[[X0]] norm @model.layers.0.input_layernorm.weight {{.*}} zero_centered weights
// CHECK-SAME: in_proj_qkv.weight, {{.*}}in_proj_z.weight, {{.*}}in_proj_b.weight, {{.*}}in_proj_a.weight]
// CHECK-NEXT: %[[A0:.*]] = qwen.gated_delta_net silu %[[P]]#0, %[[P]]#1, %[[P]]#2, %[[P]]#3, %arg2, %arg3
// CHECK-NEXT: %[[Y0:.*]] = qwen.linear_residual %[[A0]], %[[X0]], @model.layers.0.linear_attn.out_proj.weight
// CHECK-NEXT: %[[X1:.*]], %[[L0:.*]] = qwen.norm_moe silu %[[Y0]] norm @model.layers.0.post_attention_layernorm.weight
// CHECK-SAME: zero_centered router {{.*}} normalize experts {{.*}} shared [{{.*}}shared_expert.gate_proj.weight
// CHECK-NEXT: qwen.output "router_logits.0" %[[L0]]
// CHECK-NEXT: qwen.output "hidden_states.1" %[[X1]] on_request
// CHECK-NEXT: %[[Q:.*]], %[[G:.*]] = qwen.norm_qkv %[[X1]], %[[T]], %arg2, %arg3
// CHECK-NEXT: %[[A1:.*]] = qwen.gated_attention %[[Q]], %[[G]], %arg2, %arg3
// CHECK-NEXT: %[[Y1:.*]] = qwen.linear_residual %[[A1]], %[[X1]], @model.layers.1.self_attn.o_proj.weight
// CHECK-NEXT: qwen.norm_moe silu %[[Y1]]

// DENSE: qwen.gated_delta_net
// DENSE-NEXT: qwen.linear_residual
// DENSE-NEXT: qwen.norm_glu silu {{.*}} zero_centered gate
// DENSE-NEXT: qwen.linear_residual
// DENSE-NEXT: qwen.output "hidden_states.1"
// DENSE-NEXT: qwen.norm_qkv
// DENSE-NEXT: qwen.gated_attention
// DENSE-NEXT: qwen.linear_residual
// DENSE-NEXT: qwen.norm_glu
