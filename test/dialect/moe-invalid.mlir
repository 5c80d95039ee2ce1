// RUN: qwen-opt %s --split-input-file --verify-diagnostics

func.func @router_missing(%h: tensor<?x8xf32>) {
  // expected-error@+1 {{@router is not a qwen.weight of the module}}
  %w, %e, %l = qwen.router %h, @router top_k 2 : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>, tensor<?x5xf32>
  return
}

// -----

qwen.weight @router : tensor<4x8xf32>
func.func @router_shape(%h: tensor<?x8xf32>) {
  // expected-error@+1 {{weight @router is [4, 8], but must be [5, 8]}}
  %w, %e, %l = qwen.router %h, @router top_k 2 : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>, tensor<?x5xf32>
  return
}

// -----

func.func @top_k(%h: tensor<?x8xf32>) {
  // expected-error@+1 {{failed to verify that top_k must not exceed the number of experts}}
  %w, %e, %l = qwen.router %h, @router top_k 6 : tensor<?x8xf32> -> tensor<?x6xf32>, tensor<?x6xi32>, tensor<?x5xf32>
  return
}

// -----

func.func @no_experts(%h: tensor<?x8xf32>) {
  // expected-error@+1 {{attribute 'top_k' failed to satisfy constraint: 64-bit signless integer attribute whose value is positive}}
  %w, %e, %l = qwen.router %h, @router top_k 0 : tensor<?x8xf32> -> tensor<?x1xf32>, tensor<?x1xi32>, tensor<?x5xf32>
  return
}

// -----

func.func @weights(%h: tensor<?x8xf32>) {
  // expected-error@+1 {{failed to verify that weights must be top_k wide}}
  %w, %e, %l = qwen.router %h, @router top_k 2 : tensor<?x8xf32> -> tensor<?x3xf32>, tensor<?x3xi32>, tensor<?x5xf32>
  return
}

// -----

func.func @choices(%h: tensor<?x8xf32>) {
  // expected-error@+1 {{failed to verify that weights and experts must have the same width}}
  %w, %e, %l = qwen.router %h, @router top_k 2 : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x3xi32>, tensor<?x5xf32>
  return
}

// -----

func.func @choice_type(%h: tensor<?x8xf32>) {
  // expected-error@+1 {{result #1 must be choices per row, tensor<?xWIDTHxi32>, but got 'tensor<?x2xi64>'}}
  %w, %e, %l = qwen.router %h, @router top_k 2 : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi64>, tensor<?x5xf32>
  return
}

// -----

qwen.weight @gate_up : tensor<5x6x8xf32>
func.func @down_missing(%h: tensor<?x8xf32>, %w: tensor<?x2xf32>, %e: tensor<?x2xi32>) {
  // expected-error@+1 {{@down is not a qwen.weight of the module}}
  %0 = qwen.experts silu %h, %w, %e, @gate_up, @down : tensor<?x8xf32>, tensor<?x2xf32>, tensor<?x2xi32>
  return
}

// -----

qwen.weight @gate_up : tensor<5x6x8xf32>
qwen.weight @down : tensor<5x6x3xf32>
func.func @down_shape(%h: tensor<?x8xf32>, %w: tensor<?x2xf32>, %e: tensor<?x2xi32>) {
  // expected-error@+1 {{weight @down is [5, 6, 3], but must be [any, 8, any]}}
  %0 = qwen.experts silu %h, %w, %e, @gate_up, @down : tensor<?x8xf32>, tensor<?x2xf32>, tensor<?x2xi32>
  return
}

// -----

qwen.weight @gate_up : tensor<5x3x8xf32>
qwen.weight @down : tensor<5x8x3xf32>
func.func @gate_up_shape(%h: tensor<?x8xf32>, %w: tensor<?x2xf32>, %e: tensor<?x2xi32>) {
  // expected-error@+1 {{weight @gate_up is [5, 3, 8], but must be [5, 6, 8]}}
  %0 = qwen.experts silu %h, %w, %e, @gate_up, @down : tensor<?x8xf32>, tensor<?x2xf32>, tensor<?x2xi32>
  return
}

// -----

func.func @expert_choices(%h: tensor<?x8xf32>, %w: tensor<?x2xf32>, %e: tensor<?x3xi32>) {
  // expected-error@+1 {{failed to verify that weights and experts must have the same width}}
  %0 = qwen.experts silu %h, %w, %e, @gate_up, @down : tensor<?x8xf32>, tensor<?x2xf32>, tensor<?x3xi32>
  return
}

// -----

func.func @experts_result(%h: tensor<?x8xf32>, %w: tensor<?x2xf32>, %e: tensor<?x2xi32>) {
  // expected-error@+1 {{failed to verify that all of {input, result} have same type}}
  %0 = "qwen.experts"(%h, %w, %e) {activation = 0 : i32, gate_up = @gate_up, down = @down}
    : (tensor<?x8xf32>, tensor<?x2xf32>, tensor<?x2xi32>) -> tensor<?x4xf32>
  return
}
