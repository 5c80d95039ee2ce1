// RUN: qwen-opt --interpret %s | FileCheck %s

// Ids from the table in any order; -1 - r takes row r of the embeddings.
qwen.weight @table {qwen.value = dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]> : tensor<3x2xf32>} : tensor<3x2xf32>
func.func @forward(%ids: tensor<?xi32> {qwen.value = dense<[2, -2, 0, -1]> : tensor<4xi32>},
                   %embeds: tensor<?x2xf32> {qwen.value = dense<[[7.0, 8.0], [9.0, 10.0]]> : tensor<2x2xf32>}) {
  %x = qwen.embed %ids, %embeds, @table : tensor<?x2xf32>
  qwen.output "x" %x : tensor<?x2xf32>
  return
}

// CHECK:      x 4x2
// CHECK-NEXT: {{^}}  5 6{{$}}
// CHECK-NEXT: {{^}}  9 10{{$}}
// CHECK-NEXT: {{^}}  1 2{{$}}
// CHECK-NEXT: {{^}}  7 8{{$}}
