// Writes the tables of runtime/text/TokenizerFormat.h.
#pragma once

#include "frontend/tokenizer/HfTokenizer.h"

#include <cstdint>
#include <vector>

namespace qwen {

std::vector<uint8_t> writeTokenizerBlob(const HfTokenizer &tokenizer);

}  // namespace qwen
