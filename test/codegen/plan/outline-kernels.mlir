// Launches, kernels shared by all layers, barriers, and what runs only on request.
// RUN: qwen-opt %s --qwen-plan | FileCheck %s
// RUN: qwen-opt %s --qwen-plan | FileCheck %s --check-prefix=SPEC
// RUN: qwen-opt %s --qwen-plan | FileCheck %s --check-prefix=BARRIERS
// RUN: qwen-opt %s --qwen-plan --remarks-filter=qwen 2>&1 >/dev/null | FileCheck %s --check-prefix=COUNT
// COUNT: qwen-outline-kernels {{.*}}"kernels: 10 for 20 launches, 14 barriers, 3 more where KV heads don't divide among the threads"

// A kernel is declared once, however many layers use it: nothing in its specialisation names one.
// SPEC-DAG: @embed_0({{.*}} attributes {qwen.kernel = {kind = "embed", max_rows = 32 : i64, operands = 2 : i64, packed = [{element = bf16, group = 50 : i64, k_group = 2 : i64, layout = "panels", shapes = [array<i64: 50, 32>]}], results = 1 : i64, states = [], temp = false}}
// SPEC-DAG: @norm_qkv_0({{.*}} attributes {qwen.kernel = {eps = 9.9999999999999995E-7 : f64, head_eps = 1.000000e-05 : f64, kind = "norm_qkv", max_rows = 32 : i64, operands = 4 : i64, packed = [{element = f32, group = 32 : i64, k_group = 1 : i64, layout = "vector", shapes = [array<i64: 32>]}, {element = bf16, group = 16 : i64, k_group = 2 : i64, layout = "panels", shapes = [array<i64: 64, 32>, array<i64: 32, 32>, array<i64: 32, 32>]}, {element = f32, group = 16 : i64, k_group = 1 : i64, layout = "vector", shapes = [array<i64: 16>]}, {element = f32, group = 16 : i64, k_group = 1 : i64, layout = "vector", shapes = [array<i64: 16>]}], results = 1 : i64, states = [tensor<2x2x64x16xf32>, tensor<2x2x64x16xf32>], temp = true}}
// SPEC-DAG: @attention_0({{.*}} attributes {qwen.kernel = {kind = "attention", max_rows = 32 : i64, operands = 3 : i64, packed = [], results = 1 : i64, scale = 2.500000e-01 : f64, states = [tensor<2x2x64x16xf32>, tensor<2x2x64x16xf32>], temp = false}}
// SPEC-DAG: @attention_1({{.*}} scale = 2.500000e-01 : f64, {{.*}} window = 8 : i64}}
// SPEC-DAG: @linear_residual_0({{.*}} shapes = [array<i64: 32, 64>]
// SPEC-DAG: @linear_residual_1({{.*}} shapes = [array<i64: 32, 40>]
// SPEC-DAG: @norm_glu_0({{.*}} shapes = [array<i64: 40, 32>, array<i64: 40, 32>]
// SPEC-DAG: @output_0({{.*}} attributes {qwen.kernel = {kind = "output",
// SPEC-DAG: @norm_linear_0({{.*}} attributes {qwen.kernel = {eps = 9.9999999999999995E-7 : f64, kind = "norm_linear",
// SPEC-DAG: func.func private @rope_table_0(
// SPEC-NOT: func.func private @{{(embed|norm_qkv|norm_glu|output|rope_table|norm_linear)_1|attention_2|linear_residual_2}}

// The arguments: arena, scratch, weights, states, the seven inputs, rows, wanted rows, top_k, thread, threads,
// profile, the outputs.
// CHECK: func.func @forward(%[[ARENA:[a-z0-9]+]]: memref<{{[0-9]+}}xi8>, %[[SCRATCH:[a-z0-9]+]]: memref<{{[0-9]+}}xi8>,
// CHECK-SAME: %[[WEIGHTS:.*]]: memref<68416xi8>, %[[STATES:.*]]: memref<98688xi8>,
// CHECK-SAME: %[[IDS:.*]]: memref<32xi32>, %[[EMBEDS:.*]]: memref<32x32xf32>, %[[SLOT:.*]]: memref<32xi32>, %[[INDEX:.*]]: memref<32xi32>, %[[POSITION:.*]]: memref<32x1xf32>, %[[LENGTH:.*]]: memref<32xf32>, %[[WANTED:.*]]: memref<32xi32>,
// CHECK-SAME: %[[ROWS:.*]]: index, %[[WANTED_ROWS:.*]]: index, %{{.*}}: index, %[[THREAD:.*]]: index, %[[THREADS:.*]]: index, %[[PROFILE:.*]]: index,
// CHECK-SAME: %[[HIDDEN0:.*]]: memref<32x32xf32>, %[[HIDDEN1:.*]]: memref<32x32xf32>, %[[LOGITS:.*]]: memref<32x50xf32>)

// CHECK: %[[X0:.*]] = memref.view %[[ARENA]]
// CHECK: %[[W:.*]] = memref.view %[[WEIGHTS]]{{.*}} to memref<2048xbf16>
// CHECK: call @embed_0(%[[THREAD]], %[[THREADS]], %[[ROWS]], %[[SCRATCH]], %[[IDS]], %[[EMBEDS]], %[[X0]], %[[W]])
// An output that others read too is copied, when the caller wants it; all threads meet first, wanted or not.
// CHECK: call @qwen_barrier(%[[THREAD]], %[[THREADS]])
// CHECK: %[[ADDRESS:.*]] = memref.extract_aligned_pointer_as_index %[[HIDDEN0]]
// CHECK: %[[GIVEN:.*]] = arith.cmpi ne, %[[ADDRESS]], %c0{{.*}}
// CHECK: scf.if %[[GIVEN]] {
// CHECK: func.call @output_0(%[[THREAD]], %[[THREADS]], %[[ROWS]], %[[SCRATCH]], %[[X0]], %[[HIDDEN0]])
// CHECK-NEXT: }
// CHECK: %[[TABLE:.*]] = memref.view %[[ARENA]]
// CHECK: call @rope_table_0(%[[THREAD]], %[[THREADS]], %[[ROWS]], %[[SCRATCH]], %[[POSITION]], %[[LENGTH]], %[[TABLE]])
// The order: temporary, operands, results, packed weights, states.
// CHECK: %[[TEMP:.*]] = memref.view %[[ARENA]]{{.*}} to memref<4096xi8>
// CHECK: %[[Q:.*]] = memref.view %[[ARENA]]{{.*}} to memref<32x64xf32>
// CHECK: memref.view %[[WEIGHTS]]{{.*}} to memref<32xf32>
// CHECK: %[[C0:.*]] = arith.constant 0 : index
// CHECK: %[[KEYS:.*]] = memref.view %[[STATES]][%[[C0]]][] : memref<98688xi8> to memref<16448xi8>
// CHECK: %[[C1:.*]] = arith.constant 16448 : index
// CHECK: %[[VALUES:.*]] = memref.view %[[STATES]][%[[C1]]][] : memref<98688xi8> to memref<16448xi8>
// CHECK: call @norm_qkv_0(%[[THREAD]], %[[THREADS]], %[[ROWS]], %[[SCRATCH]], %[[TEMP]], %[[X0]], %[[TABLE]], %[[SLOT]], %[[INDEX]], %[[Q]], {{(%[a-z_0-9]+, )+}}%[[KEYS]], %[[VALUES]])
// Of the second layer, the caches lie behind those of the first.
// CHECK: arith.constant 32896 : index
// CHECK: arith.constant 49344 : index
// CHECK: call @norm_qkv_0
// A result that only the caller reads is computed when it wants it, of the wanted rows.
// CHECK: memref.extract_aligned_pointer_as_index %[[LOGITS]]
// CHECK: scf.if
// CHECK: func.call @norm_linear_0(%[[THREAD]], %[[THREADS]], %[[WANTED_ROWS]], {{.*}}, %[[WANTED]], %[[LOGITS]],
// CHECK-NEXT: }
// CHECK-NEXT: return

// One barrier a launch in a layer, since each reads what the one before wrote: but attention reads what the thread's own
// KV heads made, if those divide evenly (layer-barriers.mlir). None before a launch that only reads
// what was read (norm_qkv after an output), or that touches nothing the last ones did (rope_table).
// BARRIERS: call @embed_0
// BARRIERS: call @qwen_barrier
// BARRIERS: func.call @output_0
// BARRIERS-NOT: @qwen_barrier
// BARRIERS: call @rope_table_0
// BARRIERS: call @qwen_barrier
// BARRIERS-NOT: @qwen_barrier
// BARRIERS: call @norm_qkv_0
// BARRIERS: call @qwen_barrier
// BARRIERS-NOT: @qwen_barrier
// BARRIERS: call @attention_0
// BARRIERS: call @qwen_barrier
// BARRIERS-NOT: @qwen_barrier
// BARRIERS: call @linear_residual_0
// BARRIERS: call @qwen_barrier
// BARRIERS-NOT: @qwen_barrier
// BARRIERS: call @norm_glu_0
// BARRIERS: call @qwen_barrier
// BARRIERS-NOT: @qwen_barrier
// BARRIERS: call @linear_residual_1
// BARRIERS: call @qwen_barrier
// BARRIERS-NOT: @qwen_barrier
// BARRIERS: func.call @output_0
// BARRIERS-NOT: @qwen_barrier
// BARRIERS: call @norm_qkv_0
// BARRIERS: call @qwen_barrier
// BARRIERS-NOT: @qwen_barrier
// BARRIERS: call @attention_1
module @Qwen3ForCausalLM attributes {qwen.batch = 2 : i64, qwen.max_rows = 32 : i64, qwen.max_seq = 64 : i64} {
  qwen.weight @"embed" : tensor<50x32xbf16>
  qwen.weight @"0.n1" : tensor<32xf32>
  qwen.weight @"0.q" : tensor<64x32xbf16>
  qwen.weight @"0.k" : tensor<32x32xbf16>
  qwen.weight @"0.v" : tensor<32x32xbf16>
  qwen.weight @"0.qn" : tensor<16xf32>
  qwen.weight @"0.kn" : tensor<16xf32>
  qwen.weight @"0.o" : tensor<32x64xbf16>
  qwen.weight @"0.n2" : tensor<32xf32>
  qwen.weight @"0.gate" : tensor<40x32xbf16>
  qwen.weight @"0.up" : tensor<40x32xbf16>
  qwen.weight @"0.down" : tensor<32x40xbf16>
  qwen.weight @"1.n1" : tensor<32xf32>
  qwen.weight @"1.q" : tensor<64x32xbf16>
  qwen.weight @"1.k" : tensor<32x32xbf16>
  qwen.weight @"1.v" : tensor<32x32xbf16>
  qwen.weight @"1.qn" : tensor<16xf32>
  qwen.weight @"1.kn" : tensor<16xf32>
  qwen.weight @"1.o" : tensor<32x64xbf16>
  qwen.weight @"1.n2" : tensor<32xf32>
  qwen.weight @"1.gate" : tensor<40x32xbf16>
  qwen.weight @"1.up" : tensor<40x32xbf16>
  qwen.weight @"1.down" : tensor<32x40xbf16>
  qwen.weight @"2.n1" : tensor<32xf32>
  qwen.weight @"2.q" : tensor<64x32xbf16>
  qwen.weight @"2.k" : tensor<32x32xbf16>
  qwen.weight @"2.v" : tensor<32x32xbf16>
  qwen.weight @"2.qn" : tensor<16xf32>
  qwen.weight @"2.kn" : tensor<16xf32>
  qwen.weight @"2.o" : tensor<32x64xbf16>
  qwen.weight @"2.n2" : tensor<32xf32>
  qwen.weight @"2.gate" : tensor<40x32xbf16>
  qwen.weight @"2.up" : tensor<40x32xbf16>
  qwen.weight @"2.down" : tensor<32x40xbf16>
  qwen.weight @"norm" : tensor<32xf32>
  qwen.state @"0.key" : tensor<2x2x64x16xf32>
  qwen.state @"0.value" : tensor<2x2x64x16xf32>
  qwen.state @"1.key" : tensor<2x2x64x16xf32>
  qwen.state @"1.value" : tensor<2x2x64x16xf32>
  qwen.state @"2.key" : tensor<2x2x64x16xf32>
  qwen.state @"2.value" : tensor<2x2x64x16xf32>
  func.func @forward(%ids: tensor<?xi32>, %embeds: tensor<?x32xf32>, %slot: tensor<?xi32>, %index: tensor<?xi32>,
                     %position: tensor<?x1xf32>, %length: tensor<?xf32>, %wanted: tensor<?xi32>) {
    %x0 = qwen.embed %ids, %embeds, @embed : tensor<?x32xf32>
    qwen.output "hidden_states.0" %x0 on_request : tensor<?x32xf32>
    %t = qwen.rope_table %position, %length {rope_type = "default", rope_theta = 1.0e6, head_dim = 16, max_position_embeddings = 64}
      : tensor<?x1xf32> -> tensor<?x16xf32>
    %q0 = qwen.norm_qkv %x0, %t, %slot, %index norm @"0.n1" eps 1.0e-6 weights [@"0.q", @"0.k", @"0.v"]
      head_norms [@"0.qn", @"0.kn"] eps 1.0e-5 caches @"0.key", @"0.value" : tensor<?x32xf32>, tensor<?x16xf32> -> tensor<?x64xf32>
    %a0 = qwen.attention %q0, %slot, %index, @"0.key", @"0.value" scale 0.25 : tensor<?x64xf32>
    %y0 = qwen.linear_residual %a0, %x0, @"0.o" : tensor<?x64xf32>, tensor<?x32xf32>
    %m0 = qwen.norm_glu silu %y0 norm @"0.n2" eps 1.0e-6 gate @"0.gate" up @"0.up" : tensor<?x32xf32> -> tensor<?x40xf32>
    %x1 = qwen.linear_residual %m0, %y0, @"0.down" : tensor<?x40xf32>, tensor<?x32xf32>
    qwen.output "hidden_states.1" %x1 on_request : tensor<?x32xf32>
    %q1 = qwen.norm_qkv %x1, %t, %slot, %index norm @"1.n1" eps 1.0e-6 weights [@"1.q", @"1.k", @"1.v"]
      head_norms [@"1.qn", @"1.kn"] eps 1.0e-5 caches @"1.key", @"1.value" : tensor<?x32xf32>, tensor<?x16xf32> -> tensor<?x64xf32>
    %a1 = qwen.attention %q1, %slot, %index, @"1.key", @"1.value" scale 0.25 window 8 : tensor<?x64xf32>
    %y1 = qwen.linear_residual %a1, %x1, @"1.o" : tensor<?x64xf32>, tensor<?x32xf32>
    %m1 = qwen.norm_glu silu %y1 norm @"1.n2" eps 1.0e-6 gate @"1.gate" up @"1.up" : tensor<?x32xf32> -> tensor<?x40xf32>
    %x2 = qwen.linear_residual %m1, %y1, @"1.down" : tensor<?x40xf32>, tensor<?x32xf32>
    %q2 = qwen.norm_qkv %x2, %t, %slot, %index norm @"2.n1" eps 1.0e-6 weights [@"2.q", @"2.k", @"2.v"]
      head_norms [@"2.qn", @"2.kn"] eps 1.0e-5 caches @"2.key", @"2.value" : tensor<?x32xf32>, tensor<?x16xf32> -> tensor<?x64xf32>
    %a2 = qwen.attention %q2, %slot, %index, @"2.key", @"2.value" scale 0.25 : tensor<?x64xf32>
    %y2 = qwen.linear_residual %a2, %x2, @"2.o" : tensor<?x64xf32>, tensor<?x32xf32>
    %m2 = qwen.norm_glu silu %y2 norm @"2.n2" eps 1.0e-6 gate @"2.gate" up @"2.up" : tensor<?x32xf32> -> tensor<?x40xf32>
    %x3 = qwen.linear_residual %m2, %y2, @"2.down" : tensor<?x40xf32>, tensor<?x32xf32>
    %logits = qwen.norm_linear %x3 norm @norm eps 1.0e-6 rows %wanted weights [@embed] : tensor<?x32xf32> -> tensor<?x50xf32>
    qwen.output "logits" %logits : tensor<?x50xf32>
    return
  }
}
