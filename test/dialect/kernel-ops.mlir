// Packed weights, printed and read again.
// RUN: qwen-opt %s | qwen-opt | FileCheck %s
// RUN: qwen-opt %s --emit-bytecode | qwen-opt | FileCheck %s

qwen.weight @norm : tensor<20xf32>
qwen.weight @bias : tensor<20xbf16>
qwen.weight @embed : tensor<3x5xbf16>
qwen.weight @q : tensor<8x5xbf16>
qwen.weight @k : tensor<4x5xbf16>
qwen.weight @experts : tensor<2x20x3xf32>
qwen.weight @gate : tensor<17x4xf32>
qwen.weight @up : tensor<17x4xf32>
qwen.weight @gate_up : tensor<2x34x4xf32>
qwen.weight @conv : tensor<17x1x4xbf16>
qwen.weight @head : tensor<20x65xbf16> as !qwen.q8
qwen.weight @stack : tensor<2x34x64xbf16> as !qwen.q4

// CHECK: qwen.packed @norm.vector vector [@norm, @bias] group 20 k_group 1 offset 0 bytes 256 : f32
qwen.packed @norm.vector vector [@norm, @bias] group 20 k_group 1 offset 0 bytes 256 : f32
// CHECK: qwen.packed @embed.rows rows [@embed] group 3 k_group 1 offset 256 bytes 30 : bf16
qwen.packed @embed.rows rows [@embed] group 3 k_group 1 offset 256 bytes 30 : bf16
// CHECK: qwen.packed @q.panels panels [@q, @k] group 4 k_group 2 offset 320 bytes 576 : bf16
qwen.packed @q.panels panels [@q, @k] group 4 k_group 2 offset 320 bytes 576 : bf16
// CHECK: qwen.packed @experts.panels panels [@experts] group 20 k_group 1 offset 896 bytes 768 : f32
qwen.packed @experts.panels panels [@experts] group 20 k_group 1 offset 896 bytes 768 : f32
// CHECK: qwen.packed @gate.glu glu [@gate, @up] group 17 k_group 1 offset 1664 bytes 1024 : f32
qwen.packed @gate.glu glu [@gate, @up] group 17 k_group 1 offset 1664 bytes 1024 : f32
// CHECK: qwen.packed @gate_up.glu glu [@gate_up] group 17 k_group 1 offset 2688 bytes 2048 : f32
qwen.packed @gate_up.glu glu [@gate_up] group 17 k_group 1 offset 2688 bytes 2048 : f32
// Blocks of 64 columns: 2 panels of 2 blocks of 1088 bytes; 2 experts of 2 + 2 panels of a block of 576.
// CHECK: qwen.packed @head.panels panels [@head] group 20 k_group 4 offset 4736 bytes 4352 : !qwen.q8
qwen.packed @head.panels panels [@head] group 20 k_group 4 offset 4736 bytes 4352 : !qwen.q8
// CHECK: qwen.packed @stack.glu glu [@stack] group 17 k_group 4 offset 9088 bytes 4608 : !qwen.q4
qwen.packed @stack.glu glu [@stack] group 17 k_group 4 offset 9088 bytes 4608 : !qwen.q4
// f32 like vectors, 17 channels padded to 32.
// CHECK: qwen.packed @conv.taps taps [@conv] group 1 k_group 1 offset 13696 bytes 512 : f32
qwen.packed @conv.taps taps [@conv] group 1 k_group 1 offset 13696 bytes 512 : f32
