#include "frontend/config/ModelConfig.h"

#include "frontend/config/Families.h"
#include "frontend/config/SharedFields.h"

#include <filesystem>

namespace qwen {

ModelConfig parseModelConfig(const std::string &file, const std::string &text, const Warn &warn) {
  const Json json = parseJsonObject(file, text);
  FieldReader fields(file, json);
  std::vector<std::string> known;
  for (const Family &family : families())
    known.push_back(family.model_type);
  const std::string expected = "one of " + joined(known);
  if (!fields.find("model_type"))
    fields.fail("model_type", expected);
  const Family *family = findFamily(fields.string("model_type", std::nullopt));
  if (!family)
    fields.fail("model_type", expected);
  ModelConfig config = family->read(fields, warn);
  config.model_type = family->model_type;
  checkOtherFields(fields, warn);
  return config;
}

ModelConfig readModelConfig(const std::string &path, const Warn &warn) {
  return parseModelConfig(std::filesystem::path(path).filename().string(), readTextFile(path), warn);
}

}  // namespace qwen
