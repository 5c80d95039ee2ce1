// The added tokens of a tokenizer, kept by the rules of AddedVocabulary in HF's tokenizers library.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace qwen {

// As in tokenizer.json's added_tokens.
struct AddedToken {
  std::string content;
  bool single_word = false;
  bool lstrip = false;
  bool rstrip = false;
  bool normalized = false;
  bool special = false;
  bool operator==(const AddedToken &) const = default;
};

class AddedVocabulary {
public:
  // `ids` is the model's vocabulary; borrowed.
  explicit AddedVocabulary(const std::unordered_map<std::string, uint32_t> &ids) : ids(ids) {}

  // HF's add_tokens: a token that the vocabulary has keeps its id, another one gets the next id; one that was added
  // before takes the new flags.
  void add(const std::vector<AddedToken> &tokens);

  const std::map<uint32_t, AddedToken> &tokens() const { return added; }
  bool has(const std::string &content) const { return added_ids.contains(content); }
  std::optional<uint32_t> idOf(const std::string &content) const;

  // What is looked for in the text: the content, or its NFC when the token is to be normalised.
  std::string pattern(uint32_t id) const;
  // What decode() sees: as HF has it, the NFC of every token that ever was to be normalised.
  std::string decoded(uint32_t id) const;
  // Whether decode(skip_special_tokens) leaves it out: once special, always special.
  bool isSpecial(uint32_t id) const { return special.contains(decoded(id)); }

private:
  const std::unordered_map<std::string, uint32_t> &ids;
  std::unordered_map<std::string, uint32_t> added_ids;
  std::map<uint32_t, AddedToken> added;
  std::map<uint32_t, std::string> normalized;  // the NFC of contents that aren't in NFC
  std::set<std::string> special;
};

}  // namespace qwen
