// What a slot of the engine remembers between calls, so that a longer prompt computes only what is new.
#pragma once

#include "runtime/core/Engine.h"

#include <cstdint>
#include <vector>

namespace qwen {

// Keys and values of any number of leading tokens can be used again. What recurrent layers carry stands for all tokens
// that were computed and can't be taken back, so it is copied where a later prompt may leave the tokens at hand.
class SlotMemory {
public:
  // All that is remembered, to be kept elsewhere.
  struct Saved {
    std::vector<int32_t> tokens, marked;
    std::vector<uint8_t> slot, copy;  // Engine::saveSlot of all tokens, and of no position
  };

  // Borrows the engine, whose slot is used through this object alone.
  SlotMemory(Engine &engine, int64_t slot) : engine(engine), slot(slot) {}

  // How many leading tokens of `ids` need not be computed again: less than ids.size(). Recurrent layers are put there;
  // until remember() nothing else may be expected of the slot.
  int64_t resume(const std::vector<int32_t> &ids);
  // These tokens were computed, and nothing behind them.
  void remember(std::vector<int32_t> ids);
  // A copy of what recurrent layers carry, for prompts that go on otherwise behind these tokens; the one before is
  // dropped. Other models need no copy.
  void mark(std::vector<int32_t> ids);

  Saved save() const;
  // `saved` comes of an engine of the same program; what isn't of its sizes is refused: false.
  bool restore(Saved saved);

private:
  Engine &engine;
  int64_t slot;
  std::vector<int32_t> tokens;  // in the slot
  std::vector<int32_t> marked;  // of `copy`
  std::vector<uint8_t> copy;    // what recurrent layers carry behind them
};

}  // namespace qwen
