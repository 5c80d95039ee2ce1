// qwen_forward(call, thread, threads): the fields of QwenCall (runtime/abi/Entry.h), in @forward's order.
// RUN: qwen-opt %s --qwen-emit-entry | FileCheck %s

// Nothing but the entry is visible to a linker.
// CHECK: llvm.func internal @kernel(
// CHECK: llvm.func @qwen_barrier(
// A launch tells the profile, if there is one, its phase; inlined, and then but a branch.
// CHECK: llvm.func internal @qwen_profile(%[[PROFILE:.*]]: i64, %[[PHASE:.*]]: i64, %[[WHO:.*]]: i64) attributes {always_inline
// CHECK: %[[ZERO:.*]] = llvm.mlir.constant(0 : i64) : i64
// CHECK: %[[MEASURED:.*]] = llvm.icmp "ne" %[[PROFILE]], %[[ZERO]] : i64
// CHECK: llvm.cond_br %[[MEASURED]], ^bb1, ^bb2
// CHECK: ^bb1:
// CHECK: %[[POINTER:.*]] = llvm.inttoptr %[[PROFILE]] : i64 to !llvm.ptr
// CHECK: %[[LAUNCH:.*]] = llvm.load %[[POINTER]] : !llvm.ptr -> !llvm.ptr
// CHECK: llvm.call %[[LAUNCH]](%[[POINTER]], %[[PHASE]], %[[WHO]]) : !llvm.ptr, (!llvm.ptr, i64, i64) -> ()
// CHECK: llvm.br ^bb2
// CHECK: ^bb2:
// CHECK-NEXT: llvm.return
// CHECK: llvm.func internal @forward(
// CHECK: llvm.func @qwen_forward(%[[CALL:.*]]: !llvm.ptr, %[[THREAD:.*]]: i64, %[[THREADS:.*]]: i64) {
// CHECK: llvm.getelementptr %[[CALL]][0]
// CHECK: %[[ARENA:.*]] = llvm.load
// CHECK: llvm.getelementptr %[[CALL]][8]
// CHECK: %[[SCRATCH:.*]] = llvm.load
// CHECK: llvm.getelementptr %[[CALL]][16]
// CHECK: %[[WEIGHTS:.*]] = llvm.load
// CHECK: llvm.getelementptr %[[CALL]][24]
// CHECK: %[[STATES:.*]] = llvm.load
// CHECK: llvm.getelementptr %[[CALL]][32]
// CHECK: %[[IDS:.*]] = llvm.load
// CHECK: llvm.getelementptr %[[CALL]][80]
// CHECK: %[[WANTED:.*]] = llvm.load
// Scratch is private to a thread, 320 bytes each; 64-bit, whatever their product.
// CHECK: %[[SIZE:.*]] = llvm.mlir.constant(320 : i64) : i64
// CHECK: %[[OFFSET:.*]] = llvm.mul %[[THREAD]], %[[SIZE]] : i64
// CHECK: %[[OWN:.*]] = llvm.getelementptr %[[SCRATCH]][%[[OFFSET]]] : (!llvm.ptr, i64) -> !llvm.ptr, i8
// CHECK: llvm.getelementptr %[[CALL]][88]
// CHECK: %[[ROWS:.*]] = llvm.load {{.*}} -> i64
// CHECK: llvm.getelementptr %[[CALL]][96]
// CHECK: %[[WANTED_ROWS:.*]] = llvm.load {{.*}} -> i64
// CHECK: llvm.getelementptr %[[CALL]][104]
// CHECK: %[[TOP_K:.*]] = llvm.load {{.*}} -> i64
// CHECK: llvm.getelementptr %[[CALL]][120]
// CHECK: %[[PROFILE:.*]] = llvm.load {{.*}} -> i64
// CHECK: llvm.getelementptr %[[CALL]][112]
// CHECK: %[[OUTPUTS:.*]] = llvm.load
// CHECK: llvm.getelementptr %[[OUTPUTS]][0] : (!llvm.ptr) -> !llvm.ptr, !llvm.ptr
// CHECK: %[[OUT0:.*]] = llvm.load
// CHECK: llvm.getelementptr %[[OUTPUTS]][1] : (!llvm.ptr) -> !llvm.ptr, !llvm.ptr
// CHECK: %[[OUT1:.*]] = llvm.load
// CHECK: llvm.call @forward(%[[ARENA]], %[[OWN]], %[[WEIGHTS]], %[[STATES]], %[[IDS]], {{(%[0-9]+, )+}}%[[WANTED]], %[[ROWS]], %[[WANTED_ROWS]], %[[TOP_K]], %[[THREAD]], %[[THREADS]], %[[PROFILE]], %[[OUT0]], %[[OUT1]])
// CHECK-NEXT: llvm.return
module attributes {qwen.scratch_bytes = 320 : i64} {
  llvm.func @kernel() attributes {sym_visibility = "private"} {
    llvm.return
  }
  llvm.func @qwen_barrier(i64, i64) attributes {sym_visibility = "private"}
  llvm.func @qwen_profile(i64, i64, i64) attributes {sym_visibility = "private"}
  llvm.func @forward(%arena: !llvm.ptr, %scratch: !llvm.ptr, %weights: !llvm.ptr, %states: !llvm.ptr, %ids: !llvm.ptr,
                     %embeds: !llvm.ptr, %slot: !llvm.ptr, %index: !llvm.ptr, %position: !llvm.ptr, %length: !llvm.ptr,
                     %wanted: !llvm.ptr, %rows: i64, %wanted_rows: i64, %top_k: i64, %thread: i64, %threads: i64, %profile: i64,
                     %out0: !llvm.ptr, %out1: !llvm.ptr) {
    llvm.return
  }
}
