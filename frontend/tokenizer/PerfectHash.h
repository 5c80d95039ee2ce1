// Builds the displacements of a minimal perfect hash table (runtime/text/TokenizerHash.h reads it).
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

namespace qwen {

struct PerfectHash {
  uint64_t seed = 0;
  std::vector<uint32_t> displacements;  // of the buckets
  std::vector<uint32_t> slots;          // the slot of each key, a permutation of [0, keys)
};

// `hash(key, seed)` is the hash of key number `key`; the keys are distinct. Deterministic.
PerfectHash buildPerfectHash(uint32_t keys, const std::function<uint64_t(uint32_t key, uint64_t seed)> &hash);

}  // namespace qwen
