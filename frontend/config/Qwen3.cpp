// model_type "qwen3" (transformers: models/qwen3/configuration_qwen3.py).
#include "frontend/config/Families.h"
#include "frontend/config/SharedFields.h"

namespace qwen {
namespace {

constexpr DecoderDefaults kDefaults{.hidden_size = 4096,
                                    .intermediate_size = 22016,
                                    .num_hidden_layers = 32,
                                    .num_attention_heads = 32,
                                    .num_key_value_heads = 32,
                                    .null_kv_heads = true};

// One window per layer: layer_types decides; without it, layers from max_window_layers on have one.
std::vector<int64_t> readWindows(FieldReader &fields, const ModelConfig &config) {
  const int64_t window = readWindow(fields);
  const int64_t first = fields.integer("max_window_layers", 28, {INT32_MIN, INT32_MAX});
  const auto types = readLayerTypes(fields, config, "sliding_attention");
  std::vector<int64_t> windows(config.num_hidden_layers, 0);
  for (int64_t layer = 0; layer < config.num_hidden_layers; ++layer) {
    const bool sliding = types.empty() ? layer >= first : types[layer] == "sliding_attention";
    if (sliding && !types.empty() && !window)
      fields.contradiction("layer_types[" + std::to_string(layer) +
                           "] is sliding_attention, but there is no window: expected use_sliding_window to be true "
                           "and sliding_window to be given");
    windows[layer] = sliding ? window : 0;
  }
  return windows;
}

}  // namespace

ModelConfig readQwen3(FieldReader &fields, const Warn &warn) {
  ModelConfig config;
  readDecoderFields(fields, config, kDefaults);
  config.head_dim = fields.integer("head_dim", 128, kWidth);
  checkHeads(fields, config);
  config.rope = readRope(fields, config, {}, warn);
  config.windows = readWindows(fields, config);
  config.sparse.assign(config.num_hidden_layers, false);
  return config;
}

}  // namespace qwen
