#include "frontend/config/TokenizerConfig.h"

#include "frontend/config/FieldReader.h"

#include <filesystem>

namespace qwen {
namespace {

namespace fs = std::filesystem;

// The default of Qwen2Tokenizer (tokenization_qwen2.py), which these families use unless told otherwise.
constexpr const char *kEndOfText = "<|endoftext|>";

// A string, or an object with its text under "content".
std::string tokenText(FieldReader &fields, const char *name, const std::string &fallback) {
  if (!fields.contains(name))
    return fallback;
  const Json *value = fields.find(name);
  if (!value)
    return "";
  if (value->is_string())
    return value->get<std::string>();
  if (!value->is_object() || !value->contains("content") || !(*value)["content"].is_string())
    fields.fail(name, "a string or an object with a string \"content\"");
  return (*value)["content"].get<std::string>();
}

// A string, or a list of {"name", "template"} of which the one named "default" is meant.
std::string chatTemplate(FieldReader &fields) {
  const char *name = "chat_template";
  const Json *value = fields.find(name);
  if (!value)
    return "";
  if (value->is_string())
    return value->get<std::string>();
  if (!value->is_array())
    fields.fail(name, "a string or a list of named templates");
  for (const Json &entry : *value) {
    if (!entry.is_object() || !entry.contains("name") || !entry.contains("template") || !entry["template"].is_string())
      fields.contradiction("chat_template holds " + shown(entry) + ", expected objects with name and template");
    if (entry["name"] == "default")
      return entry["template"].get<std::string>();
  }
  return "";
}

}  // namespace

TokenizerConfig readTokenizerConfig(const std::string &directory) {
  TokenizerConfig result;
  const fs::path root = directory;
  const fs::path file = root / "tokenizer_config.json";
  const Json json = fs::exists(file) ? readJsonObject(file.string()) : Json::object();
  FieldReader fields(file.filename().string(), json);
  const auto token_class = fields.find("tokenizer_class") ? fields.string("tokenizer_class", std::nullopt) : "";
  const bool is_qwen = token_class.empty() || token_class == "Qwen2Tokenizer" || token_class == "Qwen2TokenizerFast";
  const std::string fallback = is_qwen && hasTokenizer(directory) ? kEndOfText : "";
  result.bos_token = tokenText(fields, "bos_token", "");
  result.eos_token = tokenText(fields, "eos_token", fallback);
  result.pad_token = tokenText(fields, "pad_token", fallback);
  result.chat_template = chatTemplate(fields);
  const fs::path jinja = root / "chat_template.jinja";
  if (fs::exists(jinja))
    result.chat_template = readTextFile(jinja.string());
  return result;
}

bool hasTokenizer(const std::string &directory) {
  const fs::path root = directory;
  return fs::exists(root / "tokenizer.json") || fs::exists(root / "vocab.json");
}

}  // namespace qwen
