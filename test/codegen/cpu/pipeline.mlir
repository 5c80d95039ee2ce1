// From the model and fused levels down to the LLVM dialect, which is all that is left; for a machine with all features, one without
// any, and another architecture.
// RUN: qwen-opt %s --qwen-fuse --qwen-plan --qwen-cpu="mtriple=x86_64-linux-gnu mcpu=znver5" -o %t.mlir
// RUN: FileCheck %s --input-file=%t.mlir
// RUN: %mlir-translate --mlir-to-llvmir %t.mlir | FileCheck %s --check-prefix=LLVM
// RUN: qwen-opt %s --qwen-fuse --qwen-plan --qwen-cpu="mtriple=x86_64-linux-gnu mcpu=x86-64" | FileCheck %s
// RUN: qwen-opt %s --qwen-fuse --qwen-plan --qwen-cpu="mtriple=aarch64-linux-gnu mcpu=generic" | FileCheck %s
// RUN: qwen-opt %s --qwen-fuse --qwen-plan --qwen-cpu | FileCheck %s

// CHECK-NOT: {{^ *(%[^=]*= )?"?(qwen|arith|func|math|memref|scf|vector|cf|builtin|ub)[.]}}
// CHECK-NOT: unrealized_conversion_cast
// CHECK: llvm.func @qwen_forward(
// CHECK-NOT: {{^ *(%[^=]*= )?"?(qwen|arith|func|math|memref|scf|vector|cf|builtin|ub)[.]}}

// A program calls one function of the model, and the model one of the program.
// LLVM-NOT: {{^define [^i]}}
// LLVM-DAG: declare void @qwen_barrier(i64, i64)
// LLVM-DAG: define void @qwen_forward(ptr %0, i64 %1, i64 %2)
// LLVM-NOT: {{^define [^i]}}

module @Qwen3MoeForCausalLM attributes {qwen.batch = 2 : i64, qwen.max_rows = 32 : i64, qwen.max_seq = 16 : i64} {
  qwen.weight @embed : tensor<11x8xbf16>
  qwen.weight @n : tensor<8xf32>
  qwen.weight @q : tensor<16x8xbf16>
  qwen.weight @kv : tensor<8x8xbf16>
  qwen.weight @hn : tensor<4xf32>
  qwen.weight @o : tensor<8x16xbf16>
  qwen.weight @gate : tensor<6x8xbf16>
  qwen.weight @down : tensor<8x6xbf16>
  qwen.weight @router : tensor<5x8xbf16>
  qwen.weight @experts.gate_up : tensor<5x6x8xbf16>
  qwen.weight @experts.down : tensor<5x8x3xbf16>
  qwen.state @key : tensor<2x2x16x4xf32>
  qwen.state @value : tensor<2x2x16x4xf32>
  func.func @forward(%ids: tensor<?xi32>, %embeds: tensor<?x8xf32>, %slot: tensor<?xi32>, %index: tensor<?xi32>,
                     %position: tensor<?x1xf32>, %length: tensor<?xf32>, %wanted: tensor<?xi32>) {
    %x = qwen.embed %ids, %embeds, @embed : tensor<?x8xf32>
    qwen.output "hidden_states.0" %x on_request : tensor<?x8xf32>
    %t = qwen.rope_table %position, %length {rope_type = "dynamic", rope_theta = 1.0e6, head_dim = 4, factor = 2.0,
      max_position_embeddings = 8} : tensor<?x1xf32> -> tensor<?x4xf32>
    %q = qwen.norm_qkv %x, %t, %slot, %index norm @n eps 1.0e-6 weights [@q, @kv, @kv] head_norms [@hn, @hn] eps 1.0e-6
      caches @key, @value : tensor<?x8xf32>, tensor<?x4xf32> -> tensor<?x16xf32>
    %a = qwen.attention %q, %slot, %index, @key, @value scale 0.5 window 8 : tensor<?x16xf32>
    %y = qwen.linear_residual %a, %x, @o : tensor<?x16xf32>, tensor<?x8xf32>
    %m = qwen.norm_glu gelu_pytorch_tanh %y norm @n eps 1.0e-6 gate @gate up @gate : tensor<?x8xf32> -> tensor<?x6xf32>
    %z = qwen.linear_residual %m, %y, @down : tensor<?x6xf32>, tensor<?x8xf32>
    %e, %l = qwen.norm_moe silu %z norm @n eps 1.0e-6 router @router top_k 2 normalize experts @experts.gate_up, @experts.down
      : tensor<?x8xf32> -> tensor<?x5xf32>
    qwen.output "router_logits.0" %l on_request : tensor<?x5xf32>
    %all = qwen.rms_norm %e, @n eps 1.0e-6 : tensor<?x8xf32>
    qwen.output "hidden_states.1" %all on_request : tensor<?x8xf32>
    %rows = qwen.gather_rows %e, %wanted : tensor<?x8xf32>
    %normed = qwen.rms_norm %rows, @n eps 1.0e-6 : tensor<?x8xf32>
    %logits = qwen.linear %normed, @embed : tensor<?x8xf32> -> tensor<?x11xf32>
    qwen.output "logits" %logits : tensor<?x11xf32>
    return
  }
}
