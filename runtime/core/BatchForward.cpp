#include "runtime/core/BatchForward.h"

#include "runtime/core/Error.h"

#include <algorithm>

namespace qwen {

std::vector<int64_t> pooledColumns(const PaddedBatch &batch, const Program &program) {
  if (!program.pad_token_id && batch.batch != 1)
    throw UserError(program.task + " without pad_token_id in its config.json takes one sequence, but " +
                    std::to_string(batch.batch) + " are given");
  std::vector<int64_t> columns(static_cast<size_t>(batch.batch), batch.columns - 1);
  if (!program.pad_token_id || batch.ids.empty())
    return columns;
  for (int64_t row = 0; row < batch.batch; ++row) {
    int64_t &column = columns[static_cast<size_t>(row)];
    while (column > 0 && batch.id(row, column) == *program.pad_token_id)
      --column;
  }
  return columns;
}

// QwenCall::index of `row`'s pooled column, which is padding: -1-n for the n tokens before it.
static int32_t maskedIndex(const PaddedBatch &batch, int64_t row, int64_t column, const Program &program) {
  const int64_t tokens = batch.count[static_cast<size_t>(row)], window = program.mask_window;
  const int64_t place = column - batch.first[static_cast<size_t>(row)];  // as HF counts, over columns
  const std::string pooled = "row " + std::to_string(row) + " is pooled at column " + std::to_string(column) +
                             ", which attention_mask excludes";
  if (tokens == 0 || place < 0)
    throw UserError(pooled + ", and no token stands before it");
  // A row that appends nothing counts the window from the column next to the tokens.
  if (window > 0 && place >= window && (place > tokens || window == 1))
    throw UserError(pooled + ", too far behind the last token for a sliding window of " + std::to_string(window) +
                    "; pad with fewer columns");
  return static_cast<int32_t>(-1 - tokens);
}

void forwardBatch(Engine &engine, const PaddedBatch &batch, int64_t chunk, const std::vector<int64_t> &pooled,
                  std::vector<OutputTarget> targets) {
  const Program &program = engine.program();
  const std::vector<float> &given = batch.position_ids;
  const float length =
      given.empty() ? static_cast<float>(batch.columns) : *std::max_element(given.begin(), given.end()) + 1;
  const bool wants = std::any_of(targets.begin(), targets.end(), [&](const OutputTarget &target) {
    return program.outputs[static_cast<size_t>(target.output)].wanted_rows;
  });

  ChunkedForward forward(engine, chunk, std::move(targets), batch.embeds.empty() ? nullptr : batch.embeds.data());
  for (int64_t sequence = 0; sequence < batch.batch; ++sequence) {
    const int64_t slot = sequence % program.batch;
    if (slot == 0)
      forward.flush();
    auto add = [&](int64_t column, int32_t index) {
      Row row;
      row.place = sequence * batch.columns + column;
      row.id = batch.id(sequence, column);
      row.slot = static_cast<int32_t>(slot);
      row.index = index;
      row.position = given.empty() ? static_cast<float>(column) : given[static_cast<size_t>(row.place)];
      row.rope_length = length;
      if (wants && pooled.empty())
        row.wanted_place = row.place;
      else if (wants && pooled[static_cast<size_t>(sequence)] == column)
        row.wanted_place = sequence;
      forward.add(row);
    };
    const int64_t first = batch.first[static_cast<size_t>(sequence)];
    const int64_t count = batch.count[static_cast<size_t>(sequence)];
    for (int64_t i = 0; i < count; ++i)
      add(first + i, static_cast<int32_t>(i));
    if (wants && !pooled.empty() && !batch.real(sequence, pooled[static_cast<size_t>(sequence)])) {
      const int64_t column = pooled[static_cast<size_t>(sequence)];
      add(column, maskedIndex(batch, sequence, column, program));
    }
  }
  forward.flush();
}

}  // namespace qwen
