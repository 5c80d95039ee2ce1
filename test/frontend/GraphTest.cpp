// The module of every block and head, as printed.
#include "test/frontend/ImportFixture.h"

#include <algorithm>
#include <sstream>

using namespace qwen;

namespace {

class GraphTest : public qwen::testing::ImportFixture {
protected:
  // The lines of the printed module that hold one of the words, without indentation and types.
  std::string linesWith(const Json &config, const std::vector<std::string> &words) {
    auto model = import(config);
    EXPECT_TRUE(model) << error;
    std::string result;
    std::istringstream lines(print(*model));
    for (std::string line; std::getline(lines, line);) {
      const bool wanted = std::any_of(words.begin(), words.end(),
                                      [&](const auto &word) { return line.find(word) != std::string::npos; });
      if (wanted)
        result += line.substr(line.find_first_not_of(' ')) + "\n";
    }
    return result;
  }
};

TEST_F(GraphTest, DenseLayer) {
  auto model = import(config("Qwen3ForCausalLM", {{"num_hidden_layers", 1}}));
  ASSERT_TRUE(model) << error;
  EXPECT_EQ("\n" + print(*model), R"(
module @Qwen3ForCausalLM attributes {qwen.batch = 1 : i64, qwen.max_rows = 64 : i64, qwen.max_seq = 64 : i64} {
  qwen.weight @model.embed_tokens.weight : tensor<40x16xf32>
  qwen.weight @model.layers.0.input_layernorm.weight : tensor<16xf32>
  qwen.weight @model.layers.0.self_attn.q_proj.weight : tensor<24x16xf32>
  qwen.weight @model.layers.0.self_attn.k_proj.weight : tensor<12x16xf32>
  qwen.weight @model.layers.0.self_attn.v_proj.weight : tensor<12x16xf32>
  qwen.weight @model.layers.0.self_attn.q_norm.weight : tensor<6xf32>
  qwen.weight @model.layers.0.self_attn.k_norm.weight : tensor<6xf32>
  qwen.weight @model.layers.0.self_attn.o_proj.weight : tensor<16x24xf32>
  qwen.weight @model.layers.0.post_attention_layernorm.weight : tensor<16xf32>
  qwen.weight @model.layers.0.mlp.gate_proj.weight : tensor<24x16xf32>
  qwen.weight @model.layers.0.mlp.up_proj.weight : tensor<24x16xf32>
  qwen.weight @model.layers.0.mlp.down_proj.weight : tensor<16x24xf32>
  qwen.weight @model.norm.weight : tensor<16xf32>
  qwen.weight @lm_head.weight : tensor<40x16xf32>
  qwen.state @model.layers.0.self_attn.key_cache : tensor<1x2x64x6xf32>
  qwen.state @model.layers.0.self_attn.value_cache : tensor<1x2x64x6xf32>
  func.func @forward(%arg0: tensor<?xi32>, %arg1: tensor<?x16xf32>, %arg2: tensor<?xi32>, %arg3: tensor<?xi32>, %arg4: tensor<?x1xf32>, %arg5: tensor<?xf32>, %arg6: tensor<?xi32>) {
    %0 = qwen.embed %arg0, %arg1, @model.embed_tokens.weight : tensor<?x16xf32>
    %1 = qwen.rope_table %arg4, %arg5 {head_dim = 6 : i64, max_position_embeddings = 64 : i64, rope_theta = 1.000000e+04 : f64, rope_type = "default"} : tensor<?x1xf32> -> tensor<?x6xf32>
    qwen.output "hidden_states.0" %0 on_request : tensor<?x16xf32>
    %2 = qwen.rms_norm %0, @model.layers.0.input_layernorm.weight eps 5.000000e-01 : tensor<?x16xf32>
    %3 = qwen.linear %2, @model.layers.0.self_attn.q_proj.weight : tensor<?x16xf32> -> tensor<?x24xf32>
    %4 = qwen.linear %2, @model.layers.0.self_attn.k_proj.weight : tensor<?x16xf32> -> tensor<?x12xf32>
    %5 = qwen.linear %2, @model.layers.0.self_attn.v_proj.weight : tensor<?x16xf32> -> tensor<?x12xf32>
    %6 = qwen.rms_norm %3, @model.layers.0.self_attn.q_norm.weight eps 5.000000e-01 : tensor<?x24xf32>
    %7 = qwen.rope %6, %1 head_dim 6 : tensor<?x24xf32>, tensor<?x6xf32>
    %8 = qwen.rms_norm %4, @model.layers.0.self_attn.k_norm.weight eps 5.000000e-01 : tensor<?x12xf32>
    %9 = qwen.rope %8, %1 head_dim 6 : tensor<?x12xf32>, tensor<?x6xf32>
    qwen.cache_append %9, %arg2, %arg3, @model.layers.0.self_attn.key_cache : tensor<?x12xf32>
    qwen.cache_append %5, %arg2, %arg3, @model.layers.0.self_attn.value_cache : tensor<?x12xf32>
    %10 = qwen.attention %7, %arg2, %arg3, @model.layers.0.self_attn.key_cache, @model.layers.0.self_attn.value_cache scale 0.40824829046386302 : tensor<?x24xf32>
    %11 = qwen.linear %10, @model.layers.0.self_attn.o_proj.weight : tensor<?x24xf32> -> tensor<?x16xf32>
    %12 = arith.addf %0, %11 : tensor<?x16xf32>
    %13 = qwen.rms_norm %12, @model.layers.0.post_attention_layernorm.weight eps 5.000000e-01 : tensor<?x16xf32>
    %14 = qwen.linear %13, @model.layers.0.mlp.gate_proj.weight : tensor<?x16xf32> -> tensor<?x24xf32>
    %15 = qwen.linear %13, @model.layers.0.mlp.up_proj.weight : tensor<?x16xf32> -> tensor<?x24xf32>
    %16 = qwen.glu silu %14, %15 : tensor<?x24xf32>
    %17 = qwen.linear %16, @model.layers.0.mlp.down_proj.weight : tensor<?x24xf32> -> tensor<?x16xf32>
    %18 = arith.addf %12, %17 : tensor<?x16xf32>
    %19 = qwen.rms_norm %18, @model.norm.weight eps 5.000000e-01 : tensor<?x16xf32>
    qwen.output "hidden_states.1" %19 on_request : tensor<?x16xf32>
    %20 = qwen.gather_rows %18, %arg6 : tensor<?x16xf32>
    %21 = qwen.rms_norm %20, @model.norm.weight eps 5.000000e-01 : tensor<?x16xf32>
    %22 = qwen.linear %21, @lm_head.weight : tensor<?x16xf32> -> tensor<?x40xf32>
    qwen.output "logits" %22 : tensor<?x40xf32>
    return
  }
}
)");
}

TEST_F(GraphTest, MoeBlock) {
  const Json moe =
      config("Qwen3MoeModel", {{"num_hidden_layers", 1}, {"norm_topk_prob", true}, {"hidden_act", "gelu"}});
  EXPECT_EQ("\n" + linesWith(moe, {"mlp", "experts", "router"}), R"(
qwen.weight @layers.0.mlp.gate.weight : tensor<4x16xf32>
qwen.weight @layers.0.mlp.experts.gate_up_proj : tensor<4x20x16xf32>
qwen.weight @layers.0.mlp.experts.down_proj : tensor<4x16x10xf32>
%weights, %experts, %logits = qwen.router %13, @layers.0.mlp.gate.weight top_k 2 normalize : tensor<?x16xf32> -> tensor<?x2xf32>, tensor<?x2xi32>, tensor<?x4xf32>
qwen.output "router_logits.0" %logits on_request : tensor<?x4xf32>
%14 = qwen.experts gelu %13, %weights, %experts, @layers.0.mlp.experts.gate_up_proj, @layers.0.mlp.experts.down_proj : tensor<?x16xf32>, tensor<?x2xf32>, tensor<?x2xi32>
)");
}

TEST_F(GraphTest, RouterWithoutNormalisation) {
  EXPECT_EQ(linesWith(config("Qwen3MoeModel"), {"normalize"}), "") << "norm_topk_prob is false by default";
}

TEST_F(GraphTest, DenseLayersOfAMoeModel) {
  const Json moe = config("Qwen3MoeModel", {{"mlp_only_layers", {0}}});
  EXPECT_EQ("\n" + linesWith(moe, {"glu", "qwen.experts", "router_logits"}), R"(
%16 = qwen.glu silu %14, %15 : tensor<?x24xf32>
qwen.output "router_logits.0" %logits on_request : tensor<?x4xf32>
%31 = qwen.experts silu %30, %weights, %experts, @layers.1.mlp.experts.gate_up_proj, @layers.1.mlp.experts.down_proj : tensor<?x16xf32>, tensor<?x2xf32>, tensor<?x2xi32>
)");
}

TEST_F(GraphTest, Biases) {
  const Json biased = config("Qwen3Model", {{"num_hidden_layers", 1}, {"attention_bias", true}});
  EXPECT_EQ("\n" + linesWith(biased, {"bias"}), R"(
qwen.weight @layers.0.self_attn.q_proj.bias : tensor<24xf32>
qwen.weight @layers.0.self_attn.k_proj.bias : tensor<12xf32>
qwen.weight @layers.0.self_attn.v_proj.bias : tensor<12xf32>
qwen.weight @layers.0.self_attn.o_proj.bias : tensor<16xf32>
%3 = qwen.linear %2, @layers.0.self_attn.q_proj.weight bias @layers.0.self_attn.q_proj.bias : tensor<?x16xf32> -> tensor<?x24xf32>
%4 = qwen.linear %2, @layers.0.self_attn.k_proj.weight bias @layers.0.self_attn.k_proj.bias : tensor<?x16xf32> -> tensor<?x12xf32>
%5 = qwen.linear %2, @layers.0.self_attn.v_proj.weight bias @layers.0.self_attn.v_proj.bias : tensor<?x16xf32> -> tensor<?x12xf32>
%11 = qwen.linear %10, @layers.0.self_attn.o_proj.weight bias @layers.0.self_attn.o_proj.bias : tensor<?x24xf32> -> tensor<?x16xf32>
)");
}

TEST_F(GraphTest, Windows) {
  const Json sliding = config(
      "Qwen3Model",
      {{"use_sliding_window", true}, {"sliding_window", 8}, {"layer_types", {"full_attention", "sliding_attention"}}});
  EXPECT_EQ("\n" + linesWith(sliding, {"qwen.attention"}), R"(
%10 = qwen.attention %7, %arg2, %arg3, @layers.0.self_attn.key_cache, @layers.0.self_attn.value_cache scale 0.40824829046386302 : tensor<?x24xf32>
%27 = qwen.attention %24, %arg2, %arg3, @layers.1.self_attn.key_cache, @layers.1.self_attn.value_cache scale 0.40824829046386302 window 8 : tensor<?x24xf32>
)");
}

TEST_F(GraphTest, RopeParameters) {
  const Json yarn =
      config("Qwen3Model",
             {{"rope_parameters",
               {{"rope_type", "yarn"}, {"factor", 4}, {"original_max_position_embeddings", 16}, {"truncate", false}}}});
  EXPECT_EQ("\n" + linesWith(yarn, {"rope_table"}), R"(
%1 = qwen.rope_table %arg4, %arg5 {factor = 4.000000e+00 : f64, head_dim = 6 : i64, max_position_embeddings = 64 : i64, original_max_position_embeddings = 16 : i64, rope_theta = 1.000000e+04 : f64, rope_type = "yarn", truncate = false} : tensor<?x1xf32> -> tensor<?x6xf32>
)");
  const Json longrope = config(
      "Qwen3Model",
      {{"rope_parameters", {{"rope_type", "longrope"}, {"short_factor", {1, 1, 2}}, {"long_factor", {1, 2, 3}}}}});
  EXPECT_EQ("\n" + linesWith(longrope, {"rope_table"}), R"(
%1 = qwen.rope_table %arg4, %arg5 {head_dim = 6 : i64, long_factor = array<f64: 1.000000e+00, 2.000000e+00, 3.000000e+00>, max_position_embeddings = 64 : i64, original_max_position_embeddings = 64 : i64, rope_theta = 1.000000e+04 : f64, rope_type = "longrope", short_factor = array<f64: 1.000000e+00, 1.000000e+00, 2.000000e+00>} : tensor<?x1xf32> -> tensor<?x6xf32>
)");
}

TEST_F(GraphTest, Heads) {
  auto head = [&](const std::string &task, const Json &changes = Json::object()) {
    return "\n" + linesWith(config(task, changes),
                            {"score", "qa_outputs", "\"logits\"", "last_hidden_state", "hidden_states.2", "gather",
                             " @norm.weight eps", "@model.norm.weight eps", "@transformer.norm.weight eps"});
  };
  EXPECT_EQ(head("Qwen3Model"), R"(
%36 = qwen.rms_norm %35, @norm.weight eps 5.000000e-01 : tensor<?x16xf32>
qwen.output "hidden_states.2" %36 on_request : tensor<?x16xf32>
qwen.output "last_hidden_state" %36 : tensor<?x16xf32>
)");
  EXPECT_EQ(head("Qwen3ForSequenceClassification", {{"num_labels", 3}}), R"(
qwen.weight @score.weight : tensor<3x16xf32>
%36 = qwen.rms_norm %35, @model.norm.weight eps 5.000000e-01 : tensor<?x16xf32>
qwen.output "hidden_states.2" %36 on_request : tensor<?x16xf32>
%37 = qwen.gather_rows %35, %arg6 : tensor<?x16xf32>
%38 = qwen.rms_norm %37, @model.norm.weight eps 5.000000e-01 : tensor<?x16xf32>
%39 = qwen.linear %38, @score.weight : tensor<?x16xf32> -> tensor<?x3xf32>
qwen.output "logits" %39 : tensor<?x3xf32>
)");
  EXPECT_EQ(head("Qwen3ForTokenClassification", {{"num_labels", 3}}), R"(
qwen.weight @score.weight : tensor<3x16xf32>
qwen.weight @score.bias : tensor<3xf32>
%36 = qwen.rms_norm %35, @model.norm.weight eps 5.000000e-01 : tensor<?x16xf32>
qwen.output "hidden_states.2" %36 on_request : tensor<?x16xf32>
%37 = qwen.linear %36, @score.weight bias @score.bias : tensor<?x16xf32> -> tensor<?x3xf32>
qwen.output "logits" %37 : tensor<?x3xf32>
)");
  EXPECT_EQ(head("Qwen3ForTokenClassification", {{"token_classification_bias", false}}).find("bias"),
            std::string::npos);
  EXPECT_EQ(head("Qwen3ForQuestionAnswering"), R"(
qwen.weight @qa_outputs.weight : tensor<2x16xf32>
qwen.weight @qa_outputs.bias : tensor<2xf32>
%36 = qwen.rms_norm %35, @transformer.norm.weight eps 5.000000e-01 : tensor<?x16xf32>
qwen.output "hidden_states.2" %36 on_request : tensor<?x16xf32>
%37 = qwen.linear %36, @qa_outputs.weight bias @qa_outputs.bias : tensor<?x16xf32> -> tensor<?x2xf32>
qwen.output "logits" %37 : tensor<?x2xf32>
)");
}

TEST_F(GraphTest, LocationsNameTheModules) {
  auto model = import(config("Qwen3ForCausalLM"));
  Json seen;
  model->module->walk([&](mlir::Operation *op) {
    if (auto name = mlir::dyn_cast<mlir::NameLoc>(op->getLoc()))
      seen[name.getName().str()] = op->getName().getStringRef().str();
    else
      ADD_FAILURE() << op->getName().getStringRef().str() << " has no name as its location";
  });
  EXPECT_EQ(seen["model.layers.1.self_attn.q_proj"], "qwen.linear");
  EXPECT_EQ(seen["model.layers.1.self_attn.q_norm"], "qwen.rms_norm");
  EXPECT_EQ(seen["model.rotary_emb"], "qwen.rope_table");
  EXPECT_EQ(seen["model.embed_tokens"], "qwen.embed");
  EXPECT_EQ(seen["lm_head"], "qwen.linear");
}

}  // namespace
