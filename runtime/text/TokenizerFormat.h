// The tokenizer blob: tables that the compiler makes (frontend/tokenizer) and the program uses in place, as mapped.
// Little-endian; the header, then the sections in the order of TokenizerLayout, each aligned to 8 bytes.
#pragma once

#include <cstdint>

namespace qwen {

inline constexpr char kTokenizerMagic[9] = "QWENTOK1";
inline constexpr uint32_t kMaxTokenizerIds = 1u << 24;  // far above any vocabulary; bounds what a bad file can ask for

struct TokenizerHeader {
  char magic[8];
  uint64_t checksum;  // hashBytes of everything behind this field, seed 0
  uint64_t blob_bytes;
  uint64_t word_seed;  // of the hash of each table
  uint64_t merge_seed;
  uint32_t pattern;  // SplitPattern
  uint32_t ids;      // ids are in [0, ids)
  uint32_t token_bytes;
  uint32_t longest_word;  // bytes of the longest entry of the word table
  uint32_t words, word_buckets;
  uint32_t merges, merge_buckets;
  uint32_t raw_added;         // added tokens that are looked for in the text as given,
  uint32_t normalized_added;  // and those that are looked for in its NFC
  uint32_t added_bytes;
  uint32_t reserved;  // 0
};
static_assert(sizeof(TokenizerHeader) == 88);

// A pair of neighbouring tokens that may become one.
struct TokenizerMerge {
  uint32_t left, right;
  uint32_t rank;  // the lowest is merged first
  uint32_t id;    // what they become
};

enum TokenFlags : uint8_t {
  kTokenSpecial = 1,  // left out by decode(skip_special)
};

enum AddedTokenFlags : uint32_t {
  kAddedStripLeft = 1,   // takes the white space before it along
  kAddedStripRight = 2,  // and behind it
};

struct TokenizerAdded {
  uint32_t id;
  uint32_t text, text_bytes;  // in the added bytes
  uint32_t flags;             // AddedTokenFlags
};

// Which bytes an added token of a set can begin with.
struct FirstBytes {
  uint64_t bits[4];
  bool has(uint8_t byte) const { return bits[byte >> 6] >> (byte & 63) & 1; }
};

// Where the sections begin, in bytes from the start of the blob.
struct TokenizerLayout {
  uint64_t byte_ids;             // int32[256]: the token of one byte; -1: the vocabulary has none, BPE drops the byte
  uint64_t token_offsets;        // uint32[ids + 1] into token_bytes; an id without a token is empty
  uint64_t token_flags;          // uint8[ids], TokenFlags
  uint64_t token_bytes;          // uint8[token_bytes]
  uint64_t word_displacements;   // uint32[word_buckets]
  uint64_t words;                // uint32[words]: ids of the tokens that BPE makes of their own bytes, by hashBytes
  uint64_t merge_displacements;  // uint32[merge_buckets]
  uint64_t merges;               // TokenizerMerge[merges], by hashPair(left, right)
  uint64_t raw_first;            // FirstBytes
  uint64_t raw_added;            // TokenizerAdded[raw_added], texts ascending by bytes
  uint64_t normalized_first;     // FirstBytes
  uint64_t normalized_added;     // TokenizerAdded[normalized_added], likewise
  uint64_t added_bytes;          // uint8[added_bytes]
  uint64_t end;
};

// Can't overflow: the counts have 32 bits.
inline TokenizerLayout layoutOf(const TokenizerHeader &h) {
  TokenizerLayout layout{};
  uint64_t at = sizeof(TokenizerHeader);
  auto place = [&at](uint64_t &section, uint64_t count, uint64_t size) {
    section = at;
    at += (count * size + 7) & ~uint64_t{7};
  };
  place(layout.byte_ids, 256, sizeof(int32_t));
  place(layout.token_offsets, uint64_t{h.ids} + 1, sizeof(uint32_t));
  place(layout.token_flags, h.ids, 1);
  place(layout.token_bytes, h.token_bytes, 1);
  place(layout.word_displacements, h.word_buckets, sizeof(uint32_t));
  place(layout.words, h.words, sizeof(uint32_t));
  place(layout.merge_displacements, h.merge_buckets, sizeof(uint32_t));
  place(layout.merges, h.merges, sizeof(TokenizerMerge));
  place(layout.raw_first, 1, sizeof(FirstBytes));
  place(layout.raw_added, h.raw_added, sizeof(TokenizerAdded));
  place(layout.normalized_first, 1, sizeof(FirstBytes));
  place(layout.normalized_added, h.normalized_added, sizeof(TokenizerAdded));
  place(layout.added_bytes, h.added_bytes, 1);
  layout.end = at;
  return layout;
}

}  // namespace qwen
