#include "frontend/config/SharedFields.h"

#include <charconv>
#include <utility>

namespace qwen {
namespace {

// ACT2FN's names that the dialect has, and those that compute the same (activations.py).
constexpr std::pair<const char *, const char *> kActivations[] = {
    {"silu", "silu"},
    {"swish", "silu"},
    {"gelu", "gelu"},
    {"gelu_python", "gelu"},
    {"gelu_pytorch_tanh", "gelu_pytorch_tanh"},
    {"gelu_python_tanh", "gelu_pytorch_tanh"},
    {"gelu_new", "gelu_pytorch_tanh"},
    {"gelu_fast", "gelu_pytorch_tanh"},
    {"gelu_accurate", "gelu_pytorch_tanh"},
    {"quick_gelu", "quick_gelu"},
    {"relu", "relu"},
    {"sigmoid", "sigmoid"},
    {"tanh", "tanh"},
};

std::string readActivation(FieldReader &fields) {
  const auto name = fields.string("hidden_act", "silu");
  std::vector<std::string> known;
  for (auto [hf, ours] : kActivations) {
    if (name == hf)
      return ours;
    known.push_back(hf);
  }
  fields.fail("hidden_act", "one of " + joined(known));
}

double readPositive(FieldReader &fields, const char *name, double fallback) {
  const double value = fields.number(name, fallback);
  if (!(value > 0))
    fields.fail(name, "a number above 0");
  return value;
}

// PreTrainedConfig: the length of id2label, else num_labels, else 2.
int64_t readLabels(FieldReader &fields) {
  const auto count = fields.optionalInteger("num_labels", kCount);
  const Json *labels = fields.find("id2label");
  if (!labels)
    return count.value_or(2);
  if (!labels->is_object() || labels->empty())
    fields.fail("id2label", "an object from class numbers to names");
  for (auto item = labels->begin(); item != labels->end(); ++item) {
    const std::string &key = item.key();
    int64_t number = 0;
    auto [end, code] = std::from_chars(key.data(), key.data() + key.size(), number);
    if (code != std::errc() || end != key.data() + key.size() || number < 0)
      fields.contradiction("id2label has the key " + shown(key) + ", expected class numbers");
  }
  const auto size = static_cast<int64_t>(labels->size());
  if (count && *count != size)
    fields.contradiction("num_labels is " + std::to_string(*count) + ", but id2label has " + std::to_string(size) +
                         " entries");
  return size;
}

}  // namespace

std::string readDtype(FieldReader &fields) {
  const char *name = fields.find("dtype") ? "dtype" : "torch_dtype";
  fields.markRead("torch_dtype");
  if (!fields.find(name))
    return "";
  const auto dtype = fields.string(name, std::nullopt);
  if (dtype != "float32" && dtype != "float16" && dtype != "bfloat16")
    fields.fail(name, "float32, float16 or bfloat16");
  return dtype;
}

void readDecoderFields(FieldReader &fields, ModelConfig &config, const DecoderDefaults &defaults) {
  config.architectures = fields.strings("architectures");
  config.dtype = readDtype(fields);
  config.vocab_size = fields.integer("vocab_size", defaults.vocab_size, kVocabulary);
  config.hidden_size = fields.integer("hidden_size", defaults.hidden_size, kWidth);
  if (defaults.intermediate_size)
    config.intermediate_size = fields.integer("intermediate_size", defaults.intermediate_size, kWidth);
  config.num_hidden_layers = fields.integer("num_hidden_layers", defaults.num_hidden_layers, kLayers);
  config.num_attention_heads = fields.integer("num_attention_heads", defaults.num_attention_heads, kCount);
  const bool null_kv_heads = fields.contains("num_key_value_heads") && !fields.find("num_key_value_heads");
  config.num_key_value_heads = null_kv_heads && defaults.null_kv_heads
                                   ? config.num_attention_heads
                                   : fields.integer("num_key_value_heads", defaults.num_key_value_heads, kCount);
  config.max_position_embeddings = fields.integer("max_position_embeddings", 32768, kPositions);
  config.hidden_act = readActivation(fields);
  config.rms_norm_eps = fields.number("rms_norm_eps", 1e-6);
  if (config.rms_norm_eps < 0)
    fields.fail("rms_norm_eps", "a number of at least 0");
  config.initializer_range = readPositive(fields, "initializer_range", 0.02);
  config.attention_bias = fields.boolean("attention_bias", false);
  static_cast<HeadFields &>(config) = readHeadFields(fields);
  // HF takes any pad_token_id, -1 from old checkpoints too: it is only compared with ids.
  config.pad_token_id = fields.optionalInteger("pad_token_id", kTokenId);
  config.bos_token_id = fields.optionalInteger("bos_token_id", kTokenId);
  config.eos_token_ids = fields.integerOrList("eos_token_id");
}

HeadFields readHeadFields(FieldReader &fields) {
  return {fields.boolean("tie_word_embeddings", false), readLabels(fields),
          fields.boolean("token_classification_bias", true)};
}

void checkHeads(const FieldReader &fields, const ModelConfig &config) {
  const auto heads = config.num_attention_heads, kv_heads = config.num_key_value_heads;
  if (heads % kv_heads)
    fields.contradiction("num_attention_heads is " + std::to_string(heads) +
                         ", expected a multiple of num_key_value_heads, which is " + std::to_string(kv_heads));
  if (config.head_dim % 2)
    fields.contradiction("head_dim is " + std::to_string(config.head_dim) + ", expected an even number (RoPE)");
  if (heads * config.head_dim > kWidth.max)
    fields.contradiction("num_attention_heads * head_dim is " + std::to_string(heads * config.head_dim) +
                         ", expected at most " + std::to_string(kWidth.max));
}

int64_t readWindow(FieldReader &fields) {
  const bool used = fields.boolean("use_sliding_window", false);
  if (!fields.contains("sliding_window"))
    return used ? 4096 : 0;
  const auto window = fields.optionalInteger("sliding_window", used ? kPositions : Range{INT32_MIN, INT32_MAX});
  return used ? window.value_or(0) : 0;
}

std::vector<std::string> readLayerTypes(FieldReader &fields, const ModelConfig &config, const std::string &other) {
  auto types = fields.strings("layer_types");
  if (!fields.find("layer_types"))
    return {};
  if (static_cast<int64_t>(types.size()) != config.num_hidden_layers)
    fields.contradiction("layer_types has " + std::to_string(types.size()) + " entries, but num_hidden_layers is " +
                         std::to_string(config.num_hidden_layers));
  for (auto &type : types) {
    if (type == "attention")  // configuration_utils.py: _LEGACY_LAYER_TYPE_REMAP
      type = "full_attention";
    if (type != "full_attention" && type != other)
      fields.contradiction("layer_types holds " + shown(type) + ", expected full_attention or " + other);
  }
  return types;
}

}  // namespace qwen
