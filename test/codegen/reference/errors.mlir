// What the interpreter can't run is told in one line, with status 1; a wrong command line has status 2.
// RUN: split-file %s %t
// RUN: not qwen-opt --interpret %t/unknown-op.mlir 2>&1 | FileCheck %s --check-prefix=OP
// RUN: not qwen-opt --interpret %t/scalar.mlir 2>&1 | FileCheck %s --check-prefix=SCALAR
// RUN: not qwen-opt --interpret %t/no-forward.mlir 2>&1 | FileCheck %s --check-prefix=FORWARD
// RUN: not qwen-opt --interpret %t/absent.mlir 2>&1 | FileCheck %s --check-prefix=ABSENT
// RUN: not qwen-opt --interpret %t/id.mlir 2>&1 | FileCheck %s --check-prefix=ID
// RUN: not qwen-opt --interpret %t/embeds.mlir 2>&1 | FileCheck %s --check-prefix=EMBEDS
// RUN: not qwen-opt --interpret %t/row.mlir 2>&1 | FileCheck %s --check-prefix=ROW
// RUN: not qwen-opt --interpret %t/slot.mlir 2>&1 | FileCheck %s --check-prefix=SLOT
// RUN: not qwen-opt --interpret %t/recurrent-slot.mlir 2>&1 | FileCheck %s --check-prefix=RECURRENT
// RUN: not qwen-opt --interpret %t/index.mlir 2>&1 | FileCheck %s --check-prefix=INDEX
// RUN: not qwen-opt --interpret %t/no-key.mlir 2>&1 | FileCheck %s --check-prefix=KEY
// RUN: not qwen-opt --interpret %t/expert.mlir 2>&1 | FileCheck %s --check-prefix=EXPERT
// RUN: not qwen-opt --interpret %t/rows.mlir 2>&1 | FileCheck %s --check-prefix=ROWS
// RUN: not qwen-opt --interpret %t/value.mlir 2>&1 | FileCheck %s --check-prefix=VALUE
// RUN: not qwen-opt --interpret %t/weight-value.mlir 2>&1 | FileCheck %s --check-prefix=WEIGHT
// RUN: not qwen-opt --interpret %t/unknown-name.mlir 2>&1 | FileCheck %s --check-prefix=NAME
// RUN: not qwen-opt --interpret %t/half.mlir 2>&1 | FileCheck %s --check-prefix=HALF
// RUN: not qwen-opt --interpret %t/syntax.mlir 2>&1 | FileCheck %s --check-prefix=SYNTAX
// RUN: not qwen-opt --interpret --rows 0 %t/half.mlir 2>&1 | FileCheck %s --check-prefix=NOROWS
// RUN: not qwen-opt --interpret --frob %t/half.mlir 2>&1 | FileCheck %s --check-prefix=OPTION

//--- unknown-op.mlir
func.func @forward(%x: tensor<?x2xf32>) {
  %y = arith.mulf %x, %x : tensor<?x2xf32>
  return
}
// OP: {{^}}qwen-opt: arith.mulf at {{.*}}unknown-op.mlir:2: the interpreter has no rule for this op{{$}}

//--- recurrent-slot.mlir
qwen.weight @w : tensor<2x1x2xf32>
qwen.state @s recurrent : tensor<1x1x2xf32>
func.func @forward(%x: tensor<?x2xf32> {qwen.value = dense<1.0> : tensor<1x2xf32>},
                   %slot: tensor<?xi32> {qwen.value = dense<1> : tensor<1xi32>},
                   %index: tensor<?xi32> {qwen.value = dense<0> : tensor<1xi32>}) {
  %y = qwen.causal_conv %x, %slot, %index, @w state @s : tensor<?x2xf32>
  return
}
// RECURRENT: {{^}}qwen-opt: qwen.causal_conv at {{.*}}: slot is 1, but only 0 to 0 exist{{$}}

//--- scalar.mlir
func.func @forward(%x: f32) {
  %y = arith.addf %x, %x : f32
  return
}
// SCALAR: {{^}}qwen-opt: arith.addf at {{.*}}scalar.mlir:2: the interpreter has no rule for this op{{$}}

//--- no-forward.mlir
func.func @backward(%x: tensor<?x2xf32>) {
  return
}
// FORWARD: no-forward.mlir: the module has no func.func @forward to interpret

// ABSENT: {{^}}qwen-opt: {{.*}}absent.mlir: {{[Nn]}}o such file or directory{{$}}

//--- id.mlir
qwen.weight @table : tensor<3x2xf32>
func.func @forward(%ids: tensor<?xi32> {qwen.value = dense<[2, 3]> : tensor<2xi32>}, %embeds: tensor<?x2xf32>) {
  %x = qwen.embed %ids, %embeds, @table : tensor<?x2xf32> loc("model.embed_tokens")
  qwen.output "x" %x : tensor<?x2xf32>
  return
}
// ID: {{^}}qwen-opt: qwen.embed at model.embed_tokens: id is 3, but only 0 to 2 exist{{$}}

//--- embeds.mlir
qwen.weight @table : tensor<3x2xf32>
func.func @forward(%ids: tensor<?xi32> {qwen.value = dense<[0, -3]> : tensor<2xi32>}, %embeds: tensor<?x2xf32>) {
  %x = qwen.embed %ids, %embeds, @table : tensor<?x2xf32>
  qwen.output "x" %x : tensor<?x2xf32>
  return
}
// EMBEDS: row of embeds is 2, but only 0 to 1 exist

//--- row.mlir
func.func @forward(%x: tensor<?x2xf32> {qwen.value = dense<1.0> : tensor<2x2xf32>},
                   %wanted: tensor<?xi32> {qwen.value = dense<[2]> : tensor<1xi32>}) {
  %y = qwen.gather_rows %x, %wanted : tensor<?x2xf32>
  return
}
// ROW: qwen.gather_rows at {{.*}}row.mlir:3: row is 2, but only 0 to 1 exist

//--- slot.mlir
qwen.state @keys : tensor<1x1x2x2xf32>
func.func @forward(%k: tensor<?x2xf32>, %slot: tensor<?xi32> {qwen.value = dense<[1]> : tensor<1xi32>},
                   %index: tensor<?xi32> {qwen.value = dense<[0]> : tensor<1xi32>}) {
  qwen.cache_append %k, %slot, %index, @keys : tensor<?x2xf32>
  return
}
// SLOT: qwen.cache_append at {{.*}}: slot is 1, but only 0 to 0 exist

//--- index.mlir
qwen.state @keys : tensor<1x1x2x2xf32>
func.func @forward(%q: tensor<?x2xf32>, %slot: tensor<?xi32> {qwen.value = dense<[0]> : tensor<1xi32>},
                   %index: tensor<?xi32> {qwen.value = dense<[2]> : tensor<1xi32>}) {
  %a = qwen.attention %q, %slot, %index, @keys, @keys scale 1.0 : tensor<?x2xf32>
  return
}
// INDEX: qwen.attention at {{.*}}: index is 2, but only 0 to 1 exist

//--- no-key.mlir
qwen.state @keys : tensor<1x1x2x2xf32>
func.func @forward(%q: tensor<?x2xf32>, %slot: tensor<?xi32> {qwen.value = dense<[0]> : tensor<1xi32>},
                   %index: tensor<?xi32> {qwen.value = dense<[-1]> : tensor<1xi32>}) {
  %a = qwen.attention %q, %slot, %index, @keys, @keys scale 1.0 : tensor<?x2xf32>
  return
}
// KEY: qwen.attention at {{.*}}: index is -1, which leaves no key to attend to

//--- expert.mlir
qwen.weight @gate_up : tensor<2x2x1xf32>
qwen.weight @down : tensor<2x1x1xf32>
func.func @forward(%x: tensor<?x1xf32>, %w: tensor<?x1xf32>,
                   %e: tensor<?x1xi32> {qwen.value = dense<[[2]]> : tensor<1x1xi32>}) {
  %y = qwen.experts silu %x, %w, %e, @gate_up, @down : tensor<?x1xf32>, tensor<?x1xf32>, tensor<?x1xi32>
  return
}
// EXPERT: qwen.experts at {{.*}}: expert is 2, but only 0 to 1 exist

//--- rows.mlir
func.func @forward(%x: tensor<?x2xf32> {qwen.value = dense<1.0> : tensor<2x2xf32>},
                   %y: tensor<?x2xf32> {qwen.value = dense<1.0> : tensor<3x2xf32>}) {
  return
}
// ROWS: {{^}}qwen-opt: argument %y has 3 rows, but %x has 2{{$}}

//--- value.mlir
func.func @forward(%x: tensor<?x2xf32> {qwen.value = dense<1.0> : tensor<2x3xf32>}) {
  return
}
// VALUE: {{^}}qwen-opt: argument %x: qwen.value is no value of tensor<?x2xf32>{{$}}

//--- weight-value.mlir
qwen.weight @w {qwen.value = dense<1.0> : tensor<2x3xf32>} : tensor<3x2xf32>
func.func @forward(%x: tensor<?x2xf32>) {
  return
}
// WEIGHT: {{^}}qwen-opt: w: qwen.value isn't an f32 tensor of the weight's shape{{$}}

//--- unknown-name.mlir
func.func @forward(%thing: tensor<?xi32>) {
  return
}
// NAME: {{^}}qwen-opt: argument %thing: no rule for random integers of this name, give them with --in{{$}}

//--- half.mlir
func.func @forward(%x: tensor<?x2xf16>) {
  return
}
// HALF: {{^}}qwen-opt: argument %x: only tensors of f32 and i32 can be interpreted{{$}}

//--- syntax.mlir
func.func @forward( {
// SYNTAX: syntax.mlir:1:{{.*}}error:

// NOROWS: --rows is 0, but a call has at least one row
// OPTION: {{.*}}Unknown command line argument '--frob'
