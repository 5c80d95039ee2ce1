#include "runtime/core/SlotMemory.h"

#include <algorithm>
#include <utility>

namespace qwen {
namespace {

bool isProperPrefix(const std::vector<int32_t> &prefix, const std::vector<int32_t> &ids) {
  return prefix.size() < ids.size() && std::equal(prefix.begin(), prefix.end(), ids.begin());
}

}  // namespace

int64_t SlotMemory::resume(const std::vector<int32_t> &ids) {
  // Until the computation is done, nothing behind them can be relied on.
  const std::vector<int32_t> known = std::exchange(tokens, {});
  if (!isRecurrent(engine.program()))
    return std::mismatch(ids.begin(), ids.end() - 1, known.begin(), known.end()).first - ids.begin();
  if (isProperPrefix(known, ids))
    return static_cast<int64_t>(known.size());
  if (!isProperPrefix(marked, ids))
    return 0;
  if (!marked.empty())
    engine.restoreSlot(slot, 0, copy);
  return static_cast<int64_t>(marked.size());
}

void SlotMemory::remember(std::vector<int32_t> ids) { tokens = std::move(ids); }

void SlotMemory::mark(std::vector<int32_t> ids) {
  if (!isRecurrent(engine.program()))
    return;
  copy = engine.saveSlot(slot, 0);
  marked = std::move(ids);
}

SlotMemory::Saved SlotMemory::save() const {
  return {tokens, marked, engine.saveSlot(slot, static_cast<int64_t>(tokens.size())), copy};
}

bool SlotMemory::restore(Saved saved) {
  const auto count = static_cast<int64_t>(saved.tokens.size());
  if (count > engine.program().max_seq || static_cast<int64_t>(saved.slot.size()) != engine.savedBytes(count) ||
      static_cast<int64_t>(saved.copy.size()) != (saved.marked.empty() ? 0 : engine.savedBytes(0)))
    return false;
  engine.restoreSlot(slot, count, saved.slot);
  tokens = std::move(saved.tokens);
  marked = std::move(saved.marked);
  copy = std::move(saved.copy);
  return true;
}

}  // namespace qwen
