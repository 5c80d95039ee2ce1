// RUN: qwen-opt %s --split-input-file --verify-diagnostics

// expected-error@+1 {{there must be at least one source}}
qwen.packed @p vector [] group 16 k_group 1 offset 0 bytes 64 : f32

// -----

qwen.weight @w : tensor<16xf32>
// expected-error@+1 {{attribute 'group' failed to satisfy constraint: 64-bit signless integer attribute whose value is positive}}
qwen.packed @p vector [@w] group 0 k_group 1 offset 0 bytes 64 : f32

// -----

qwen.weight @w : tensor<16xf32>
// expected-error@+1 {{attribute 'k_group' failed to satisfy constraint: 64-bit signless integer attribute whose value is positive}}
qwen.packed @p vector [@w] group 16 k_group 0 offset 0 bytes 64 : f32

// -----

qwen.weight @w : tensor<16xf32>
// expected-error@+1 {{attribute 'offset' failed to satisfy constraint: 64-bit signless integer attribute whose value is a multiple of 64}}
qwen.packed @p vector [@w] group 16 k_group 1 offset 32 bytes 64 : f32

// -----

qwen.weight @w : tensor<16xf32>
// expected-error@+1 {{attribute 'offset' failed to satisfy constraint: 64-bit signless integer attribute whose value is a multiple of 64}}
qwen.packed @p vector [@w] group 16 k_group 1 offset -64 bytes 64 : f32

// -----

qwen.weight @w : tensor<16xf32>
// expected-error@+1 {{attribute 'element' failed to satisfy constraint: type attribute of 32-bit float or bfloat16 type}}
qwen.packed @p vector [@w] group 16 k_group 1 offset 0 bytes 64 : f16

// -----

qwen.weight @w : tensor<16x4xf32>
// expected-error@+1 {{k_group is 2, but rows has no panels}}
qwen.packed @p rows [@w] group 16 k_group 2 offset 0 bytes 256 : f32

// -----

qwen.weight @w : tensor<16xbf16>
// expected-error@+1 {{vector is f32, not 'bf16'}}
qwen.packed @p vector [@w] group 16 k_group 1 offset 0 bytes 32 : bf16

// -----

qwen.weight @w : tensor<16x4xf32>
// expected-error@+1 {{glu takes gate and up or one source with both, but there are 3}}
qwen.packed @p glu [@w, @w, @w] group 16 k_group 1 offset 0 bytes 768 : f32

// -----

// expected-error@+1 {{@w is not a qwen.weight of the module}}
qwen.packed @p vector [@w] group 16 k_group 1 offset 0 bytes 64 : f32

// -----

qwen.weight @w : tensor<4x4xf32>
// expected-error@+1 {{@w has rank 2, which vector of 1 sources doesn't take}}
qwen.packed @p vector [@w] group 16 k_group 1 offset 0 bytes 64 : f32

// -----

qwen.weight @w : tensor<2x2x4xf32>
// expected-error@+1 {{@w has rank 3, which rows of 1 sources doesn't take}}
qwen.packed @p rows [@w] group 2 k_group 1 offset 0 bytes 64 : f32

// -----

qwen.weight @w : tensor<16xf32>
// expected-error@+1 {{@w has rank 1, which panels of 1 sources doesn't take}}
qwen.packed @p panels [@w] group 16 k_group 1 offset 0 bytes 64 : f32

// -----

qwen.weight @w : tensor<32x4xf32>
// expected-error@+1 {{@w has rank 2, which glu of 1 sources doesn't take}}
qwen.packed @p glu [@w] group 16 k_group 1 offset 0 bytes 512 : f32

// -----

qwen.weight @w : tensor<2x16x4xf32>
// expected-error@+1 {{@w has rank 3, which glu of 2 sources doesn't take}}
qwen.packed @p glu [@w, @w] group 16 k_group 1 offset 0 bytes 1024 : f32

// -----

qwen.weight @w : tensor<16x4xbf16>
// expected-error@+1 {{is of 'f32', but @w of 'bf16'}}
qwen.packed @p panels [@w] group 16 k_group 1 offset 0 bytes 256 : f32

// -----

qwen.weight @w : tensor<2x15x4xf32>
// expected-error@+1 {{@w has 15 rows, which are no two halves}}
qwen.packed @p glu [@w] group 7 k_group 1 offset 0 bytes 1024 : f32

// -----

qwen.weight @w : tensor<20x4xf32>
// expected-error@+1 {{group 16 doesn't divide the 20 rows of @w}}
qwen.packed @p panels [@w] group 16 k_group 1 offset 0 bytes 512 : f32

// -----

// A group may be no larger than one half of a stacked source.
qwen.weight @w : tensor<2x20x4xf32>
// expected-error@+1 {{group 20 doesn't divide the 10 rows of @w}}
qwen.packed @p glu [@w] group 20 k_group 1 offset 0 bytes 1024 : f32

// -----

qwen.weight @a : tensor<16x4xf32>
qwen.weight @b : tensor<16x5xf32>
// expected-error@+1 {{@b has 5 columns, but the first source 4}}
qwen.packed @p panels [@a, @b] group 16 k_group 1 offset 0 bytes 576 : f32

// -----

qwen.weight @a : tensor<16x4xf32>
qwen.weight @b : tensor<32x4xf32>
// expected-error@+1 {{gate is 'tensor<16x4xf32>', but up is 'tensor<32x4xf32>'}}
qwen.packed @p glu [@a, @b] group 16 k_group 1 offset 0 bytes 768 : f32

// -----

// 4 heads of 4 rows are padded to 16 rows each, 5 columns to 6.
qwen.weight @w : tensor<16x5xbf16>
// expected-error@+1 {{declares 160 bytes, but its sources take 768}}
qwen.packed @p panels [@w] group 4 k_group 2 offset 0 bytes 160 : bf16

// -----

qwen.weight @w : tensor<16x64xf32> as !qwen.q8
// expected-error@+1 {{'!qwen.q8' stands in panels, not in rows}}
qwen.packed @p rows [@w] group 16 k_group 1 offset 0 bytes 1088 : !qwen.q8

// -----

qwen.weight @w : tensor<16x64xf32> as !qwen.q4
// expected-error@+1 {{k_group is 2, but '!qwen.q4' has 4}}
qwen.packed @p panels [@w] group 16 k_group 2 offset 0 bytes 576 : !qwen.q4

// -----

qwen.weight @w : tensor<16x64xf32> as !qwen.q4
// expected-error@+1 {{is of '!qwen.q8', but @w of '!qwen.q4'}}
qwen.packed @p panels [@w] group 16 k_group 4 offset 0 bytes 1088 : !qwen.q8

// -----

qwen.weight @w : tensor<16x64xf32> as !qwen.q4
// expected-error@+1 {{is of 'f32', but @w of '!qwen.q4'}}
qwen.packed @p panels [@w] group 16 k_group 1 offset 0 bytes 4096 : f32

// -----

qwen.weight @w : tensor<16x64xf32> as !qwen.q4
// expected-error@+1 {{declares 512 bytes, but its sources take 576}}
qwen.packed @p panels [@w] group 16 k_group 4 offset 0 bytes 512 : !qwen.q4

// -----

qwen.weight @w : tensor<16x1x4xbf16>
// expected-error@+1 {{taps is f32, not 'bf16'}}
qwen.packed @p taps [@w] group 1 k_group 1 offset 0 bytes 256 : bf16

// -----

qwen.weight @w : tensor<16x4xf32>
// expected-error@+1 {{@w has rank 2, which taps of 1 sources doesn't take}}
qwen.packed @p taps [@w] group 1 k_group 1 offset 0 bytes 256 : f32

// -----

qwen.weight @w : tensor<16x2x4xf32>
// expected-error@+1 {{@w is 'tensor<16x2x4xf32>', but taps are of [channels, 1, kernel]}}
qwen.packed @p taps [@w] group 1 k_group 1 offset 0 bytes 256 : f32

// -----

qwen.weight @w : tensor<16x1x4xf32>
// expected-error@+1 {{k_group is 2, but taps has no panels}}
qwen.packed @p taps [@w] group 1 k_group 2 offset 0 bytes 256 : f32

// -----

// 17 channels are padded to 32 for each of 4 taps.
qwen.weight @w : tensor<17x1x4xf32>
// expected-error@+1 {{declares 272 bytes, but its sources take 512}}
qwen.packed @p taps [@w] group 1 k_group 1 offset 0 bytes 272 : f32

// -----

qwen.weight @w : tensor<16x4xf32>
// expected-error@+1 {{plus_one is for vectors, not for rows}}
qwen.packed @p rows plus_one [@w] group 16 k_group 1 offset 0 bytes 256 : f32

// -----

qwen.weight @w : tensor<16x64xf32>
// expected-error@+1 {{a screen is quantised, not of 'bf16'}}
qwen.packed @p screen [@w] group 16 k_group 2 offset 0 bytes 2048 : bf16

// -----

qwen.weight @w : tensor<4x16x64xf32>
// expected-error@+1 {{@w has rank 3, which bounds of 1 sources doesn't take}}
qwen.packed @p bounds [@w] group 16 k_group 1 offset 0 bytes 128 : !qwen.q4

// -----

// Two panels of two f32 for each of 16 rows.
qwen.weight @w : tensor<20x64xf32>
// expected-error@+1 {{declares 128 bytes, but its sources take 256}}
qwen.packed @p bounds [@w] group 20 k_group 1 offset 0 bytes 128 : !qwen.q4
