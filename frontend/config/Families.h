// The table of model families: what config.json's `model_type` may say, and which heads each family has.
#pragma once

#include "frontend/config/FieldReader.h"
#include "frontend/config/ModelConfig.h"

#include <span>

namespace qwen {

// A head: an HF class. Its name is the family's class prefix and this suffix ("Qwen3" + "ForCausalLM").
struct Task {
  const char *suffix;
  Head head;
  const char *base_prefix;  // where HF keeps the decoder in this class: "model.", "transformer.", or "" for ...Model
  const char *file_prefix;  // HF's base_model_prefix and a dot: checkpoints may have or lack it
  bool whole = false;       // a class that holds the vision model, too; of it only the text decoder is built
};

struct Family {
  const char *model_type;
  const char *class_prefix;
  std::span<const Task> tasks;
  bool multimodal;  // checkpoints may hold a vision model, too, and the decoder under "model.language_model."
  // Reads the fields of this family. Those that all families share are read by readSharedFields.
  ModelConfig (*read)(FieldReader &fields, const Warn &warn);
};

std::span<const Family> families();
// Null when there is no such family.
const Family *findFamily(const std::string &model_type);
// "Qwen3ForCausalLM, Qwen3Model, ..."
std::string taskNames(const Family &family);
// Throws InputError that lists the family's tasks; `file` is where the name came from ("config.json").
const Task &findTask(const Family &family, const std::string &name, const std::string &file);

// One per family.
ModelConfig readQwen3(FieldReader &fields, const Warn &warn);
ModelConfig readQwen3Moe(FieldReader &fields, const Warn &warn);
ModelConfig readQwen35(FieldReader &fields, const Warn &warn);         // fields in text_config
ModelConfig readQwen35Text(FieldReader &fields, const Warn &warn);     // fields at the top level
ModelConfig readQwen35Moe(FieldReader &fields, const Warn &warn);      // fields in text_config
ModelConfig readQwen35MoeText(FieldReader &fields, const Warn &warn);  // fields at the top level

}  // namespace qwen
