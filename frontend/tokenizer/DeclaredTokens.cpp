#include "frontend/tokenizer/DeclaredTokens.h"

#include "frontend/config/FieldReader.h"
#include "runtime/text/TokenizerFormat.h"

#include <algorithm>
#include <filesystem>

namespace qwen {

namespace {

constexpr Range kIds{0, kMaxTokenizerIds - 1};
const std::vector<std::string> kStandardNames = {"bos_token", "eos_token", "unk_token", "sep_token",
                                                 "pad_token", "cls_token", "mask_token"};
const std::vector<std::string> kNamesWithDefault = {"eos_token", "unk_token", "pad_token"};

bool contains(const std::vector<std::string> &names, const std::string &name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// An AddedToken written as an object. `place` leads the field names in messages: "added_tokens_decoder[5].".
AddedToken tokenFromObject(const std::string &file, const std::string &place, const Json &object) {
  FieldReader fields(file, object, place);
  AddedToken token;
  token.content = fields.string("content", std::nullopt);
  token.single_word = fields.boolean("single_word", false);
  token.lstrip = fields.boolean("lstrip", false);
  token.rstrip = fields.boolean("rstrip", false);
  token.special = fields.boolean("special", false);
  token.normalized = fields.boolean("normalized", !token.special);
  for (const char *known : {"id", "__type"})
    fields.markRead(known);
  if (std::vector<std::string> unread = fields.unread(); !unread.empty())
    fields.fail(unread.front(), "no such field");
  return token;
}

// A special token: its text, or an object.
AddedToken specialToken(const std::string &file, const std::string &name, const Json &value) {
  if (value.is_string()) {
    AddedToken token;
    token.content = value.get<std::string>();
    token.special = true;
    return token;
  }
  if (!value.is_object())
    throw InputError(file + ": " + name + " is " + shown(value) + ", expected a token");
  return tokenFromObject(file, name + ".", value);
}

uint32_t idFromKey(const std::string &file, const std::string &key) {
  bool digits = !key.empty() && key.size() <= 8 &&
                std::all_of(key.begin(), key.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!digits || std::stoul(key) >= kMaxTokenizerIds)
    throw InputError(file + ": added_tokens_decoder has the key " + shown(key) + ", expected an id from 0 to " +
                     std::to_string(kMaxTokenizerIds - 1));
  return static_cast<uint32_t>(std::stoul(key));
}

const Json *present(const Json &object, const std::string &name) {
  auto found = object.find(name);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

// Files written before transformers 4.34 have no added_tokens_decoder: what it holds is spread over
// special_tokens_map.json, added_tokens.json and tokenizer.json.
void mergeSpecialTokensMap(const std::string &dir, Json &config) {
  std::string path = dir + "/special_tokens_map.json";
  if (!std::filesystem::exists(path))
    return;
  Json map = readJsonObject(path);
  for (auto &[name, value] : map.items()) {
    if (value.is_object() && name != "extra_special_tokens")
      value["special"] = true;
    if (name == "extra_special_tokens" && value.is_array()) {
      const Json *existing = present(config, name);
      Json joined_list = existing ? *existing : Json::array();
      for (const Json &token : value) {
        if (std::find(joined_list.begin(), joined_list.end(), token) == joined_list.end())
          joined_list.push_back(token);
      }
      value = joined_list;
    }
    config[name] = value;
  }
}

void readAddedTokensFile(const std::string &dir, const DeclaredTokens &specials, DeclaredTokens &declared) {
  std::string path = dir + "/added_tokens.json";
  if (!std::filesystem::exists(path))
    return;
  declared.file = "added_tokens.json";
  Json file = readJsonObject(path);
  FieldReader fields(declared.file, file);
  for (const auto &[content, id] : file.items()) {
    AddedToken token;
    token.content = content;
    for (const std::vector<AddedToken> *list : {&specials.named, &specials.extra}) {
      token.special = token.special || std::any_of(list->begin(), list->end(), [&](const AddedToken &special) {
                        return special.content == token.content;
                      });
    }
    token.normalized = !token.special;
    declared.added[static_cast<uint32_t>(fields.integer(content, std::nullopt, kIds))] = token;
  }
}

// Named and extra special tokens of `config`.
DeclaredTokens readSpecials(const Json &config, const std::optional<std::string> &default_token) {
  const std::string file = "tokenizer_config.json";
  DeclaredTokens specials;
  for (const std::string &name : kStandardNames) {
    if (const Json *value = present(config, name))
      specials.named.push_back(specialToken(file, name, *value));
    else if (default_token && !config.contains(name) && contains(kNamesWithDefault, name))
      specials.named.push_back(specialToken(file, name, *default_token));
  }
  for (const auto &[name, value] : config.items()) {
    bool is_token = value.is_string() || (value.is_object() && value.contains("__type"));
    if (name.ends_with("_token") && is_token && !contains(kStandardNames, name))
      specials.named.push_back(specialToken(file, name, value));
  }
  const Json *extra = present(config, "extra_special_tokens");
  std::string name = "extra_special_tokens";
  if (extra == nullptr || extra->empty()) {
    if (const Json *additional = present(config, "additional_special_tokens")) {
      extra = additional;
      name = "additional_special_tokens";
    }
  }
  if (extra == nullptr)
    return specials;
  if (!extra->is_array() && !extra->is_object())
    throw InputError(file + ": " + name + " is " + shown(*extra) + ", expected a list of tokens");
  for (const auto &[key, value] : extra->items()) {
    AddedToken token = specialToken(file, name + "[" + key + "]", value);
    (extra->is_object() ? specials.named : specials.extra).push_back(token);
  }
  return specials;
}

}  // namespace

std::vector<std::pair<uint32_t, AddedToken>> readAddedTokens(const Json &tokenizer) {
  const std::string file = "tokenizer.json";
  auto list = tokenizer.find("added_tokens");
  if (list == tokenizer.end() || !list->is_array())
    throw InputError(file + ": added_tokens is " + (list == tokenizer.end() ? "missing" : shown(*list)) +
                     ", expected a list");
  std::vector<std::pair<uint32_t, AddedToken>> tokens;
  for (size_t i = 0; i < list->size(); ++i) {
    std::string place = "added_tokens[" + std::to_string(i) + "]";
    const Json &entry = (*list)[i];
    if (!entry.is_object())
      throw InputError(file + ": " + place + " is " + shown(entry) + ", expected an object");
    FieldReader fields(file, entry, place + ".");
    auto id = static_cast<uint32_t>(fields.integer("id", std::nullopt, kIds));
    tokens.emplace_back(id, tokenFromObject(file, place + ".", entry));
  }
  return tokens;
}

DeclaredTokens readDeclaredTokens(const std::string &dir, const Json &config, const Json *tokenizer,
                                  const std::optional<std::string> &default_token) {
  const Json *decoder = present(config, "added_tokens_decoder");
  if (decoder == nullptr) {
    Json merged = config;
    mergeSpecialTokensMap(dir, merged);
    DeclaredTokens declared = readSpecials(merged, default_token);
    declared.file = "tokenizer.json";
    readAddedTokensFile(dir, readSpecials(merged, std::nullopt), declared);
    if (tokenizer != nullptr) {
      for (const auto &[id, token] : readAddedTokens(*tokenizer))
        declared.added[id] = token;
    }
    return declared;
  }
  DeclaredTokens declared = readSpecials(config, default_token);
  declared.file = "tokenizer_config.json";
  if (!decoder->is_object())
    throw InputError(declared.file + ": added_tokens_decoder is " + shown(*decoder) + ", expected an object");
  for (const auto &[key, value] : decoder->items()) {
    std::string place = "added_tokens_decoder[" + key + "]";
    if (!value.is_object())
      throw InputError(declared.file + ": " + place + " is " + shown(value) + ", expected an object");
    uint32_t id = idFromKey(declared.file, key);
    declared.added[id] = tokenFromObject(declared.file, place + ".", value);
  }
  return declared;
}

}  // namespace qwen
