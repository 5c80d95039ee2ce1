#include "frontend/tokenizer/PerfectHash.h"

#include "runtime/text/TokenizerHash.h"

#include <gtest/gtest.h>

namespace qwen {
namespace {

uint64_t hashOf(uint32_t key, uint64_t seed) { return hashPair(key, key * 7, seed); }

TEST(PerfectHash, EveryKeyHasASlotOfItsOwn) {
  for (uint32_t keys : {1u, 2u, 3u, 7u, 100u, 4096u, 20000u}) {
    PerfectHash table = buildPerfectHash(keys, hashOf);
    ASSERT_EQ(table.slots.size(), keys);
    std::vector<bool> taken(keys);
    for (uint32_t key = 0; key < keys; ++key) {
      uint64_t hash = hashOf(key, table.seed);
      uint32_t bucket = bucketOf(hash, static_cast<uint32_t>(table.displacements.size()));
      uint32_t slot = slotOf(hash, table.displacements[bucket], keys);
      ASSERT_EQ(slot, table.slots[key]);
      ASSERT_FALSE(taken[slot]);
      taken[slot] = true;
    }
  }
}

TEST(PerfectHash, NoKeys) {
  PerfectHash table = buildPerfectHash(0, hashOf);
  EXPECT_TRUE(table.displacements.empty());
  EXPECT_TRUE(table.slots.empty());
}

TEST(PerfectHash, TakesAnotherSeedWhenTwoHashesAreEqual) {
  PerfectHash table = buildPerfectHash(
      50, [](uint32_t key, uint64_t seed) { return seed == 0 && key == 49 ? hashOf(48, 0) : hashOf(key, seed); });
  EXPECT_NE(table.seed, 0u);
}

}  // namespace
}  // namespace qwen
