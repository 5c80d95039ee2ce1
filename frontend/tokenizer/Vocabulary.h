// The vocabulary and the merges of a BPE model, from tokenizer.json or from vocab.json and merges.txt.
#pragma once

#include "frontend/config/Json.h"
#include "runtime/text/TokenizerFormat.h"

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace qwen {

struct Vocabulary {
  std::unordered_map<std::string, uint32_t> ids;  // by the token's text, in the byte alphabet
  std::vector<TokenizerMerge> merges;             // one for each pair, in order of rank
};

// Of the parsed tokenizer.json. Throws InputError.
Vocabulary readTokenizerJson(const Json &tokenizer);
// Of vocab.json and merges.txt in `dir`. Throws InputError.
Vocabulary readVocabFiles(const std::string &dir);

}  // namespace qwen
