// RUN: qwen-opt %s --split-input-file --verify-diagnostics

func.func @embed_missing(%ids: tensor<?xi32>, %x: tensor<?x8xf32>) {
  // expected-error@+1 {{'qwen.embed' op @w is not a qwen.weight of the module}}
  %0 = qwen.embed %ids, %x, @w : tensor<?x8xf32>
  return
}

// -----

// A state is no weight.
qwen.state @w : tensor<1x1x8x8xf32>
func.func @embed_state(%ids: tensor<?xi32>, %x: tensor<?x8xf32>) {
  // expected-error@+1 {{@w is not a qwen.weight of the module}}
  %0 = qwen.embed %ids, %x, @w : tensor<?x8xf32>
  return
}

// -----

qwen.weight @w : tensor<11x6xf32>
func.func @embed_shape(%ids: tensor<?xi32>, %x: tensor<?x8xf32>) {
  // expected-error@+1 {{weight @w is [11, 6], but must be [any, 8]}}
  %0 = qwen.embed %ids, %x, @w : tensor<?x8xf32>
  return
}

// -----

qwen.weight @w : tensor<11x8xf32>
func.func @embed_ids(%ids: tensor<?xi64>, %x: tensor<?x8xf32>) {
  // expected-error@+1 {{operand #0 must be one integer per row, tensor<?xi32>, but got 'tensor<?xi64>'}}
  %0 = "qwen.embed"(%ids, %x) {weight = @w} : (tensor<?xi64>, tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// -----

qwen.weight @w : tensor<11x8xf32>
func.func @embed_result(%ids: tensor<?xi32>, %x: tensor<?x8xf32>) {
  // expected-error@+1 {{failed to verify that all of {embeds, result} have same type}}
  %0 = "qwen.embed"(%ids, %x) {weight = @w} : (tensor<?xi32>, tensor<?x8xf32>) -> tensor<?x6xf32>
  return
}

// -----

qwen.weight @norm : tensor<8xf32>
func.func @eps(%x: tensor<?x8xf32>) {
  // expected-error@+1 {{attribute 'eps' failed to satisfy constraint: 64-bit float attribute whose value is positive}}
  %0 = qwen.rms_norm %x, @norm eps 0.0 : tensor<?x8xf32>
  return
}

// -----

qwen.weight @norm : tensor<2x4xf32>
func.func @norm_rank(%x: tensor<?x8xf32>) {
  // expected-error@+1 {{weight @norm is [2, 4], but must be [any]}}
  %0 = qwen.rms_norm %x, @norm eps 1.0e-6 : tensor<?x8xf32>
  return
}

// -----

qwen.weight @norm : tensor<3xf32>
func.func @norm_groups(%x: tensor<?x8xf32>) {
  // expected-error@+1 {{weight @norm has 3 values, which does not divide the input's width 8}}
  %0 = qwen.rms_norm %x, @norm eps 1.0e-6 : tensor<?x8xf32>
  return
}

// -----

qwen.weight @norm : tensor<8xf32>
func.func @norm_result(%x: tensor<?x8xf32>) {
  // expected-error@+1 {{requires the same type for all operands and results}}
  %0 = "qwen.rms_norm"(%x) {weight = @norm, eps = 1.0e-6 : f64} : (tensor<?x8xf32>) -> tensor<?x4xf32>
  return
}

// -----

qwen.weight @w : tensor<8x6xf32>
func.func @linear_shape(%x: tensor<?x8xf32>) {
  // expected-error@+1 {{weight @w is [8, 6], but must be [6, 8]}}
  %0 = qwen.linear %x, @w : tensor<?x8xf32> -> tensor<?x6xf32>
  return
}

// -----

qwen.weight @w : tensor<6x8xf32>
func.func @linear_bias_missing(%x: tensor<?x8xf32>) {
  // expected-error@+1 {{@b is not a qwen.weight of the module}}
  %0 = qwen.linear %x, @w bias @b : tensor<?x8xf32> -> tensor<?x6xf32>
  return
}

// -----

qwen.weight @w : tensor<6x8xf32>
qwen.weight @b : tensor<8xf32>
func.func @linear_bias(%x: tensor<?x8xf32>) {
  // expected-error@+1 {{weight @b is [8], but must be [6]}}
  %0 = qwen.linear %x, @w bias @b : tensor<?x8xf32> -> tensor<?x6xf32>
  return
}

// -----

func.func @glu(%gate: tensor<?x6xf32>, %up: tensor<?x8xf32>) {
  // expected-error@+1 {{requires the same type for all operands and results}}
  %0 = "qwen.glu"(%gate, %up) {activation = 0 : i32} : (tensor<?x6xf32>, tensor<?x8xf32>) -> tensor<?x6xf32>
  return
}

// -----

func.func @activation(%x: tensor<?x8xf32>) {
  // expected-error@+1 {{expected string or keyword containing one of the following enum values for attribute 'activation' [silu, gelu, gelu_pytorch_tanh, quick_gelu, relu, sigmoid, tanh]}}
  %0 = qwen.glu swish %x, %x : tensor<?x8xf32>
  return
}

// -----

func.func @gather(%x: tensor<?x6xf32>, %rows: tensor<?xi32>) {
  // expected-error@+1 {{failed to verify that all of {input, result} have same type}}
  %0 = "qwen.gather_rows"(%x, %rows) : (tensor<?x6xf32>, tensor<?xi32>) -> tensor<?x8xf32>
  return
}

// -----

func.func @row_gate(%g: tensor<?x2xf32>, %x: tensor<?x8xf32>) {
  // expected-error@+1 {{operand #0 must be one gate per row, tensor<?x1xf32>, but got 'tensor<?x2xf32>'}}
  %0 = "qwen.gate_rows"(%g, %x) {activation = 5 : i32} : (tensor<?x2xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// -----

func.func @split_groups(%x: tensor<?x8xf32>) {
  // expected-error@+1 {{result 1 is 5 wide, which 3 groups do not divide}}
  %0:2 = qwen.split %x groups 3 : tensor<?x8xf32> -> tensor<?x3xf32>, tensor<?x5xf32>
  return
}

// -----

func.func @split_total(%x: tensor<?x8xf32>) {
  // expected-error@+1 {{results are 7 wide together, but the input is 8}}
  %0:2 = qwen.split %x : tensor<?x8xf32> -> tensor<?x3xf32>, tensor<?x4xf32>
  return
}
