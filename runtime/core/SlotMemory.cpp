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
  if (!recurrent())
    return std::mismatch(ids.begin(), ids.end() - 1, known.begin(), known.end()).first - ids.begin();
  if (isProperPrefix(known, ids))
    return static_cast<int64_t>(known.size());
  if (!isProperPrefix(marked, ids))
    return 0;
  if (!marked.empty())
    engine.setRecurrentState(slot, copy);
  return static_cast<int64_t>(marked.size());
}

void SlotMemory::remember(std::vector<int32_t> ids) { tokens = std::move(ids); }

void SlotMemory::mark(std::vector<int32_t> ids) {
  if (!recurrent())
    return;
  copy = engine.recurrentState(slot);
  marked = std::move(ids);
}

}  // namespace qwen
