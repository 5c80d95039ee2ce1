#include "runtime/core/ChunkedForward.h"

#include <algorithm>

namespace qwen {
namespace {

bool consecutive(const std::vector<int64_t> &places) {
  return std::adjacent_find(places.begin(), places.end(), [](int64_t a, int64_t b) { return b != a + 1; }) ==
         places.end();
}

}  // namespace

ChunkedForward::ChunkedForward(Engine &engine, int64_t chunk, std::vector<OutputTarget> wanted, const float *embeds,
                               int64_t top_k)
    : engine(engine), chunk(chunk), targets(std::move(wanted)), outputs(engine.program().outputs.size()),
      staging(targets.size()) {
  block.embeds = embeds;
  block.top_k = top_k;
}

void ChunkedForward::add(const Row &row) {
  if (row.wanted_place >= 0) {
    block.wanted.push_back(static_cast<int32_t>(block.size()));
    wanted_places.push_back(row.wanted_place);
  }
  block.ids.push_back(row.id);
  block.slot.push_back(row.slot);
  block.index.push_back(row.index);
  block.position.insert(block.position.end(), static_cast<size_t>(engine.program().position_axes), row.position);
  block.rope_length.push_back(row.rope_length);
  places.push_back(row.place);
  if (block.size() == chunk)
    compute();
}

void ChunkedForward::flush() {
  if (block.size() > 0)
    compute();
}

void ChunkedForward::compute() {
  // Rows that stay together are written in place; others by way of a buffer.
  for (size_t i = 0; i < targets.size(); ++i) {
    const Output &output = engine.program().outputs[static_cast<size_t>(targets[i].output)];
    const std::vector<int64_t> &to = output.wanted_rows ? wanted_places : places;
    float *&pointer = outputs[static_cast<size_t>(targets[i].output)];
    staging[i].clear();
    if (to.empty()) {
      pointer = nullptr;
    } else if (consecutive(to)) {
      pointer = targets[i].data + to.front() * output.width;
    } else {
      staging[i].resize(to.size() * static_cast<size_t>(output.width));
      pointer = staging[i].data();
    }
  }
  engine.forward(block, outputs);
  for (size_t i = 0; i < targets.size(); ++i) {
    if (staging[i].empty())
      continue;
    const Output &output = engine.program().outputs[static_cast<size_t>(targets[i].output)];
    const std::vector<int64_t> &to = output.wanted_rows ? wanted_places : places;
    for (size_t row = 0; row < to.size(); ++row)
      std::copy_n(staging[i].data() + static_cast<int64_t>(row) * output.width, output.width,
                  targets[i].data + to[row] * output.width);
  }
  block.clear();
  places.clear();
  wanted_places.clear();
}

}  // namespace qwen
