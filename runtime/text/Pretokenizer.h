// The regular expressions by which HF's Qwen tokenizers cut text into the words that BPE sees, written out by hand.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace qwen {

enum class SplitPattern : uint32_t {
  // Qwen2Tokenizer (transformers, models/qwen2/tokenization_qwen2.py):
  // (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
  qwen2 = 0,
  // Qwen3_5Tokenizer (models/qwen3_5/tokenization_qwen3_5.py): marks go with the letters, [\p{L}\p{M}]+ and
  // ` ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*`; else the same.
  qwen3_5 = 1,
};

// Where the match that begins at text[at] ends; `at` < text.size(). The matches cover every text without gaps.
// `text` is valid UTF-8; its end is the end of input for the pattern's lookahead.
size_t endOfPiece(std::string_view text, size_t at, SplitPattern pattern);

}  // namespace qwen
