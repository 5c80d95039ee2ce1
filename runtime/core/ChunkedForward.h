// Cuts a stream of rows into forward calls and puts what they compute where it belongs.
#pragma once

#include "runtime/core/Engine.h"

#include <cstdint>
#include <vector>

namespace qwen {

// One token; see QwenCall.
struct Row {
  int32_t id = 0;
  int32_t slot = 0;
  int32_t index = 0;
  float position = 0;  // the same on every axis
  float rope_length = 0;
  int64_t place = 0;          // row of the targets of outputs that have one row per row
  int64_t wanted_place = -1;  // row of the targets of outputs over wanted rows; -1: not wanted
};

// Where the rows of one output go: [places, program.outputs[output].width].
struct OutputTarget {
  int64_t output = 0;
  float *data = nullptr;
};

class ChunkedForward {
public:
  // Calls have at most `chunk` rows, 1 <= chunk <= program.max_rows. `embeds` is what negative ids refer to, or null;
  // `top_k` how many of the largest logits are needed (QwenCall::top_k).
  ChunkedForward(Engine &engine, int64_t chunk, std::vector<OutputTarget> targets, const float *embeds = nullptr,
                 int64_t top_k = 0);

  void add(const Row &row);  // computes when the chunk is full
  void flush();              // computes the rest: needed before results are read and before a slot is used anew

private:
  void compute();

  Engine &engine;
  int64_t chunk;
  std::vector<OutputTarget> targets;
  RowBlock block;
  std::vector<int64_t> places, wanted_places;  // [rows], [wanted rows] of the block
  std::vector<float *> outputs;                // [program.outputs]
  std::vector<std::vector<float>> staging;     // [targets] for rows whose places don't follow each other
};

}  // namespace qwen
