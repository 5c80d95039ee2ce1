// model_type "qwen3_moe" (transformers: models/qwen3_moe/configuration_qwen3_moe.py).
#include "frontend/config/Families.h"
#include "frontend/config/SharedFields.h"

#include <algorithm>

namespace qwen {
namespace {

constexpr DecoderDefaults kDefaults{.hidden_size = 2048,
                                    .intermediate_size = 6144,
                                    .num_hidden_layers = 24,
                                    .num_attention_heads = 32,
                                    .num_key_value_heads = 4,
                                    .null_kv_heads = false};

// The class declares no head_dim: without the field it is hidden_size / num_attention_heads, rounded down.
int64_t readHeadDim(FieldReader &fields, const ModelConfig &config) {
  if (fields.contains("head_dim"))
    return fields.integer("head_dim", std::nullopt, kWidth);
  const int64_t head_dim = config.hidden_size / config.num_attention_heads;
  if (!head_dim)
    fields.contradiction("head_dim is missing, and hidden_size " + std::to_string(config.hidden_size) +
                         " is below num_attention_heads " + std::to_string(config.num_attention_heads));
  return head_dim;
}

// `num_local_experts` (5.x) or `num_experts` (4.x), 128 when absent.
int64_t readExpertCount(FieldReader &fields) {
  constexpr Range range{0, kCount.max};
  const auto local = fields.contains("num_local_experts")
                         ? std::optional(fields.integer("num_local_experts", std::nullopt, range))
                         : std::nullopt;
  const auto count = fields.integer("num_experts", local.value_or(128), range);
  if (local && *local != count)
    fields.contradiction("num_local_experts is " + std::to_string(*local) + ", but num_experts is " +
                         std::to_string(count));
  return count;
}

void readExperts(FieldReader &fields, ModelConfig &config) {
  const int64_t experts = readExpertCount(fields);
  const int64_t top_k = fields.integer("num_experts_per_tok", 8, kCount);
  config.moe_intermediate_size = fields.integer("moe_intermediate_size", 768, kWidth);
  config.norm_topk_prob = fields.boolean("norm_topk_prob", false);
  config.output_router_logits = fields.boolean("output_router_logits", false);
  const int64_t step = fields.integer("decoder_sparse_step", 1, {1, INT32_MAX});
  const auto dense = fields.integers("mlp_only_layers", {INT32_MIN, INT32_MAX});

  // Qwen3MoeDecoderLayer.__init__
  config.sparse.resize(config.num_hidden_layers);
  for (int64_t layer = 0; layer < config.num_hidden_layers; ++layer)
    config.sparse[layer] =
        std::find(dense.begin(), dense.end(), layer) == dense.end() && experts > 0 && (layer + 1) % step == 0;
  if (std::find(config.sparse.begin(), config.sparse.end(), true) == config.sparse.end())
    return;  // no layer has experts
  if (top_k > experts)
    fields.contradiction("num_experts_per_tok is " + std::to_string(top_k) + ", but num_experts is " +
                         std::to_string(experts));
  config.num_experts = experts;
  config.num_experts_per_tok = top_k;
}

}  // namespace

ModelConfig readQwen3Moe(FieldReader &fields, const Warn &warn) {
  ModelConfig config;
  readDecoderFields(fields, config, kDefaults);
  config.head_dim = readHeadDim(fields, config);
  checkHeads(fields, config);
  config.rope = readRope(fields, config, {}, warn);
  // Qwen3MoeModel has one mask for all layers, whatever layer_types or max_window_layers say.
  config.windows.assign(config.num_hidden_layers, readWindow(fields));
  readLayerTypes(fields, config, "sliding_attention");
  fields.markRead("max_window_layers");
  readExperts(fields, config);
  return config;
}

}  // namespace qwen
