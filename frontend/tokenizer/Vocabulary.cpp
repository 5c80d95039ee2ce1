#include "frontend/tokenizer/Vocabulary.h"

#include "runtime/text/Utf8.h"

#include <algorithm>
#include <string_view>
#include <tuple>
#include <utility>

namespace qwen {

namespace {

// `place` is how messages name the object: "tokenizer.json: model.vocab".
std::unordered_map<std::string, uint32_t> readIds(const std::string &place, const Json &vocab) {
  if (!vocab.is_object() || vocab.empty())
    throw InputError(place + " is " + (vocab.is_object() ? "empty" : shown(vocab)) +
                     ", expected an object that maps tokens to ids");
  std::unordered_map<std::string, uint32_t> ids;
  ids.reserve(vocab.size());
  std::vector<const std::string *> tokens;  // by id
  for (auto entry = vocab.begin(); entry != vocab.end(); ++entry) {
    const std::string &token = entry.key();
    const Json &id = entry.value();
    if (!id.is_number_unsigned() || id.get<uint64_t>() >= kMaxTokenizerIds)
      throw InputError(place + "[" + shown(token) + "] is " + shown(id) + ", expected an id from 0 to " +
                       std::to_string(kMaxTokenizerIds - 1));
    auto number = id.get<uint32_t>();
    if (number >= tokens.size())
      tokens.resize(number + 1);
    if (tokens[number] != nullptr)
      throw InputError(place + ": " + shown(*tokens[number]) + " and " + shown(token) + " both have id " + shown(id));
    tokens[number] = &token;
    ids.emplace(token, number);
  }
  return ids;
}

// Where a merge stands, for messages.
struct MergePlace {
  std::string_view before;  // "tokenizer.json: model.merges["
  size_t number;
  std::string_view after;  // "]"
  std::string text() const { return std::string(before) + std::to_string(number) + std::string(after); }
};

// Gathers the merges of a file.
class MergeTable {
public:
  explicit MergeTable(const std::unordered_map<std::string, uint32_t> &ids) : ids(ids) {}

  // The next in rank: "left right".
  void add(const MergePlace &place, const std::string &text) {
    size_t space = text.find(' ');
    if (space == std::string::npos || text.find(' ', space + 1) != std::string::npos)
      throw InputError(place.text() + " is " + shown(text) + ", expected two tokens with one space between them");
    add(place, text.substr(0, space), text.substr(space + 1));
  }
  void add(const MergePlace &place, const std::string &left, const std::string &right) {
    auto rank = static_cast<uint32_t>(merges.size());
    merges.push_back({idOf(place, left), idOf(place, right), rank, idOf(place, left + right)});
  }

  // In order of rank. As in HF, of a pair that stands twice the last counts.
  std::vector<TokenizerMerge> take() {
    auto key = [](const TokenizerMerge &merge) { return std::tuple(merge.left, merge.right, ~merge.rank); };
    std::sort(merges.begin(), merges.end(), [&](const auto &a, const auto &b) { return key(a) < key(b); });
    auto same = [](const auto &a, const auto &b) { return a.left == b.left && a.right == b.right; };
    merges.erase(std::unique(merges.begin(), merges.end(), same), merges.end());
    std::sort(merges.begin(), merges.end(), [](const auto &a, const auto &b) { return a.rank < b.rank; });
    return std::move(merges);
  }

private:
  uint32_t idOf(const MergePlace &place, const std::string &token) const {
    auto found = ids.find(token);
    if (found == ids.end())
      throw InputError(place.text() + " needs the token " + shown(token) + ", which the vocabulary does not have");
    return found->second;
  }

  const std::unordered_map<std::string, uint32_t> &ids;
  std::vector<TokenizerMerge> merges;
};

}  // namespace

Vocabulary readTokenizerJson(const Json &tokenizer) {
  const std::string file = "tokenizer.json: ";
  auto model = tokenizer.find("model");
  if (model == tokenizer.end() || !model->is_object())
    throw InputError(file + "model is " + (model == tokenizer.end() ? "missing" : shown(*model)) +
                     ", expected an object");
  if (auto type = model->find("type"); type != model->end() && *type != "BPE")
    throw InputError(file + "model.type is " + shown(*type) + ", expected \"BPE\"");
  for (const char *field : {"vocab", "merges"}) {
    if (!model->contains(field))
      throw InputError(file + "model." + field + " is missing");
  }
  Vocabulary vocabulary{readIds(file + "model.vocab", (*model)["vocab"]), {}};
  const Json &merges = (*model)["merges"];
  if (!merges.is_array())
    throw InputError(file + "model.merges is " + shown(merges) + ", expected a list");
  MergeTable table(vocabulary.ids);
  for (size_t i = 0; i < merges.size(); ++i) {
    const Json &merge = merges[i];
    MergePlace place{"tokenizer.json: model.merges[", i, "]"};
    if (merge.is_string())
      table.add(place, merge.get_ref<const std::string &>());
    else if (merge.is_array() && merge.size() == 2 && merge[0].is_string() && merge[1].is_string())
      table.add(place, merge[0].get_ref<const std::string &>(), merge[1].get_ref<const std::string &>());
    else
      throw InputError(place.text() + " is " + shown(merge) + ", expected two tokens");
  }
  vocabulary.merges = table.take();
  return vocabulary;
}

Vocabulary readVocabFiles(const std::string &dir) {
  Vocabulary vocabulary{readIds("vocab.json: the vocabulary", readJsonObject(dir + "/vocab.json")), {}};
  std::string text = readTextFile(dir + "/merges.txt");
  if (!isValidUtf8(text))
    throw InputError("merges.txt: not UTF-8");
  MergeTable table(vocabulary.ids);
  size_t line_number = 0;
  for (size_t at = 0; at < text.size();) {
    size_t end = std::min(text.find('\n', at), text.size());
    std::string line = text.substr(at, end - at);
    at = end + 1;
    ++line_number;
    if (!line.empty() && line.back() == '\r')
      line.pop_back();
    if (line.starts_with("#version"))
      continue;
    table.add({"merges.txt: line ", line_number, ""}, line);
  }
  vocabulary.merges = table.take();
  return vocabulary;
}

}  // namespace qwen
