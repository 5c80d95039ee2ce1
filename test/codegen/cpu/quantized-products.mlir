// Products of quantised weights: the instructions of each machine, its register tiles, and what is made of 4 bits.
// DEFINE: %{kernels} = qwen-opt %s --qwen-plan --qwen-generate-cpu-kernels
// RUN: %{kernels}="mtriple=x86_64-linux-gnu mcpu=znver5" | FileCheck %s --check-prefixes=CHECK,VNNI --implicit-check-not=pmadd
// RUN: %{kernels}="mtriple=x86_64-linux-gnu mcpu=alderlake" | FileCheck %s --check-prefixes=CHECK,VNNI256 --implicit-check-not=pmadd
// RUN: %{kernels}="mtriple=x86_64-linux-gnu mcpu=x86-64-v3" | FileCheck %s --check-prefixes=CHECK,AVX2 --implicit-check-not=vpdpbusd
// RUN: %{kernels}="mtriple=aarch64-linux-gnu mattr=+dotprod" | FileCheck %s --check-prefixes=CHECK,SDOT
// RUN: %{kernels}="mtriple=aarch64-linux-gnu" | FileCheck %s --check-prefixes=CHECK,NEON --implicit-check-not=sdot
// RUN: %{kernels}="mtriple=riscv64-linux-gnu" | FileCheck %s --check-prefixes=CHECK,PORTABLE --implicit-check-not=call_intrinsic
// RUN: %{kernels}="mtriple=x86_64-linux-gnu mcpu=znver5 emulate-dots=true" | FileCheck %s --check-prefixes=CHECK,PORTABLE --implicit-check-not=call_intrinsic

// ---- 8 bits ----

// CHECK-LABEL: func.func private @norm_linear_0(
// CHECK-SAME: %[[ROWS:arg2]]: index

// The input of 128 columns in codes, four in a word; scales and corrections of its groups of 32. Few rows: in each
// thread's scratch. Many: shared.
// CHECK: memref.view {{.*}} to memref<64x32xi32>
// CHECK: memref.view {{.*}} to memref<64x4xf32>
// CHECK: memref.view {{.*}} to memref<64x4xi32>
// CHECK: scf.if
// A group's largest value becomes 127, or what lets a pair of products stay below 2^15; the sum of its codes times the zero of the weights' codes is taken off
// beforehand. The zero is 0 where instructions take signed codes.
// CHECK: vector.reduction <maxnumf>
// VNNI: arith.constant 1.270000e+02 : f32
// VNNI256: arith.constant 1.270000e+02 : f32
// AVX2: arith.constant 6.400000e+01 : f32
// SDOT: arith.constant 1.270000e+02 : f32
// PORTABLE: arith.constant 1.270000e+02 : f32
// CHECK: math.roundeven
// CHECK: vector.reduction <add>
// VNNI: arith.constant -128 : i32
// AVX2: arith.constant -128 : i32
// SDOT: arith.constant 0 : i32
// PORTABLE: arith.constant -128 : i32
// CHECK: } else {
// CHECK: call @qwen_barrier

// Sums of a tile in f32, and around them those of a group in i32: 6 rows x 2 panels on AVX-512, 4 rows of a panel in
// two halves on AVX2, 4 rows of a panel in quarters on AArch64.
// VNNI: iter_args({{([^,]+, ){11}[^,]+}}) -> ({{(vector<16xf32>, ){11}vector<16xf32>}})
// VNNI: iter_args({{([^,]+, ){11}[^,]+}}) -> ({{(vector<16xi32>, ){11}vector<16xi32>}})
// VNNI: llvm.call_intrinsic "llvm.x86.avx512.vpdpbusd.512"({{.*}}) : (vector<16xi32>, vector<64xi8>, vector<64xi8>) -> vector<16xi32>
// VNNI256: llvm.call_intrinsic "llvm.x86.avx512.vpdpbusd.256"({{.*}}) : (vector<8xi32>, vector<32xi8>, vector<32xi8>) -> vector<8xi32>
// AVX2: iter_args({{([^,]+, ){7}[^,]+}}) -> ({{(vector<8xf32>, ){7}vector<8xf32>}})
// AVX2: iter_args({{([^,]+, ){7}[^,]+}}) -> ({{(vector<8xi32>, ){7}vector<8xi32>}})
// Pairs of products are added in 16 bits, pairs of those in 32.
// AVX2: llvm.call_intrinsic "llvm.x86.avx2.pmadd.ub.sw"({{.*}}) : (vector<32xi8>, vector<32xi8>) -> vector<16xi16>
// AVX2: llvm.call_intrinsic "llvm.x86.avx2.pmadd.wd"({{.*}}) : (vector<16xi16>, vector<16xi16>) -> vector<8xi32>
// Codes are made signed.
// SDOT: arith.xori {{.*}} : vector<16xi8>
// SDOT: llvm.call_intrinsic "llvm.aarch64.neon.sdot.v4i32.v16i8"
// PORTABLE: arith.muli {{.*}} : vector<16xi32>
// The group's sums go into the tile's by the scales of both.
// CHECK: arith.sitofp {{.*}}xi32> to vector<{{[0-9]+}}xf32>
// CHECK: math.fma {{.*}}xf32>

// ---- 4 bits ----

// CHECK-LABEL: func.func private @norm_linear_1(
// Zero is 16. Where 16 bits hold a group's products, the correction is made for them: two, for k % 4 < 2 and the rest.
// AVX2: vector.reduction <add>, {{.*}} : vector<8xi32> into i32
// AVX2: arith.constant -16 : i32
// AVX2: vector.reduction <add>, {{.*}} : vector<8xi32> into i32
// AVX2: arith.ori {{.*}} : i32
// VNNI: arith.constant -16 : i32
// SDOT: arith.constant -16 : i32
// PORTABLE: arith.constant -16 : i32
// CHECK: call @qwen_barrier

// A few rows: each nibble is looked up when it is used; the low bits of the scale say a shift.
// CHECK: scf.if
// VNNI: llvm.call_intrinsic "llvm.x86.avx512.pshuf.b.512"
// VNNI: llvm.call_intrinsic "llvm.x86.avx512.vpdpbusd.512"
// AVX2: llvm.call_intrinsic "llvm.x86.avx2.pshuf.b"
// AVX2: llvm.call_intrinsic "llvm.x86.avx2.pmadd.ub.sw"({{.*}}) : (vector<32xi8>, vector<32xi8>) -> vector<16xi16>
// SDOT: llvm.call_intrinsic "llvm.aarch64.neon.tbl1.v16i8"({{.*}}) : (vector<16xi8>, vector<16xi8>) -> vector<16xi8>
// SDOT-NOT: arith.xori
// SDOT: llvm.call_intrinsic "llvm.aarch64.neon.sdot.v4i32.v16i8"
// NEON: llvm.call_intrinsic "llvm.aarch64.neon.tbl1.v16i8"({{.*}}) : (vector<16xi8>, vector<16xi8>) -> vector<16xi8>
// PORTABLE: arith.cmpi uge, {{.*}} : vector<64xi8>
// PORTABLE: arith.muli {{.*}} : vector<16xi32>
// CHECK: arith.constant dense<7> : vector<{{[0-9]+}}xi32>
// Many rows: panels are unpacked to bytes, shifted, whose products then look nothing up.
// CHECK: {{^    }}} else {
// VNNI: llvm.call_intrinsic "llvm.x86.avx512.pshuf.b.512"
// VNNI: arith.constant dense<16843009> : vector<16xi32>
// VNNI: vector.store {{.*}} : memref<{{[0-9]+}}xi8>, vector<64xi8>
// VNNI: iter_args({{([^,]+, ){11}[^,]+}}) -> ({{(vector<16xi32>, ){11}vector<16xi32>}})
// VNNI-NOT: pshuf
// AVX2: llvm.call_intrinsic "llvm.x86.avx2.pshuf.b"
// AVX2: vector.store {{.*}} : memref<{{[0-9]+}}xi8>, vector<32xi8>
// AVX2: iter_args({{([^,]+, ){7}[^,]+}}) -> ({{(vector<16xi16>, ){7}vector<16xi16>}})
// AVX2-NOT: pshuf
// SDOT: llvm.call_intrinsic "llvm.aarch64.neon.tbl1.v16i8"
// SDOT: vector.store {{.*}} : memref<{{[0-9]+}}xi8>, vector<16xi8>
// SDOT: iter_args({{.*}} -> ({{.*}}vector<4xi32>
// SDOT-NOT: tbl1
// CHECK: func.func @forward(
module attributes {qwen.batch = 1 : i64, qwen.max_rows = 64 : i64, qwen.max_seq = 64 : i64} {
  qwen.weight @bytes : tensor<256x128xbf16> as !qwen.q8
  qwen.weight @nibbles : tensor<256x128xbf16> as !qwen.q4
  func.func @forward(%x: tensor<?x128xf32>) {
    %y = qwen.norm_linear %x weights [@bytes] : tensor<?x128xf32> -> tensor<?x256xf32>
    qwen.output "y" %y : tensor<?x256xf32>
    %z = qwen.norm_linear %x weights [@nibbles] : tensor<?x128xf32> -> tensor<?x256xf32>
    qwen.output "z" %z : tensor<?x256xf32>
    return
  }
}
