// The formulas behind the `parameters` of `qwen.rope_table` (transformers: modeling_rope_utils.py).
#pragma once

#include "mlir/IR/BuiltinAttributes.h"

#include <vector>

namespace mlir::qwen {

// `parameters` holds, as the frontend has checked them:
//   all types   rope_type (string), rope_theta (f64), head_dim, max_position_embeddings (i64); head_dim is what turns
//   of
//               a head. For M-RoPE: mrope_section (array<i64> of 3: time, height, width)
//   linear      factor
//   dynamic     factor
//   yarn        factor, original_max_position_embeddings; optional: attention_factor, beta_fast, beta_slow, mscale,
//               mscale_all_dim (f64), truncate (bool)
//   longrope    short_factor, long_factor (array<f64> of head_dim / 2), original_max_position_embeddings; optional:
//               factor, attention_factor
//   llama3      factor, low_freq_factor, high_freq_factor, original_max_position_embeddings
//
// inv_freq[i] for i < D / 2, with D = head_dim, b = rope_theta, p[i] = b^(2i / D), s = factor:
//   default     1 / p[i]
//   linear      1 / p[i] / s
//   dynamic     1 / B^(2i / D),  B = b (s max(length, M) / M - (s - 1))^(D / (D - 2)),  M = max_position_embeddings
//   yarn        r[i] / (s p[i]) + (1 - r[i]) / p[i],  r[i] = clamp((i - low) / (high - low), 0, 1)
//               low, high = D log(original / (2 pi beta)) / (2 log b) for beta_fast, beta_slow (rounded outwards unless
//               truncate is false, then clamped to 0 .. D - 1)
//   longrope    1 / (f[i] p[i]),  f = long_factor if length > original_max_position_embeddings, else short_factor
//   llama3      with w = 2 pi p[i] and o = original_max_position_embeddings: 1 / p[i] where w < o / high_freq_factor,
//               1 / p[i] / s where w > o / low_freq_factor, between them (1 - t) / p[i] / s + t / p[i] with
//               t = (o / w - low_freq_factor) / (high_freq_factor - low_freq_factor)
// Only `dynamic` (a formula of length) and `longrope` (two alternatives) depend on `length`, HF's seq_len: the largest
// position of the forward call + 1.

// [head_dim / 2], each step rounded to f32 as torch rounds it.
std::vector<float> inverseFrequencies(DictionaryAttr parameters, float length);

// What cosines and sines are multiplied by: 1 but for yarn and longrope. No type's factor depends on `length` so far.
float attentionFactor(DictionaryAttr parameters, float length);

// Which position frequency i turns by: of M-RoPE's time, height and width (0, 1, 2), interleaved, i % 3, as long as
// i < 3 mrope_section[i % 3], else time; without mrope_section there is only position 0
// (transformers: Qwen3_5TextRotaryEmbedding.recomposition_frequencies).
int64_t positionAxis(DictionaryAttr parameters, int64_t i);

// Whether inverseFrequencies gives different values for different lengths.
bool dependsOnLength(DictionaryAttr parameters);

}  // namespace mlir::qwen
