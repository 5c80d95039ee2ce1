// Every way in which a checkpoint can be wrong: status 1, one line that names file and field, and no program.
#include "test/programs/Case.h"
#include "test/programs/CheckpointCopy.h"

#include "gtest/gtest.h"

#include <algorithm>
#include <ostream>

namespace qwen::test {
namespace {

using nlohmann::json;

struct Mistake {
  std::string name;
  std::string checkpoint;  // the stored case that is spoilt
  std::function<void(const CheckpointCopy &)> spoil;
  std::vector<std::string> says;  // what the line must hold
};

void PrintTo(const Mistake &mistake, std::ostream *out) { *out << mistake.name; }

// A mistake in one file: FILE, what becomes of its JSON, and what the line must hold beside the file's name.
Mistake inJson(const std::string &name, const std::string &checkpoint, const std::string &file,
               std::function<void(json &)> change, std::vector<std::string> says) {
  says.insert(says.begin(), file);
  return {name, checkpoint, [=](const CheckpointCopy &copy) { copy.editJson(file, change); }, says};
}

// A field of config.json with a value that it must not have; the line names the field.
Mistake field(const std::string &name, const std::string &checkpoint, const std::string &key, json value,
              std::vector<std::string> says = {}) {
  says.insert(says.begin(), key);
  return inJson(
      name, checkpoint, "config.json", [=](json &config) { config[key] = value; }, says);
}

Mistake rope(const std::string &name, json parameters, std::vector<std::string> says) {
  return inJson(
      name, "dense_odd", "config.json", [=](json &config) { config["rope_parameters"] = parameters; }, says);
}

Mistake tensors(const std::string &name, const std::string &checkpoint, std::function<void(Tensors &)> change,
                std::vector<std::string> says) {
  says.push_back("model.safetensors");
  return {name, checkpoint, [=](const CheckpointCopy &copy) { copy.editTensors("model.safetensors", change); }, says};
}

Mistake header(const std::string &name, std::function<void(json &)> change, std::vector<std::string> says) {
  says.push_back("model.safetensors");
  return {name, "dense_odd", [=](const CheckpointCopy &copy) { copy.editHeader("model.safetensors", change); }, says};
}

Mistake index(const std::string &name, std::function<void(json &)> change, std::vector<std::string> says) {
  return inJson(name, "dense_sharded", "model.safetensors.index.json", change, says);
}

std::vector<Mistake> configMistakes() {
  return {
      {"config_missing", "dense_odd", [](const CheckpointCopy &copy) { copy.remove("config.json"); }, {"config.json"}},
      {"config_truncated",
       "dense_odd",
       [](const CheckpointCopy &copy) { copy.truncate("config.json", 20); },
       {"config.json"}},
      {"config_not_an_object",
       "dense_odd",
       [](const CheckpointCopy &copy) { copy.write("config.json", "[1]"); },
       {"config.json"}},
      field("unknown_model_type", "dense_odd", "model_type", "qwen9", {"qwen9", "qwen3", "qwen3_moe"}),
      inJson("no_model_type", "dense_odd", "config.json", [](json &c) { c.erase("model_type"); }, {"model_type"}),
      field("unknown_architecture", "dense_odd", "architectures", json::array({"Qwen3ForPoetry"}), {"Qwen3ForPoetry"}),
      field("architecture_of_another_family", "dense_odd", "architectures", json::array({"Qwen3MoeForCausalLM"}),
            {"Qwen3MoeForCausalLM"}),
      field("text_for_a_number", "dense_odd", "hidden_size", "big", {"\"big\""}),
      field("fraction_for_an_integer", "dense_odd", "num_hidden_layers", 2.5, {"2.5"}),
      field("number_for_a_flag", "dense_odd", "attention_bias", 1),
      field("no_layers", "dense_odd", "num_hidden_layers", 0),
      field("negative_size", "dense_odd", "intermediate_size", -40, {"-40"}),
      field("odd_head_dim", "dense_odd", "head_dim", 11, {"11"}),
      field("heads_that_do_not_divide", "dense", "num_key_value_heads", 3, {"num_attention_heads", "3", "4"}),
      field("quantised", "dense_odd", "quantization_config", {{"quant_method", "gptq"}}),
      field("unknown_activation", "dense_odd", "hidden_act", "softsign", {"softsign", "silu"}),
      field("too_many_layer_types", "dense_odd", "layer_types", json(9, "full_attention"), {"9", "num_hidden_layers"}),
      field("unknown_layer_type", "dense_odd", "layer_types", json::array({"full_attention", "linear_attention"}),
            {"linear_attention"}),
      field("more_choices_than_experts", "moe", "num_experts_per_tok", 9, {"9", "6"}),
      field("two_expert_counts", "moe", "num_experts", 7, {"7", "6"}),
      field("sparse_step_of_zero", "moe", "decoder_sparse_step", 0),
      field("layers_that_are_no_numbers", "moe", "mlp_only_layers", json::array({"first"})),
      inJson("two_rope_thetas", "dense_odd", "config.json", [](json &c) { c["rope_theta"] = 5.0; }, {"rope_theta"}),
      rope("unknown_rope_type", {{"rope_type", "spiral"}, {"rope_theta", 1e4}}, {"spiral", "yarn"}),
      rope("linear_without_factor", {{"rope_type", "linear"}, {"rope_theta", 1e4}}, {"factor"}),
      rope("yarn_with_a_text_factor", {{"rope_type", "yarn"}, {"rope_theta", 1e4}, {"factor", "two"}},
           {"factor", "two"}),
      rope("longrope_of_the_wrong_length",
           {{"rope_type", "longrope"},
            {"rope_theta", 1e4},
            {"factor", 2.0},
            {"short_factor", {1.0, 1.0}},
            {"long_factor", {1.0, 1.0}}},
           {"short_factor", "2", "5"}),
      rope("llama3_without_frequencies", {{"rope_type", "llama3"}, {"rope_theta", 1e4}, {"factor", 8.0}},
           {"low_freq_factor"}),
      rope("negative_rope_theta", {{"rope_type", "default"}, {"rope_theta", -1.0}}, {"rope_theta"}),
      inJson("generation_config_of_the_wrong_type", "dense", "generation_config.json",
             [](json &c) { c["temperature"] = "hot"; }, {"temperature"}),
      {"generation_config_truncated",
       "dense",
       [](const CheckpointCopy &copy) { copy.truncate("generation_config.json", 4); },
       {"generation_config.json"}},
      {"tokenizer_truncated",
       "dense_odd",
       [](const CheckpointCopy &copy) { copy.write("tokenizer.json", "{\"model\": {\"type\": \"BPE\""); },
       {"tokenizer.json"}},
      {"tokenizer_of_another_kind",
       "dense_odd",
       [](const CheckpointCopy &copy) {
         copy.write("tokenizer.json", R"({"model": {"type": "Unigram", "vocab": []}})");
       },
       {"tokenizer.json", "Unigram"}},
  };
}

std::vector<Mistake> tensorMistakes() {
  const std::string query = "model.layers.1.self_attn.q_proj.weight", norm = "model.norm.weight";
  return {
      tensors("missing_tensor", "dense_odd", [=](Tensors &t) { t.erase(query); }, {query}),
      tensors("missing_head", "dense_odd", [](Tensors &t) { t.erase("lm_head.weight"); }, {"lm_head.weight"}),
      tensors("missing_expert", "moe", [](Tensors &t) { t.erase("model.layers.0.mlp.experts.4.up_proj.weight"); },
              {"model.layers.0.mlp.experts"}),
      tensors("surplus_tensor", "dense_odd", [=](Tensors &t) { t["model.layers.7.mlp.gate_proj.weight"] = t[norm]; },
              {"model.layers.7.mlp.gate_proj.weight"}),
      tensors("bias_without_attention_bias", "dense_odd",
              [=](Tensors &t) { t["model.layers.0.self_attn.q_proj.bias"] = t[norm]; },
              {"model.layers.0.self_attn.q_proj.bias"}),
      tensors("misshapen_tensor", "dense_odd", [=](Tensors &t) { std::swap(t[query].shape[0], t[query].shape[1]); },
              {query, "30", "37"}),
      tensors("misshapen_norm", "dense_odd",
              [=](Tensors &t) {
                t[norm].shape = {37, 1};
              },
              {norm, "37"}),
      tensors("integers_for_weights", "dense_odd",
              [=](Tensors &t) { t[norm] = makeI64({37}, std::vector<int64_t>(37, 1)); }, {norm, "I64"}),
      {"vocabulary_unlike_the_table",
       "dense_odd",
       [](const CheckpointCopy &copy) { copy.editJson("config.json", [](json &c) { c["vocab_size"] = 132; }); },
       {"model.safetensors", "132", "131"}},
      {"no_such_bytes",
       "dense_odd",
       [](const CheckpointCopy &copy) { copy.truncate("model.safetensors", 10); },
       {"model.safetensors"}},
      {"only_a_length",
       "dense_odd",
       [](const CheckpointCopy &copy) { copy.write("model.safetensors", std::string("\x40\0\0\0\0\0\0\0", 8)); },
       {"model.safetensors"}},
      {"empty_file",
       "dense_odd",
       [](const CheckpointCopy &copy) { copy.write("model.safetensors", ""); },
       {"model.safetensors"}},
      {"not_safetensors",
       "dense_odd",
       [](const CheckpointCopy &copy) { copy.write("model.safetensors", std::string(4096, 'x')); },
       {"model.safetensors"}},
      header("overlapping_tensors", [=](json &h) { h[norm]["data_offsets"] = h["lm_head.weight"]["data_offsets"]; },
             {}),
      header("backward_offsets",
             [=](json &h) {
               h[norm]["data_offsets"] = {148, 0};
             },
             {norm}),
      header("unknown_type", [=](json &h) { h[norm]["dtype"] = "F4"; }, {norm, "F4"}),
      header("negative_shape", [=](json &h) { h[norm]["shape"] = {-37}; }, {norm}),
      header("no_shape", [=](json &h) { h[norm].erase("shape"); }, {norm}),
      {"missing_shard",
       "dense_sharded",
       [](const CheckpointCopy &copy) { copy.remove("model-00002-of-00004.safetensors"); },
       {"model-00002-of-00004.safetensors"}},
      {"truncated_shard",
       "dense_sharded",
       [](const CheckpointCopy &copy) { copy.truncate("model-00003-of-00004.safetensors", 1); },
       {"model-00003-of-00004.safetensors"}},
      index("index_without_a_map", [](json &i) { i.erase("weight_map"); }, {"weight_map"}),
      index("index_names_another_file",
            [](json &i) { i["weight_map"]["model.norm.weight"] = "model-00009.safetensors"; },
            {"model-00009.safetensors"}),
      index("index_names_a_missing_tensor",
            [](json &i) { i["weight_map"]["model.extra.weight"] = "model-00001-of-00004.safetensors"; },
            {"model.extra.weight"}),
      {"index_truncated",
       "dense_sharded",
       [](const CheckpointCopy &copy) { copy.truncate("model.safetensors.index.json", 5); },
       {"model.safetensors.index.json"}},
  };
}

std::vector<Mistake> allMistakes() {
  std::vector<Mistake> all = configMistakes();
  for (Mistake &mistake : tensorMistakes())
    all.push_back(mistake);
  return all;
}

class BadCheckpoints : public testing::TestWithParam<Mistake> {};

TEST_P(BadCheckpoints, AreRefusedInOneLine) {
  const Mistake &mistake = GetParam();
  CheckpointCopy copy(loadCase(mistake.checkpoint).checkpoint);
  mistake.spoil(copy);
  TemporaryDirectory output;
  std::vector<std::string> command{binary("qwenc"), "build", copy.path(), "-o", output / "app"};
  ProcessResult result = runProcess(command);
  SCOPED_TRACE(describe(command, result));
  EXPECT_EQ(result.status, 1);
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1);
  for (const std::string &part : mistake.says)
    EXPECT_NE(result.err.find(part), std::string::npos) << "the line doesn't hold: " << part;
  EXPECT_TRUE(std::filesystem::is_empty(output.path())) << "something was written";
}

INSTANTIATE_TEST_SUITE_P(All, BadCheckpoints, testing::ValuesIn(allMistakes()),
                         [](const auto &info) { return info.param.name; });

}  // namespace
}  // namespace qwen::test
