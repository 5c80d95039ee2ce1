// The launch of a gated delta rule: its temporary, operands, result, weights and states, and what bench is told of it.
// RUN: qwen-opt %s --qwen-plan | FileCheck %s
// RUN: qwen-opt %s --qwen-plan-weights --qwen-plan-arena | FileCheck %s --check-prefix=ARENA

// For each of 2 key heads and 8 rows: query and key of 5, padded to 16, and two values of 33, padded to 64: 160. Then
// two gates for each of 4 value heads and 8 rows. 4 bytes each: 10240 + 256.
// ARENA: qwen.gated_delta_net {{.*}} qwen.temp = array<i64: {{[0-9]+}}, 10496>}

// 152 channels of 3 taps, and 4 x 5 x 33 values of the state three times, for each row; of a slot, 2 x 152 inputs and
// the state in 2 blocks of 32 columns. Taps of 160, vectors of 16, 16 and 48.
// CHECK: qwen.phases = [
// CHECK-SAME: {element = "f32", launches = 2 : i64, name = "gated_delta_net", row_multiplies = 4872 : i64, state_bytes = 12672 : i64, weight_bytes = 4480 : i64}

// CHECK: func.func private @gated_delta_net_0(index, index, index, memref<64xi8>, memref<10496xi8>, memref<8x152xf32>, memref<8x132xf32>, memref<8x4xf32>, memref<8x4xf32>, memref<8xi32>, memref<8xi32>, memref<8x132xf32>, memref<480xf32>, memref<16xf32>, memref<16xf32>, memref<48xf32>, memref<2432xi8>, memref<10240xi8>)
// CHECK-SAME: activation = 0
// CHECK-SAME: kind = "gated_delta_net"
// CHECK-SAME: states = [tensor<2x2x152xf32>, tensor<2x4x5x33xf32>]
// Layers share the kernel. All threads meet before the next one, which reads what all wrote.
// CHECK: func.func @forward
// CHECK: call @gated_delta_net_0
// CHECK: {{^ *}}call @qwen_barrier
// CHECK: call @gated_delta_net_0
module attributes {qwen.batch = 2 : i64, qwen.max_rows = 8 : i64, qwen.max_seq = 64 : i64} {
  qwen.weight @conv : tensor<152x1x3xf32>
  qwen.weight @a_log : tensor<4xf32>
  qwen.weight @dt_bias : tensor<4xf32>
  qwen.weight @norm : tensor<33xf32>
  qwen.state @"0.inputs" recurrent : tensor<2x2x152xf32>
  qwen.state @"0.memory" recurrent : tensor<2x4x5x33xf32>
  qwen.state @"1.inputs" recurrent : tensor<2x2x152xf32>
  qwen.state @"1.memory" recurrent : tensor<2x4x5x33xf32>
  func.func @forward(%qkv: tensor<?x152xf32>, %z: tensor<?x132xf32>, %b: tensor<?x4xf32>, %a: tensor<?x4xf32>,
                     %slot: tensor<?xi32>, %index: tensor<?xi32>) {
    %y = qwen.gated_delta_net silu %qkv, %z, %b, %a, %slot, %index conv @conv state @"0.inputs" decay @a_log, @dt_bias
      l2_eps 1.0e-6 delta scale 0.25 state @"0.memory" norm @norm eps 1.0e-6
      : tensor<?x152xf32>, tensor<?x132xf32>, tensor<?x4xf32>
    %w = qwen.gated_delta_net silu %qkv, %y, %b, %a, %slot, %index conv @conv state @"1.inputs" decay @a_log, @dt_bias
      l2_eps 1.0e-6 delta scale 0.25 state @"1.memory" norm @norm eps 1.0e-6
      : tensor<?x152xf32>, tensor<?x132xf32>, tensor<?x4xf32>
    qwen.output "w" %w : tensor<?x132xf32>
    return
  }
}
