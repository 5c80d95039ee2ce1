// Model level: mixture of experts.
#ifndef QWEN_MOE_OPS_TD
#define QWEN_MOE_OPS_TD

include "dialect/QwenDialect.td"

class Qwen_TopKTrait<string logits> : Qwen_WidthTrait<"top_k must not exceed the number of experts",
    "int64_t($top_k) <= ::mlir::qwen::width($" # logits # ")">;

def Qwen_RouterOp : Qwen_SymbolUserOp<"router", [Pure, Qwen_TopKTrait<"logits">, Qwen_SameWidth<"weights", "experts">,
    Qwen_WidthTrait<"weights must be top_k wide", "::mlir::qwen::width($weights) == int64_t($top_k)">]> {
  let summary = "chooses experts for each row";
  let description = [{
    `logits = x W^T`, `p = softmax(logits)`; `experts` are the `top_k` largest p in falling order (the lower
    index first on ties), `weights` their p, divided by their sum with `normalize` (HF: `Qwen3MoeTopKRouter`).
    ```mlir
    %w, %e, %l = qwen.router %h, @"mlp.gate.weight" top_k 8 normalize
      : tensor<?x2048xf32> -> tensor<?x8xf32>, tensor<?x8xi32>, tensor<?x128xf32>
    ```
  }];
  let arguments = (ins Qwen_Rows:$input, FlatSymbolRefAttr:$weight, Qwen_Count:$top_k, UnitAttr:$normalize);
  let results = (outs Qwen_Rows:$weights, Qwen_RowChoices:$experts, Qwen_Rows:$logits);
  let assemblyFormat = [{
    $input `,` $weight `top_k` $top_k (`normalize` $normalize^)? attr-dict
    `:` type($input) `->` type($weights) `,` type($experts) `,` type($logits)
  }];
}

def Qwen_ExpertsOp : Qwen_SymbolUserOp<"experts", [Pure, AllTypesMatch<["input", "result"]>,
    Qwen_SameWidth<"weights", "experts">]> {
  let summary = "weighted sum of the chosen experts";
  let description = [{
    `y[r] = sum_j weights[r, j] * D_e (act(G_e x[r]) * (U_e x[r]))`, e = experts[r, j], summed in
    rising order of e; `gate_up` is [E, 2I, H] (G above U), `down` [E, H, I] (HF: `Qwen3MoeExperts`).
    ```mlir
    %y = qwen.experts silu %h, %w, %e, @"experts.gate_up_proj", @"experts.down_proj"
      : tensor<?x2048xf32>, tensor<?x8xf32>, tensor<?x8xi32>
    ```
  }];
  let arguments = (ins Qwen_Activation:$activation, Qwen_Rows:$input, Qwen_Rows:$weights,
                       Qwen_RowChoices:$experts, FlatSymbolRefAttr:$gate_up, FlatSymbolRefAttr:$down);
  let results = (outs Qwen_Rows:$result);
  let assemblyFormat = [{
    $activation $input `,` $weights `,` $experts `,` $gate_up `,` $down attr-dict
    `:` type($input) `,` type($weights) `,` type($experts)
  }];
}

#endif
