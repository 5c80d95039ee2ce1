#include "frontend/config/GenerationConfig.h"

#include "frontend/config/FieldReader.h"

#include <algorithm>
#include <filesystem>
#include <iterator>

namespace qwen {
namespace {

// Known not to change which tokens are generated: lengths (the command line gives them), what is returned beside the
// tokens, caches, assisted decoding, parameters of beam search alone.
constexpr const char *kIgnored[] = {
    "_commit_hash",
    "_from_model_config",
    "assistant_confidence_threshold",
    "assistant_early_exit",
    "assistant_lookbehind",
    "cache_config",
    "cache_implementation",
    "chat_format",
    "compile_config",
    "decoder_start_token_id",
    "disable_compile",
    "diversity_penalty",
    "early_stopping",
    "encoder_no_repeat_ngram_size",
    "is_assistant",
    "length_penalty",
    "low_memory",
    "max_length",
    "max_matching_ngram_size",
    "max_new_tokens",
    "max_time",
    "max_window_size",
    "num_assistant_tokens",
    "num_assistant_tokens_schedule",
    "output_attentions",
    "output_hidden_states",
    "output_logits",
    "output_scores",
    "prefill_chunk_size",
    "prompt_lookup_num_tokens",
    "remove_invalid_values",
    "renormalize_logits",
    "return_dict_in_generate",
    "target_lookbehind",
    "token_healing",
    "transformers_version",
    "use_cache",
};

// Logits processors and decoding modes that aren't there, each with the value that does nothing (JSON).
struct Unsupported {
  const char *name;
  const char *harmless;
};
constexpr Unsupported kUnsupported[] = {
    {"bad_words_ids", "null"},
    {"begin_suppress_tokens", "null"},
    {"constraints", "null"},
    {"custom_generate", "null"},
    {"dola_layers", "null"},
    {"encoder_repetition_penalty", "1.0"},
    {"epsilon_cutoff", "0.0"},
    {"eta_cutoff", "0.0"},
    {"exponential_decay_length_penalty", "null"},
    {"force_words_ids", "null"},
    {"forced_bos_token_id", "null"},
    {"forced_decoder_ids", "null"},
    {"forced_eos_token_id", "null"},
    {"guidance_scale", "1.0"},
    {"min_length", "0"},
    {"min_new_tokens", "0"},
    {"no_repeat_ngram_size", "0"},
    {"num_beam_groups", "1"},
    {"num_beams", "1"},
    {"num_return_sequences", "1"},
    {"penalty_alpha", "0.0"},
    {"sequence_bias", "null"},
    {"stop_strings", "null"},
    {"suppress_tokens", "null"},
    {"top_h", "null"},
    {"typical_p", "1.0"},
    {"watermarking_config", "null"},
};

double inRange(FieldReader &fields, const char *name, double fallback, double min, double max, const char *expected) {
  const auto value = fields.optionalNumber(name);
  if (value && !(*value >= min && *value <= max))
    fields.fail(name, expected);
  return value.value_or(fallback);
}

void checkOthers(FieldReader &fields, const Warn &warn) {
  for (const auto &[name, harmless] : kUnsupported) {
    const Json *value = fields.find(name);
    // Comparison of JSON numbers doesn't tell 1 from 1.0.
    if (value && *value != Json::parse(harmless))
      fields.contradiction(std::string(name) + " is " + shown(*value) + ", expected " + harmless +
                           " or nothing: it is not supported");
  }
  std::vector<std::string> unknown;
  for (const auto &name : fields.unread())
    if (std::find(std::begin(kIgnored), std::end(kIgnored), name) == std::end(kIgnored))
      unknown.push_back(name);
  if (!unknown.empty() && warn)
    warn(fields.fileName() + ": unknown field" + (unknown.size() > 1 ? "s " : " ") + joined(unknown) + " ignored");
}

Generation fromModel(const ModelConfig &config) {
  Generation result;
  result.eos_token_ids = config.eos_token_ids;
  result.pad_token_id = config.pad_token_id;
  result.bos_token_id = config.bos_token_id;
  return result;
}

}  // namespace

Generation parseGenerationConfig(const std::string &file, const std::string &text, const ModelConfig &config,
                                 const Warn &warn) {
  const Json json = parseJsonObject(file, text);
  FieldReader fields(file, json);
  Generation result = fromModel(config);
  if (fields.find("do_sample"))
    result.do_sample = fields.boolean("do_sample", false);
  result.temperature = inRange(fields, "temperature", 1.0, 0, 1e30, "a number of at least 0");
  result.top_k = fields.optionalInteger("top_k", {0, INT32_MAX}).value_or(50);
  result.top_p = inRange(fields, "top_p", 1.0, 0, 1, "a number from 0 to 1");
  result.min_p = inRange(fields, "min_p", 0.0, 0, 1, "a number from 0 to 1");
  result.repetition_penalty = inRange(fields, "repetition_penalty", 1.0, 1e-30, 1e30, "a number above 0");
  result.presence_penalty = inRange(fields, "presence_penalty", 0.0, -1e30, 1e30, "a number");
  if (fields.find("eos_token_id"))
    result.eos_token_ids = fields.integerOrList("eos_token_id");
  if (const auto pad = fields.optionalInteger("pad_token_id", {INT32_MIN, INT32_MAX}))
    result.pad_token_id = pad;
  if (const auto bos = fields.optionalInteger("bos_token_id", {INT32_MIN, INT32_MAX}))
    result.bos_token_id = bos;
  checkOthers(fields, warn);
  return result;
}

Generation readGenerationConfig(const std::string &path, const ModelConfig &config, const Warn &warn) {
  if (path.empty())
    return fromModel(config);
  return parseGenerationConfig(std::filesystem::path(path).filename().string(), readTextFile(path), config, warn);
}

}  // namespace qwen
