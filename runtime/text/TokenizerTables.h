// A checked view of a tokenizer blob.
#pragma once

#include "runtime/text/Pretokenizer.h"
#include "runtime/text/TokenizerFormat.h"
#include "runtime/text/TokenizerHash.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace qwen {

// A set of added tokens to look for.
struct AddedTokenSet {
  const FirstBytes *first = nullptr;
  std::span<const TokenizerAdded> tokens;  // texts ascending by bytes
  const char *texts = nullptr;

  std::string_view text(const TokenizerAdded &token) const { return {texts + token.text, token.text_bytes}; }
};

struct TokenizerTables {
  // Checks all that lookups rely on, so that they need no checks. `blob` must be aligned to 8 bytes.
  static std::optional<TokenizerTables> fromBlob(const uint8_t *blob, uint64_t size, std::string &error);

  SplitPattern pattern = SplitPattern::qwen2;
  const int32_t *byte_ids = nullptr;        // [256]
  std::span<const uint32_t> token_offsets;  // [ids + 1]
  const uint8_t *token_flags = nullptr;     // [ids]
  const char *token_bytes = nullptr;
  uint64_t word_seed = 0;
  uint32_t longest_word = 0;
  std::span<const uint32_t> word_displacements;
  std::span<const uint32_t> words;
  uint64_t merge_seed = 0;
  std::span<const uint32_t> merge_displacements;
  std::span<const TokenizerMerge> merges;
  AddedTokenSet raw_added;
  AddedTokenSet normalized_added;

  uint32_t ids() const { return static_cast<uint32_t>(token_offsets.size() - 1); }
  std::string_view bytes(uint32_t id) const {
    return {token_bytes + token_offsets[id], token_offsets[id + 1] - token_offsets[id]};
  }

  // The token that BPE makes of exactly these bytes, or -1 when it makes several (or none).
  int32_t findWord(std::string_view word) const {
    if (word.size() > longest_word || words.empty())
      return -1;
    uint64_t hash = hashBytes(word, word_seed);
    uint32_t displacement = word_displacements[bucketOf(hash, static_cast<uint32_t>(word_displacements.size()))];
    uint32_t id = words[slotOf(hash, displacement, static_cast<uint32_t>(words.size()))];
    return bytes(id) == word ? static_cast<int32_t>(id) : -1;
  }

  // What `left` followed by `right` may become, or null.
  const TokenizerMerge *findMerge(uint32_t left, uint32_t right) const {
    if (merges.empty())
      return nullptr;
    uint64_t hash = hashPair(left, right, merge_seed);
    uint32_t displacement = merge_displacements[bucketOf(hash, static_cast<uint32_t>(merge_displacements.size()))];
    const TokenizerMerge &merge = merges[slotOf(hash, displacement, static_cast<uint32_t>(merges.size()))];
    return merge.left == left && merge.right == right ? &merge : nullptr;
  }
};

}  // namespace qwen
