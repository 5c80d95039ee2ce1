// Planning passes: fused level -> launches on raw memory. One file of its name in this folder each.
#ifndef QWEN_PLAN_PASSES_TD
#define QWEN_PLAN_PASSES_TD

include "mlir/Pass/PassBase.td"

def PlanWeights : Pass<"qwen-plan-weights", "::mlir::ModuleOp"> {
  let summary = "Chooses each weight's packed layout and its place in the weight file";
  let description = [{
    Adds a `qwen.packed` symbol per packed weight, in order of use, and names them on each op in `qwen.packed`.
    A weight that two ops read in the same layout is stored once; a tied embedding is read from the LM head's panels.
  }];
  let dependentDialects = ["::mlir::qwen::QwenDialect"];
  let statistics = [Statistic<"packed", "packed-weights", "packed weights planned">,
                    Statistic<"shared", "shared-weights", "uses served by a weight packed for another op">];
}

def PlanArena : Pass<"qwen-plan-arena", "::mlir::ModuleOp"> {
  let summary = "Gives every activation an arena offset by lifetime, every state its place";
  let description = [{
    Results get `qwen.arena` offsets (first fit over lifetimes), ops their kernel's shared buffer `qwen.temp`, states
    their `qwen.offset`. A result that only an output reads is written where the caller wants it: -1 - output's number.
  }];
  let statistics = [Statistic<"buffers", "arena-buffers", "activations placed in the arena">,
                    Statistic<"direct", "direct-outputs", "results written straight to the caller">];
}

def OutlineKernels : Pass<"qwen-outline-kernels", "::mlir::ModuleOp"> {
  let summary = "Turns each op into a launch of a kernel; equal specialisations are one kernel";
  let description = [{
    @forward then works on raw memory: `memref.view`s of the arena, the states and the weights, one `func.call` per
    launch, and a barrier only before a launch that touches what others wrote or read since the last one. Between
    norm_qkv and attention it is met only by a number of threads by which the KV heads don't divide evenly: else each
    thread has attended to what it appended itself.
    A kernel is declared with its specialisation in the attribute `qwen.kernel`; a target's pass gives it a body.
    Each launch tells `@qwen_profile` its phase: a place in the module's `qwen.phases`, which say what launches of a kind
    read and compute (codegen/plan/Phases.h).
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::func::FuncDialect",
                           "::mlir::memref::MemRefDialect", "::mlir::scf::SCFDialect"];
  let statistics = [Statistic<"launches", "launches", "kernel launches">,
                    Statistic<"kernels", "kernels", "distinct kernels">,
                    Statistic<"barriers", "barriers", "barriers between launches">,
                    Statistic<"headBarriers", "head-barriers",
                              "barriers for thread counts by which the KV heads don't divide">];
}

#endif
