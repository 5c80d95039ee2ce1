// config.json of a text decoder, read and checked.
#pragma once

#include "runtime/abi/Program.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace qwen {

// Takes one line about something that is odd but harmless.
using Warn = std::function<void(const std::string &)>;

// `rope_parameters`, standardised as HF's RotaryEmbeddingConfigMixin does it; names as there. What a type doesn't
// have is absent (dialect/RopeParameters.h holds the formulas).
struct RopeConfig {
  std::string rope_type = "default";   // default, linear, dynamic, yarn, longrope, llama3
  int64_t rotary_dim = 0;              // how much of a head turns
  std::vector<int64_t> mrope_section;  // time, height, width; empty: one position for all frequencies
  double rope_theta = 10000.0;
  std::optional<double> factor;
  std::optional<int64_t> original_max_position_embeddings;
  std::optional<double> attention_factor;
  std::optional<double> beta_fast, beta_slow, mscale, mscale_all_dim;  // yarn
  std::optional<bool> truncate;                                        // yarn
  std::vector<double> short_factor, long_factor;                       // longrope, [rotary_dim / 2]
  std::optional<double> low_freq_factor, high_freq_factor;             // llama3
};

// What decides a class's head and nothing else. In a nested config the top level says it for the classes that hold the
// whole multimodal model, text_config for those of the text decoder alone.
struct HeadFields {
  bool tie_word_embeddings = false;
  int64_t num_labels = 2;
  bool token_classification_bias = true;
};

// Linear attention by the gated delta rule.
struct LinearAttentionConfig {
  int64_t conv_kernel_dim = 0;
  int64_t key_head_dim = 0, value_head_dim = 0;
  int64_t num_key_heads = 0, num_value_heads = 0;

  int64_t keyWidth() const { return num_key_heads * key_head_dim; }
  int64_t valueWidth() const { return num_value_heads * value_head_dim; }
};

// Everything in config.json that changes what a model computes. Names as in transformers 5.
struct ModelConfig : HeadFields {
  std::string model_type;
  std::vector<std::string> architectures;
  std::string dtype;  // "float32", "float16", "bfloat16"; empty: not said

  int64_t vocab_size = 0;
  int64_t hidden_size = 0;
  int64_t intermediate_size = 0;
  int64_t num_hidden_layers = 0;
  int64_t num_attention_heads = 0;
  int64_t num_key_value_heads = 0;
  int64_t head_dim = 0;
  int64_t max_position_embeddings = 0;
  std::string hidden_act;  // as the dialect's Activation spells it
  double rms_norm_eps = 0;
  double initializer_range = 0;
  bool attention_bias = false;
  bool attention_gate = false;       // the query projection makes each head's output gate, too
  bool zero_centered_norms = false;  // norms multiply by 1 + weight (the gated norm of linear attention doesn't)
  RopeConfig rope;
  std::vector<int64_t> windows;  // [num_hidden_layers] sliding window, 0: the layer sees everything

  LinearAttentionConfig linear_attention;
  std::vector<bool> linear_layers;  // [num_hidden_layers] linear attention in place of attention; empty: nowhere

  int64_t num_experts = 0;  // 0: dense
  int64_t num_experts_per_tok = 0;
  int64_t moe_intermediate_size = 0;
  int64_t shared_expert_intermediate_size = 0;  // 0: no shared expert
  bool norm_topk_prob = false;
  bool output_router_logits = false;
  std::vector<bool> sparse;  // [num_hidden_layers] a MoE block in place of the MLP

  std::optional<HeadFields> whole_head;  // what a nested config's top level says in place of the base
  std::optional<int64_t> pad_token_id, bos_token_id;
  std::vector<int64_t> eos_token_ids;
};

// Reads a config.json. Throws InputError: unknown model_type (with the known ones), a field that is missing, of the
// wrong type, out of range or contradicts another, a field that changes the result and isn't supported.
// `warn` is called once with the names of the fields nobody knows.
ModelConfig readModelConfig(const std::string &path, const Warn &warn);
ModelConfig parseModelConfig(const std::string &file, const std::string &text, const Warn &warn);

}  // namespace qwen
