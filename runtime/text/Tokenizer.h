// Byte-level BPE as HF's Qwen2Tokenizer does it, over tables made by the compiler.
#pragma once

#include "runtime/text/TokenizerTables.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace qwen {

class Tokenizer {
public:
  // `blob` [size] is a tokenizer blob (runtime/text/TokenizerFormat.h); it is borrowed, must be
  // aligned to 8 bytes and outlive the tokenizer. Everything in it is checked: bad ones give nullopt and one line in
  // `error`.
  static std::optional<Tokenizer> fromBlob(const uint8_t *blob, uint64_t size, std::string &error);

  // HF: tokenizer(text)["input_ids"]: added tokens split off first, then NFC, the split pattern, byte-level BPE.
  // What isn't valid UTF-8 counts as U+FFFD. Less than 4 GiB of text.
  std::vector<int32_t> encode(std::string_view utf8) const;
  // The raw bytes of one token; empty for ids outside the vocabulary.
  std::string_view bytes(int32_t id) const;
  bool isSpecial(int32_t id) const;
  std::optional<int32_t> find(std::string_view token_text) const;  // an added token's text, "<|im_end|>"
  // HF: tokenizer.decode(ids, skip_special_tokens=...), invalid UTF-8 as U+FFFD.
  std::string decode(const std::vector<int32_t> &ids, bool skip_special) const;
  int64_t size() const;  // ids are in [0, size)

private:
  explicit Tokenizer(const TokenizerTables &tables) : tables(tables) {}

  TokenizerTables tables;
};

// Joins the bytes of streamed tokens so that no UTF-8 character is split between two pieces.
class Utf8Stream {
public:
  std::string push(std::string_view bytes);  // what can be shown now
  std::string finish();                      // the rest, invalid bytes as U+FFFD

private:
  std::string pending;
};

}  // namespace qwen
