// RUN: qwen-opt %s --split-input-file --verify-diagnostics

// The parameters of RoPE, and what each type needs.

func.func @no_type(%p: tensor<?x1xf32>, %l: tensor<?xf32>) {
  // expected-error@+1 {{parameter rope_type is missing}}
  %0 = qwen.rope_table %p, %l {rope_theta = 1.0e6, head_dim = 4, max_position_embeddings = 64}
    : tensor<?x1xf32> -> tensor<?x4xf32>
  return
}

// -----

func.func @type(%p: tensor<?x1xf32>, %l: tensor<?xf32>) {
  // expected-error@+1 {{rope_type must be one of default, linear, dynamic, yarn, longrope, llama3, but is "su"}}
  %0 = qwen.rope_table %p, %l {rope_type = "su", rope_theta = 1.0e6, head_dim = 4, max_position_embeddings = 64}
    : tensor<?x1xf32> -> tensor<?x4xf32>
  return
}

// -----

func.func @type_kind(%p: tensor<?x1xf32>, %l: tensor<?xf32>) {
  // expected-error@+1 {{rope_type must be a string, but is 1}}
  %0 = qwen.rope_table %p, %l {rope_theta = 1.0e6, head_dim = 4, max_position_embeddings = 64, rope_type = 1}
    : tensor<?x1xf32> -> tensor<?x4xf32>
  return
}

// -----

func.func @no_theta(%p: tensor<?x1xf32>, %l: tensor<?xf32>) {
  // expected-error@+1 {{parameter rope_theta is missing}}
  %0 = qwen.rope_table %p, %l {rope_type = "default", head_dim = 4, max_position_embeddings = 64}
    : tensor<?x1xf32> -> tensor<?x4xf32>
  return
}

// -----

func.func @theta_kind(%p: tensor<?x1xf32>, %l: tensor<?xf32>) {
  // expected-error@+1 {{rope_theta must be an f64, but is 10000 : i64}}
  %0 = qwen.rope_table %p, %l {rope_type = "default", head_dim = 4, max_position_embeddings = 64, rope_theta = 10000}
    : tensor<?x1xf32> -> tensor<?x4xf32>
  return
}

// -----

func.func @no_head_dim(%p: tensor<?x1xf32>, %l: tensor<?xf32>) {
  // expected-error@+1 {{parameter head_dim is missing}}
  %0 = qwen.rope_table %p, %l {rope_type = "default", rope_theta = 1.0e6, max_position_embeddings = 64}
    : tensor<?x1xf32> -> tensor<?x4xf32>
  return
}

// -----

func.func @head_dim(%p: tensor<?x1xf32>, %l: tensor<?xf32>) {
  // expected-error@+1 {{head_dim is 4, but the table is 8 wide}}
  %0 = qwen.rope_table %p, %l {rope_type = "default", rope_theta = 1.0e6, head_dim = 4, max_position_embeddings = 64}
    : tensor<?x1xf32> -> tensor<?x8xf32>
  return
}

// -----

func.func @head_dim_kind(%p: tensor<?x1xf32>, %l: tensor<?xf32>) {
  // expected-error@+1 {{head_dim must be a positive i64, but is 0 : i64}}
  %0 = qwen.rope_table %p, %l {rope_type = "default", rope_theta = 1.0e6, head_dim = 0, max_position_embeddings = 64}
    : tensor<?x1xf32> -> tensor<?x4xf32>
  return
}

// -----

func.func @no_positions(%p: tensor<?x1xf32>, %l: tensor<?xf32>) {
  // expected-error@+1 {{parameter max_position_embeddings is missing}}
  %0 = qwen.rope_table %p, %l {rope_type = "default", rope_theta = 1.0e6, head_dim = 4}
    : tensor<?x1xf32> -> tensor<?x4xf32>
  return
}

// -----

func.func @unknown(%p: tensor<?x1xf32>, %l: tensor<?xf32>) {
  // expected-error@+1 {{unknown parameter "beta"}}
  %0 = qwen.rope_table %p, %l {rope_type = "default", rope_theta = 1.0e6, head_dim = 4, max_position_embeddings = 64, beta = 1.0}
    : tensor<?x1xf32> -> tensor<?x4xf32>
  return
}

// -----

func.func @linear_factor(%p: tensor<?x1xf32>, %l: tensor<?xf32>) {
  // expected-error@+1 {{parameter factor is missing}}
  %0 = qwen.rope_table %p, %l {rope_type = "linear", rope_theta = 1.0e6, head_dim = 4, max_position_embeddings = 64}
    : tensor<?x1xf32> -> tensor<?x4xf32>
  return
}

// -----

func.func @dynamic_factor(%p: tensor<?x1xf32>, %l: tensor<?xf32>) {
  // expected-error@+1 {{parameter factor is missing}}
  %0 = qwen.rope_table %p, %l {rope_type = "dynamic", rope_theta = 1.0e6, head_dim = 4, max_position_embeddings = 64}
    : tensor<?x1xf32> -> tensor<?x4xf32>
  return
}

// -----

func.func @yarn_factor(%p: tensor<?x1xf32>, %l: tensor<?xf32>) {
  // expected-error@+1 {{parameter factor is missing}}
  %0 = qwen.rope_table %p, %l {rope_type = "yarn", rope_theta = 1.0e6, head_dim = 4, max_position_embeddings = 64}
    : tensor<?x1xf32> -> tensor<?x4xf32>
  return
}

// -----

func.func @llama3_factor(%p: tensor<?x1xf32>, %l: tensor<?xf32>) {
  // expected-error@+1 {{parameter factor is missing}}
  %0 = qwen.rope_table %p, %l {rope_type = "llama3", rope_theta = 1.0e6, head_dim = 4, max_position_embeddings = 64}
    : tensor<?x1xf32> -> tensor<?x4xf32>
  return
}

// -----

func.func @yarn_original(%p: tensor<?x1xf32>, %l: tensor<?xf32>) {
  // expected-error@+1 {{parameter original_max_position_embeddings is missing}}
  %0 = qwen.rope_table %p, %l {rope_type = "yarn", rope_theta = 1.0e6, head_dim = 4, max_position_embeddings = 64, factor = 2.0}
    : tensor<?x1xf32> -> tensor<?x4xf32>
  return
}

// -----

func.func @llama3_original(%p: tensor<?x1xf32>, %l: tensor<?xf32>) {
  // expected-error@+1 {{parameter original_max_position_embeddings is missing}}
  %0 = qwen.rope_table %p, %l {rope_type = "llama3", rope_theta = 1.0e6, head_dim = 4, max_position_embeddings = 64, factor = 2.0}
    : tensor<?x1xf32> -> tensor<?x4xf32>
  return
}

// -----

func.func @longrope_original(%p: tensor<?x1xf32>, %l: tensor<?xf32>) {
  // expected-error@+1 {{parameter original_max_position_embeddings is missing}}
  %0 = qwen.rope_table %p, %l {rope_type = "longrope", rope_theta = 1.0e6, head_dim = 4, max_position_embeddings = 64}
    : tensor<?x1xf32> -> tensor<?x4xf32>
  return
}

// -----

func.func @longrope_short(%p: tensor<?x1xf32>, %l: tensor<?xf32>) {
  // expected-error@+1 {{parameter short_factor is missing}}
  %0 = qwen.rope_table %p, %l {rope_type = "longrope", rope_theta = 1.0e6, head_dim = 4, max_position_embeddings = 64, original_max_position_embeddings = 32}
    : tensor<?x1xf32> -> tensor<?x4xf32>
  return
}

// -----

func.func @longrope_long(%p: tensor<?x1xf32>, %l: tensor<?xf32>) {
  // expected-error@+1 {{parameter long_factor is missing}}
  %0 = qwen.rope_table %p, %l {rope_type = "longrope", rope_theta = 1.0e6, head_dim = 4, max_position_embeddings = 64, original_max_position_embeddings = 32,
    short_factor = array<f64: 1.0, 1.0>}
    : tensor<?x1xf32> -> tensor<?x4xf32>
  return
}

// -----

func.func @longrope_size(%p: tensor<?x1xf32>, %l: tensor<?xf32>) {
  // expected-error@+1 {{short_factor must be an array<f64> of half the table's width, but is array<f64: 1.000000e+00>}}
  %0 = qwen.rope_table %p, %l {rope_type = "longrope", rope_theta = 1.0e6, head_dim = 4, max_position_embeddings = 64, original_max_position_embeddings = 32,
    short_factor = array<f64: 1.0>, long_factor = array<f64: 1.0, 1.0>}
    : tensor<?x1xf32> -> tensor<?x4xf32>
  return
}

// -----

func.func @truncate(%p: tensor<?x1xf32>, %l: tensor<?xf32>) {
  // expected-error@+1 {{truncate must be a bool, but is 1}}
  %0 = qwen.rope_table %p, %l {rope_type = "yarn", rope_theta = 1.0e6, head_dim = 4, max_position_embeddings = 64, factor = 2.0, truncate = 1,
    original_max_position_embeddings = 32}
    : tensor<?x1xf32> -> tensor<?x4xf32>
  return
}

// -----

func.func @llama3_low(%p: tensor<?x1xf32>, %l: tensor<?xf32>) {
  // expected-error@+1 {{parameter low_freq_factor is missing}}
  %0 = qwen.rope_table %p, %l {rope_type = "llama3", rope_theta = 1.0e6, head_dim = 4, max_position_embeddings = 64, factor = 2.0,
    original_max_position_embeddings = 32, high_freq_factor = 4.0}
    : tensor<?x1xf32> -> tensor<?x4xf32>
  return
}

// -----

func.func @llama3_high(%p: tensor<?x1xf32>, %l: tensor<?xf32>) {
  // expected-error@+1 {{parameter high_freq_factor is missing}}
  %0 = qwen.rope_table %p, %l {rope_type = "llama3", rope_theta = 1.0e6, head_dim = 4, max_position_embeddings = 64, factor = 2.0,
    original_max_position_embeddings = 32, low_freq_factor = 1.0}
    : tensor<?x1xf32> -> tensor<?x4xf32>
  return
}

// -----

func.func @dynamic_dim(%p: tensor<?x1xf32>, %l: tensor<?xf32>) {
  // expected-error@+1 {{rope_type dynamic needs a head_dim above 2}}
  %0 = qwen.rope_table %p, %l {rope_type = "dynamic", rope_theta = 1.0e6, factor = 2.0, head_dim = 2,
    max_position_embeddings = 64}
    : tensor<?x1xf32> -> tensor<?x2xf32>
  return
}

// -----

func.func @sections(%p: tensor<?x3xf32>, %l: tensor<?xf32>) {
  // expected-error@+1 {{mrope_section must be an array<i64> of three numbers of at least 0, but is array<i64: 2, 1>}}
  %0 = qwen.rope_table %p, %l {rope_type = "default", rope_theta = 1.0e6, head_dim = 4, max_position_embeddings = 64,
    mrope_section = array<i64: 2, 1>} : tensor<?x3xf32> -> tensor<?x4xf32>
  return
}

// -----

func.func @negative_section(%p: tensor<?x3xf32>, %l: tensor<?xf32>) {
  // expected-error@+1 {{mrope_section must be an array<i64> of three numbers of at least 0, but is array<i64: 2, 1, -1>}}
  %0 = qwen.rope_table %p, %l {rope_type = "default", rope_theta = 1.0e6, head_dim = 4, max_position_embeddings = 64,
    mrope_section = array<i64: 2, 1, -1>} : tensor<?x3xf32> -> tensor<?x4xf32>
  return
}

// -----

func.func @one_axis(%p: tensor<?x1xf32>, %l: tensor<?xf32>) {
  // expected-error@+1 {{position is 1 wide, but must be 3 with mrope_section}}
  %0 = qwen.rope_table %p, %l {rope_type = "default", rope_theta = 1.0e6, head_dim = 4, max_position_embeddings = 64,
    mrope_section = array<i64: 2, 1, 1>} : tensor<?x1xf32> -> tensor<?x4xf32>
  return
}

// -----

func.func @three_axes(%p: tensor<?x3xf32>, %l: tensor<?xf32>) {
  // expected-error@+1 {{position is 3 wide, but must be 1 without mrope_section}}
  %0 = qwen.rope_table %p, %l {rope_type = "default", rope_theta = 1.0e6, head_dim = 4, max_position_embeddings = 64}
    : tensor<?x3xf32> -> tensor<?x4xf32>
  return
}
