// HF's forward() over a padded batch.
#pragma once

#include "runtime/core/ChunkedForward.h"
#include "runtime/core/PaddedBatch.h"

#include <cstdint>
#include <vector>

namespace qwen {

// The column whose logits stand for each sequence, [batch]: GenericForSequenceClassification of
// transformers/modeling_layers.py. The last id that isn't program.pad_token_id, whatever the mask; the first column
// when all are; the last when the program has no such id or embeds are given. Throws UserError for several sequences
// without a pad_token_id, as HF does.
std::vector<int64_t> pooledColumns(const PaddedBatch &batch, const Program &program);

// Computes every token of `batch` once, in groups of program.batch sequences and calls of `chunk` rows. Positions are
// HF's: position_ids, or columns counted from 0 over the padded row. Row row * columns + column of a target belongs to
// a token. Outputs over wanted rows: with `pooled` [batch] columns, row `row` of the target is that of the pooled
// column; without, every token is wanted. What belongs to padding isn't written.
// A pooled column that is padding is computed as HF does: it sees the tokens before it, but not itself. Throws
// UserError when it has none (HF's attention implementations differ then: sdpa's result is 0, eager's a mean over the
// padding) and when it is so far behind them that the sliding window hides other tokens from it than from the column
// next to them.
void forwardBatch(Engine &engine, const PaddedBatch &batch, int64_t chunk, const std::vector<int64_t> &pooled,
                  std::vector<OutputTarget> targets);

}  // namespace qwen
