// The tokenizer that HF's AutoTokenizer makes of a checkpoint's files (transformers 5.23).
#pragma once

#include "frontend/tokenizer/AddedVocabulary.h"
#include "frontend/tokenizer/Vocabulary.h"
#include "runtime/text/Pretokenizer.h"

#include <string>
#include <vector>

namespace qwen {

struct HfTokenizer {
  SplitPattern pattern = SplitPattern::qwen2;
  bool ignore_merges = false;  // a word that is in the vocabulary is one token, whatever the merges make of it
  Vocabulary vocabulary;

  struct Added {
    uint32_t id;
    std::string pattern;  // what is looked for in the text
    std::string decoded;  // what decode() makes text of
    bool normalized, lstrip, rstrip, special;
  };
  std::vector<Added> added;  // ascending ids
};

// Throws InputError for files that HF would refuse, and for what this tokenizer doesn't do (other models than
// byte-level BPE, single_word, prefix spaces, templates that add tokens).
HfTokenizer readHfTokenizer(const std::string &dir, const std::string &model_type);

}  // namespace qwen
