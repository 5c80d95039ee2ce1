// Random numbers by place: no state, so that any part of a stream can be made alone.
#pragma once

#include <cstdint>

namespace qwen {

// The finalizer of SplitMix64 over (stream, index).
inline uint64_t randomBits(uint64_t stream, uint64_t index) {
  uint64_t x = stream + (index + 1) * 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

// Uniform in [0, 1), a multiple of 2^-24: exact in f32.
inline double randomUnit(uint64_t stream, uint64_t index) {
  return double(randomBits(stream, index) >> 40) / (1 << 24);
}

}  // namespace qwen
