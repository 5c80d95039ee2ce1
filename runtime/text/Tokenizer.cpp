#include "runtime/text/Tokenizer.h"

#include "runtime/text/TokenizerAdded.h"
#include "runtime/text/TokenizerBpe.h"
#include "runtime/text/Unicode.h"
#include "runtime/text/Utf8.h"

namespace qwen {

std::optional<Tokenizer> Tokenizer::fromBlob(const uint8_t *blob, uint64_t size, std::string &error) {
  std::optional<TokenizerTables> tables = TokenizerTables::fromBlob(blob, size, error);
  if (!tables)
    return std::nullopt;
  return Tokenizer(*tables);
}

std::vector<int32_t> Tokenizer::encode(std::string_view utf8) const {
  std::string repaired;
  if (!isValidUtf8(utf8)) {
    repaired = toValidUtf8(utf8);
    utf8 = repaired;
  }
  std::vector<int32_t> ids;
  Bpe bpe(tables);
  std::string storage;
  for (const AddedTokenSplit &raw : splitAtAddedTokens(tables.raw_added, utf8)) {
    if (raw.id >= 0) {
      ids.push_back(raw.id);
      continue;
    }
    std::string_view normalized = normalizeNfc(raw.text, storage);
    for (const AddedTokenSplit &split : splitAtAddedTokens(tables.normalized_added, normalized)) {
      if (split.id >= 0) {
        ids.push_back(split.id);
        continue;
      }
      for (size_t at = 0; at < split.text.size();) {
        size_t end = endOfPiece(split.text, at, tables.pattern);
        bpe.encodeWord(split.text.substr(at, end - at), ids);
        at = end;
      }
    }
  }
  return ids;
}

std::string_view Tokenizer::bytes(int32_t id) const {
  return id >= 0 && id < size() ? tables.bytes(static_cast<uint32_t>(id)) : std::string_view();
}

bool Tokenizer::isSpecial(int32_t id) const {
  return id >= 0 && id < size() && (tables.token_flags[id] & kTokenSpecial) != 0;
}

std::optional<int32_t> Tokenizer::find(std::string_view token_text) const {
  for (const AddedTokenSet *set : {&tables.raw_added, &tables.normalized_added}) {
    const TokenizerAdded *token = longestAddedToken(*set, token_text, 0);
    if (token != nullptr && token->text_bytes == token_text.size())
      return static_cast<int32_t>(token->id);
  }
  return std::nullopt;
}

std::string Tokenizer::decode(const std::vector<int32_t> &ids, bool skip_special) const {
  std::string text;
  for (int32_t id : ids) {
    if (!skip_special || !isSpecial(id))
      text += bytes(id);
  }
  return toValidUtf8(text);
}

int64_t Tokenizer::size() const { return tables.ids(); }

}  // namespace qwen
