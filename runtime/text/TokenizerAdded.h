// Added tokens ("<|im_end|>") are cut out of the text before anything else looks at it.
#pragma once

#include "runtime/text/TokenizerTables.h"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace qwen {

struct AddedTokenSplit {
  int32_t id;  // an added token, or -1: text in between
  std::string_view text;
};

// Cuts `text` (valid UTF-8) at the tokens of `set`: leftmost first, of several that begin there the longest. White
// space that a token strips goes with it. The rule is AddedVocabulary::find_matches of HF's tokenizers library.
std::vector<AddedTokenSplit> splitAtAddedTokens(const AddedTokenSet &set, std::string_view text);

// The token of `set` that begins at text[at] and is longest, or null.
const TokenizerAdded *longestAddedToken(const AddedTokenSet &set, std::string_view text, size_t at);

}  // namespace qwen
