// The hash functions of the tokenizer blob, and the perfect hashing built on them: a key's hash picks a bucket, the
// bucket's displacement picks the key's slot, and no two keys share a slot ("hash, displace and compress"). So a
// lookup is two reads and one comparison, whatever the key, and a table has no free slots.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace qwen {

inline constexpr uint64_t kHashFactor = 0x9E3779B97F4A7C15u;
inline constexpr uint64_t kHashMixer = 0xD6E8FEB86659FD93u;

// Both halves of the 128-bit product, folded.
inline uint64_t foldedProduct(uint64_t a, uint64_t b) {
  __extension__ typedef unsigned __int128 Wide;
  Wide product = static_cast<Wide>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

inline uint64_t hashBytes(std::string_view bytes, uint64_t seed) {
  uint64_t hash = seed ^ bytes.size() * kHashFactor;
  size_t at = 0;
  for (; at + 8 <= bytes.size(); at += 8) {
    uint64_t word;
    std::memcpy(&word, bytes.data() + at, 8);
    hash = foldedProduct(hash ^ word, kHashMixer) + kHashFactor;
  }
  uint64_t tail = 0;
  for (size_t shift = 0; at < bytes.size(); ++at, shift += 8)
    tail |= static_cast<uint64_t>(static_cast<uint8_t>(bytes[at])) << shift;
  return foldedProduct(hash ^ tail, kHashMixer);
}

inline uint64_t hashPair(uint32_t left, uint32_t right, uint64_t seed) {
  return foldedProduct((static_cast<uint64_t>(left) << 32 | right) ^ seed, kHashFactor);
}

// Of `hash`, a number below `count`.
inline uint32_t bucketOf(uint64_t hash, uint32_t count) { return static_cast<uint32_t>((hash >> 32) * count >> 32); }
inline uint32_t slotOf(uint64_t hash, uint32_t displacement, uint32_t count) {
  uint64_t mixed = foldedProduct(hash + displacement * kHashFactor, kHashMixer);
  return static_cast<uint32_t>((mixed >> 32) * count >> 32);
}

}  // namespace qwen
