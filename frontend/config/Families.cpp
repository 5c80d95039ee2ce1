#include "frontend/config/Families.h"

namespace qwen {
namespace {

// The classes that transformers has for both text families (modeling_layers.py: Generic...).
// QuestionAnswering kept an old base_model_prefix.
constexpr Task kDecoderTasks[] = {
    {"ForCausalLM", Head::causal_lm, "model.", "model."},
    {"Model", Head::model, "", "model."},
    {"ForSequenceClassification", Head::sequence_classification, "model.", "model."},
    {"ForTokenClassification", Head::token_classification, "model.", "model."},
    {"ForQuestionAnswering", Head::question_answering, "transformer.", "transformer."},
};

constexpr Family kFamilies[] = {
    {"qwen3", "Qwen3", kDecoderTasks, readQwen3},
    {"qwen3_moe", "Qwen3Moe", kDecoderTasks, readQwen3Moe},
};

}  // namespace

std::span<const Family> families() { return kFamilies; }

const Family *findFamily(const std::string &model_type) {
  for (const Family &family : kFamilies)
    if (model_type == family.model_type)
      return &family;
  return nullptr;
}

std::string taskNames(const Family &family) {
  std::vector<std::string> names;
  for (const Task &task : family.tasks)
    names.push_back(std::string(family.class_prefix) + task.suffix);
  return joined(names);
}

const Task &findTask(const Family &family, const std::string &name, const std::string &file) {
  for (const Task &task : family.tasks)
    if (name == std::string(family.class_prefix) + task.suffix)
      return task;
  throw InputError(file + ": task " + shown(name) + " is unknown for model_type " + family.model_type +
                   ", expected one of " + taskNames(family));
}

}  // namespace qwen
