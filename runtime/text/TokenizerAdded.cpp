#include "runtime/text/TokenizerAdded.h"

#include "runtime/text/Unicode.h"
#include "runtime/text/Utf8.h"

#include <algorithm>

namespace qwen {

const TokenizerAdded *longestAddedToken(const AddedTokenSet &set, std::string_view text, size_t at) {
  // The tokens that agree with the text so far are neighbours, as all are in order of their bytes.
  std::span<const TokenizerAdded> candidates = set.tokens;
  const TokenizerAdded *longest = nullptr;
  for (size_t depth = 0; at + depth < text.size() && !candidates.empty(); ++depth) {
    auto byteAt = [&](const TokenizerAdded &token) { return static_cast<uint8_t>(set.text(token)[depth]); };
    auto byte = static_cast<uint8_t>(text[at + depth]);
    auto low = std::lower_bound(candidates.begin(), candidates.end(), byte,
                                [&](const TokenizerAdded &token, uint8_t b) { return byteAt(token) < b; });
    auto high = std::upper_bound(low, candidates.end(), byte,
                                 [&](uint8_t b, const TokenizerAdded &token) { return b < byteAt(token); });
    candidates = {low, high};
    if (!candidates.empty() && candidates.front().text_bytes == depth + 1) {
      longest = &candidates.front();
      candidates = candidates.subspan(1);
    }
  }
  return longest;
}

// Where the white space at the end of text[0, end) begins.
static size_t skipSpaceLeft(std::string_view text, size_t end) {
  while (end > 0) {
    size_t start = end - 1;
    while (start > 0 && (static_cast<uint8_t>(text[start]) & 0xC0) == 0x80)
      --start;
    size_t at = start;
    if (!isSpace(charClass(nextCodePoint(text, at))))
      break;
    end = start;
  }
  return end;
}

static size_t skipSpaceRight(std::string_view text, size_t at) {
  while (at < text.size()) {
    size_t behind = at;
    if (!isSpace(charClass(nextCodePoint(text, behind))))
      break;
    at = behind;
  }
  return at;
}

std::vector<AddedTokenSplit> splitAtAddedTokens(const AddedTokenSet &set, std::string_view text) {
  std::vector<AddedTokenSplit> splits;
  size_t done = 0;
  for (size_t at = 0; at < text.size() && !set.tokens.empty();) {
    const TokenizerAdded *token = nullptr;
    if (set.first->has(static_cast<uint8_t>(text[at])))
      token = longestAddedToken(set, text, at);
    if (token == nullptr) {
      ++at;
      continue;
    }
    size_t start = at;
    size_t stop = at + token->text_bytes;
    at = stop;  // the search goes on behind the token itself, even within what it strips
    if (token->flags & kAddedStripLeft)
      start = std::max(skipSpaceLeft(text, start), done);
    if (token->flags & kAddedStripRight)
      stop = skipSpaceRight(text, stop);
    if (done < start)
      splits.push_back({-1, text.substr(done, start - done)});
    splits.push_back({static_cast<int32_t>(token->id), text.substr(start, stop - start)});
    done = stop;
  }
  if (done < text.size())
    splits.push_back({-1, text.substr(done)});
  return splits;
}

}  // namespace qwen
