// Groups of fields that several families have in common.
#pragma once

#include "frontend/config/FieldReader.h"
#include "frontend/config/ModelConfig.h"

namespace qwen {

// Bounds that keep every product of sizes inside 64 bits. Far above any model.
inline constexpr Range kWidth{1, 1 << 20};  // hidden sizes, intermediate sizes
inline constexpr Range kCount{1, 1 << 16};  // heads, experts
inline constexpr Range kLayers{1, 1 << 12};
inline constexpr Range kVocabulary{1, 1 << 28};
inline constexpr Range kPositions{1, INT32_MAX};
inline constexpr Range kTokenId{INT32_MIN, INT32_MAX};

// What a family's configuration_*.py gives fields that config.json lacks.
struct DecoderDefaults {
  int64_t hidden_size;
  int64_t intermediate_size;  // 0: the class has no such field
  int64_t num_hidden_layers, num_attention_heads, num_key_value_heads;
  bool null_kv_heads = false;  // num_key_value_heads may be null: as many as attention heads
  int64_t vocab_size = 151936;
};

// Sizes, activation, norm, biases, tied embeddings, token ids, labels and dtype: everything but head_dim, RoPE,
// windows and experts.
void readDecoderFields(FieldReader &fields, ModelConfig &config, const DecoderDefaults &defaults);

// num_attention_heads must be a multiple of num_key_value_heads, and so on. Needs head_dim.
void checkHeads(const FieldReader &fields, const ModelConfig &config);

// dtype, or torch_dtype as transformers 4 spells it; empty when neither is there.
std::string readDtype(FieldReader &fields);

// tie_word_embeddings, labels.
HeadFields readHeadFields(FieldReader &fields);

// What of RoPE differs from family to family.
struct RopeDefaults {
  std::optional<double> partial_rotary_factor;  // nothing: whole heads turn
  std::vector<int64_t> mrope_section;           // empty: no M-RoPE
};

// rope_parameters in either spelling (rope_scaling and rope_theta at the top, as transformers 4 writes them).
// Needs head_dim and max_position_embeddings.
RopeConfig readRope(FieldReader &fields, const ModelConfig &config, const RopeDefaults &defaults, const Warn &warn);

// sliding_window, if use_sliding_window says so; 0: none.
int64_t readWindow(FieldReader &fields);

// layer_types, each "full_attention" or `other`, one per layer; empty when absent.
std::vector<std::string> readLayerTypes(FieldReader &fields, const ModelConfig &config, const std::string &other);

// Fields that change the result in a way that isn't supported: errors unless they hold the value that does nothing.
// The rest of what nobody read: warned about by name, unless known not to matter (OtherFields.cpp lists both).
void checkOtherFields(FieldReader &fields, const Warn &warn);

}  // namespace qwen
