#include "runtime/core/PromptLookup.h"

#include <algorithm>

namespace qwen {

void PromptLookup::append(int32_t id) {
  // The runs that end here have a token behind them only now.
  const auto size = static_cast<int64_t>(ids.size());
  for (int64_t length = kShortest; length <= std::min(size, kLongest); ++length)
    places[key(length)] = size;
  ids.push_back(id);
}

uint64_t PromptLookup::key(int64_t length) const {
  uint64_t mixed = static_cast<uint64_t>(length) << 32;  // above the ids: runs of other lengths begin elsewhere
  for (auto id = ids.end() - length; id != ids.end(); ++id) {
    mixed = (mixed ^ static_cast<uint32_t>(*id)) * 0x9e3779b97f4a7c15;
    mixed ^= mixed >> 32;
  }
  return mixed;
}

int64_t PromptLookup::findEarlier(int64_t length) const {
  if (length > static_cast<int64_t>(ids.size()))
    return -1;
  const auto found = places.find(key(length));
  // Different runs can have equal keys.
  if (found == places.end() || !std::equal(ids.end() - length, ids.end(), ids.begin() + found->second - length))
    return -1;
  return found->second;
}

void PromptLookup::draft(int64_t most, std::vector<int32_t> &tokens) {
  tokens.clear();
  const auto size = static_cast<int64_t>(ids.size());
  int64_t place = -1;
  for (int64_t length = kLongest; length >= kShortest && place < 0; --length)
    place = findEarlier(length);
  if (place < 0)
    return;
  for (int64_t i = 0; i < most; ++i) {
    const int64_t at = place + i;
    const int32_t id = at < size ? ids[static_cast<size_t>(at)] : tokens[static_cast<size_t>(at - size)];
    if (id < 0)  // an embedding is no token
      return;
    tokens.push_back(id);
  }
}

}  // namespace qwen
