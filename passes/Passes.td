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
    A shared expert that is added to the experts' sum joins them. Not where the norm's result, the experts' choice or their sum has another use.
  }];
}

def FuseNormQkv : Fusion<"qwen-fuse-norm-qkv", "norm_qkv ops made", "attention ops found"> {
  let summary = "Joins norm, q|k|v projections, q/k norms, RoPE and the cache updates";
  let description = [{
    Starts from `qwen.attention` and takes everything that makes its query and fills its caches; where the q projection
    makes the heads' output gates too, they become the second result. Not where an intermediate value has another use,
    only some of q, k, v have biases, the two head norms differ in eps, only some norms are zero-centred, RoPE turns q
    and k by different tables, or something reads the caches between the two updates.
  }];
}

def FuseGatedAttention : Fusion<"qwen-fuse-gated-attention", "gated_attention ops made", "gated attention ops found"> {
  let summary = "Joins attention and its output gate";
  let description = [{
    `glu sigmoid(gate, attention(q))` becomes `gated_attention`. Not where something else reads the attention's result,
    even on request (it is no longer there), or where the gate is made after the attention.
  }];
}

def FuseGatedDeltaNet : Fusion<"qwen-fuse-gated-delta-net", "gated_delta_net ops made", "gated_delta_rule ops found"> {
  let summary = "Joins convolution, gates, l2 norms, gated delta rule and gated norm of a linear attention layer";
  let description = [{
    Everything between the projections in and the projection out becomes `gated_delta_net`. Not where an intermediate
    value has another use, the two l2 norms differ, the norm isn't one over value heads or is zero-centred, convolution
    and rule go by different slots or indices, or something else updates the convolution's state between them.
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

// ---- storage of weights, on the fused level ----

def QuantizeWeights : Pass<"qwen-quantize-weights", "::mlir::ModuleOp"> {
  let summary = "Decides by their use which weights are stored in 8 or 4 bits";
  let description = [{
    Adds `as !qwen.q8` or `as !qwen.q4` to the weights of large products, which are most of a model's bytes:
    * q, k, v, o, gate, up and down projections and experts in the given format;
    * embeddings and the LM head in 8 bits in either format: what every token begins and ends with;
    * routers, heads of few labels and what makes gates of whole rows or heads not at all: they decide, and are small;
      nor what is no matrix.
    A weight of several uses is stored as the most careful of them asks. A `norm_linear` whose weights are then stored
    differently becomes one for each storage.
    ```mlir
    qwen.weight @"model.layers.0.mlp.down_proj.weight" : tensor<1024x3072xbf16> as !qwen.q4
    ```
  }];
  let dependentDialects = ["::mlir::qwen::QwenDialect"];
  let options = [Option<"format", "format", "std::string", "\"q8\"", "q8 or q4">];
  let statistics = [Statistic<"asQ4", "q4", "weights stored in 4 bits">,
                    Statistic<"asQ8", "q8", "weights stored in 8 bits">];
}

// ---- the LM head, on the fused level ----

def ScreenHead : Pass<"qwen-screen-head", "::mlir::ModuleOp"> {
  let summary = "Gives the LM head a screen in few bits, for calls that ask for the largest logits only";
  let description = [{
    A `norm_linear` over the wanted rows whose one result, as wide as the vocabulary, only the caller reads becomes a
    `screened_head`. Runs after `qwen-quantize-weights`, as a screen must have fewer bits than the weight is stored in.
    ```mlir
    %l = qwen.norm_linear %x norm @n eps 1.0e-6 rows %wanted weights [@lm_head] : ...
    // becomes
    %l = qwen.screened_head %x norm @n eps 1.0e-6 rows %wanted weight @lm_head screen !qwen.q4 : ...
    ```
  }];
  let dependentDialects = ["::mlir::qwen::QwenDialect"];
  let options = [Option<"format", "format", "std::string", "\"q4\"", "q8 or q4">];
  let statistics = [Statistic<"screened", "screened", "LM heads that got a screen">,
                    Statistic<"candidates", "candidates", "linear maps of wanted rows found">];
}

// ---- and back ----

def DecomposeFused : QwenPass<"qwen-decompose-fused"> {
  let summary = "Turns fused ops back into the model-level ops that define them";
  let statistics = [Statistic<"decomposed", "decomposed", "fused ops taken apart">];
}

#endif
