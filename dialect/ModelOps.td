// Model level: norms, linear maps, embedding, gating.
#ifndef QWEN_MODEL_OPS_TD
#define QWEN_MODEL_OPS_TD

include "dialect/QwenDialect.td"

def Qwen_EmbedOp : Qwen_SymbolUserOp<"embed", [Pure, AllTypesMatch<["embeds", "result"]>]> {
  let summary = "token embedding, or rows given from outside";
  let description = [{
    Row i is `weight[ids[i]]` where `ids[i] >= 0`, else `embeds[-1 - ids[i]]`, weight `[vocab, hidden]`
    (HF: `embed_tokens`, `inputs_embeds`, and placeholders replaced by features).
    ```mlir
    %x = qwen.embed %ids, %embeds, @"model.embed_tokens.weight" : tensor<?x1024xf32>
    ```
  }];
  let arguments = (ins Qwen_RowIndices:$ids, Qwen_Rows:$embeds, FlatSymbolRefAttr:$weight);
  let results = (outs Qwen_Rows:$result);
  let assemblyFormat = "$ids `,` $embeds `,` $weight attr-dict `:` type($embeds)";
}

def Qwen_RmsNormOp : Qwen_SymbolUserOp<"rms_norm", [Pure, SameOperandsAndResultType]> {
  let summary = "root mean square normalisation";
  let description = [{
    For each group of `n = size(weight)` values along the last dimension (one group for a layer
    norm, one per head for q_norm and k_norm): `y[j] = weight[j] * x[j] * rsqrt(mean(x^2) + eps)`
    (HF: `Qwen3RMSNorm`). `zero_centered`: the factor is `1 + weight[j]`, in f32 (HF: `Qwen3_5RMSNorm`).
    ```mlir
    %h = qwen.rms_norm %x, @"model.norm.weight" eps 1.0e-6 : tensor<?x2048xf32>
    %g = qwen.rms_norm %x, @"model.norm.weight" eps 1.0e-6 zero_centered : tensor<?x2048xf32>
    ```
  }];
  let arguments = (ins Qwen_Rows:$input, FlatSymbolRefAttr:$weight, Qwen_PositiveReal:$eps, UnitAttr:$zero_centered);
  let results = (outs Qwen_Rows:$result);
  let assemblyFormat = "$input `,` $weight `eps` $eps (`zero_centered` $zero_centered^)? attr-dict `:` type($input)";
}

def Qwen_LinearOp : Qwen_SymbolUserOp<"linear", [Pure]> {
  let summary = "y = x W^T (+ b)";
  let description = [{
    `y[r, n] = sum_k x[r, k] * weight[n, k] + bias[n]`, weight `[N, K]` (HF: `nn.Linear`).
    ```mlir
    %q = qwen.linear %h, @"q_proj.weight" bias @"q_proj.bias" : tensor<?x2048xf32> -> tensor<?x4096xf32>
    ```
  }];
  let arguments = (ins Qwen_Rows:$input, FlatSymbolRefAttr:$weight, OptionalAttr<FlatSymbolRefAttr>:$bias);
  let results = (outs Qwen_Rows:$result);
  let assemblyFormat = "$input `,` $weight (`bias` $bias^)? attr-dict `:` type($input) `->` type($result)";
}

def Qwen_GluOp : Qwen_Op<"glu", [Pure, SameOperandsAndResultType]> {
  let summary = "gated linear unit: act(gate) * up";
  let description = [{
    `y = activation(gate) * up`, elementwise (HF: `act_fn(gate_proj(x)) * up_proj(x)`).
    ```mlir
    %a = qwen.glu silu %gate, %up : tensor<?x3072xf32>
    ```
  }];
  let arguments = (ins Qwen_Activation:$activation, Qwen_Rows:$gate, Qwen_Rows:$up);
  let results = (outs Qwen_Rows:$result);
  let assemblyFormat = "$activation $gate `,` $up attr-dict `:` type($gate)";
}

def Qwen_ActivationOp : Qwen_Op<"activation", [Pure, SameOperandsAndResultType]> {
  let summary = "elementwise activation";
  let description = [{
    `y = activation(x)` (HF: `ACT2FN`, `sigmoid`).
    ```mlir
    %beta = qwen.activation sigmoid %b : tensor<?x32xf32>
    ```
  }];
  let arguments = (ins Qwen_Activation:$activation, Qwen_Rows:$input);
  let results = (outs Qwen_Rows:$result);
  let assemblyFormat = "$activation $input attr-dict `:` type($input)";
}

def Qwen_GateRowsOp : Qwen_Op<"gate_rows", [Pure, AllTypesMatch<["input", "result"]>]> {
  let summary = "multiplies each row by the activation of its gate";
  let description = [{
    `y[r, i] = activation(gate[r, 0]) * x[r, i]` (HF: `sigmoid(shared_expert_gate(x)) * shared_expert(x)`).
    ```mlir
    %y = qwen.gate_rows sigmoid %gate, %x : tensor<?x2048xf32>
    ```
  }];
  let arguments = (ins Qwen_Activation:$activation, Qwen_RowGate:$gate, Qwen_Rows:$input);
  let results = (outs Qwen_Rows:$result);
  let assemblyFormat = "$activation $gate `,` $input attr-dict `:` type($input)";
}

def Qwen_SplitOp : Qwen_Op<"split", [Pure]> {
  let summary = "cuts rows into pieces";
  let description = [{
    A row is `groups` groups (1 unless said) of equal width; each holds a piece of every result in turn, and a result
    is its pieces one after the other (HF: `torch.split`; `chunk` of a view by heads, with a group for each head).
    ```mlir
    %q, %k, %v = qwen.split %qkv : tensor<?x8192xf32> -> tensor<?x2048xf32>, tensor<?x2048xf32>, tensor<?x4096xf32>
    %query, %gate = qwen.split %both groups 16 : tensor<?x8192xf32> -> tensor<?x4096xf32>, tensor<?x4096xf32>
    ```
  }];
  let arguments = (ins Qwen_Rows:$input, DefaultValuedAttr<Qwen_Count, "1">:$groups);
  let results = (outs Variadic<Qwen_Rows>:$results);
  let assemblyFormat = "$input (`groups` $groups^)? attr-dict `:` type($input) `->` type($results)";
  let hasVerifier = 1;
}

def Qwen_GatherRowsOp : Qwen_Op<"gather_rows", [Pure, AllTypesMatch<["input", "result"]>]> {
  let summary = "selects rows";
  let description = [{
    `y[i] = x[rows[i]]`: the rows for which logits are wanted. Canonical form: rows are selected before
    a norm or a linear map, not after it, where nothing else needs all rows.
    ```mlir
    %last = qwen.gather_rows %x, %wanted : tensor<?x2048xf32>
    ```
  }];
  let arguments = (ins Qwen_Rows:$input, Qwen_RowIndices:$rows);
  let results = (outs Qwen_Rows:$result);
  let assemblyFormat = "$input `,` $rows attr-dict `:` type($input)";
  let hasCanonicalizer = 1;
}

#endif
