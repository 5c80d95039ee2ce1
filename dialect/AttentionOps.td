// Model level: rotary embedding, KV cache, attention.
#ifndef QWEN_ATTENTION_OPS_TD
#define QWEN_ATTENTION_OPS_TD

include "dialect/QwenDialect.td"

def Qwen_RopeTableOp : Qwen_Op<"rope_table", [Pure, Qwen_EvenWidth<"result">]> {
  let summary = "cosines and sines of each row's position";
  let description = [{
    With R = rotary dims (the result's width) and `f = inv_freq(parameters, length[r])` of R/2 values:
    `y[r, i] = cos(position[r] * f[i]) * s` and `y[r, R/2 + i] = sin(position[r] * f[i]) * s`
    (HF: `Qwen3RotaryEmbedding`, `modeling_rope_utils.py`). `parameters` are config.json's `rope_parameters` and
    what else the formulas need (`dialect/RopeParameters.h`); `length` matters for the types `dynamic` and `longrope`.
    M-RoPE: `position` holds time, height and width, and frequency i takes the one that `mrope_section` says
    (HF: `Qwen3_5TextRotaryEmbedding.recomposition_frequencies`).
    ```mlir
    %t = qwen.rope_table %position, %length
      {rope_type = "default", rope_theta = 1.0e6, head_dim = 128, max_position_embeddings = 40960}
      : tensor<?x1xf32> -> tensor<?x128xf32>
    ```
  }];
  let arguments = (ins Qwen_Rows:$position, Qwen_RowReals:$length, DictionaryAttr:$parameters);
  let results = (outs Qwen_Rows:$result);
  let assemblyFormat = "$position `,` $length $parameters attr-dict `:` type($position) `->` type($result)";
  let hasVerifier = 1;
}

def Qwen_RopeOp : Qwen_Op<"rope", [Pure, AllTypesMatch<["input", "result"]>, Qwen_EvenWidth<"table">,
    Qwen_WidthTrait<"head_dim must divide the input's width", "::mlir::qwen::width($input) % $head_dim == 0">,
    Qwen_WidthTrait<"table must not be wider than head_dim", "::mlir::qwen::width($table) <= int64_t($head_dim)">]> {
  let summary = "rotary position embedding, half-split";
  let description = [{
    For each head of `head_dim` values, with R = width of the table, c and s its halves, i < R/2:
    `y[i] = x[i] c[i] - x[i + R/2] s[i]`, `y[i + R/2] = x[i + R/2] c[i] + x[i] s[i]`; the rest of the
    head passes (HF: `apply_rotary_pos_emb`).
    ```mlir
    %r = qwen.rope %q, %table head_dim 128 : tensor<?x4096xf32>, tensor<?x128xf32>
    ```
  }];
  let arguments = (ins Qwen_Rows:$input, Qwen_Rows:$table, Qwen_Count:$head_dim);
  let results = (outs Qwen_Rows:$result);
  let assemblyFormat = "$input `,` $table `head_dim` $head_dim attr-dict `:` type($input) `,` type($table)";
}

def Qwen_CacheAppendOp : Qwen_SymbolUserOp<"cache_append"> {
  let summary = "writes rows of keys or values into a cache";
  let description = [{
    `cache[slot[r], h, index[r], d] = x[r, h * head_dim + d]` (HF: `past_key_values.update`). Rows with a negative
    index append nothing.
    ```mlir
    qwen.cache_append %k, %slot, %index, @"model.layers.0.self_attn.key_cache" : tensor<?x1024xf32>
    ```
  }];
  let arguments = (ins Qwen_Rows:$input, Qwen_RowIndices:$slot, Qwen_RowIndices:$index, Qwen_WriteCache:$cache);
  let assemblyFormat = "$input `,` $slot `,` $index `,` $cache attr-dict `:` type($input)";
}

def Qwen_AttentionOp : Qwen_SymbolUserOp<"attention", [AllTypesMatch<["query", "result"]>]> {
  let summary = "causal attention over cached keys and values";
  let description = [{
    For row r, head h, g = h / (heads / kv_heads), over j in `(index[r] - window, index[r]]` (from 0 without
    a window): `y[r, h] = sum_j softmax_j(scale * q[r, h] . K[slot[r], g, j]) V[slot[r], g, j]`
    (HF: `eager_attention_forward`; heads, kv_heads and head_dim follow from the types). A row with the index -1-n
    stands at place n without a key there, so that j is in `(n - window, n)`: HF's query at a masked column.
    ```mlir
    %a = qwen.attention %q, %slot, %index, @key_cache, @value_cache scale 0.088 window 4096 : tensor<?x2048xf32>
    ```
  }];
  let arguments = (ins Qwen_Rows:$query, Qwen_RowIndices:$slot, Qwen_RowIndices:$index,
                       Qwen_ReadCache:$key_cache, Qwen_ReadCache:$value_cache,
                       Qwen_PositiveReal:$scale, OptionalAttr<Qwen_Count>:$window);
  let results = (outs Qwen_Rows:$result);
  let assemblyFormat = [{
    $query `,` $slot `,` $index `,` $key_cache `,` $value_cache `scale` $scale (`window` $window^)? attr-dict
    `:` type($query)
  }];
}

#endif
