#include "frontend/tokenizer/PerfectHash.h"

#include "runtime/text/TokenizerHash.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <span>
#include <tuple>

namespace qwen {

namespace {

constexpr uint32_t kKeysPerBucket = 4;
// The last bucket finds the last free slot of n in n tries on average; after this many, two hashes are equal, or a
// small table has no bucket of one key for the last slots: another seed does it.
constexpr uint32_t kTriesPerKey = 64;

std::optional<PerfectHash> tryBuild(const std::vector<uint64_t> &hashes, uint64_t seed) {
  auto keys = static_cast<uint32_t>(hashes.size());
  uint32_t bucket_count = keys / kKeysPerBucket + 1;
  // The keys by bucket, the fullest bucket first, while there is room.
  std::vector<uint32_t> sizes(bucket_count);
  for (uint64_t hash : hashes)
    ++sizes[bucketOf(hash, bucket_count)];
  auto order = [&](uint32_t key) {
    uint32_t bucket = bucketOf(hashes[key], bucket_count);
    return std::tuple(~sizes[bucket], bucket, key);
  };
  std::vector<uint32_t> ordered(keys);
  std::iota(ordered.begin(), ordered.end(), 0);
  std::sort(ordered.begin(), ordered.end(), [&](uint32_t a, uint32_t b) { return order(a) < order(b); });

  PerfectHash table{seed, std::vector<uint32_t>(bucket_count), std::vector<uint32_t>(keys)};
  std::vector<bool> taken(keys);
  for (size_t at = 0; at < ordered.size();) {
    uint32_t bucket = bucketOf(hashes[ordered[at]], bucket_count);
    std::span<const uint32_t> members(ordered.data() + at, sizes[bucket]);
    at += members.size();
    uint64_t tries = uint64_t{kTriesPerKey} * keys + 1024;
    uint32_t displacement = 0;
    for (;; ++displacement) {
      if (displacement == tries)
        return std::nullopt;
      size_t placed = 0;
      for (; placed < members.size(); ++placed) {
        uint32_t slot = slotOf(hashes[members[placed]], displacement, keys);
        if (taken[slot])
          break;
        taken[slot] = true;
        table.slots[members[placed]] = slot;
      }
      if (placed == members.size())
        break;
      for (size_t i = 0; i < placed; ++i)
        taken[table.slots[members[i]]] = false;
    }
    table.displacements[bucket] = displacement;
  }
  return table;
}

}  // namespace

PerfectHash buildPerfectHash(uint32_t keys, const std::function<uint64_t(uint32_t key, uint64_t seed)> &hash) {
  if (keys == 0)
    return {};
  std::vector<uint64_t> hashes(keys);
  for (uint64_t seed = 0;; ++seed) {
    for (uint32_t key = 0; key < keys; ++key)
      hashes[key] = hash(key, seed);
    if (std::optional<PerfectHash> table = tryBuild(hashes, seed))
      return *table;
  }
}

}  // namespace qwen
