// The added and special tokens that a checkpoint's files declare, gathered as HF's from_pretrained gathers them.
#pragma once

#include "frontend/config/Json.h"
#include "frontend/tokenizer/AddedVocabulary.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace qwen {

struct DeclaredTokens {
  std::string file;                      // where `added` stands, for messages
  std::map<uint32_t, AddedToken> added;  // by the id that the file gives it
  std::vector<AddedToken> named;         // bos_token, eos_token, ..., then tokens of the model's own, image_token, ...
  std::vector<AddedToken> extra;         // extra_special_tokens
};

// `config` is the parsed tokenizer_config.json (an empty object: there is none); `tokenizer` the parsed
// tokenizer.json, or null. `default_token` is what the tokenizer class takes for unk_token, eos_token and pad_token
// when the files don't say. Throws InputError.
DeclaredTokens readDeclaredTokens(const std::string &dir, const Json &config, const Json *tokenizer,
                                  const std::optional<std::string> &default_token);

// The added_tokens of tokenizer.json, in its order, with the ids it states. Throws InputError.
std::vector<std::pair<uint32_t, AddedToken>> readAddedTokens(const Json &tokenizer);

}  // namespace qwen
