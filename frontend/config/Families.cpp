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

// Qwen3.5, text_config inside: classes over the whole model, and those over its decoder.
constexpr Task kMultimodalTasks[] = {
    {"ForSequenceClassification", Head::sequence_classification, "model.language_model.", "model.", true},
    {"ForTokenClassification", Head::token_classification, "model.language_model.", "model.", true},
    {"TextForSequenceClassification", Head::sequence_classification, "model.", "model."},
    {"ForConditionalGeneration", Head::causal_lm, "model.language_model.", "model.", true},
    {"Model", Head::model, "language_model.", "model.", true},
    {"ForCausalLM", Head::causal_lm, "model.", "model."},
    {"TextModel", Head::model, "", "model."},
};
// The MoE variant has no classifiers.
constexpr auto kMultimodalMoeTasks = std::span(kMultimodalTasks).last<4>();

// Qwen3.5 with the fields at the top level: whatever the class, it is made of the text model.
constexpr Task kTextTasks[] = {
    {"ForSequenceClassification", Head::sequence_classification, "model.", "model."},
    {"ForTokenClassification", Head::token_classification, "model.", "model."},
    {"TextForSequenceClassification", Head::sequence_classification, "model.", "model."},
    {"ForCausalLM", Head::causal_lm, "model.", "model."},
    {"TextModel", Head::model, "", "model."},
};
constexpr auto kTextMoeTasks = std::span(kTextTasks).last<2>();

constexpr Family kFamilies[] = {
    {"qwen3", "Qwen3", kDecoderTasks, false, readQwen3},
    {"qwen3_moe", "Qwen3Moe", kDecoderTasks, false, readQwen3Moe},
    {"qwen3_5", "Qwen3_5", kMultimodalTasks, true, readQwen35},
    {"qwen3_5_text", "Qwen3_5", kTextTasks, true, readQwen35Text},
    {"qwen3_5_moe", "Qwen3_5Moe", kMultimodalMoeTasks, true, readQwen35Moe},
    {"qwen3_5_moe_text", "Qwen3_5Moe", kTextMoeTasks, true, readQwen35MoeText},
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
