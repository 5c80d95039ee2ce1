// config.json of Qwen3.5: flat and nested, linear attention, partial RoPE with sections, experts.
#include "frontend/config/Json.h"
#include "frontend/config/ModelConfig.h"

#include <gtest/gtest.h>

using namespace qwen;

namespace {

std::vector<std::string> warnings;

ModelConfig parse(const Json &json) {
  warnings.clear();
  return parseModelConfig("config.json", json.dump(), [](const std::string &line) { warnings.push_back(line); });
}

std::string failureOf(const Json &json) {
  try {
    parse(json);
  } catch (const InputError &error) {
    return error.what();
  }
  return "no error";
}

Json flat(const Json &changes, const std::string &model_type = "qwen3_5_text") {
  Json json = {{"model_type", model_type}, {"num_hidden_layers", 4}};
  json.update(changes);
  return json;
}
std::string failure(const Json &changes, const std::string &model_type = "qwen3_5_text") {
  return failureOf(flat(changes, model_type));
}

TEST(Qwen35Config, Defaults) {
  const ModelConfig config = parse({{"model_type", "qwen3_5_text"}});
  EXPECT_EQ(config.vocab_size, 248320);
  EXPECT_EQ(config.hidden_size, 4096);
  EXPECT_EQ(config.intermediate_size, 12288);
  EXPECT_EQ(config.num_hidden_layers, 32);
  EXPECT_EQ(config.num_attention_heads, 16);
  EXPECT_EQ(config.num_key_value_heads, 4);
  EXPECT_EQ(config.head_dim, 256);
  EXPECT_EQ(config.rope.rope_theta, 10000.0);
  EXPECT_EQ(config.rope.rotary_dim, 64) << "a quarter";
  EXPECT_EQ(config.rope.mrope_section, (std::vector<int64_t>{11, 11, 10}));
  EXPECT_TRUE(config.attention_gate);
  EXPECT_TRUE(config.zero_centered_norms);
  EXPECT_EQ(config.linear_attention.conv_kernel_dim, 4);
  EXPECT_EQ(config.linear_attention.key_head_dim, 128);
  EXPECT_EQ(config.linear_attention.value_head_dim, 128);
  EXPECT_EQ(config.linear_attention.num_key_heads, 16);
  EXPECT_EQ(config.linear_attention.num_value_heads, 32);
  EXPECT_EQ(config.num_experts, 0);
  EXPECT_EQ(config.windows, std::vector<int64_t>(32, 0));
  EXPECT_EQ(config.sparse, std::vector<bool>(32, false));
  EXPECT_TRUE(warnings.empty());
}

TEST(Qwen35Config, DefaultsOfMoe) {
  const ModelConfig config = parse({{"model_type", "qwen3_5_moe_text"}});
  EXPECT_EQ(config.hidden_size, 2048);
  EXPECT_EQ(config.num_hidden_layers, 40);
  EXPECT_EQ(config.num_key_value_heads, 2);
  EXPECT_EQ(config.num_experts, 256);
  EXPECT_EQ(config.num_experts_per_tok, 8);
  EXPECT_EQ(config.moe_intermediate_size, 512);
  EXPECT_EQ(config.shared_expert_intermediate_size, 512);
  EXPECT_TRUE(config.norm_topk_prob);
  EXPECT_FALSE(config.output_router_logits);
  EXPECT_EQ(config.sparse, std::vector<bool>(40, true));
}

TEST(Qwen35Config, Layers) {
  auto linear = [](const Json &changes) { return parse(flat(changes)).linear_layers; };
  EXPECT_EQ(linear(Json::object()), (std::vector<bool>{true, true, true, false}));
  EXPECT_EQ(linear({{"full_attention_interval", 2}}), (std::vector<bool>{true, false, true, false}));
  EXPECT_EQ(linear({{"layer_types", {"full_attention", "linear_attention", "attention", "linear_attention"}},
                    {"full_attention_interval", 2}}),
            (std::vector<bool>{false, true, false, true}))
      << "layer_types decides";
  EXPECT_EQ(failure({{"layer_types", {"linear_attention"}}}),
            "config.json: layer_types has 1 entries, but num_hidden_layers is 4");
  EXPECT_EQ(failure({{"layer_types", {"linear_attention", "sliding_attention", "x", "x"}}}),
            "config.json: layer_types holds \"sliding_attention\", expected full_attention or linear_attention");
  EXPECT_EQ(failure({{"full_attention_interval", 0}}),
            "config.json: full_attention_interval is 0, expected an integer from 1 to 2147483647");
}

TEST(Qwen35Config, LinearAttention) {
  EXPECT_EQ(failure({{"linear_conv_kernel_dim", 1}}),
            "config.json: linear_conv_kernel_dim is 1, expected an integer from 2 to 256");
  EXPECT_EQ(failure({{"linear_key_head_dim", 0}}),
            "config.json: linear_key_head_dim is 0, expected an integer from 1 to 65536");
  EXPECT_EQ(failure({{"linear_value_head_dim", "x"}}),
            "config.json: linear_value_head_dim is \"x\", expected an integer from 1 to 65536");
  EXPECT_EQ(failure({{"linear_num_value_heads", 40}}),
            "config.json: linear_num_value_heads is 40, expected a multiple of linear_num_key_heads, which is 16");
  EXPECT_EQ(failure({{"linear_num_key_heads", 5},
                     {"linear_num_value_heads", 5},
                     {"linear_value_head_dim", 65536},
                     {"linear_key_head_dim", 65536}}),
            "no error");
  EXPECT_EQ(failure({{"linear_value_head_dim", 65536}}),
            "config.json: the heads of linear attention are 2101248 wide together, expected at most 1048576");
}

TEST(Qwen35Config, PartialRope) {
  auto rotary = [](const Json &changes) { return parse(flat(changes)).rope.rotary_dim; };
  EXPECT_EQ(rotary({{"partial_rotary_factor", 0.5}}), 128);
  EXPECT_EQ(rotary({{"partial_rotary_factor", 0.5}, {"rope_parameters", {{"partial_rotary_factor", 1}}}}), 256)
      << "among the parameters first";
  EXPECT_EQ(rotary({{"head_dim", 10}}), 2) << "rounded down";
  const char *range = ", expected a number above 0 and at most 1";
  EXPECT_EQ(failure({{"partial_rotary_factor", 1.5}}),
            std::string("config.json: partial_rotary_factor is 1.5") + range);
  EXPECT_EQ(failure({{"rope_parameters", {{"partial_rotary_factor", 0}}}}),
            std::string("config.json: rope_parameters.partial_rotary_factor is 0") + range);
  EXPECT_EQ(failure({{"head_dim", 12}}),
            "config.json: head_dim is 12 and partial_rotary_factor 0.25, so 3 values of a head turn, expected an even "
            "number");
  EXPECT_EQ(failure({{"head_dim", 4}}),
            "config.json: head_dim is 4 and partial_rotary_factor 0.25, so 1 values of a head turn, expected an even "
            "number");
  EXPECT_EQ(
      failure({{"rope_parameters", {{"rope_type", "longrope"}, {"short_factor", {1, 1}}, {"long_factor", {1, 1}}}},
               {"head_dim", 16}}),
      "no error")
      << "factors for what turns";
}

TEST(Qwen35Config, Sections) {
  auto sections = [](const Json &rope) { return parse(flat({{"rope_parameters", rope}})).rope.mrope_section; };
  EXPECT_EQ(sections({{"mrope_section", {3, 2, 0}}, {"mrope_interleaved", true}}), (std::vector<int64_t>{3, 2, 0}));
  EXPECT_TRUE(warnings.empty());
  EXPECT_EQ(sections({{"mrope_interleaved", false}}), (std::vector<int64_t>{11, 11, 10}));
  EXPECT_EQ(warnings,
            std::vector<std::string>{"config.json: mrope_interleaved ignored: this family always interleaves"});
  EXPECT_EQ(failure({{"rope_parameters", {{"mrope_section", {1, 2}}}}}),
            "config.json: rope_parameters.mrope_section has 2 entries, expected three: time, height and width");
  EXPECT_EQ(failure({{"rope_parameters", {{"mrope_section", {1, 2, -1}}}}}),
            "config.json: rope_parameters.mrope_section holds -1, expected an integer from 0 to 1048576");
}

TEST(Qwen35Config, Experts) {
  EXPECT_EQ(failure({{"num_experts", 4}}, "qwen3_5_moe_text"),
            "config.json: num_experts_per_tok is 8, but num_experts is 4");
  EXPECT_EQ(failure({{"shared_expert_intermediate_size", 0}}, "qwen3_5_moe_text"),
            "config.json: shared_expert_intermediate_size is 0, expected an integer from 1 to 1048576");
  EXPECT_EQ(failure({{"num_experts", 0}}, "qwen3_5_moe_text"),
            "config.json: num_experts is 0, expected an integer from 1 to 65536");
}

TEST(Qwen35Config, Nested) {
  const Json text = {{"hidden_size", 64},           {"num_hidden_layers", 2},
                     {"tie_word_embeddings", true}, {"model_type", "qwen3_5_text"},
                     {"dtype", "float32"},          {"eos_token_id", 7},
                     {"bos_token_id", 3},           {"pad_token_id", 5},
                     {"mtp_num_hidden_layers", 1}};
  Json json = {{"model_type", "qwen3_5"}, {"architectures", {"Qwen3_5ForConditionalGeneration"}},
               {"text_config", text},     {"vision_config", {{"depth", 1}}},
               {"image_token_id", 9},     {"num_labels", 5}};
  ModelConfig config = parse(json);
  EXPECT_TRUE(warnings.empty());
  EXPECT_EQ(config.model_type, "qwen3_5");
  EXPECT_EQ(config.architectures, std::vector<std::string>{"Qwen3_5ForConditionalGeneration"});
  EXPECT_EQ(config.hidden_size, 64);
  EXPECT_EQ(config.dtype, "float32");
  EXPECT_EQ(config.pad_token_id, 5);
  EXPECT_EQ(config.bos_token_id, 3);
  EXPECT_EQ(config.eos_token_ids, std::vector<int64_t>{7});
  // Classes over the decoder alone go by text_config, the others by the top level.
  EXPECT_TRUE(config.tie_word_embeddings);
  EXPECT_EQ(config.num_labels, 2);
  ASSERT_TRUE(config.whole_head);
  EXPECT_FALSE(config.whole_head->tie_word_embeddings);
  EXPECT_EQ(config.whole_head->num_labels, 5);

  json.update({{"dtype", "bfloat16"}, {"eos_token_id", {1, 2}}, {"bos_token_id", 4}, {"pad_token_id", 6}});
  config = parse(json);
  EXPECT_EQ(config.dtype, "bfloat16");
  EXPECT_EQ(config.eos_token_ids, (std::vector<int64_t>{1, 2}));
  EXPECT_EQ(config.bos_token_id, 4);
  EXPECT_EQ(config.pad_token_id, 5) << "classifiers go by text_config's";
  EXPECT_EQ(parse({{"model_type", "qwen3_5_moe"}, {"text_config", Json::object()}}).num_experts, 256);
}

TEST(Qwen35Config, NestedErrors) {
  const char *missing = "an object (with fields at the top level, model_type ends with _text)";
  EXPECT_EQ(failureOf({{"model_type", "qwen3_5"}, {"hidden_size", 64}}),
            std::string("config.json: text_config is missing, expected ") + missing);
  EXPECT_EQ(failureOf({{"model_type", "qwen3_5_moe"}, {"text_config", 1}}),
            std::string("config.json: text_config is 1, expected ") + missing);
  auto inner = [](const Json &text) { return failureOf({{"model_type", "qwen3_5"}, {"text_config", text}}); };
  EXPECT_EQ(inner({{"hidden_size", 0}}),
            "config.json: text_config.hidden_size is 0, expected an integer from 1 to 1048576");
  EXPECT_EQ(inner({{"attn_output_gate", false}}),
            "config.json: attn_output_gate is false, expected true or nothing: attention without an output gate is not "
            "supported");
  EXPECT_EQ(inner({{"attn_output_gate", true}}), "no error");
  EXPECT_EQ(inner({{"is_causal", false}}), "config.json: is_causal is false, expected true or nothing: attention that "
                                           "sees later tokens is not supported");
  parse({{"model_type", "qwen3_5"}, {"text_config", {{"odd", 1}}}, {"strange", 2}});
  EXPECT_EQ(warnings, (std::vector<std::string>{"config.json: unknown field odd ignored",
                                                "config.json: unknown field strange ignored"}));
  EXPECT_EQ(failureOf({{"model_type", "qwen3"}, {"text_config", Json::object()}}).rfind("config.json: text_config is"),
            0u);
}

}  // namespace
