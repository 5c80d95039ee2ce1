// config.json: defaults, both spellings, and every error.
#include "frontend/config/ModelConfig.h"

#include "frontend/config/Json.h"

#include <gtest/gtest.h>

using namespace qwen;

namespace {

// A valid config with `changes` merged over it; a field set to "(absent)" is taken out.
std::string configText(Json changes, const std::string &model_type = "qwen3") {
  Json json = {{"model_type", model_type}, {"hidden_size", 64},        {"num_attention_heads", 4},
               {"head_dim", 16},           {"num_key_value_heads", 2}, {"num_hidden_layers", 4},
               {"intermediate_size", 96},  {"vocab_size", 128},        {"max_position_embeddings", 256}};
  for (auto item = changes.begin(); item != changes.end(); ++item) {
    if (*item == "(absent)")
      json.erase(item.key());
    else
      json[item.key()] = *item;
  }
  return json.dump();
}

std::vector<std::string> warnings;

ModelConfig parse(const std::string &text) {
  warnings.clear();
  return parseModelConfig("config.json", text, [](const std::string &line) { warnings.push_back(line); });
}
ModelConfig parse(const Json &changes, const std::string &model_type = "qwen3") {
  return parse(configText(changes, model_type));
}

std::string textFailure(const std::string &text) {
  try {
    parse(text);
  } catch (const InputError &error) {
    return error.what();
  }
  return "no error";
}
std::string failure(const Json &changes, const std::string &model_type = "qwen3") {
  return textFailure(configText(changes, model_type));
}

TEST(ModelConfig, DefaultsOfQwen3) {
  const ModelConfig config = parse(std::string(R"({"model_type": "qwen3"})"));
  EXPECT_EQ(config.vocab_size, 151936);
  EXPECT_EQ(config.hidden_size, 4096);
  EXPECT_EQ(config.intermediate_size, 22016);
  EXPECT_EQ(config.num_hidden_layers, 32);
  EXPECT_EQ(config.num_attention_heads, 32);
  EXPECT_EQ(config.num_key_value_heads, 32);
  EXPECT_EQ(config.head_dim, 128);
  EXPECT_EQ(config.max_position_embeddings, 32768);
  EXPECT_EQ(config.hidden_act, "silu");
  EXPECT_EQ(config.rms_norm_eps, 1e-6);
  EXPECT_EQ(config.initializer_range, 0.02);
  EXPECT_FALSE(config.attention_bias);
  EXPECT_FALSE(config.tie_word_embeddings);
  EXPECT_EQ(config.rope.rope_type, "default");
  EXPECT_EQ(config.rope.rope_theta, 10000.0);
  EXPECT_EQ(config.windows, std::vector<int64_t>(32, 0));
  EXPECT_EQ(config.num_experts, 0);
  EXPECT_EQ(config.num_labels, 2);
  EXPECT_EQ(config.dtype, "");
  EXPECT_FALSE(config.pad_token_id);
  EXPECT_TRUE(warnings.empty());
}

TEST(ModelConfig, DefaultsOfQwen3Moe) {
  const ModelConfig config = parse(std::string(R"({"model_type": "qwen3_moe"})"));
  EXPECT_EQ(config.hidden_size, 2048);
  EXPECT_EQ(config.intermediate_size, 6144);
  EXPECT_EQ(config.num_hidden_layers, 24);
  EXPECT_EQ(config.num_key_value_heads, 4);
  EXPECT_EQ(config.head_dim, 64) << "hidden_size / num_attention_heads";
  EXPECT_EQ(config.moe_intermediate_size, 768);
  EXPECT_EQ(config.num_experts, 128);
  EXPECT_EQ(config.num_experts_per_tok, 8);
  EXPECT_FALSE(config.norm_topk_prob);
  EXPECT_FALSE(config.output_router_logits);
  EXPECT_EQ(config.sparse, std::vector<bool>(24, true));
}

TEST(ModelConfig, BothSpellingsOfDtype) {
  EXPECT_EQ(parse({{"torch_dtype", "bfloat16"}}).dtype, "bfloat16");
  EXPECT_EQ(parse({{"dtype", "float16"}}).dtype, "float16");
  EXPECT_EQ(parse({{"dtype", "float32"}, {"torch_dtype", "bfloat16"}}).dtype, "float32");
  EXPECT_EQ(parse({{"dtype", nullptr}, {"torch_dtype", "bfloat16"}}).dtype, "bfloat16");
  EXPECT_EQ(failure({{"dtype", "int8"}}), "config.json: dtype is \"int8\", expected float32, float16 or bfloat16");
}

TEST(ModelConfig, BothSpellingsOfExperts) {
  EXPECT_EQ(parse({{"num_experts", 16}}, "qwen3_moe").num_experts, 16);
  EXPECT_EQ(parse({{"num_local_experts", 16}}, "qwen3_moe").num_experts, 16);
  EXPECT_EQ(parse({{"num_local_experts", 16}, {"num_experts", 16}}, "qwen3_moe").num_experts, 16);
  EXPECT_EQ(failure({{"num_local_experts", 16}, {"num_experts", 8}}, "qwen3_moe"),
            "config.json: num_local_experts is 16, but num_experts is 8");
  EXPECT_EQ(failure({{"num_experts", 8}, {"num_experts_per_tok", 9}}, "qwen3_moe"),
            "config.json: num_experts_per_tok is 9, but num_experts is 8");
}

TEST(ModelConfig, SparseLayers) {
  auto sparse = [](Json changes) { return parse(changes, "qwen3_moe").sparse; };
  using Layers = std::vector<bool>;
  EXPECT_EQ(sparse({{"decoder_sparse_step", 2}}), (Layers{false, true, false, true}));
  EXPECT_EQ(sparse({{"mlp_only_layers", {0, 3}}}), (Layers{false, true, true, false}));
  EXPECT_EQ(sparse({{"mlp_only_layers", nullptr}}), Layers(4, true));
  EXPECT_EQ(sparse({{"mlp_only_layers", {1}}, {"decoder_sparse_step", 2}}), (Layers{false, false, false, true}));
  EXPECT_EQ(sparse({{"num_experts", 0}}), Layers(4, false));
  EXPECT_EQ(parse({{"decoder_sparse_step", 9}}, "qwen3_moe").num_experts, 0) << "no layer has experts";
  EXPECT_EQ(failure({{"decoder_sparse_step", 0}}, "qwen3_moe"),
            "config.json: decoder_sparse_step is 0, expected an integer from 1 to 2147483647");
  EXPECT_EQ(failure({{"mlp_only_layers", {"a"}}}, "qwen3_moe"),
            "config.json: mlp_only_layers holds \"a\", expected an integer from -2147483648 to 2147483647");
  EXPECT_EQ(failure({{"mlp_only_layers", 3}}, "qwen3_moe"),
            "config.json: mlp_only_layers is 3, expected a list of integers");
}

TEST(ModelConfig, WindowsOfQwen3) {
  auto windows = [](Json changes) { return parse(changes).windows; };
  using Windows = std::vector<int64_t>;
  EXPECT_EQ(windows({{"sliding_window", 8}}), Windows(4, 0)) << "use_sliding_window is false by default";
  EXPECT_EQ(windows({{"sliding_window", 8}, {"use_sliding_window", true}}), Windows(4, 0))
      << "max_window_layers is 28 by default";
  const Json used = {{"sliding_window", 8}, {"use_sliding_window", true}, {"max_window_layers", 2}};
  EXPECT_EQ(windows(used), (Windows{0, 0, 8, 8}));
  Json changed = used;
  changed["sliding_window"] = "(absent)";
  EXPECT_EQ(windows(changed), (Windows{0, 0, 4096, 4096}));
  changed["sliding_window"] = nullptr;
  EXPECT_EQ(windows(changed), Windows(4, 0));
  changed = used;
  changed["layer_types"] = {"sliding_attention", "full_attention", "attention", "sliding_attention"};
  EXPECT_EQ(windows(changed), (Windows{8, 0, 0, 8})) << "layer_types goes before max_window_layers";

  changed["layer_types"] = {"full_attention"};
  EXPECT_EQ(failure(changed), "config.json: layer_types has 1 entries, but num_hidden_layers is 4");
  changed["layer_types"] = {"full_attention", "conv", "full_attention", "full_attention"};
  EXPECT_EQ(failure(changed), "config.json: layer_types holds \"conv\", expected full_attention or sliding_attention");
  changed["layer_types"] = "full_attention";
  EXPECT_EQ(failure(changed), "config.json: layer_types is \"full_attention\", expected a list of strings");
  changed["layer_types"] = {"sliding_attention", "full_attention", "full_attention", "full_attention"};
  changed["use_sliding_window"] = false;
  EXPECT_EQ(failure(changed), "config.json: layer_types[0] is sliding_attention, but there is no window: expected "
                              "use_sliding_window to be true and sliding_window to be given");
  changed = used;
  changed["sliding_window"] = 0;
  EXPECT_EQ(failure(changed), "config.json: sliding_window is 0, expected an integer from 1 to 2147483647");
}

TEST(ModelConfig, WindowOfQwen3MoeHoldsInEveryLayer) {
  const Json used = {{"sliding_window", 8},
                     {"use_sliding_window", true},
                     {"max_window_layers", 2},
                     {"layer_types", {"full_attention", "full_attention", "full_attention", "full_attention"}}};
  EXPECT_EQ(parse(used, "qwen3_moe").windows, std::vector<int64_t>(4, 8));
  EXPECT_EQ(parse({{"sliding_window", 8}}, "qwen3_moe").windows, std::vector<int64_t>(4, 0));
}

TEST(ModelConfig, Heads) {
  EXPECT_EQ(parse({{"num_key_value_heads", nullptr}}).num_key_value_heads, 4);
  EXPECT_EQ(failure({{"num_key_value_heads", nullptr}}, "qwen3_moe"),
            "config.json: num_key_value_heads is null, expected an integer from 1 to 65536");
  EXPECT_EQ(failure({{"num_key_value_heads", 3}}),
            "config.json: num_attention_heads is 4, expected a multiple of num_key_value_heads, which is 3");
  EXPECT_EQ(failure({{"head_dim", 15}}), "config.json: head_dim is 15, expected an even number (RoPE)");
  EXPECT_EQ(failure({{"head_dim", nullptr}}), "config.json: head_dim is null, expected an integer from 1 to 1048576");
  EXPECT_EQ(parse({{"head_dim", "(absent)"}}).head_dim, 128);
  EXPECT_EQ(parse({{"head_dim", "(absent)"}}, "qwen3_moe").head_dim, 16);
  EXPECT_EQ(failure({{"head_dim", "(absent)"}, {"hidden_size", 2}}, "qwen3_moe"),
            "config.json: head_dim is missing, and hidden_size 2 is below num_attention_heads 4");
  EXPECT_EQ(failure({{"num_attention_heads", 65536}, {"head_dim", 1048576}}),
            "config.json: num_attention_heads * head_dim is 68719476736, expected at most 1048576");
}

TEST(ModelConfig, Activation) {
  EXPECT_EQ(parse({{"hidden_act", "swish"}}).hidden_act, "silu");
  EXPECT_EQ(parse({{"hidden_act", "gelu_new"}}).hidden_act, "gelu_pytorch_tanh");
  EXPECT_EQ(failure({{"hidden_act", "mish"}}),
            "config.json: hidden_act is \"mish\", expected one of silu, swish, gelu, gelu_python, gelu_pytorch_tanh, "
            "gelu_python_tanh, gelu_new, gelu_fast, gelu_accurate, quick_gelu, relu, sigmoid, tanh");
}

TEST(ModelConfig, Labels) {
  EXPECT_EQ(parse({{"num_labels", 5}}).num_labels, 5);
  EXPECT_EQ(parse({{"id2label", {{"0", "a"}, {"1", "b"}, {"2", "c"}}}}).num_labels, 3);
  EXPECT_EQ(parse({{"id2label", nullptr}, {"num_labels", nullptr}}).num_labels, 2);
  EXPECT_FALSE(parse({{"token_classification_bias", false}}).token_classification_bias);
  EXPECT_EQ(failure({{"id2label", {{"0", "a"}}}, {"num_labels", 3}}),
            "config.json: num_labels is 3, but id2label has 1 entries");
  EXPECT_EQ(failure({{"id2label", {{"x", "a"}}}}), "config.json: id2label has the key \"x\", expected class numbers");
  EXPECT_EQ(failure({{"id2label", {1, 2}}}),
            "config.json: id2label is a list, expected an object from class numbers to names");
  EXPECT_EQ(failure({{"num_labels", 0}}), "config.json: num_labels is 0, expected an integer from 1 to 65536");
}

TEST(ModelConfig, TokenIds) {
  EXPECT_EQ(parse({{"eos_token_id", 7}}).eos_token_ids, std::vector<int64_t>{7});
  EXPECT_EQ(parse({{"eos_token_id", {7, 8}}}).eos_token_ids, (std::vector<int64_t>{7, 8}));
  EXPECT_TRUE(parse({{"eos_token_id", nullptr}}).eos_token_ids.empty());
  EXPECT_EQ(parse({{"pad_token_id", -1}}).pad_token_id, -1);
  EXPECT_EQ(failure({{"eos_token_id", "x"}}), "config.json: eos_token_id is \"x\", expected an integer");
}

TEST(ModelConfig, WrongTypes) {
  EXPECT_EQ(failure({{"hidden_size", "64"}}),
            "config.json: hidden_size is \"64\", expected an integer from 1 to 1048576");
  EXPECT_EQ(failure({{"hidden_size", 64.0}}),
            "config.json: hidden_size is 64.0, expected an integer from 1 to 1048576");
  EXPECT_EQ(failure({{"hidden_size", nullptr}}),
            "config.json: hidden_size is null, expected an integer from 1 to 1048576");
  EXPECT_EQ(failure({{"hidden_size", -1}}), "config.json: hidden_size is -1, expected an integer from 1 to 1048576");
  EXPECT_EQ(failure({{"hidden_size", 18446744073709551615u}}),
            "config.json: hidden_size is 18446744073709551615, expected an integer from 1 to 1048576");
  EXPECT_EQ(failure({{"attention_bias", 1}}), "config.json: attention_bias is 1, expected true or false");
  EXPECT_EQ(failure({{"tie_word_embeddings", "yes"}}),
            "config.json: tie_word_embeddings is \"yes\", expected true or false");
  EXPECT_EQ(failure({{"rms_norm_eps", "1e-6"}}), "config.json: rms_norm_eps is \"1e-6\", expected a number");
  EXPECT_EQ(failure({{"rms_norm_eps", -1}}), "config.json: rms_norm_eps is -1, expected a number of at least 0");
  EXPECT_EQ(failure({{"initializer_range", 0}}), "config.json: initializer_range is 0, expected a number above 0");
  EXPECT_EQ(failure({{"architectures", "Qwen3Model"}}),
            "config.json: architectures is \"Qwen3Model\", expected a list of strings");
  EXPECT_EQ(failure({{"architectures", {1}}}), "config.json: architectures holds 1, expected strings only");
  EXPECT_EQ(failure({{"hidden_act", 1}}), "config.json: hidden_act is 1, expected a string");
}

TEST(ModelConfig, ModelType) {
  EXPECT_EQ(failure({{"model_type", "(absent)"}}),
            "config.json: model_type is missing, expected one of qwen3, qwen3_moe, qwen3_5, qwen3_5_text, "
            "qwen3_5_moe, qwen3_5_moe_text");
  EXPECT_EQ(failure({{"model_type", "llama"}}),
            "config.json: model_type is \"llama\", expected one of qwen3, qwen3_moe, qwen3_5, qwen3_5_text, "
            "qwen3_5_moe, qwen3_5_moe_text");
  EXPECT_EQ(failure({{"model_type", 3}}), "config.json: model_type is 3, expected a string");
}

TEST(ModelConfig, UnsupportedFieldsAreErrorsUnlessHarmless) {
  EXPECT_EQ(failure({{"quantization_config", {{"bits", 4}}}}),
            "config.json: quantization_config is an object, expected null or nothing: quantised checkpoints are not "
            "supported, give the unquantised one");
  EXPECT_EQ(failure({{"is_causal", false}}),
            "config.json: is_causal is false, expected true or nothing: attention that sees later tokens is not "
            "supported");
  EXPECT_EQ(failure({{"tie_last_hidden_states", false}}),
            "config.json: tie_last_hidden_states is false, expected true or nothing: the last of hidden_states is "
            "always the one after the final norm");
  for (const char *name : {"compression_config", "per_layer_config", "text_config"})
    EXPECT_NE(failure({{name, {{"a", 1}}}}).find(std::string(name) + " is an object, expected null"),
              std::string::npos);
  parse({{"quantization_config", nullptr}, {"is_causal", true}, {"is_encoder_decoder", false}});
  EXPECT_TRUE(warnings.empty());
}

TEST(ModelConfig, UnknownFieldsAreWarnedAboutOnce) {
  parse({{"use_cache", true}, {"attention_dropout", 0.1}, {"temperature", 0.7}, {"label2id", {{"a", 0}}}});
  EXPECT_TRUE(warnings.empty()) << warnings[0];
  parse({{"sliding_widow", 3}});
  EXPECT_EQ(warnings, std::vector<std::string>{"config.json: unknown field sliding_widow ignored"});
  parse({{"b_field", 3}, {"a_field", nullptr}});
  EXPECT_EQ(warnings, std::vector<std::string>{"config.json: unknown fields a_field, b_field ignored"});
}

TEST(ModelConfig, NotJson) {
  EXPECT_EQ(textFailure("{\n  \"model_type\": NaN}"), "config.json: not valid JSON at line 2, column 17");
  EXPECT_EQ(textFailure("[1]"), "config.json: holds a list, expected an object");
  EXPECT_EQ(textFailure(""), "config.json: not valid JSON at line 1, column 1");
  EXPECT_EQ(textFailure("{} x"), "config.json: not valid JSON at line 1, column 4");
  EXPECT_EQ(textFailure("{\"a\": 1, \"a\": 2}"), "config.json: field \"a\" stands twice");
  EXPECT_EQ(textFailure("{\"a\": 1e999}"), "config.json: not valid JSON: a number is out of range");
  EXPECT_EQ(textFailure("{\"a\": " + std::string(100000, '[')), "config.json: nested more than 64 levels deep");
  EXPECT_EQ(textFailure("{\"a\": \"\xff\"}"), "config.json: not valid JSON at line 1, column 8");
}

}  // namespace
