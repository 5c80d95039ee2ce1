// Every pass of this folder: one file of its name here, one test of its name in test/passes. Each fusion counts what it
// joined and what it could have joined, as statistics and as a remark of the category "qwen" (passes/Counts.h).
#ifndef QWEN_PASSES_TD
#define QWEN_PASSES_TD

include "mlir/Pass/PassBase.td"

class QwenPass<string flag> : Pass<flag, "::mlir::func::FuncOp"> {
  let dependentDialects = ["::mlir::qwen::QwenDialect", "::mlir::arith::ArithDialect"];
}

class Fusion<string flag, string joined, string found> : QwenPass<flag> {
  let statistics = [Statistic<"fused", "fused", joined>, Statistic<"candidates", "candidates", found>];
}

// ---- fusion: model level -> fused level, in the order of the pipeline `qwen-fuse` ----

def FuseMoe : Fusion<"qwen-fuse-moe", "norm_moe ops made", "router ops found"> {
  let summary = "Joins norm, router, experts and the residual of a MoE block";
  let description = [{
    ```mlir
    %h = qwen.rms_norm %x, @n eps 1.0e-6 : tensor<?x64xf32>
    %w, %e, %l = qwen.router %h, @r top_k 2 normalize : ...
    %y = qwen.experts silu %h, %w, %e, @gate_up, @down : ...
    %z = arith.addf %x, %y : tensor<?x64xf32>
    // becomes
    %z, %l = qwen.norm_moe silu %x norm @n eps 1.0e-6 router @r top_k 2 normalize experts @gate_up, @down : ...
    ```
    Not where the norm's result, the experts' choice or their sum has another use.
  }];
}

def FuseNormQkv : Fusion<"qwen-fuse-norm-qkv", "norm_qkv ops made", "attention ops found"> {
  let summary = "Joins norm, q|k|v projections, q/k norms, RoPE and the cache updates";
  let description = [{
    Starts from `qwen.attention` and takes everything that makes its query and fills its caches. Not where an
    intermediate value has another use, only some of q, k, v have biases, the two head norms differ in eps, RoPE turns
    q and k by different tables, or something reads the caches between the two updates.
  }];
}

def FuseNormGlu : Fusion<"qwen-fuse-norm-glu", "norm_glu ops made", "glu ops found"> {
  let summary = "Joins norm, gate and up projections and the gated activation";
  let description = [{
    `glu(linear(h, gate), linear(h, up))` with `h = rms_norm(x)` becomes `norm_glu`. Not with biases, nor where an
    intermediate value has another use.
  }];
}

def FuseLinearResidual : Fusion<"qwen-fuse-linear-residual", "linear_residual ops made",
                                "additions of a linear map found"> {
  let summary = "Joins a linear map and the addition of the residual";
  let description = [{
    `addf(x, linear(a))`, in either order, becomes `linear_residual`. Not where the linear map has another use.
  }];
}

def FuseNormLinear : Fusion<"qwen-fuse-norm-linear", "linear ops that became part of a norm_linear",
                            "linear ops found"> {
  let summary = "Joins a norm and the linear maps that share its result (and gather_rows before it)";
  let description = [{
    All linear maps that share an input become one `norm_linear`, also a single one without a norm, so that no `linear`
    is left. The norm before them joins where nothing else reads it, then `gather_rows` before that likewise. Maps with
    and without bias don't join each other. Runs last: it takes what the other fusions left.
  }];
}

// ---- and back ----

def DecomposeFused : QwenPass<"qwen-decompose-fused"> {
  let summary = "Turns fused ops back into the model-level ops that define them";
  let statistics = [Statistic<"decomposed", "decomposed", "fused ops taken apart">];
}

#endif
