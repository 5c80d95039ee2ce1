#include "runtime/core/Engine.h"

#include <algorithm>
#include <cassert>

namespace qwen {

void RowBlock::clear() {
  for (auto *values : {&ids, &slot, &index, &wanted})
    values->clear();
  position.clear();
  rope_length.clear();
}

Engine::Engine(const Program &program, const uint8_t *weights, int64_t threads, CompiledForward compiled,
               CustomForward custom)
    : description(program), weights(weights), compiled(compiled), custom(std::move(custom)), threads(threads),
      arena(program.arena_bytes, "activations"), scratch(program.scratch_bytes * threads, "scratch"),
      states(program.states_bytes, "the KV cache") {}

Engine::Engine(const Program &program, const uint8_t *weights, int64_t threads, CompiledForward forward)
    : Engine(program, weights, threads, forward, {}) {}

Engine::Engine(const Program &program, const uint8_t *weights, int64_t threads, CustomForward forward)
    : Engine(program, weights, threads, nullptr, std::move(forward)) {}

void Engine::forward(const RowBlock &rows, const std::vector<float *> &outputs) {
  assert(rows.size() >= 1 && rows.size() <= description.max_rows);
  assert(outputs.size() == description.outputs.size());
  QwenCall call = {};
  call.arena = arena.data();
  call.scratch = scratch.data();
  call.weights = weights;
  call.states = states.data();
  call.ids = rows.ids.data();
  call.embeds = rows.embeds;
  call.slot = rows.slot.data();
  call.index = rows.index.data();
  call.position = rows.position.data();
  call.rope_length = rows.rope_length.data();
  call.wanted = rows.wanted.data();
  call.rows = rows.size();
  call.wanted_rows = static_cast<int64_t>(rows.wanted.size());
  call.top_k = rows.top_k;
  call.outputs = outputs.data();
  call.profile = profile;
  threads.run([&](int64_t thread, int64_t size) {
    if (profile)
      profile->begin(thread);
    if (compiled)
      compiled(&call, thread, size);
    else
      custom(call, thread, size);
    if (profile) {
      qwen_barrier(thread, size);  // what the last launch makes the others wait is its own
      profile->end(thread);
    }
  });
}

template <typename Piece> void Engine::forPieces(int64_t slot, int64_t positions, Piece &&piece) const {
  for (const State &state : description.states) {
    const int64_t begin = state.offset + slot * state.slot_bytes;
    if (state.recurrent) {
      piece(begin, state.slot_bytes);
      continue;
    }
    const int64_t blocks = (positions + state.block_positions - 1) / state.block_positions;
    for (int64_t head = 0; head < state.heads; ++head)
      piece(begin + head * (state.slot_bytes / state.heads), blocks * state.block_bytes);
  }
}

int64_t Engine::savedBytes(int64_t positions) const {
  int64_t all = 0;
  forPieces(0, positions, [&](int64_t, int64_t bytes) { all += bytes; });
  return all;
}

std::vector<uint8_t> Engine::saveSlot(int64_t slot, int64_t positions) const {
  std::vector<uint8_t> saved;
  saved.reserve(static_cast<size_t>(savedBytes(positions)));
  forPieces(slot, positions, [&](int64_t offset, int64_t bytes) {
    saved.insert(saved.end(), states.data() + offset, states.data() + offset + bytes);
  });
  return saved;
}

void Engine::restoreSlot(int64_t slot, int64_t positions, const std::vector<uint8_t> &saved) {
  assert(static_cast<int64_t>(saved.size()) == savedBytes(positions));
  const uint8_t *from = saved.data();
  forPieces(slot, positions, [&](int64_t offset, int64_t bytes) {
    std::copy_n(from, bytes, states.data() + offset);
    from += bytes;
  });
}

int64_t outputIndex(const Program &program, std::string_view name) {
  for (size_t i = 0; i < program.outputs.size(); ++i)
    if (program.outputs[i].name == name)
      return static_cast<int64_t>(i);
  return -1;
}

}  // namespace qwen
