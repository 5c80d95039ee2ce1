// The numbers of the quantised weight formats, shared by what writes them (the packer) and what reads them (the kernel
// generators). A group of kQuantGroup columns of a row shares one f16 scale: weight = scale * (value - zero).
#pragma once

#include <array>
#include <cstdint>

namespace qwen {

inline constexpr int64_t kQuantGroup = 32;  // columns that share a scale
inline constexpr int64_t kQuantBlock =
    64;  // columns of a block of a panel: two groups, their scales ahead of the codes

// q8: the code is the value, 1..255.
inline constexpr int kQ8Zero = 128;

// q4: code c of a group means kQ4Values[c] + shift - kQ4Zero, where the shift of the group is the low bits of its
// scale's f16: weight = scale * (kQ4Values[c] + (scale_bits & kQ4ShiftMask) - kQ4Zero). With the scale's sign, that
// makes 16 tables of 16 values, at the price of three bits of the scale's mantissa. Values and shift together are at
// most 32, so that 16 products of an int8 and a value less its zero add up in 16 bits. Found by search
// (bench/README.md): least squared error on normal and heavy-tailed weights.
inline constexpr int kQ4Zero = 16;
inline constexpr int kQ4ShiftMask = 7;
inline constexpr std::array<uint8_t, 16> kQ4Values = {1, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 19, 21};
static_assert(kQ4Values.back() + kQ4ShiftMask <= 2 * kQ4Zero);

// What the codes of a group are to be multiplied by its scale as.
constexpr int q8Value(uint8_t code) { return code - kQ8Zero; }
constexpr int q4Value(uint8_t code, uint16_t scale) { return kQ4Values[code] + (scale & kQ4ShiftMask) - kQ4Zero; }

// Bytes of a block of 16 rows: f16 scales [2 groups][16 rows], then codes of 8 or 4 bits.
inline constexpr int64_t kQuantScaleBytes = 2 * kQuantBlock / kQuantGroup * 16;
inline constexpr int64_t kQ8BlockBytes = kQuantScaleBytes + 16 * kQuantBlock;
inline constexpr int64_t kQ4BlockBytes = kQuantScaleBytes + 16 * kQuantBlock / 2;

}  // namespace qwen
