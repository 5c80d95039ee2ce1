// What a checkpoint says about texts beside its vocabulary: special tokens' texts and the chat template.
#pragma once

#include "frontend/config/Json.h"

#include <string>

namespace qwen {

struct TokenizerConfig {
  std::string bos_token, eos_token, pad_token;  // empty: none
  std::string chat_template;                    // Jinja source; empty: none
};

// Reads tokenizer_config.json and chat_template.jinja of a checkpoint directory, where present; the latter's template
// wins, as in HF. Throws InputError.
TokenizerConfig readTokenizerConfig(const std::string &directory);

// Whether the directory holds tokenizer files at all: tokenizer.json or vocab.json.
bool hasTokenizer(const std::string &directory);

}  // namespace qwen
