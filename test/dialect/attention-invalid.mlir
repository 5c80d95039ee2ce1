// RUN: qwen-opt %s --split-input-file --verify-diagnostics

func.func @odd_table(%position: tensor<?x1xf32>, %length: tensor<?xf32>) {
  // expected-error@+1 {{failed to verify that result must have an even width (cosines, then sines)}}
  %0 = qwen.rope_table %position, %length
    {rope_type = "default", rope_theta = 1.0e6, head_dim = 4, max_position_embeddings = 64} : tensor<?x1xf32> -> tensor<?x3xf32>
  return
}

// -----

func.func @length(%position: tensor<?x1xf32>, %length: tensor<?xi32>) {
  // expected-error@+1 {{operand #1 must be one number per row, tensor<?xf32>, but got 'tensor<?xi32>'}}
  %0 = "qwen.rope_table"(%position, %length) {parameters = {rope_type = "default", rope_theta = 1.0e6}}
    : (tensor<?x1xf32>, tensor<?xi32>) -> tensor<?x4xf32>
  return
}

// -----

func.func @divides(%x: tensor<?x10xf32>, %t: tensor<?x4xf32>) {
  // expected-error@+1 {{failed to verify that head_dim must divide the input's width}}
  %0 = qwen.rope %x, %t head_dim 4 : tensor<?x10xf32>, tensor<?x4xf32>
  return
}

// -----

func.func @wide_table(%x: tensor<?x8xf32>, %t: tensor<?x6xf32>) {
  // expected-error@+1 {{failed to verify that table must not be wider than head_dim}}
  %0 = qwen.rope %x, %t head_dim 4 : tensor<?x8xf32>, tensor<?x6xf32>
  return
}

// -----

func.func @odd(%x: tensor<?x8xf32>, %t: tensor<?x3xf32>) {
  // expected-error@+1 {{failed to verify that table must have an even width (cosines, then sines)}}
  %0 = qwen.rope %x, %t head_dim 4 : tensor<?x8xf32>, tensor<?x3xf32>
  return
}

// -----

func.func @no_head(%x: tensor<?x8xf32>, %t: tensor<?x4xf32>) {
  // expected-error@+1 {{attribute 'head_dim' failed to satisfy constraint: 64-bit signless integer attribute whose value is positive}}
  %0 = qwen.rope %x, %t head_dim 0 : tensor<?x8xf32>, tensor<?x4xf32>
  return
}

// -----

func.func @rope_result(%x: tensor<?x8xf32>, %t: tensor<?x4xf32>) {
  // expected-error@+1 {{failed to verify that all of {input, result} have same type}}
  %0 = "qwen.rope"(%x, %t) {head_dim = 4 : i64} : (tensor<?x8xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  return
}

// -----

// A weight is no state.
qwen.weight @cache : tensor<1x2x16x4xf32>
func.func @append_weight(%k: tensor<?x8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{@cache is not a qwen.state of the module}}
  qwen.cache_append %k, %i, %i, @cache : tensor<?x8xf32>
  return
}

// -----

qwen.state @cache : tensor<1x2x16x4xf32>
func.func @append_width(%k: tensor<?x4xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{input is 4 wide, but @cache holds 2 heads of 4}}
  qwen.cache_append %k, %i, %i, @cache : tensor<?x4xf32>
  return
}

// -----

qwen.state @value_cache : tensor<1x2x16x4xf32>
func.func @no_keys(%q: tensor<?x8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{@key_cache is not a qwen.state of the module}}
  %0 = qwen.attention %q, %i, %i, @key_cache, @value_cache scale 0.5 : tensor<?x8xf32>
  return
}

// -----

qwen.state @key_cache : tensor<1x2x16x4xf32>
func.func @no_values(%q: tensor<?x8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{@value_cache is not a qwen.state of the module}}
  %0 = qwen.attention %q, %i, %i, @key_cache, @value_cache scale 0.5 : tensor<?x8xf32>
  return
}

// -----

qwen.state @key_cache : tensor<1x2x16x4xf32>
qwen.state @value_cache : tensor<1x2x32x4xf32>
func.func @caches(%q: tensor<?x8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{caches must have one type, but @key_cache is 'tensor<1x2x16x4xf32>' and @value_cache is 'tensor<1x2x32x4xf32>'}}
  %0 = qwen.attention %q, %i, %i, @key_cache, @value_cache scale 0.5 : tensor<?x8xf32>
  return
}

// -----

qwen.state @key_cache : tensor<1x2x16x4xf32>
qwen.state @value_cache : tensor<1x2x16x4xf32>
func.func @heads(%q: tensor<?x12xf32>, %i: tensor<?xi32>) {
  // Three heads over two key heads.
  // expected-error@+1 {{query is 12 wide, but must be a multiple of kv_heads 2 times head_dim 4}}
  %0 = qwen.attention %q, %i, %i, @key_cache, @value_cache scale 0.5 : tensor<?x12xf32>
  return
}

// -----

func.func @scale(%q: tensor<?x8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{attribute 'scale' failed to satisfy constraint: 64-bit float attribute whose value is positive}}
  %0 = qwen.attention %q, %i, %i, @key_cache, @value_cache scale -1.0 : tensor<?x8xf32>
  return
}

// -----

func.func @window(%q: tensor<?x8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{attribute 'window' failed to satisfy constraint: 64-bit signless integer attribute whose value is positive}}
  %0 = qwen.attention %q, %i, %i, @key_cache, @value_cache scale 1.0 window 0 : tensor<?x8xf32>
  return
}

// -----

func.func @attention_result(%q: tensor<?x8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{failed to verify that all of {query, result} have same type}}
  %0 = "qwen.attention"(%q, %i, %i) {key_cache = @key_cache, value_cache = @value_cache, scale = 1.0}
    : (tensor<?x8xf32>, tensor<?xi32>, tensor<?xi32>) -> tensor<?x4xf32>
  return
}

// -----

qwen.state @cache recurrent : tensor<1x2x16x4xf32>
func.func @recurrent_cache(%k: tensor<?x8xf32>, %slot: tensor<?xi32>, %index: tensor<?xi32>) {
  // expected-error@+1 {{@cache is a recurrent state, but must be a KV cache}}
  qwen.cache_append %k, %slot, %index, @cache : tensor<?x8xf32>
  return
}
