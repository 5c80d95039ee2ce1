// model_type "qwen3_5", "qwen3_5_text" and their MoE variants (transformers: models/qwen3_5/configuration_qwen3_5.py,
// models/qwen3_5_moe/configuration_qwen3_5_moe.py).
#include "frontend/config/Families.h"
#include "frontend/config/SharedFields.h"

namespace qwen {
namespace {

constexpr int64_t kVocabularySize = 248320;
constexpr DecoderDefaults kDense{.hidden_size = 4096,
                                 .intermediate_size = 12288,
                                 .num_hidden_layers = 32,
                                 .num_attention_heads = 16,
                                 .num_key_value_heads = 4,
                                 .vocab_size = kVocabularySize};
constexpr DecoderDefaults kMoe{.hidden_size = 2048,
                               .intermediate_size = 0,
                               .num_hidden_layers = 40,
                               .num_attention_heads = 16,
                               .num_key_value_heads = 2,
                               .vocab_size = kVocabularySize};
constexpr Range kKernel{2, 1 << 8};  // rows under a convolution

// layer_types decides; without it every full_attention_interval-th layer has full attention.
std::vector<bool> readLinearLayers(FieldReader &fields, const ModelConfig &config) {
  const auto types = readLayerTypes(fields, config, "linear_attention");
  const int64_t interval = fields.integer("full_attention_interval", 4, {1, INT32_MAX});
  std::vector<bool> linear(config.num_hidden_layers);
  for (int64_t layer = 0; layer < config.num_hidden_layers; ++layer)
    linear[layer] = types.empty() ? (layer + 1) % interval != 0 : types[layer] == "linear_attention";
  return linear;
}

LinearAttentionConfig readLinearAttention(FieldReader &fields) {
  LinearAttentionConfig linear;
  linear.conv_kernel_dim = fields.integer("linear_conv_kernel_dim", 4, kKernel);
  linear.key_head_dim = fields.integer("linear_key_head_dim", 128, kCount);
  linear.value_head_dim = fields.integer("linear_value_head_dim", 128, kCount);
  linear.num_key_heads = fields.integer("linear_num_key_heads", 16, kCount);
  linear.num_value_heads = fields.integer("linear_num_value_heads", 32, kCount);
  if (linear.num_value_heads % linear.num_key_heads)
    fields.contradiction("linear_num_value_heads is " + std::to_string(linear.num_value_heads) +
                         ", expected a multiple of linear_num_key_heads, which is " +
                         std::to_string(linear.num_key_heads));
  const int64_t width = 2 * linear.keyWidth() + linear.valueWidth();
  if (width > kWidth.max)
    fields.contradiction("the heads of linear attention are " + std::to_string(width) +
                         " wide together, expected at most " + std::to_string(kWidth.max));
  return linear;
}

void readExperts(FieldReader &fields, ModelConfig &config) {
  config.num_experts = fields.integer("num_experts", 256, kCount);
  config.num_experts_per_tok = fields.integer("num_experts_per_tok", 8, kCount);
  config.moe_intermediate_size = fields.integer("moe_intermediate_size", 512, kWidth);
  config.shared_expert_intermediate_size = fields.integer("shared_expert_intermediate_size", 512, kWidth);
  config.output_router_logits = fields.boolean("output_router_logits", false);
  config.norm_topk_prob = true;
  if (config.num_experts_per_tok > config.num_experts)
    fields.contradiction("num_experts_per_tok is " + std::to_string(config.num_experts_per_tok) +
                         ", but num_experts is " + std::to_string(config.num_experts));
}

ModelConfig readDecoder(FieldReader &fields, bool moe, const Warn &warn) {
  ModelConfig config;
  readDecoderFields(fields, config, moe ? kMoe : kDense);
  config.head_dim = fields.integer("head_dim", 256, kWidth);
  checkHeads(fields, config);
  config.rope = readRope(fields, config, {.partial_rotary_factor = 0.25, .mrope_section = {11, 11, 10}}, warn);
  config.attention_gate = true;
  config.zero_centered_norms = true;
  config.windows.assign(config.num_hidden_layers, 0);
  config.linear_layers = readLinearLayers(fields, config);
  config.linear_attention = readLinearAttention(fields);
  config.sparse.assign(config.num_hidden_layers, moe);
  if (moe)
    readExperts(fields, config);
  return config;
}

// The decoder's fields in text_config; the top level names the class and describes heads of whole models.
ModelConfig readNested(FieldReader &fields, bool moe, const Warn &warn) {
  const Json *text = fields.find("text_config");
  if (!text || !text->is_object())
    fields.fail("text_config", "an object (with fields at the top level, model_type ends with _text)");
  FieldReader inner(fields.fileName(), *text, "text_config.");
  ModelConfig config = readDecoder(inner, moe, warn);
  checkOtherFields(inner, warn);

  config.architectures = fields.strings("architectures");
  config.whole_head = readHeadFields(fields);
  if (const auto dtype = readDtype(fields); !dtype.empty())
    config.dtype = dtype;
  if (fields.find("bos_token_id"))
    config.bos_token_id = fields.integer("bos_token_id", std::nullopt, kTokenId);
  if (fields.find("eos_token_id"))
    config.eos_token_ids = fields.integerOrList("eos_token_id");
  for (const char *name : {"vision_config", "pad_token_id", "image_token_id", "video_token_id", "vision_start_token_id",
                           "vision_end_token_id"})
    fields.markRead(name);
  return config;
}

}  // namespace

ModelConfig readQwen35(FieldReader &fields, const Warn &warn) { return readNested(fields, false, warn); }
ModelConfig readQwen35Moe(FieldReader &fields, const Warn &warn) { return readNested(fields, true, warn); }
ModelConfig readQwen35Text(FieldReader &fields, const Warn &warn) { return readDecoder(fields, false, warn); }
ModelConfig readQwen35MoeText(FieldReader &fields, const Warn &warn) { return readDecoder(fields, true, warn); }

}  // namespace qwen
