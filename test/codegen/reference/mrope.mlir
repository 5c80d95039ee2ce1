// RUN: qwen-opt --interpret %s | FileCheck %s

// Base 16 over eight dimensions: frequencies 1, 1/2, 1/4, 1/8. Time, height and width are 1, 2 and 4, so that the first
// three of them turn by 1 where each has its axis. Without a section for the height the second turns by the time.
func.func @forward(%position: tensor<?x3xf32> {qwen.value = dense<[[1.0, 2.0, 4.0]]> : tensor<1x3xf32>},
                   %length: tensor<?xf32> {qwen.value = dense<9.0> : tensor<1xf32>}) {
  %all = qwen.rope_table %position, %length {rope_type = "default", rope_theta = 16.0 : f64, head_dim = 8 : i64,
      max_position_embeddings = 32 : i64, mrope_section = array<i64: 2, 1, 1>} : tensor<?x3xf32> -> tensor<?x8xf32>
  qwen.output "all" %all : tensor<?x8xf32>
  %no_height = qwen.rope_table %position, %length {rope_type = "default", rope_theta = 16.0 : f64, head_dim = 8 : i64,
      max_position_embeddings = 32 : i64, mrope_section = array<i64: 3, 0, 1>} : tensor<?x3xf32> -> tensor<?x8xf32>
  qwen.output "no_height" %no_height : tensor<?x8xf32>
  return
}

// CHECK:      all 1x8
// CHECK-NEXT: {{^}}  0.540302 0.540302 0.540302 0.992198 0.841471 0.841471 0.841471 0.124675{{$}}
// CHECK-NEXT: no_height 1x8
// CHECK-NEXT: {{^}}  0.540302 0.877583 0.540302 0.992198 0.841471 0.479426 0.841471 0.124675{{$}}
