// Without inputs a call of --rows random rows is made up, the same for the same seed.
// RUN: qwen-opt --interpret %s --rows 20 > %t.1
// RUN: qwen-opt --interpret %s --rows 20 > %t.2
// RUN: qwen-opt --interpret %s --rows 20 --seed 1 > %t.3
// RUN: diff %t.1 %t.2
// RUN: not diff %t.1 %t.3
// RUN: FileCheck %s < %t.1

qwen.weight @w : tensor<17x2xf32>
func.func @forward(%x: tensor<?x2xf32>) {
  %y = qwen.linear %x, @w : tensor<?x2xf32> -> tensor<?x17xf32>
  qwen.output "y" %y : tensor<?x17xf32>
  return
}

// Large outputs are cut in both directions.
// CHECK: y 20x17
// CHECK-COUNT-16: {{^  ([-+0-9.e]+ ){16}\.\.\.$}}
// CHECK-NEXT: {{^}}  ...{{$}}
