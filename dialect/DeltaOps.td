// Model level: linear attention by the gated delta rule, with the convolution before it.
#ifndef QWEN_DELTA_OPS_TD
#define QWEN_DELTA_OPS_TD

include "dialect/QwenDialect.td"

def Qwen_L2NormOp : Qwen_Op<"l2_norm", [Pure, SameOperandsAndResultType,
    Qwen_WidthTrait<"head_dim must divide the input's width", "::mlir::qwen::width($input) % $head_dim == 0">]> {
  let summary = "heads of length 1";
  let description = [{
    For each head of `head_dim` values: `y = x * rsqrt(sum(x^2) + eps)` (HF: `l2norm`).
    ```mlir
    %n = qwen.l2_norm %q head_dim 128 eps 1.0e-6 : tensor<?x2048xf32>
    ```
  }];
  let arguments = (ins Qwen_Rows:$input, Qwen_Count:$head_dim, Qwen_PositiveReal:$eps);
  let results = (outs Qwen_Rows:$result);
  let assemblyFormat = "$input `head_dim` $head_dim `eps` $eps attr-dict `:` type($input)";
}

def Qwen_CausalConvOp : Qwen_SymbolUserOp<"causal_conv", [AllTypesMatch<["input", "result"]>]> {
  let summary = "depthwise convolution over the last rows of each sequence";
  let description = [{
    weight `[channels, 1, kernel]`; state `[slots, kernel - 1, channels]`, the last inputs of each slot, the oldest
    first. For each row r in order, with `X = state[slot[r]]` (zeros where `index[r]` is 0):
    `y[r, c] = sum_{j < kernel - 1} weight[c, 0, j] X[j, c] + weight[c, 0, kernel - 1] x[r, c]`; then X loses its
    oldest row and x[r] becomes its last (HF: `causal_conv1d_fn`, `causal_conv1d_update`, without their activation).
    A row with a negative index gives zeros and leaves the state alone: HF masks what is there to zero, and so the gate z
    after the recurrence.
    ```mlir
    %y = qwen.causal_conv %x, %slot, %index, @"conv1d.weight" state @conv_state : tensor<?x8192xf32>
    ```
  }];
  let arguments = (ins Qwen_Rows:$input, Qwen_RowIndices:$slot, Qwen_RowIndices:$index, FlatSymbolRefAttr:$weight,
                       Qwen_UpdateState:$state);
  let results = (outs Qwen_Rows:$result);
  let assemblyFormat = "$input `,` $slot `,` $index `,` $weight `state` $state attr-dict `:` type($input)";
}

def Qwen_DecayOp : Qwen_SymbolUserOp<"decay", [Pure, SameOperandsAndResultType]> {
  let summary = "logarithm of how much of its state a head keeps";
  let description = [{
    `y[r, h] = -exp(a_log[h]) * log(1 + exp(x[r, h] + dt_bias[h]))`, never above 0
    (HF: `g = -A_log.exp() * softplus(a + dt_bias)`).
    ```mlir
    %g = qwen.decay %a, @A_log, @dt_bias : tensor<?x32xf32>
    ```
  }];
  let arguments = (ins Qwen_Rows:$input, FlatSymbolRefAttr:$a_log, FlatSymbolRefAttr:$dt_bias);
  let results = (outs Qwen_Rows:$result);
  let assemblyFormat = "$input `,` $a_log `,` $dt_bias attr-dict `:` type($input)";
}

def Qwen_GatedDeltaRuleOp : Qwen_SymbolUserOp<"gated_delta_rule", [AllTypesMatch<["value", "result"]>,
    AllTypesMatch<["query", "key"]>, AllTypesMatch<["decay", "beta"]>]> {
  let summary = "linear attention whose state forgets and corrects itself";
  let description = [{
    state `[slots, value_heads, key_dim, value_dim]`; query and key are `key_heads` heads of key_dim, value is
    value_heads heads of value_dim. For each row r in order and value head h, with the key head
    `g = h / (value_heads / key_heads)` and `S = state[slot[r], h]` (zeros where `index[r]` is 0):
    ```
    S = exp(decay[r, h]) S
    S = S + k[r, g] (beta[r, h] (v[r, h] - S^T k[r, g]))^T
    y[r, h] = S^T (scale q[r, g])
    ```
    (HF: `torch_recurrent_gated_delta_rule`; `torch_chunk_gated_delta_rule` is the same function). A row with a negative
    index gives zeros and leaves the state alone.
    ```mlir
    %y = qwen.gated_delta_rule %q, %k, %v, %g, %beta, %slot, %index state @recurrent_state scale 0.088
      : tensor<?x2048xf32>, tensor<?x4096xf32>, tensor<?x32xf32>
    ```
  }];
  let arguments = (ins Qwen_Rows:$query, Qwen_Rows:$key, Qwen_Rows:$value, Qwen_Rows:$decay, Qwen_Rows:$beta,
                       Qwen_RowIndices:$slot, Qwen_RowIndices:$index, Qwen_UpdateState:$state,
                       Qwen_PositiveReal:$scale);
  let results = (outs Qwen_Rows:$result);
  let assemblyFormat = [{
    $query `,` $key `,` $value `,` $decay `,` $beta `,` $slot `,` $index `state` $state `scale` $scale attr-dict
    `:` type($query) `,` type($value) `,` type($decay)
  }];
}

#endif
