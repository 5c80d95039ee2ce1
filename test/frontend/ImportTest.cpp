// From a config.json or a checkpoint directory to the module and the program description.
#include "test/frontend/ImportFixture.h"

#include <algorithm>

using namespace qwen;
using qwen::testing::TestTensor;
using qwen::testing::writeTensors;

namespace {

class ImportTest : public qwen::testing::ImportFixture {
protected:
  // Every weight of the model, all values 0.5.
  static std::vector<TestTensor> tensorsOf(ImportedModel &model, DType dtype = DType::f32) {
    std::vector<TestTensor> tensors;
    model.module->walk([&](mlir::qwen::WeightOp op) {
      const auto type = mlir::cast<mlir::RankedTensorType>(op.getType());
      tensors.push_back(
          {op.getSymName().str(), type.getShape().vec(), std::vector<float>(type.getNumElements(), 0.5f), dtype});
    });
    return tensors;
  }
};

std::vector<std::string> names(const std::vector<Output> &outputs) {
  std::vector<std::string> result;
  for (const Output &output : outputs)
    result.push_back(output.name + (output.on_request ? " on_request" : "") + (output.wanted_rows ? " wanted" : "") +
                     " " + std::to_string(output.width));
  return result;
}

using Names = std::vector<std::string>;

TEST_F(ImportTest, ProgramOfADenseModel) {
  ImportOptions options;
  options.batch = 3;
  const auto model = import(config("Qwen3ForCausalLM", {{"pad_token_id", 1}, {"eos_token_id", 2}}), options);
  ASSERT_TRUE(model) << error;
  const Program &program = model->program;
  EXPECT_EQ(program.model, directory.filename().string());
  EXPECT_EQ(program.family, "qwen3");
  EXPECT_EQ(program.task, "Qwen3ForCausalLM");
  EXPECT_EQ(program.head, Head::causal_lm);
  EXPECT_EQ(program.vocab_size, 40);
  EXPECT_EQ(program.hidden_size, 16);
  EXPECT_EQ(program.num_layers, 2);
  EXPECT_EQ(program.num_labels, 0);
  EXPECT_EQ(program.num_experts, 0);
  EXPECT_EQ(program.pad_token_id, 1);
  EXPECT_EQ(program.batch, 3);
  EXPECT_EQ(program.max_seq, 64) << "the model's own maximum";
  EXPECT_EQ(program.max_rows, 192) << "batch * max_seq";
  EXPECT_EQ(program.position_axes, 1);
  EXPECT_EQ(program.mask_window, 0);
  EXPECT_EQ(program.weight_dtype, "f32");
  EXPECT_EQ(program.generation.eos_token_ids, std::vector<int64_t>{2});
  EXPECT_EQ(names(program.outputs), (Names{"hidden_states.0 on_request 16", "hidden_states.1 on_request 16",
                                           "hidden_states.2 on_request 16", "logits wanted 40"}));
  EXPECT_EQ(model->weights, nullptr);
  EXPECT_EQ(model->tokenizer_dir, "");
}

TEST_F(ImportTest, Sizes) {
  const auto large = import(config("Qwen3Model", {{"max_position_embeddings", 100000}}));
  EXPECT_EQ(large->program.max_seq, 4096);
  EXPECT_EQ(large->program.max_rows, 512);
  ImportOptions options;
  options.max_seq = 100;
  EXPECT_EQ(import(config("Qwen3Model"), options)->program.max_seq, 100) << "more than the model's own maximum";
  options.max_seq = -1;
  EXPECT_EQ(failure(config("Qwen3Model"), options), "--max-seq is -1, expected 1 to 2147483647");
  options.max_seq = 1;
  options.batch = 0;
  EXPECT_EQ(failure(config("Qwen3Model"), options), "--batch is 0, expected 1 to 65536");
}

TEST_F(ImportTest, OutputsOfEveryHead) {
  const Names hidden = {"hidden_states.0 on_request 16", "hidden_states.1 on_request 16",
                        "hidden_states.2 on_request 16"};
  auto outputs = [&](const std::string &task) {
    auto model = import(config(task, {{"num_labels", 3}}));
    EXPECT_TRUE(model) << error;
    auto all = names(model->program.outputs);
    EXPECT_TRUE(std::equal(hidden.begin(), hidden.end(), all.begin())) << task;
    return all.back() + ", labels " + std::to_string(model->program.num_labels);
  };
  EXPECT_EQ(outputs("Qwen3Model"), "last_hidden_state 16, labels 0");
  EXPECT_EQ(outputs("Qwen3ForSequenceClassification"), "logits wanted 3, labels 3");
  EXPECT_EQ(outputs("Qwen3ForTokenClassification"), "logits 3, labels 3");
  EXPECT_EQ(outputs("Qwen3ForQuestionAnswering"), "logits 2, labels 0");
}

TEST_F(ImportTest, RouterLogits) {
  auto outputs = [&](const std::string &task, bool by_default) {
    auto model = import(config(task, {{"decoder_sparse_step", 2}, {"output_router_logits", by_default}}));
    EXPECT_EQ(model->program.num_experts, 4);
    EXPECT_EQ(model->program.num_experts_per_tok, 2);
    return names(model->program.outputs)[2] + (model->program.output_router_logits ? ", by default" : "");
  };
  EXPECT_EQ(outputs("Qwen3MoeForCausalLM", false), "router_logits.0 on_request 4") << "sparse layers are counted";
  EXPECT_EQ(outputs("Qwen3MoeForCausalLM", true), "router_logits.0 4, by default");
  EXPECT_EQ(outputs("Qwen3MoeModel", true), "router_logits.0 4, by default");
  EXPECT_EQ(outputs("Qwen3MoeForTokenClassification", true), "router_logits.0 on_request 4");
}

TEST_F(ImportTest, Tasks) {
  const std::string dense = "Qwen3ForCausalLM, Qwen3Model, Qwen3ForSequenceClassification, "
                            "Qwen3ForTokenClassification, Qwen3ForQuestionAnswering";
  EXPECT_EQ(failure(config("Qwen3ForMaskedLM")),
            "config.json: architectures: task \"Qwen3ForMaskedLM\" is unknown for model_type qwen3, expected one of " +
                dense);
  EXPECT_EQ(failure(config("Qwen3Model", {{"architectures", nullptr}})),
            "config.json: architectures names no class, expected --task with one of " + dense);
  ImportOptions options;
  options.task = "Qwen3MoeModel";
  EXPECT_EQ(failure(config("Qwen3Model"), options),
            "--task: task \"Qwen3MoeModel\" is unknown for model_type qwen3, expected one of " + dense);
  options.task = "Qwen3ForTokenClassification";
  EXPECT_EQ(import(config("Qwen3Model"), options)->program.task, "Qwen3ForTokenClassification");
}

TEST_F(ImportTest, Checkpoint) {
  const Json dense = config("Qwen3ForCausalLM");
  auto shapes = import(dense);
  ASSERT_TRUE(shapes) << error;
  writeTensors(path("model.safetensors"), tensorsOf(*shapes));
  auto model = import(dense);
  ASSERT_TRUE(model) << error;
  ASSERT_TRUE(model->weights);
  std::vector<float> row(16);
  EXPECT_TRUE(model->weights->readRows("lm_head.weight", 39, 1, row.data(), error));
  EXPECT_EQ(row, std::vector<float>(16, 0.5f));
  ImportOptions options;
  options.random_weights = 1;
  EXPECT_EQ(failure(dense, options),
            directory.string() + ": has weights, but --random-weights is for a bare config.json");
  options.random_weights.reset();

  options.task = "Qwen3Model";
  EXPECT_TRUE(import(dense, options)) << "the LM head of the checkpoint's own class is ignored: " << error;
  EXPECT_TRUE(import(config("Qwen3ForCausalLM", {{"architectures", nullptr}}), options)) << error;
  EXPECT_EQ(failure(config("Qwen3Model")),
            path("model.safetensors") + ": tensor \"lm_head.weight\" is not part of the model (1 surplus tensor)");
  options.task = "Qwen3ForTokenClassification";
  EXPECT_EQ(failure(dense, options), "model.safetensors: tensor \"score.weight\" is missing (2 missing tensors)");

  EXPECT_EQ(failure(config("Qwen3ForCausalLM", {{"attention_bias", true}})),
            "model.safetensors: tensor \"model.layers.0.self_attn.q_proj.bias\" is missing (8 missing tensors)");
  EXPECT_EQ(failure(config("Qwen3ForCausalLM", {{"num_hidden_layers", 1}})),
            path("model.safetensors") + ": tensor \"model.layers.1.input_layernorm.weight\" is not part of the model "
                                        "(11 surplus tensors)");
}

TEST_F(ImportTest, StorageOfKeysAndValues) {
  auto element = [&](const std::string &kv_dtype) {
    ImportOptions options;
    options.kv_dtype = kv_dtype;
    auto model = import(config("Qwen3ForCausalLM"), options);
    auto state = model->module->lookupSymbol<mlir::qwen::StateOp>("model.layers.0.self_attn.key_cache");
    std::string text = model->program.kv_dtype + " ";
    llvm::raw_string_ostream(text) << state.getType().getElementType();
    return text;
  };
  EXPECT_EQ(element(""), "f32 f32");
  EXPECT_EQ(element("bf16"), "bf16 bf16");
  EXPECT_EQ(element("q8"), "q8 !qwen.q8");
}

TEST_F(ImportTest, StorageType) {
  const Json dense = config("Qwen3ForCausalLM");
  auto shapes = import(dense);
  auto type = [&](std::optional<ImportedModel> model) {
    std::string text = model->program.weight_dtype;
    for (const char *name : {"model.norm.weight", "lm_head.weight"}) {
      auto op = model->module->lookupSymbol<mlir::qwen::WeightOp>(name);
      text += mlir::cast<mlir::RankedTensorType>(op.getType()).getElementType().isBF16() ? " bf16" : " f32";
    }
    return text;
  };
  EXPECT_EQ(type(import(config("Qwen3ForCausalLM", {{"dtype", "bfloat16"}}))), "bf16 f32 bf16");
  EXPECT_EQ(type(import(config("Qwen3ForCausalLM", {{"dtype", "float16"}}))), "f32 f32 f32");
  ImportOptions options;
  options.dtype = "bf16";
  EXPECT_EQ(type(import(dense, options)), "bf16 f32 bf16");
  writeTensors(path("model.safetensors"), tensorsOf(*shapes, DType::bf16));
  EXPECT_EQ(type(import(dense)), "bf16 f32 bf16") << "the files', whatever the config says";
  options.dtype = "f32";
  EXPECT_EQ(type(import(dense, options)), "f32 f32 f32");
}

TEST_F(ImportTest, TiedEmbeddings) {
  const Json tied = config("Qwen3ForCausalLM", {{"tie_word_embeddings", true}});
  auto bare = import(tied);
  EXPECT_FALSE(bare->module->lookupSymbol("lm_head.weight"));
  EXPECT_NE(print(*bare).find("qwen.linear %38, @model.embed_tokens.weight"), std::string::npos) << print(*bare);
  auto tensors = tensorsOf(*bare);
  tensors.push_back(TestTensor::counting("lm_head.weight", {40, 16}));
  writeTensors(path("model.safetensors"), tensors);
  EXPECT_TRUE(import(tied)->module->lookupSymbol("lm_head.weight"));
  EXPECT_EQ(warnings.size(), 1u) << "the head differs from the embedding";
}

TEST_F(ImportTest, RandomWeights) {
  ImportOptions options;
  options.random_weights = 7;
  const auto model = import(config("Qwen3MoeForCausalLM"), options);
  ASSERT_TRUE(model && model->weights) << error;
  std::vector<float> values(2 * 16);
  const char *name = "model.layers.1.mlp.experts.gate_up_proj";
  EXPECT_TRUE(model->weights->readRows(name, 78, 2, values.data(), error)) << error;
  EXPECT_NE(values, std::vector<float>(values.size()));
}

TEST_F(ImportTest, TextsBesideTheWeights) {
  write("tokenizer.json", "{}");
  write("tokenizer_config.json", R"({"eos_token": "<|im_end|>"})");
  write("chat_template.jinja", "{{ messages }}");
  write("generation_config.json", R"({"temperature": 0.5})");
  const auto model = import(config("Qwen3ForCausalLM"));
  ASSERT_TRUE(model) << error;
  EXPECT_EQ(model->tokenizer_dir, directory.string());
  EXPECT_EQ(model->program.eos_token, "<|im_end|>");
  EXPECT_EQ(model->program.pad_token, "<|endoftext|>");
  EXPECT_EQ(model->program.chat_template, "{{ messages }}");
  EXPECT_EQ(model->program.generation.temperature, 0.5);

  const auto alone = importModel(context, path("config.json"), {}, error);
  EXPECT_EQ(alone->tokenizer_dir, "") << "a config.json alone is nothing but that";
  EXPECT_EQ(alone->program.generation.temperature, 1.0);
}

TEST_F(ImportTest, NothingThere) {
  EXPECT_FALSE(importModel(context, directory.string(), {}, error));
  EXPECT_EQ(error, path("config.json") + ": missing, expected a checkpoint directory or a config.json");
  EXPECT_FALSE(importModel(context, path("nowhere"), {}, error));
  EXPECT_EQ(error, path("nowhere") + ": missing, expected a checkpoint directory or a config.json");
}

}  // namespace
