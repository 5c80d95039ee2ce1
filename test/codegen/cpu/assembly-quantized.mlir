// The products' inner loops in assembly, weights in 8 and 4 bits: integer dot products of the machine's width, no calls.
// Of each function the first loop is that of the largest register tile for a few rows, where memory bounds the time; the
// second of its size is that for many rows, where the products do: sums of a group in registers.
// DEFINE: %{target} =
// DEFINE: %{cpu} =
// DEFINE: %{asm} = qwen-opt %s --qwen-plan --qwen-cpu="mtriple=%{target} mcpu=%{cpu}" -o %t.mlir && \
// DEFINE:   %mlir-translate --mlir-to-llvmir %t.mlir | %opt -O3 -mtriple=%{target} -mcpu=%{cpu} | \
// DEFINE:   %llc -O3 -mtriple=%{target} -mcpu=%{cpu} -relocation-model=pic | awk -f %S/Inputs/product-loops.awk
// REDEFINE: %{target} = x86_64-linux-gnu
// REDEFINE: %{cpu} = znver5
// RUN: %{asm} | FileCheck %s --check-prefix=AVX512 --implicit-check-not="{{xmm|ymm|[1-9][0-9]* calls}}"
// REDEFINE: %{target} = x86_64-linux-gnu
// REDEFINE: %{cpu} = alderlake
// RUN: %{asm} | FileCheck %s --check-prefix=VNNI --implicit-check-not="{{xmm|[1-9][0-9]* calls}}"
// REDEFINE: %{target} = x86_64-linux-gnu
// REDEFINE: %{cpu} = x86-64-v3
// RUN: %{asm} | FileCheck %s --check-prefix=AVX2 --implicit-check-not="{{xmm|[1-9][0-9]* calls}}"
// REDEFINE: %{target} = aarch64-linux-gnu
// REDEFINE: %{cpu} = neoverse-n1
// RUN: %{asm} | FileCheck %s --check-prefix=ARM --implicit-check-not="{{[1-9][0-9]* calls}}"
// Without such instructions, in other machines' too: it compiles.
// REDEFINE: %{target} = aarch64-linux-gnu
// REDEFINE: %{cpu} = generic
// RUN: %{asm} | FileCheck %s --check-prefix=ANY --implicit-check-not="{{[1-9][0-9]* calls}}"
// REDEFINE: %{target} = x86_64-linux-gnu
// REDEFINE: %{cpu} = x86-64
// RUN: %{asm} | FileCheck %s --check-prefix=ANY --implicit-check-not="{{[1-9][0-9]* calls}}"

// AVX512:     norm_linear_0: [[TILE:[0-9]+]] vpdpbusd zmm, 0 calls, 0 stack accesses
// AVX512:     norm_linear_0: [[TILE]] vpdpbusd zmm, 0 calls, 0 stack accesses
// AVX512:     norm_linear_1: [[TILE]] vpdpbusd zmm, 0 calls, 0 stack accesses
// AVX512:     norm_linear_1: [[TILE]] vpdpbusd zmm, 0 calls, 0 stack accesses
// VNNI:       norm_linear_0: {{[0-9]+}} vpdpbusd ymm
// VNNI:       norm_linear_1: {{[0-9]+}} vpdpbusd ymm
// AVX2:       norm_linear_0: [[TILE:[0-9]+]] vpmaddubsw ymm, 0 calls, 0 stack accesses
// AVX2:       norm_linear_0: [[TILE]] vpmaddubsw ymm
// AVX2:       norm_linear_1: [[TILE]] vpmaddubsw ymm, 0 calls, 0 stack accesses
// AVX2:       norm_linear_1: [[TILE]] vpmaddubsw ymm
// ARM:        norm_linear_0: [[TILE:[0-9]+]] sdot v.4s, 0 calls, 0 stack accesses
// ARM:        norm_linear_0: [[TILE]] sdot v.4s, 0 calls, 0 stack accesses
// ARM:        norm_linear_1: [[TILE]] sdot v.4s, 0 calls, 0 stack accesses
// ARM:        norm_linear_1: [[TILE]] sdot v.4s, 0 calls, 0 stack accesses
// ANY:        norm_linear_0
// ANY:        norm_linear_1

module attributes {qwen.batch = 1 : i64, qwen.max_rows = 64 : i64, qwen.max_seq = 64 : i64} {
  qwen.weight @bytes : tensor<256x256xbf16> as !qwen.q8
  qwen.weight @nibbles : tensor<256x256xbf16> as !qwen.q4
  func.func @forward(%ids: tensor<?xi32>, %x: tensor<?x256xf32>, %slot: tensor<?xi32>, %index: tensor<?xi32>,
                     %position: tensor<?x1xf32>, %length: tensor<?xf32>, %wanted: tensor<?xi32>) {
    %y = qwen.norm_linear %x weights [@bytes] : tensor<?x256xf32> -> tensor<?x256xf32>
    qwen.output "y" %y : tensor<?x256xf32>
    %z = qwen.norm_linear %x weights [@nibbles] : tensor<?x256xf32> -> tensor<?x256xf32>
    qwen.output "z" %z : tensor<?x256xf32>
    return
  }
}
