// A screened head has both ways in one kernel, and takes how many logits are asked for from the call.
// RUN: qwen-opt %s --qwen-plan | FileCheck %s --check-prefix=PLAN
// RUN: qwen-opt %s --qwen-plan --qwen-generate-cpu-kernels="mtriple=x86_64-linux-gnu mcpu=x86-64-v3" | FileCheck %s

// The weights are read whole, or the screen and a part of them: 3 panels of 2 blocks of 64 columns, and their bounds.
// PLAN: qwen.phases = [{{.*}}{element = "bf16", launches = 1 : i64, name = "screened_head lm_head", row_multiplies = 2880 : i64, screen_bytes = 3840 : i64, wanted_rows, weight_bytes = 7232 : i64}]
// PLAN: func.func private @screened_head_0({{.*}} attributes {qwen.kernel = {{{.*}}kind = "screened_head"{{.*}}operands = 3 : i64,{{.*}}layout = "screen"{{.*}}layout = "bounds"{{.*}}screen = !qwen.q4
// PLAN: func.func @forward({{.*}}: memref<8xi32>, %{{.*}}: index, %[[WANTED:.*]]: index, %[[TOP_K:.*]]: index, %[[THREAD:.*]]: index, %[[THREADS:.*]]: index, %{{.*}}: index, %[[OUT:.*]]: memref<8x40xf32>)
// PLAN: func.call @screened_head_0(%[[THREAD]], %[[THREADS]], %[[WANTED]], {{.*}}, %[[TOP_K]], %[[OUT]], {{.*}})

// CHECK-LABEL: func.func private @screened_head_0(
// CHECK-SAME: %[[THREAD:[a-z0-9]+]]: index, %[[THREADS:[a-z0-9]+]]: index, %[[ROWS:[a-z0-9]+]]: index, %{{[a-z0-9]+}}: memref<{{[0-9]+}}xi8>, %{{[a-z0-9]+}}: memref<{{[0-9]+}}xi8>, %{{[a-z0-9]+}}: memref<8x72xf32>, %{{[a-z0-9]+}}: memref<8xi32>, %[[TOP_K:[a-z0-9]+]]: index, %[[LOGITS:[a-z0-9]+]]: memref<8x40xf32>
// At most 64 of at most 16 rows.
// CHECK: %[[MOST:.*]] = arith.minsi %[[TOP_K]], %c64
// CHECK: arith.cmpi eq, %[[MOST]], %[[TOP_K]]
// CHECK: arith.cmpi slt, %[[ROWS]], %c17
// CHECK: arith.andi
// CHECK-NEXT: %[[SCREENED:.*]] = arith.andi
// CHECK: scf.if %[[SCREENED]] {
// The screen, bytes by bytes, which leaves -infinity in place of the logits; 40 of them end within a panel.
// CHECK: llvm.call_intrinsic "llvm.x86.avx2.pmadd.ub.sw"
// CHECK: vector.maskedstore %[[LOGITS]]{{.*}}
// CHECK: call @qwen_barrier(%[[THREAD]], %[[THREADS]])
// Panels of the largest values, as the head multiplies: bf16 widened to f32.
// CHECK: scf.for {{.*}} = %[[THREAD]] to %{{.*}} step %[[THREADS]]
// CHECK: math.fma {{.*}} : vector<16xf32>
// CHECK: vector.maskedstore %[[LOGITS]]
// CHECK: call @qwen_barrier(%[[THREAD]], %[[THREADS]])
// The least of their largest logits is what other bounds must reach; threads take turns.
// CHECK: arith.minimumf
// CHECK: arith.cmpf oge
// CHECK: arith.remui %{{.*}}, %[[THREADS]]
// CHECK: vector.maskedstore %[[LOGITS]]
// CHECK: } else {
// CHECK-NOT: @qwen_barrier
// CHECK: vector.maskedstore %[[LOGITS]]
// CHECK: return
module attributes {qwen.batch = 1 : i64, qwen.max_rows = 8 : i64, qwen.max_seq = 8 : i64} {
  qwen.weight @"lm_head.weight" : tensor<40x72xbf16>
  qwen.weight @n : tensor<72xf32>
  func.func @forward(%x: tensor<?x72xf32>, %wanted: tensor<?xi32>) {
    %l = qwen.screened_head %x norm @n eps 1.0e-6 rows %wanted weight @"lm_head.weight" screen !qwen.q4
      : tensor<?x72xf32> -> tensor<?x40xf32>
    qwen.output "logits" %l : tensor<?x40xf32>
    return
  }
}
