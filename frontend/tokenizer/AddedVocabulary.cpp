#include "frontend/tokenizer/AddedVocabulary.h"

#include "runtime/text/Unicode.h"

namespace qwen {

std::optional<uint32_t> AddedVocabulary::idOf(const std::string &content) const {
  if (auto found = added_ids.find(content); found != added_ids.end())
    return found->second;
  if (auto found = ids.find(content); found != ids.end())
    return found->second;
  return std::nullopt;
}

void AddedVocabulary::add(const std::vector<AddedToken> &tokens) {
  // The next free id counts the model's tokens, whatever their ids are.
  auto next = static_cast<uint32_t>(ids.size());
  if (!added.empty() && added.rbegin()->first >= next)
    next = added.rbegin()->first + 1;
  for (const AddedToken &token : tokens) {
    if (token.content.empty())
      continue;
    std::optional<uint32_t> known = idOf(token.content);
    uint32_t id = known ? *known : next++;
    if (token.normalized) {
      std::string storage;
      if (std::string_view nfc = normalizeNfc(token.content, storage); nfc != token.content)
        normalized[id] = nfc;
    }
    added_ids[token.content] = id;
    if (token.special)
      special.insert(token.content);
    added[id] = token;
  }
}

std::string AddedVocabulary::pattern(uint32_t id) const {
  const AddedToken &token = added.at(id);
  return token.normalized ? decoded(id) : token.content;
}

std::string AddedVocabulary::decoded(uint32_t id) const {
  auto nfc = normalized.find(id);
  return nfc != normalized.end() ? nfc->second : added.at(id).content;
}

}  // namespace qwen
