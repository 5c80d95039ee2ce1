// Qwen3.5: the modules of its layers, its classes, and checkpoints of the whole multimodal model.
#include "test/frontend/ImportFixture.h"

using namespace qwen;
using qwen::testing::TestTensor;
using qwen::testing::writeTensors;

namespace {

class Qwen35ImportTest : public qwen::testing::ImportFixture {
protected:
  // A linear and a full attention layer; 2 key and 4 value heads; hidden 16.
  static Json text(bool moe, const Json &changes) {
    Json json = {{"hidden_size", 16},
                 {"num_hidden_layers", 2},
                 {"layer_types", {"linear_attention", "full_attention"}},
                 {"num_attention_heads", 4},
                 {"num_key_value_heads", 2},
                 {"head_dim", 8},
                 {"linear_num_key_heads", 2},
                 {"linear_num_value_heads", 4},
                 {"linear_key_head_dim", 4},
                 {"linear_value_head_dim", 3},
                 {"linear_conv_kernel_dim", 3},
                 {"vocab_size", 40},
                 {"rms_norm_eps", 0.5},
                 {"max_position_embeddings", 64},
                 {"rope_parameters", {{"partial_rotary_factor", 0.5}, {"mrope_section", {1, 1, 0}}}}};
    if (moe)
      json.update({{"num_experts", 4},
                   {"num_experts_per_tok", 2},
                   {"moe_intermediate_size", 10},
                   {"shared_expert_intermediate_size", 6}});
    else
      json["intermediate_size"] = 12;
    json.update(changes);
    return json;
  }
  static bool isMoe(const std::string &task) { return task.rfind("Qwen3_5Moe", 0) == 0; }
  static Json flat(const std::string &task, const Json &changes = Json::object()) {
    Json json = text(isMoe(task), changes);
    json["model_type"] = isMoe(task) ? "qwen3_5_moe_text" : "qwen3_5_text";
    json["architectures"] = {task};
    return json;
  }
  static Json nested(const std::string &task, const Json &changes = Json::object()) {
    return {{"model_type", isMoe(task) ? "qwen3_5_moe" : "qwen3_5"},
            {"architectures", {task}},
            {"text_config", text(isMoe(task), changes)}};
  }

  // The lines of the printed module from one that holds `first` to one that holds `last`.
  std::string linesBetween(const Json &config, const std::string &first, const std::string &last) {
    auto model = import(config);
    EXPECT_TRUE(model) << error;
    if (!model)
      return "";
    const std::string printed = print(*model);
    const size_t start = printed.rfind('\n', printed.find(first)) + 1;
    return "\n" + printed.substr(start, printed.find('\n', printed.find(last, start)) + 1 - start);
  }

  // Tensors for all weights of the imported model, under other prefixes.
  static std::vector<TestTensor> tensorsOf(ImportedModel &model, const std::string &prefix, const std::string &other) {
    std::vector<TestTensor> tensors;
    for (auto weight : model.module->getOps<mlir::qwen::WeightOp>()) {
      std::string name = weight.getSymName().str();
      if (name.rfind(prefix, 0) == 0)
        name = other + name.substr(prefix.size());
      tensors.push_back(TestTensor::counting(name, weight.getType().getShape().vec()));
    }
    return tensors;
  }
};

TEST_F(Qwen35ImportTest, LinearLayer) {
  EXPECT_EQ(linesBetween(flat("Qwen3_5TextModel"), "qwen.state", "linear_attn.out_proj.weight :"), R"(
  qwen.state @layers.0.linear_attn.conv_state recurrent : tensor<1x2x28xf32>
  qwen.state @layers.0.linear_attn.recurrent_state recurrent : tensor<1x4x4x3xf32>
  qwen.state @layers.1.self_attn.key_cache : tensor<1x2x64x8xf32>
  qwen.state @layers.1.self_attn.value_cache : tensor<1x2x64x8xf32>
  func.func @forward(%arg0: tensor<?xi32>, %arg1: tensor<?x16xf32>, %arg2: tensor<?xi32>, %arg3: tensor<?xi32>, %arg4: tensor<?x3xf32>, %arg5: tensor<?xf32>, %arg6: tensor<?xi32>) {
    %0 = qwen.embed %arg0, %arg1, @embed_tokens.weight : tensor<?x16xf32>
    %1 = qwen.rope_table %arg4, %arg5 {head_dim = 4 : i64, max_position_embeddings = 64 : i64, mrope_section = array<i64: 1, 1, 0>, rope_theta = 1.000000e+04 : f64, rope_type = "default"} : tensor<?x3xf32> -> tensor<?x4xf32>
    qwen.output "hidden_states.0" %0 on_request : tensor<?x16xf32>
    %2 = qwen.rms_norm %0, @layers.0.input_layernorm.weight eps 5.000000e-01 zero_centered : tensor<?x16xf32>
    %3 = qwen.linear %2, @layers.0.linear_attn.in_proj_qkv.weight : tensor<?x16xf32> -> tensor<?x28xf32>
    %4 = qwen.linear %2, @layers.0.linear_attn.in_proj_z.weight : tensor<?x16xf32> -> tensor<?x12xf32>
    %5 = qwen.linear %2, @layers.0.linear_attn.in_proj_b.weight : tensor<?x16xf32> -> tensor<?x4xf32>
    %6 = qwen.linear %2, @layers.0.linear_attn.in_proj_a.weight : tensor<?x16xf32> -> tensor<?x4xf32>
    %7 = qwen.causal_conv %3, %arg2, %arg3, @layers.0.linear_attn.conv1d.weight state @layers.0.linear_attn.conv_state : tensor<?x28xf32>
    %8 = qwen.activation silu %7 : tensor<?x28xf32>
    %9:3 = qwen.split %8 : tensor<?x28xf32> -> tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x12xf32>
    %10 = qwen.l2_norm %9#0 head_dim 4 eps 9.9999999999999995E-7 : tensor<?x8xf32>
    %11 = qwen.l2_norm %9#1 head_dim 4 eps 9.9999999999999995E-7 : tensor<?x8xf32>
    %12 = qwen.activation sigmoid %5 : tensor<?x4xf32>
    %13 = qwen.decay %6, @layers.0.linear_attn.A_log, @layers.0.linear_attn.dt_bias : tensor<?x4xf32>
    %14 = qwen.gated_delta_rule %10, %11, %9#2, %13, %12, %arg2, %arg3 state @layers.0.linear_attn.recurrent_state scale 5.000000e-01 : tensor<?x8xf32>, tensor<?x12xf32>, tensor<?x4xf32>
    %15 = qwen.rms_norm %14, @layers.0.linear_attn.norm.weight eps 5.000000e-01 : tensor<?x12xf32>
    %16 = qwen.glu silu %4, %15 : tensor<?x12xf32>
    %17 = qwen.linear %16, @layers.0.linear_attn.out_proj.weight : tensor<?x12xf32> -> tensor<?x16xf32>
)");
}

TEST_F(Qwen35ImportTest, FullLayer) {
  EXPECT_EQ(linesBetween(flat("Qwen3_5TextModel"), "layers.1.input_layernorm.weight eps", "self_attn.o_proj.weight :"),
            R"(
    %25 = qwen.rms_norm %24, @layers.1.input_layernorm.weight eps 5.000000e-01 zero_centered : tensor<?x16xf32>
    %26 = qwen.linear %25, @layers.1.self_attn.q_proj.weight : tensor<?x16xf32> -> tensor<?x64xf32>
    %27:2 = qwen.split %26 groups 4 : tensor<?x64xf32> -> tensor<?x32xf32>, tensor<?x32xf32>
    %28 = qwen.linear %25, @layers.1.self_attn.k_proj.weight : tensor<?x16xf32> -> tensor<?x16xf32>
    %29 = qwen.linear %25, @layers.1.self_attn.v_proj.weight : tensor<?x16xf32> -> tensor<?x16xf32>
    %30 = qwen.rms_norm %27#0, @layers.1.self_attn.q_norm.weight eps 5.000000e-01 zero_centered : tensor<?x32xf32>
    %31 = qwen.rope %30, %1 head_dim 8 : tensor<?x32xf32>, tensor<?x4xf32>
    %32 = qwen.rms_norm %28, @layers.1.self_attn.k_norm.weight eps 5.000000e-01 zero_centered : tensor<?x16xf32>
    %33 = qwen.rope %32, %1 head_dim 8 : tensor<?x16xf32>, tensor<?x4xf32>
    qwen.cache_append %33, %arg2, %arg3, @layers.1.self_attn.key_cache : tensor<?x16xf32>
    qwen.cache_append %29, %arg2, %arg3, @layers.1.self_attn.value_cache : tensor<?x16xf32>
    %34 = qwen.attention %31, %arg2, %arg3, @layers.1.self_attn.key_cache, @layers.1.self_attn.value_cache scale 0.35355339059327379 : tensor<?x32xf32>
    %35 = qwen.glu sigmoid %27#1, %34 : tensor<?x32xf32>
    %36 = qwen.linear %35, @layers.1.self_attn.o_proj.weight : tensor<?x32xf32> -> tensor<?x16xf32>
)");
  EXPECT_EQ(linesBetween(flat("Qwen3_5TextModel"), "qwen.rope_table", "qwen.rope_table"), R"(
    %1 = qwen.rope_table %arg4, %arg5 {head_dim = 4 : i64, max_position_embeddings = 64 : i64, mrope_section = array<i64: 1, 1, 0>, rope_theta = 1.000000e+04 : f64, rope_type = "default"} : tensor<?x3xf32> -> tensor<?x4xf32>
)");
}

TEST_F(Qwen35ImportTest, MoeBlock) {
  EXPECT_EQ(
      linesBetween(flat("Qwen3_5MoeTextModel"), "layers.1.post_attention_layernorm.weight eps", "\"hidden_states.2"),
      R"(
    %42 = qwen.rms_norm %41, @layers.1.post_attention_layernorm.weight eps 5.000000e-01 zero_centered : tensor<?x16xf32>
    %weights_0, %experts_1, %logits_2 = qwen.router %42, @layers.1.mlp.gate.weight top_k 2 normalize : tensor<?x16xf32> -> tensor<?x2xf32>, tensor<?x2xi32>, tensor<?x4xf32>
    qwen.output "router_logits.1" %logits_2 on_request : tensor<?x4xf32>
    %43 = qwen.experts silu %42, %weights_0, %experts_1, @layers.1.mlp.experts.gate_up_proj, @layers.1.mlp.experts.down_proj : tensor<?x16xf32>, tensor<?x2xf32>, tensor<?x2xi32>
    %44 = qwen.linear %42, @layers.1.mlp.shared_expert.gate_proj.weight : tensor<?x16xf32> -> tensor<?x6xf32>
    %45 = qwen.linear %42, @layers.1.mlp.shared_expert.up_proj.weight : tensor<?x16xf32> -> tensor<?x6xf32>
    %46 = qwen.glu silu %44, %45 : tensor<?x6xf32>
    %47 = qwen.linear %46, @layers.1.mlp.shared_expert.down_proj.weight : tensor<?x6xf32> -> tensor<?x16xf32>
    %48 = qwen.linear %42, @layers.1.mlp.shared_expert_gate.weight : tensor<?x16xf32> -> tensor<?x1xf32>
    %49 = qwen.gate_rows sigmoid %48, %47 : tensor<?x16xf32>
    %50 = arith.addf %43, %49 : tensor<?x16xf32>
    %51 = arith.addf %41, %50 : tensor<?x16xf32>
    %52 = qwen.rms_norm %51, @norm.weight eps 5.000000e-01 zero_centered : tensor<?x16xf32>
    qwen.output "hidden_states.2" %52 on_request : tensor<?x16xf32>
)");
}

TEST_F(Qwen35ImportTest, WhatIsStoredNarrow) {
  ImportOptions options;
  options.dtype = "bf16";
  auto model = import(flat("Qwen3_5TextModel"), options);
  ASSERT_TRUE(model) << error;
  const std::string printed = print(*model);
  for (const char *weight : {"conv1d.weight : tensor<28x1x3xf32>", "A_log : tensor<4xf32>", "dt_bias : tensor<4xf32>",
                             "linear_attn.norm.weight : tensor<3xf32>", "in_proj_a.weight : tensor<4x16xbf16>"})
    EXPECT_NE(printed.find(weight), std::string::npos) << weight;
}

TEST_F(Qwen35ImportTest, Classes) {
  struct Class {
    Json config;
    const char *embedding, *head;
  };
  const Json labels = {{"num_labels", 3}};
  const Class classes[] = {
      {flat("Qwen3_5ForCausalLM"), "model.embed_tokens.weight", "lm_head.weight"},
      {flat("Qwen3_5TextModel"), "embed_tokens.weight", nullptr},
      {flat("Qwen3_5TextForSequenceClassification"), "model.embed_tokens.weight", "score.weight"},
      {flat("Qwen3_5ForTokenClassification"), "model.embed_tokens.weight", "score.bias"},
      {flat("Qwen3_5MoeForCausalLM"), "model.embed_tokens.weight", "lm_head.weight"},
      {flat("Qwen3_5MoeTextModel"), "embed_tokens.weight", nullptr},
      {nested("Qwen3_5ForConditionalGeneration"), "model.language_model.embed_tokens.weight", "lm_head.weight"},
      {nested("Qwen3_5Model"), "language_model.embed_tokens.weight", nullptr},
      {nested("Qwen3_5ForCausalLM"), "model.embed_tokens.weight", "lm_head.weight"},
      {nested("Qwen3_5TextModel"), "embed_tokens.weight", nullptr},
      {nested("Qwen3_5ForSequenceClassification"), "model.language_model.embed_tokens.weight", "score.weight"},
      {nested("Qwen3_5ForTokenClassification"), "model.language_model.embed_tokens.weight", "score.bias"},
      {nested("Qwen3_5TextForSequenceClassification"), "model.embed_tokens.weight", "score.weight"},
      {nested("Qwen3_5MoeForConditionalGeneration"), "model.language_model.embed_tokens.weight", "lm_head.weight"},
  };
  for (const Class &wanted : classes) {
    SCOPED_TRACE(wanted.config["architectures"][0].dump() + " " + wanted.config["model_type"].dump());
    auto model = import(wanted.config);
    ASSERT_TRUE(model) << error;
    EXPECT_TRUE(model->module->lookupSymbol(wanted.embedding));
    if (wanted.head) {
      EXPECT_TRUE(model->module->lookupSymbol(wanted.head));
    } else {
      EXPECT_EQ(model->program.outputs.back().name, "last_hidden_state");
    }
    EXPECT_EQ(model->program.position_axes, 3);
    EXPECT_TRUE(warnings.empty()) << warnings[0];
  }
  EXPECT_EQ(failure(nested("Qwen3_5MoeForSequenceClassification")),
            "config.json: architectures: task \"Qwen3_5MoeForSequenceClassification\" is unknown for model_type "
            "qwen3_5_moe, expected one of Qwen3_5MoeForConditionalGeneration, Qwen3_5MoeModel, Qwen3_5MoeForCausalLM, "
            "Qwen3_5MoeTextModel");
  EXPECT_EQ(failure(flat("Qwen3_5Model")),
            "config.json: architectures: task \"Qwen3_5Model\" is unknown for model_type qwen3_5_text, expected one of "
            "Qwen3_5ForSequenceClassification, Qwen3_5ForTokenClassification, Qwen3_5TextForSequenceClassification, "
            "Qwen3_5ForCausalLM, Qwen3_5TextModel");
}

TEST_F(Qwen35ImportTest, HeadFieldsOfTheClass) {
  Json config = nested("Qwen3_5ForConditionalGeneration", {{"tie_word_embeddings", true}});
  EXPECT_TRUE(import(config)->module->lookupSymbol("lm_head.weight")) << "the top level decides for the whole model";
  config["tie_word_embeddings"] = true;
  EXPECT_FALSE(import(config)->module->lookupSymbol("lm_head.weight"));
  EXPECT_FALSE(
      import(nested("Qwen3_5ForCausalLM", {{"tie_word_embeddings", true}}))->module->lookupSymbol("lm_head.weight"))
      << "text_config decides for the decoder";
  config = nested("Qwen3_5ForSequenceClassification", {{"num_labels", 3}});
  config["num_labels"] = 5;
  EXPECT_EQ(import(config)->program.num_labels, 5);
  config["architectures"] = {"Qwen3_5TextForSequenceClassification"};
  EXPECT_EQ(import(config)->program.num_labels, 3);
}

TEST_F(Qwen35ImportTest, DecoderOfAWholeCheckpoint) {
  const Json whole = nested("Qwen3_5ForConditionalGeneration");
  auto shapes = import(whole);
  ASSERT_TRUE(shapes) << error;
  auto tensors = tensorsOf(*shapes, "", "");
  tensors.push_back(TestTensor::counting("model.visual.pos_embed.weight", {4, 4}));
  tensors.push_back(TestTensor::counting("mtp.fc.weight", {4, 4}));
  writeTensors(path("model.safetensors"), tensors);
  const std::pair<const char *, const char *> tasks[] = {{"", "model.language_model.norm.weight"},
                                                         {"Qwen3_5Model", "language_model.norm.weight"},
                                                         {"Qwen3_5ForCausalLM", "model.norm.weight"},
                                                         {"Qwen3_5TextModel", "norm.weight"}};
  for (auto [task, norm] : tasks) {
    ImportOptions options;
    options.task = task;
    auto model = import(whole, options);
    ASSERT_TRUE(model) << task << ": " << error;
    std::vector<float> values(16);
    EXPECT_TRUE(model->weights->readRows(norm, 0, 16, values.data(), error)) << task << ": " << error;
    EXPECT_EQ(values[15], 15.0f);
  }
}

}  // namespace
