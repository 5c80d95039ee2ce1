// The arguments of one HF forward() or generate() call, read and checked.
#pragma once

#include "runtime/abi/Program.h"
#include "runtime/io/Safetensors.h"

#include <cstdint>
#include <vector>

namespace qwen {

// Sequences side by side, padded left or right (or both) to equal length.
struct PaddedBatch {
  int64_t batch = 0, columns = 0;
  std::vector<int32_t> ids;           // [batch, columns]; empty when embeds are given
  std::vector<float> embeds;          // [batch, columns, hidden_size]; empty when ids are given
  std::vector<float> position_ids;    // [batch, columns]; empty when not given
  std::vector<int64_t> first, count;  // [batch] the columns that aren't padding: [first, first + count)
  bool has_mask = false;

  // The id that stands for column `column` of row `row` in a forward call: -1-r for a row of embeds.
  int32_t id(int64_t row, int64_t column) const;
  // Whether column `column` of row `row` is a token.
  bool real(int64_t row, int64_t column) const { return column >= first[row] && column < first[row] + count[row]; }
};

// Reads input_ids or inputs_embeds, attention_mask and position_ids of `file`. Throws UserError naming file and tensor
// for a name that is none of these, a wrong dtype or shape, an id outside the vocabulary, a mask with holes, more
// tokens than the program has positions.
PaddedBatch readPaddedBatch(const SafetensorsFile &file, const Program &program);

}  // namespace qwen
