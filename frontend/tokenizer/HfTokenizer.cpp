#include "frontend/tokenizer/HfTokenizer.h"

#include "frontend/config/FieldReader.h"
#include "frontend/tokenizer/DeclaredTokens.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>

namespace qwen {

namespace {

const std::string kTokenizerFile = "tokenizer.json";
const std::string kConfigFile = "tokenizer_config.json";

enum class HfClass {
  qwen2,    // Qwen2Tokenizer: its own pattern, NFC and BPE options, whatever tokenizer.json says
  qwen3_5,  // Qwen3_5Tokenizer: likewise
  backend,  // TokenizersBackend: does what tokenizer.json says
};

struct ModelType {
  std::string name;
  HfClass tokenizer;
  bool overrides_config;  // HF holds tokenizer_class of these checkpoints for wrong
};

// TOKENIZER_MAPPING_NAMES and MODELS_WITH_INCORRECT_HUB_TOKENIZER_CLASS of models/auto/tokenization_auto.py.
const ModelType kModelTypes[] = {
    {"qwen3", HfClass::qwen2, false},
    {"qwen3_moe", HfClass::qwen2, false},
    {"qwen3_vl", HfClass::qwen2, false},
    {"qwen3_vl_moe", HfClass::qwen2, false},
    {"qwen3_omni_moe", HfClass::qwen2, false},
    {"qwen3_5", HfClass::qwen3_5, true},
    {"qwen3_5_moe", HfClass::qwen3_5, true},
    {"qwen3_5_text", HfClass::qwen3_5, false},
    {"qwen3_5_moe_text", HfClass::qwen3_5, true},
};

HfClass chooseClass(const std::string &model_type, const Json &config) {
  const ModelType *model = std::find_if(std::begin(kModelTypes), std::end(kModelTypes),
                                        [&](const ModelType &type) { return type.name == model_type; });
  if (model == std::end(kModelTypes))
    throw InputError("tokenizer: no tokenizer is known for model_type \"" + model_type + "\"");
  FieldReader fields(kConfigFile, config);
  const Json *declared = fields.find("tokenizer_class");
  if (declared == nullptr || model->overrides_config)
    return model->tokenizer;
  auto name = fields.string("tokenizer_class", std::nullopt);
  if (name == "Qwen2Tokenizer" || name == "Qwen2TokenizerFast")
    return HfClass::qwen2;
  if (name == "Qwen3_5Tokenizer" || name == "Qwen3_5TokenizerFast")
    return HfClass::qwen3_5;
  if (name == "TokenizersBackend" || name == "PreTrainedTokenizerFast")
    return HfClass::backend;
  fields.fail("tokenizer_class", "Qwen2Tokenizer, Qwen3_5Tokenizer, TokenizersBackend or PreTrainedTokenizerFast");
}

// Refuses options of tokenizer_config.json that change the ids.
void checkConfig(const Json &config, bool from_tokenizer_json) {
  FieldReader fields(kConfigFile, config);
  for (const char *name : {"add_prefix_space", "split_special_tokens",
                           "clean_up_tokenization_spaces_for_bpe_even_though_it_will_corrupt_output"}) {
    if (fields.find(name) != nullptr && fields.boolean(name, false))
      fields.fail(name, "false");
  }
  if (from_tokenizer_json)
    return;  // HF then ignores these two
  for (const std::string token : {"bos", "eos"}) {
    std::string name = "add_" + token + "_token";
    if (fields.find(name) != nullptr && fields.boolean(name, false) && fields.find(token + "_token") != nullptr)
      fields.fail(name, "false");
  }
}

const Json &fieldOf(const Json &object, const char *name) {
  static const Json absent;
  auto found = object.find(name);
  return found == object.end() ? absent : *found;
}

// What comes after the ids may add to them: byte-level ones and "nothing but the sequence" don't.
void checkPostProcessor(const Json &tokenizer) {
  const Json &processor = fieldOf(tokenizer, "post_processor");
  if (processor.is_null())
    return;
  const Json &type = processor.is_object() ? fieldOf(processor, "type") : processor;
  if (type == "ByteLevel")
    return;
  static const Json sequence_alone = Json::parse(R"([{"Sequence": {"id": "A", "type_id": 0}}])");
  if (type == "TemplateProcessing" && fieldOf(processor, "single") == sequence_alone)
    return;
  throw InputError(kTokenizerFile + ": post_processor.type is " + shown(type) +
                   ", expected \"ByteLevel\" or a \"TemplateProcessing\" that adds no tokens");
}

struct PatternName {
  SplitPattern pattern;
  const char *regex;
};
const PatternName kPatterns[] = {
    {SplitPattern::qwen2,
     R"re((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|)re"
     R"re(\s*[\r\n]+|\s+(?!\S)|\s+)re"},
    {SplitPattern::qwen3_5,
     R"re((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|)re"
     R"re(\s*[\r\n]+|\s+(?!\S)|\s+)re"},
};

// The pre_tokenizer of tokenizer.json, which must be one of Qwen's.
SplitPattern patternOf(const Json &tokenizer) {
  const Json &pre_tokenizer = fieldOf(tokenizer, "pre_tokenizer");
  const Json &steps = pre_tokenizer.is_object() ? fieldOf(pre_tokenizer, "pretokenizers") : pre_tokenizer;
  bool two_steps = steps.is_array() && steps.size() == 2 && steps[0].is_object() && steps[1].is_object();
  if (!two_steps || fieldOf(steps[0], "type") != "Split" || fieldOf(steps[0], "behavior") != "Isolated" ||
      fieldOf(steps[0], "invert") != false || fieldOf(steps[1], "type") != "ByteLevel" ||
      fieldOf(steps[1], "add_prefix_space") != false || fieldOf(steps[1], "use_regex") != false)
    throw InputError(kTokenizerFile + ": pre_tokenizer is not Qwen's, expected an isolating Split and a ByteLevel "
                                      "without prefix space and regex");
  for (const PatternName &known : kPatterns) {
    if (fieldOf(steps[0], "pattern") == Json{{"Regex", known.regex}})
      return known.pattern;
  }
  throw InputError(kTokenizerFile + ": pre_tokenizer.pretokenizers[0].pattern is not Qwen2's or Qwen3.5's");
}

// Refuses what tokenizer.json asks for beyond Qwen's own byte-level BPE.
void checkBackend(const Json &tokenizer) {
  for (const auto &[name, expected] : {std::pair("normalizer", "NFC"), std::pair("decoder", "ByteLevel")}) {
    const Json &step = fieldOf(tokenizer, name);
    const Json &type = step.is_object() ? fieldOf(step, "type") : step;
    if (type != expected)
      throw InputError(kTokenizerFile + ": " + name + ".type is " + shown(type) + ", expected \"" + expected + "\"");
  }
  FieldReader model(kTokenizerFile, tokenizer.at("model"), "model.");
  for (const char *name : {"dropout", "unk_token"}) {
    if (model.find(name) != nullptr)
      model.fail(name, "null");
  }
  for (const char *name : {"continuing_subword_prefix", "end_of_word_suffix"}) {
    if (const Json *value = model.find(name); value != nullptr && *value != "")
      model.fail(name, "null");
  }
  if (model.boolean("byte_fallback", false))
    model.fail("byte_fallback", "false");
}

bool isIn(const std::vector<AddedToken> &tokens, const std::string &content) {
  return std::any_of(tokens.begin(), tokens.end(), [&](const AddedToken &t) { return t.content == content; });
}

// What TokenizersBackend.__init__ adds, then what Qwen2Tokenizer.__init__ does.
void addDeclared(AddedVocabulary &added, const DeclaredTokens &declared, HfClass hf_class) {
  std::vector<AddedToken> tokens;
  for (const auto &[id, token] : declared.added)
    tokens.push_back(token);
  for (const AddedToken &token : declared.named) {
    if (!added.has(token.content) && !isIn(tokens, token.content))
      tokens.push_back(token);
  }
  for (const AddedToken &token : declared.extra) {
    if (!added.has(token.content) && !isIn(tokens, token.content))
      tokens.push_back(token);
  }
  for (AddedToken &token : tokens)
    token.special = token.special || isIn(declared.named, token.content);
  added.add(tokens);
  if (hf_class != HfClass::qwen2)
    return;
  std::vector<AddedToken> specials;
  for (const std::vector<AddedToken> *list : {&declared.named, &declared.extra}) {
    for (const AddedToken &token : *list) {
      AddedToken plain;
      plain.content = token.content;
      plain.special = true;
      specials.push_back(plain);
    }
  }
  added.add(specials);
}

// An id stated in a file must be the one that HF gives the token, and so what the model was trained with.
void checkIds(const AddedVocabulary &added, const std::string &file,
              const std::vector<std::pair<uint32_t, AddedToken>> &stated) {
  for (const auto &[id, token] : stated) {
    if (token.content.empty())
      throw InputError(file + ": the added token with id " + std::to_string(id) + " is empty");
    if (std::optional<uint32_t> actual = added.idOf(token.content); actual != id)
      throw InputError(file + ": added token " + shown(token.content) + " is given id " + std::to_string(id) +
                       ", but by vocabulary and order it has id " + std::to_string(*actual));
  }
}

std::vector<HfTokenizer::Added> finished(const AddedVocabulary &added) {
  std::vector<HfTokenizer::Added> result;
  std::set<std::pair<bool, std::string>> patterns;
  for (const auto &[id, token] : added.tokens()) {
    if (id >= kMaxTokenizerIds)
      throw InputError("tokenizer: more than " + std::to_string(kMaxTokenizerIds) + " ids");
    if (token.single_word)
      throw InputError("tokenizer: added token " + shown(token.content) +
                       " is single_word, which isn't supported, expected single_word false");
    std::string pattern = added.pattern(id);
    if (!patterns.emplace(token.normalized, pattern).second)
      throw InputError("tokenizer: two added tokens look for the text " + shown(pattern));
    result.push_back(
        {id, pattern, added.decoded(id), token.normalized, token.lstrip, token.rstrip, added.isSpecial(id)});
  }
  return result;
}

}  // namespace

HfTokenizer readHfTokenizer(const std::string &dir, const std::string &model_type) {
  Json config = Json::object();
  if (std::filesystem::exists(dir + "/" + kConfigFile))
    config = readJsonObject(dir + "/" + kConfigFile);
  std::optional<Json> tokenizer;
  if (std::filesystem::exists(dir + "/" + kTokenizerFile))
    tokenizer = readJsonObject(dir + "/" + kTokenizerFile);

  HfClass hf_class = chooseClass(model_type, config);
  if (!tokenizer && hf_class != HfClass::qwen2)
    throw InputError(dir + ": has no " + kTokenizerFile);
  checkConfig(config, tokenizer.has_value());

  HfTokenizer result;
  result.vocabulary = tokenizer ? readTokenizerJson(*tokenizer) : readVocabFiles(dir);
  result.pattern = hf_class == HfClass::qwen3_5 ? SplitPattern::qwen3_5 : SplitPattern::qwen2;
  if (tokenizer)
    checkPostProcessor(*tokenizer);
  AddedVocabulary added(result.vocabulary.ids);
  if (hf_class == HfClass::backend) {
    checkBackend(*tokenizer);
    result.pattern = patternOf(*tokenizer);
    result.ignore_merges = FieldReader(kTokenizerFile, (*tokenizer)["model"], "model.").boolean("ignore_merges", false);
    std::vector<std::pair<uint32_t, AddedToken>> stated = readAddedTokens(*tokenizer);
    std::vector<AddedToken> tokens;
    for (const auto &[id, token] : stated)
      tokens.push_back(token);
    added.add(tokens);
    checkIds(added, kTokenizerFile, stated);
  }
  std::optional<std::string> default_token;
  if (hf_class != HfClass::backend)
    default_token = "<|endoftext|>";
  DeclaredTokens declared = readDeclaredTokens(dir, config, tokenizer ? &*tokenizer : nullptr, default_token);
  addDeclared(added, declared, hf_class);
  checkIds(added, declared.file, {declared.added.begin(), declared.added.end()});
  result.added = finished(added);
  return result;
}

}  // namespace qwen
