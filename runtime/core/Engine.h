// Runs a program's forward function: owns the team of threads and all memory but the weights.
#pragma once

#include "runtime/abi/Entry.h"
#include "runtime/abi/Program.h"
#include "runtime/core/Pages.h"
#include "runtime/core/Profile.h"
#include "runtime/core/ThreadTeam.h"

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

namespace qwen {

// The rows of one forward call; every vector but `wanted` has one element per row (`position`: position_axes).
// See QwenCall for what they mean.
struct RowBlock {
  std::vector<int32_t> ids, slot, index;
  std::vector<float> position, rope_length;
  std::vector<int32_t> wanted;
  const float *embeds = nullptr;
  int64_t top_k = 0;

  int64_t size() const { return static_cast<int64_t>(ids.size()); }
  void clear();  // keeps the memory, `embeds` and `top_k`
};

class Engine {
public:
  using CompiledForward = void (*)(const QwenCall *call, int64_t thread, int64_t threads);
  using CustomForward = std::function<void(const QwenCall &call, int64_t thread, int64_t threads)>;

  // `program` and `weights` [program.weights_bytes] are borrowed. Throws UserError when there is too little memory.
  // A compiled program's function is called directly:
  Engine(const Program &program, const uint8_t *weights, int64_t threads, CompiledForward forward);
  // Anything else with the same meaning (the interpreter, tests). It must not throw.
  Engine(const Program &program, const uint8_t *weights, int64_t threads, CustomForward forward);

  // One call over 1 .. max_rows rows; `outputs` has one entry per program.outputs, null where not wanted.
  void forward(const RowBlock &rows, const std::vector<float *> &outputs);

  // Where the time of the next calls is added up; null: nowhere. Has a place for each thread of the team.
  void setProfile(Profile *measured) { profile = measured; }

  // What a slot remembers: all that recurrent layers carry, and of caches the places [0, positions), in whole blocks,
  // one state after another; its size; and putting it back, into any slot.
  std::vector<uint8_t> saveSlot(int64_t slot, int64_t positions) const;
  int64_t savedBytes(int64_t positions) const;
  void restoreSlot(int64_t slot, int64_t positions, const std::vector<uint8_t> &bytes);

  const Program &program() const { return description; }
  ThreadTeam &team() { return threads; }

private:
  // Calls piece(offset in `states`, bytes) for each stretch of memory that belongs to what saveSlot gives.
  template <typename Piece> void forPieces(int64_t slot, int64_t positions, Piece &&piece) const;

  Engine(const Program &program, const uint8_t *weights, int64_t threads, CompiledForward, CustomForward);

  const Program &description;
  const uint8_t *weights;
  CompiledForward compiled;
  CustomForward custom;
  ThreadTeam threads;
  Pages arena, scratch, states;
  Profile *profile = nullptr;
};

// The place of an output in program.outputs; -1 when there is none of that name.
int64_t outputIndex(const Program &program, std::string_view name);

}  // namespace qwen
