// Working memory that an op's kernel needs beside its operands and results. Sizes in bytes.
#pragma once

#include "codegen/plan/KernelShapes.h"

namespace mlir {
class Operation;
}

namespace mlir::qwen {

struct KernelMemory {
  int64_t temp = 0;     // shared by all threads, in the arena while the op runs
  int64_t scratch = 0;  // private to each thread
};

// Places in `temp` and `scratch`, as kernels and this plan agree on them. Every part begins 64-byte aligned.
//
// Ops that begin with a norm: temp = normalised rows [max_rows, K] f32, scratch = [kPrivateRows, K] f32.
inline int64_t normTempBytes(int64_t maxRows, int64_t width) { return roundUp(maxRows * width * 4, kAlignment); }
inline int64_t normScratchBytes(int64_t width) { return roundUp(kPrivateRows * width * 4, kAlignment); }

// After the norm's scratch, sums of a register tile [kMaxTileRows, columns padded to panels] f32: one head for
// norm_qkv, a panel of gate and one of up for norm_glu.
inline int64_t tileScratchBytes(int64_t columns) { return kMaxTileRows * roundUp(columns, kPanelRows) * 4; }

// attention, with V = kQueryTile or, if that is more, the heads of one KV head: query vectors [V, head_dim], scores
// [V, kKeyBlock], sums [V, padded head_dim], then running maximum, sum and correction [3, V], all f32.
struct AttentionScratch {
  int64_t vectors;  // V
  int64_t query, scores, sums, running, bytes;
};
AttentionScratch attentionScratch(int64_t headDim, int64_t group);

// linear_residual and a norm_linear without a norm: room for its input rounded to bf16, in the places of the norm's.
//
// norm_moe: temp = normalised rows [max_rows, H] f32, the same rounded to bf16, activations [max_rows * top_k, padded
// I] f32.
struct MoeTemp {
  int64_t roundedTemp, activations, bytes;
};
MoeTemp moeTemp(int64_t maxRows, int64_t width, int64_t inner, int64_t topK);
// scratch = the norm's, rounded rows [kPrivateRows, H] bf16, then probabilities [padded E] f32, then the list of (row,
// weight) sorted by expert: chosen experts [max_rows, top_k] i32, their weights f32, offsets [E + 1] and cursors [E]
// i32, sorted row i32 and weight f32, then a tile of gate and up.
struct MoeScratch {
  int64_t rounded, probabilities, experts, weights, offsets, cursors, sortedRow, sortedWeight, tile, bytes;
};
MoeScratch moeScratch(int64_t maxRows, int64_t width, int64_t experts, int64_t topK);

KernelMemory kernelMemory(Operation *op, int64_t maxRows);

}  // namespace mlir::qwen
