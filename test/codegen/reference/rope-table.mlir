// RUN: qwen-opt --interpret %s | FileCheck %s

// Four dimensions and base 10000 turn by p and p / 100.
// Linear scaling by 4 makes position 8 of it what 2 is without.
func.func @forward(%position: tensor<?x1xf32> {qwen.value = dense<[[0.0], [2.0], [8.0]]> : tensor<3x1xf32>},
                   %length: tensor<?xf32> {qwen.value = dense<9.0> : tensor<3xf32>}) {
  %plain = qwen.rope_table %position, %length {rope_type = "default", rope_theta = 1.0e4 : f64, head_dim = 4 : i64,
                                                 max_position_embeddings = 32 : i64}
    : tensor<?x1xf32> -> tensor<?x4xf32>
  qwen.output "plain" %plain : tensor<?x4xf32>
  %linear = qwen.rope_table %position, %length {rope_type = "linear", rope_theta = 1.0e4 : f64, head_dim = 4 : i64,
                                                 max_position_embeddings = 32 : i64, factor = 4.0 : f64}
    : tensor<?x1xf32> -> tensor<?x4xf32>
  qwen.output "linear" %linear : tensor<?x4xf32>
  return
}

// CHECK:      plain 3x4
// CHECK-NEXT: {{^}}  1 1 0 0{{$}}
// CHECK-NEXT: {{^}}  -0.416147 0.9998 0.909297 0.0199987{{$}}
// CHECK-NEXT: {{^}}  -0.1455 0.996802 0.989358 0.0799147{{$}}
// CHECK-NEXT: linear 3x4
// CHECK-NEXT: {{^}}  1 1 0 0{{$}}
// CHECK-NEXT: {{^}}  0.877583 0.999987 0.479426 0.00499998{{$}}
// CHECK-NEXT: {{^}}  -0.416147 0.9998 0.909297 0.0199987{{$}}
