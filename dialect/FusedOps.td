// Fused level: what becomes one kernel. Each op's meaning is its decomposition (`qwen-decompose-fused`).
#ifndef QWEN_FUSED_OPS_TD
#define QWEN_FUSED_OPS_TD

include "dialect/DeltaOps.td"
include "dialect/FusedOpInterface.td"
include "dialect/MoeOps.td"
include "dialect/QwenDialect.td"

class Qwen_FusedOp<string mnemonic, list<Trait> traits = []> : Qwen_SymbolUserOp<mnemonic,
    traits # [DeclareOpInterfaceMethods<Qwen_FusedOpInterface>]>;

// A bias for each weight, or none at all.
def Qwen_AllOrNoBiases : PredOpTrait<"biases must be empty or as many as weights",
    CPred<"$biases.empty() || $biases.size() == $weights.size()">>;

def Qwen_NormLinearOp : Qwen_FusedOp<"norm_linear", [Pure, Qwen_AllOrNoBiases,
    PredOpTrait<"norm and eps must stand together", CPred<"$norm.has_value() == $eps.has_value()">>,
    PredOpTrait<"there must be a norm to be zero_centered", CPred<"$norm.has_value() || !$zero_centered">>,
    PredOpTrait<"there must be at least one weight", CPred<"!$weights.empty()">>,
    PredOpTrait<"there must be one result for each weight", CPred<"$results.size() == $weights.size()">>]> {
  let summary = "rms_norm, then linear maps that share its result";
  let description = [{
    `h = rms_norm(x, norm, eps)` over the whole row (no norm: `h = x`), then one `linear` per weight. With
    `rows`, only those rows of x are taken (`gather_rows` first): the last norm and the LM head.
    `biases` is empty or holds one symbol per weight. Here and below, `zero_centered` norms have factors `1 + weight`.
    ```mlir
    %l = qwen.norm_linear %x norm @"model.norm.weight" eps 1.0e-6 rows %wanted weights [@"lm_head.weight"]
      : tensor<?x1024xf32> -> tensor<?x151936xf32>
    ```
  }];
  let arguments = (ins Qwen_Rows:$input, Optional<Qwen_RowIndices>:$rows,
                       OptionalAttr<FlatSymbolRefAttr>:$norm, OptionalAttr<Qwen_PositiveReal>:$eps,
                       UnitAttr:$zero_centered, Qwen_Symbols:$weights, Qwen_OptionalSymbols:$biases);
  let results = (outs Variadic<Qwen_Rows>:$results);
  let assemblyFormat = [{
    $input (`norm` $norm^)? (`eps` $eps^)? (`zero_centered` $zero_centered^)? (`rows` $rows^)?
    `weights` $weights (`biases` $biases^)? attr-dict
    `:` type($input) `->` type($results)
  }];
}

def Qwen_ScreenedHeadOp : Qwen_FusedOp<"screened_head", [Pure]> {
  let summary = "an LM head that may leave out what can't be among the largest logits";
  let description = [{
    `logits = linear(rms_norm(gather_rows(x, rows)), weight)`, as `norm_linear` has it. Where the call asks for the k
    largest logits of a row only (`QwenCall::top_k`, runtime/abi/Entry.h), others may be -infinity: a copy of the weight
    in the format `screen`, with bounds on what it leaves out, says which rows of the weight are to be read at all
    (codegen/plan/ScreenBounds.h). Made by `qwen-screen-head`.
    ```mlir
    %l = qwen.screened_head %x norm @"model.norm.weight" eps 1.0e-6 rows %wanted weight @"lm_head.weight"
      screen !qwen.q4 : tensor<?x1024xf32> -> tensor<?x151936xf32>
    ```
  }];
  let arguments = (ins Qwen_Rows:$input, Qwen_RowIndices:$rows, FlatSymbolRefAttr:$norm, Qwen_PositiveReal:$eps,
                       UnitAttr:$zero_centered, FlatSymbolRefAttr:$weight,
                       TypeAttrOf<AnyTypeOf<[Qwen_Q8, Qwen_Q4]>>:$screen);
  let results = (outs Qwen_Rows:$logits);
  let assemblyFormat = [{
    $input `norm` $norm `eps` $eps (`zero_centered` $zero_centered^)? `rows` $rows `weight` $weight `screen` $screen
    attr-dict
    `:` type($input) `->` type($logits)
  }];
}

def Qwen_NormGluOp : Qwen_FusedOp<"norm_glu", [Pure]> {
  let summary = "rms_norm, gate and up projections, gated activation";
  let description = [{
    `h = rms_norm(x)`; `y = act(linear(h, gate)) * linear(h, up)`.
    ```mlir
    %a = qwen.norm_glu silu %x norm @n eps 1.0e-6 gate @g up @u : tensor<?x1024xf32> -> tensor<?x3072xf32>
    ```
  }];
  let arguments = (ins Qwen_Activation:$activation, Qwen_Rows:$input, FlatSymbolRefAttr:$norm,
                       Qwen_PositiveReal:$eps, UnitAttr:$zero_centered, FlatSymbolRefAttr:$gate,
                       FlatSymbolRefAttr:$up);
  let results = (outs Qwen_Rows:$result);
  let assemblyFormat = [{
    $activation $input `norm` $norm `eps` $eps (`zero_centered` $zero_centered^)? `gate` $gate `up` $up attr-dict
    `:` type($input) `->` type($result)
  }];
}

def Qwen_NormQkvOp : Qwen_FusedOp<"norm_qkv", [Qwen_AllOrNoBiases, Qwen_EvenWidth<"table">,
    PredOpTrait<"weights must be q, k and v", CPred<"$weights.size() == 3">>,
    PredOpTrait<"gate must be as wide as the query",
                CPred<"$_op.getNumResults() == 1 || "
                      "::mlir::qwen::width($_op.getResult(1)) == ::mlir::qwen::width($_op.getResult(0))">>,
    PredOpTrait<"head_norms must be those of q and k", CPred<"$head_norms.size() == 2">>]> {
  let summary = "everything of an attention layer before the scores";
  let description = [{
    `h = rms_norm(x)`; q, k, v = linear(h); q and k normalised per head and turned by RoPE; k and v appended
    to their caches, except for rows with a negative index (see `qwen.cache_append`); the result is q.
    `weights` = [q, k, v], `biases` likewise or empty, `head_norms` = [q, k]; `zero_centered` holds for all three norms.
    With a second result the q projection is twice as wide: each head's query, then its gate, which is handed on as it
    is (`qwen.split` with a group for each head, before the norm).
    ```mlir
    %q = qwen.norm_qkv %x, %table, %slot, %index norm @n eps 1.0e-6 weights [@q, @k, @v]
      head_norms [@q_norm, @k_norm] eps 1.0e-6 caches @key_cache, @value_cache
      : tensor<?x1024xf32>, tensor<?x128xf32> -> tensor<?x2048xf32>
    ```
  }];
  let arguments = (ins Qwen_Rows:$input, Qwen_Rows:$table, Qwen_RowIndices:$slot, Qwen_RowIndices:$index,
                       FlatSymbolRefAttr:$norm, Qwen_PositiveReal:$eps, UnitAttr:$zero_centered,
                       Qwen_Symbols:$weights, Qwen_OptionalSymbols:$biases,
                       Qwen_Symbols:$head_norms, Qwen_PositiveReal:$head_eps,
                       Qwen_WriteCache:$key_cache, Qwen_WriteCache:$value_cache);
  let results = (outs Qwen_Rows:$query, Optional<Qwen_Rows>:$gate);
  let assemblyFormat = [{
    $input `,` $table `,` $slot `,` $index `norm` $norm `eps` $eps (`zero_centered` $zero_centered^)?
    `weights` $weights (`biases` $biases^)? `head_norms` $head_norms `eps` $head_eps
    `caches` $key_cache `,` $value_cache attr-dict
    `:` type($input) `,` type($table) `->` type($query) (`gate` type($gate)^)?
  }];
}

def Qwen_GatedAttentionOp : Qwen_FusedOp<"gated_attention", [AllTypesMatch<["query", "gate", "result"]>]> {
  let summary = "attention with an output gate";
  let description = [{
    `y = sigmoid(gate) * attention(query)`; see `qwen.attention`.
    ```mlir
    %a = qwen.gated_attention %q, %gate, %slot, %index, @key_cache, @value_cache scale 0.0625 : tensor<?x4096xf32>
    ```
  }];
  let arguments = (ins Qwen_Rows:$query, Qwen_Rows:$gate, Qwen_RowIndices:$slot, Qwen_RowIndices:$index,
                       Qwen_ReadCache:$key_cache, Qwen_ReadCache:$value_cache,
                       Qwen_PositiveReal:$scale, OptionalAttr<Qwen_Count>:$window);
  let results = (outs Qwen_Rows:$result);
  let assemblyFormat = [{
    $query `,` $gate `,` $slot `,` $index `,` $key_cache `,` $value_cache `scale` $scale (`window` $window^)? attr-dict
    `:` type($query)
  }];
}

def Qwen_GatedDeltaNetOp : Qwen_FusedOp<"gated_delta_net", [AllTypesMatch<["z", "result"]>,
    AllTypesMatch<["b", "a"]>]> {
  let summary = "everything of a linear attention layer between its projections";
  let description = [{
    `c = act(causal_conv(qkv))`, cut into query, key and value; query and key l2-normalised per head;
    `o = gated_delta_rule` with `decay(a)` and `sigmoid(b)`; `y = silu(z) * rms_norm(o)`, the norm per value head and
    not zero-centred. What is left of c's width beside z's belongs to query and key in equal parts; heads and their
    sizes follow from `delta_state` (see `qwen.gated_delta_rule`).
    ```mlir
    %y = qwen.gated_delta_net silu %qkv, %z, %b, %a, %slot, %index
      conv @"conv1d.weight" state @conv_state decay @A_log, @dt_bias l2_eps 1.0e-6
      delta scale 0.088 state @recurrent_state norm @"norm.weight" eps 1.0e-6
      : tensor<?x8192xf32>, tensor<?x4096xf32>, tensor<?x32xf32>
    ```
  }];
  let arguments = (ins Qwen_Activation:$activation, Qwen_Rows:$qkv, Qwen_Rows:$z, Qwen_Rows:$b, Qwen_Rows:$a,
                       Qwen_RowIndices:$slot, Qwen_RowIndices:$index,
                       FlatSymbolRefAttr:$conv, Qwen_UpdateState:$conv_state,
                       FlatSymbolRefAttr:$a_log, FlatSymbolRefAttr:$dt_bias, Qwen_PositiveReal:$l2_eps,
                       Qwen_PositiveReal:$scale, Qwen_UpdateState:$delta_state,
                       FlatSymbolRefAttr:$norm, Qwen_PositiveReal:$eps);
  let results = (outs Qwen_Rows:$result);
  let assemblyFormat = [{
    $activation $qkv `,` $z `,` $b `,` $a `,` $slot `,` $index `conv` $conv `state` $conv_state
    `decay` $a_log `,` $dt_bias `l2_eps` $l2_eps `delta` `scale` $scale `state` $delta_state
    `norm` $norm `eps` $eps attr-dict `:` type($qkv) `,` type($z) `,` type($b)
  }];
}

def Qwen_LinearResidualOp : Qwen_FusedOp<"linear_residual", [Pure, AllTypesMatch<["residual", "result"]>]> {
  let summary = "residual + linear(x)";
  let description = [{
    ```mlir
    %y = qwen.linear_residual %a, %x, @"o_proj.weight" : tensor<?x2048xf32>, tensor<?x1024xf32>
    ```
  }];
  let arguments = (ins Qwen_Rows:$input, Qwen_Rows:$residual, FlatSymbolRefAttr:$weight,
                       OptionalAttr<FlatSymbolRefAttr>:$bias);
  let results = (outs Qwen_Rows:$result);
  let assemblyFormat = [{
    $input `,` $residual `,` $weight (`bias` $bias^)? attr-dict `:` type($input) `,` type($residual)
  }];
}

def Qwen_NormMoeOp : Qwen_FusedOp<"norm_moe", [Pure, AllTypesMatch<["input", "result"]>, Qwen_TopKTrait<"logits">,
    PredOpTrait<"shared must be empty or gate, up, down and the row's gate",
                CPred<"$shared.empty() || $shared.size() == 4">>]> {
  let summary = "a whole MoE block with its norm and residual";
  let description = [{
    `h = rms_norm(x)`; `w, e, logits = router(h)`; `result = x + experts(h, w, e)`. With `shared` = [gate, up, down,
    row_gate] an expert that every row takes, by a weight of its own: `result = x + (experts(h, w, e) +
    sigmoid(linear(h, row_gate)) * linear(act(linear(h, gate)) * linear(h, up), down))`, `row_gate` [1, H].
    ```mlir
    %y, %l = qwen.norm_moe silu %x norm @n eps 1.0e-6 router @"mlp.gate.weight" top_k 8 normalize
      experts @"experts.gate_up_proj", @"experts.down_proj" : tensor<?x2048xf32> -> tensor<?x128xf32>
    ```
  }];
  let arguments = (ins Qwen_Activation:$activation, Qwen_Rows:$input, FlatSymbolRefAttr:$norm,
                       Qwen_PositiveReal:$eps, UnitAttr:$zero_centered,
                       FlatSymbolRefAttr:$router, Qwen_Count:$top_k, UnitAttr:$normalize,
                       FlatSymbolRefAttr:$gate_up, FlatSymbolRefAttr:$down, Qwen_OptionalSymbols:$shared);
  let results = (outs Qwen_Rows:$result, Qwen_Rows:$logits);
  let assemblyFormat = [{
    $activation $input `norm` $norm `eps` $eps (`zero_centered` $zero_centered^)?
    `router` $router `top_k` $top_k (`normalize` $normalize^)? `experts` $gate_up `,` $down (`shared` $shared^)?
    attr-dict `:` type($input) `->` type($logits)
  }];
}

#endif
