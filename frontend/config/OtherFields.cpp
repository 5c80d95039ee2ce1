// Fields of config.json beside those that describe the model.
#include "frontend/config/SharedFields.h"

#include <algorithm>
#include <iterator>

namespace qwen {
namespace {

// Known not to change what a forward pass returns: training, bookkeeping, Python-side switches, and generation
// parameters, which transformers 5 drops from config.json (generation_config.json is their place). Sorted.
constexpr const char *kIgnored[] = {
    "_attn_implementation",
    "_attn_implementation_autoset",
    "_commit_hash",
    "_experts_implementation",
    "_name_or_path",
    "add_cross_attention",
    "assistant_confidence_threshold",
    "assistant_lookbehind",
    "attention_dropout",
    "attn_implementation",
    "auto_map",
    "bad_words_ids",
    "base_model_ep_plan",
    "base_model_pp_plan",
    "base_model_tp_plan",
    "begin_suppress_tokens",
    "chunk_size_feed_forward",
    "classifier_dropout",
    "cross_attention_hidden_size",
    "decoder_start_token_id",
    "diversity_penalty",
    "do_sample",
    "early_stopping",
    "encoder_no_repeat_ngram_size",
    "encoder_repetition_penalty",
    "epsilon_cutoff",
    "eta_cutoff",
    "experts_implementation",
    "exponential_decay_length_penalty",
    "finetuning_task",
    "forced_bos_token_id",
    "forced_eos_token_id",
    "gradient_checkpointing",
    "hidden_dropout",
    "hidden_dropout_prob",
    "is_decoder",
    "label2id",
    "length_penalty",
    "mamba_ssm_dtype",
    "max_length",
    "min_length",
    "model_type",
    "mtp_num_hidden_layers",
    "mtp_use_dedicated_embeddings",
    "name_or_path",
    "no_repeat_ngram_size",
    "num_assistant_tokens",
    "num_assistant_tokens_schedule",
    "num_beam_groups",
    "num_beams",
    "num_return_sequences",
    "output_attentions",
    "output_hidden_states",
    "output_scores",
    "prefix",
    "pretraining_tp",
    "problem_type",
    "pruned_heads",
    "remove_invalid_values",
    "repetition_penalty",
    "return_dict",
    "return_dict_in_generate",
    "router_aux_loss_coef",
    "sep_token_id",
    "suppress_tokens",
    "target_lookbehind",
    "task_specific_params",
    "temperature",
    "tf_legacy_loss",
    "tie_encoder_decoder",
    "tokenizer_class",
    "top_k",
    "top_p",
    "torchscript",
    "transformers_version",
    "typical_p",
    "use_bfloat16",
    "use_cache",
};

// Changes the result when it holds anything but null or `harmless`.
struct Unsupported {
  const char *name;
  const char *harmless;  // JSON; null alone: "null"
  const char *reason;
};
constexpr Unsupported kUnsupported[] = {
    {"quantization_config", "null", "quantised checkpoints are not supported, give the unquantised one"},
    {"compression_config", "null", "compressed checkpoints are not supported, give the uncompressed one"},
    {"per_layer_config", "null", "layers of different configurations are not supported"},
    {"is_encoder_decoder", "false", "these families are decoders"},
    {"is_causal", "true", "attention that sees later tokens is not supported"},
    {"tie_last_hidden_states", "true", "the last of hidden_states is always the one after the final norm"},
    {"text_config", "null", "this family has its fields at the top level"},
    {"attn_output_gate", "true", "attention without an output gate is not supported"},
};

}  // namespace

void checkOtherFields(FieldReader &fields, const Warn &warn) {
  const std::vector<std::string> rest = fields.unread();
  for (const auto &[name, harmless, reason] : kUnsupported) {
    if (std::find(rest.begin(), rest.end(), name) == rest.end())
      continue;  // absent, or a family's own
    const Json *value = fields.find(name);
    if (value && *value != Json::parse(harmless))
      fields.contradiction(std::string(name) + " is " + shown(*value) + ", expected " + harmless +
                           " or nothing: " + reason);
  }
  std::vector<std::string> unknown;
  for (const auto &name : fields.unread())
    if (std::find(std::begin(kIgnored), std::end(kIgnored), name) == std::end(kIgnored))
      unknown.push_back(name);
  if (!unknown.empty() && warn)
    warn(fields.fileName() + ": unknown field" + (unknown.size() > 1 ? "s " : " ") + joined(unknown) + " ignored");
}

}  // namespace qwen
