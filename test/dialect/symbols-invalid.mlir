// RUN: qwen-opt %s --split-input-file --verify-diagnostics

// expected-error@+1 {{attribute 'type' failed to satisfy constraint: type attribute of statically shaped, non-empty tensor of 32-bit float or bfloat16 type values}}
qwen.weight @dynamic : tensor<?x8xf32>

// -----

// expected-error@+1 {{attribute 'type' failed to satisfy constraint}}
qwen.weight @empty : tensor<0x8xf32>

// -----

// expected-error@+1 {{attribute 'type' failed to satisfy constraint}}
qwen.weight @element : tensor<8xf16>

// -----

// expected-error@+1 {{attribute 'storage' failed to satisfy constraint}}
qwen.weight @storage : tensor<8x8xf32> as bf16

// -----

// expected-error@+1 {{is stored as '!qwen.q4', but only matrices are quantised, not 'tensor<8xf32>'}}
qwen.weight @vector : tensor<8xf32> as !qwen.q4

// -----

// expected-error@+1 {{must be [slots, kv_heads, max_seq, head_dim], but is 'tensor<8x16x4xf32>'}}
qwen.state @rank : tensor<8x16x4xf32>

// -----

// expected-error@+1 {{is recurrent, so it must hold f32, not 'bf16'}}
qwen.state @narrow recurrent : tensor<1x3x8xbf16>

// -----

module attributes {qwen.batch = 2 : i64} {
  // expected-error@+1 {{dimension 0 is 1, but the module's qwen.batch is 2}}
  qwen.state @recurrent_slots recurrent : tensor<1x3x8xf32>
}

// -----

// expected-error@+1 {{attribute 'type' failed to satisfy constraint}}
qwen.state @element : tensor<1x8x16x4xf16>

// -----

module attributes {qwen.batch = 2 : i64} {
  // expected-error@+1 {{dimension 0 is 1, but the module's qwen.batch is 2}}
  qwen.state @slots : tensor<1x8x16x4xf32>
}

// -----

module attributes {qwen.max_seq = 32 : i64} {
  // expected-error@+1 {{dimension 2 is 16, but the module's qwen.max_seq is 32}}
  qwen.state @positions : tensor<1x8x16x4xf32>
}

// -----

// expected-error@+1 {{qwen.max_rows must be a positive i64, but is 0 : i64}}
module attributes {qwen.max_rows = 0 : i64} {}

// -----

// expected-error@+1 {{qwen.max_seq must be a positive i64, but is 16 : i32}}
module attributes {qwen.max_seq = 16 : i32} {}

// -----

// expected-error@+1 {{qwen.batch must be a positive i64, but is "2"}}
module attributes {qwen.batch = "2"} {}

// -----

func.func @unnamed(%x: tensor<?x8xf32>) {
  // expected-error@+1 {{needs a name}}
  qwen.output "" %x : tensor<?x8xf32>
  return
}

// -----

func.func @twice(%x: tensor<?x8xf32>) {
  // expected-note@+1 {{the other is here}}
  qwen.output "logits" %x : tensor<?x8xf32>
  // expected-error@+1 {{there is already an output "logits"}}
  qwen.output "logits" %x on_request : tensor<?x8xf32>
  return
}

// -----

func.func @rows(%x: tensor<4x8xf32>) {
  // expected-error@+1 {{operand #0 must be rows of activations, tensor<?xWIDTHxf32>, but got 'tensor<4x8xf32>'}}
  qwen.output "logits" %x : tensor<4x8xf32>
  return
}

// -----

func.func @width(%x: tensor<?x?xf32>) {
  // expected-error@+1 {{operand #0 must be rows of activations, tensor<?xWIDTHxf32>, but got 'tensor<?x?xf32>'}}
  qwen.output "logits" %x : tensor<?x?xf32>
  return
}

// -----

func.func @element(%x: tensor<?x8xbf16>) {
  // expected-error@+1 {{operand #0 must be rows of activations, tensor<?xWIDTHxf32>, but got 'tensor<?x8xbf16>'}}
  qwen.output "logits" %x : tensor<?x8xbf16>
  return
}

// -----

func.func @rank(%x: tensor<?xf32>) {
  // expected-error@+1 {{operand #0 must be rows of activations, tensor<?xWIDTHxf32>, but got 'tensor<?xf32>'}}
  qwen.output "logits" %x : tensor<?xf32>
  return
}
