// Tensors under canonical names: prefixes, experts in every spelling, tied heads, and what is wrong with them.
#include "frontend/config/CheckpointWeights.h"

#include "test/frontend/Files.h"

using namespace qwen;
using qwen::testing::ScratchTest;
using qwen::testing::TestTensor;
using qwen::testing::writeTensors;

namespace {

using Tensors = std::vector<TestTensor>;

class CheckpointWeightsTest : public ScratchTest {
protected:
  std::unique_ptr<WeightSource> bind(const Tensors &tensors, const std::vector<WeightSpec> &specs) const {
    writeTensors(path("model.safetensors"), tensors);
    return bindWeights(Checkpoint::open(directory.string()), naming, specs);
  }
  std::string failure(const Tensors &tensors, const std::vector<WeightSpec> &specs) const {
    try {
      bind(tensors, specs);
    } catch (const InputError &error) {
      const std::string text = error.what(), prefix = directory.string() + "/";
      return text.rfind(prefix, 0) == 0 ? text.substr(prefix.size()) : text;
    }
    return "no error";
  }
  // All values of a weight, read `step` rows at a time.
  static std::vector<float> read(const WeightSource &source, const WeightSpec &spec, int64_t step) {
    std::vector<float> values(spec.rows() * spec.columns());
    std::string error;
    for (int64_t row = 0; row < spec.rows(); row += step) {
      const int64_t count = std::min(step, spec.rows() - row);
      EXPECT_TRUE(source.readRows(spec.name, row, count, values.data() + row * spec.columns(), error)) << error;
    }
    return values;
  }

  Naming naming{.base_prefix = "model.", .decoder_prefix = "model."};
};

const WeightSpec kMatrix{"model.layers.0.q_proj.weight", {3, 2}};
const WeightSpec kNorm{"model.norm.weight", {4}, WeightKind::norm};
const WeightSpec kGateUp{"model.layers.0.mlp.experts.gate_up_proj", {2, 6, 5}, WeightKind::gate_up_experts};
const WeightSpec kDown{"model.layers.0.mlp.experts.down_proj", {2, 5, 3}, WeightKind::down_experts};

TEST_F(CheckpointWeightsTest, ReadsRows) {
  const auto source =
      bind({TestTensor::counting(kMatrix.name, {3, 2}), TestTensor::counting(kNorm.name, {4}, 10)}, {kMatrix, kNorm});
  EXPECT_EQ(read(*source, kMatrix, 2), (std::vector<float>{0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(read(*source, kNorm, 3), (std::vector<float>{10, 11, 12, 13}));
  float value;
  std::string error;
  EXPECT_FALSE(source->readRows("other", 0, 1, &value, error));
  EXPECT_EQ(error, "weight \"other\" is not part of the model");
  EXPECT_FALSE(source->readRows(kMatrix.name, 2, 2, &value, error));
  EXPECT_EQ(error, "weight \"model.layers.0.q_proj.weight\" has 3 rows, but rows 2 to 4 were asked for");
  EXPECT_FALSE(source->readRows(kMatrix.name, -1, 1, &value, error));
}

TEST_F(CheckpointWeightsTest, PrefixMayBeAbsent) {
  const auto source = bind({TestTensor::counting("layers.0.q_proj.weight", {3, 2})}, {kMatrix});
  EXPECT_EQ(read(*source, kMatrix, 3)[5], 5);
}

TEST_F(CheckpointWeightsTest, PrefixMayBeThereForTheBareModel) {
  const WeightSpec bare{"layers.0.q_proj.weight", {3, 2}};
  const auto source = bind({TestTensor::counting("model.layers.0.q_proj.weight", {3, 2})}, {bare});
  EXPECT_EQ(read(*source, bare, 3)[5], 5);
}

TEST_F(CheckpointWeightsTest, Bf16) {
  WeightSpec rounded = kMatrix;
  rounded.bf16 = true;
  const auto wide = bind({TestTensor::counting(kMatrix.name, {3, 2}, 1, DType::bf16)}, {kMatrix});
  EXPECT_EQ(read(*wide, kMatrix, 1), (std::vector<float>{1, 2, 3, 4, 5, 6}));
  const auto narrow = bind({{kMatrix.name, {3, 2}, {257, 259, 1, -257, -259, 0.1f}}}, {rounded});
  EXPECT_EQ(read(*narrow, rounded, 3), (std::vector<float>{256, 260, 1, -256, -260, 0.10009765625f}))
      << "to nearest, ties to even";
}

// gate_up of expert e: rows gate 0 .. 2, up 0 .. 2; values count through [E, 2I, H].
TEST_F(CheckpointWeightsTest, ExpertsInEverySpelling) {
  const auto gate_up = TestTensor::counting(kGateUp.name, kGateUp.shape).values;
  const auto down = TestTensor::counting(kDown.name, kDown.shape, 100).values;
  const std::string experts = "model.layers.0.mlp.experts.";
  auto transposed = [](const WeightSpec &spec, const std::vector<float> &values) {
    const int64_t rows = spec.shape[1], columns = spec.shape[2];
    TestTensor tensor{spec.name, {spec.shape[0], columns, rows}, std::vector<float>(values.size())};
    for (int64_t e = 0; e < spec.shape[0]; ++e)
      for (int64_t r = 0; r < rows; ++r)
        for (int64_t c = 0; c < columns; ++c)
          tensor.values[(e * columns + c) * rows + r] = values[(e * rows + r) * columns + c];
    return tensor;
  };
  Tensors single;
  for (int64_t e = 0; e < 2; ++e) {
    const std::string expert = experts + std::to_string(e);
    single.push_back(TestTensor::counting(expert + ".gate_proj.weight", {3, 5}, 30.0f * e));
    single.push_back(TestTensor::counting(expert + ".up_proj.weight", {3, 5}, 30.0f * e + 15));
    single.push_back(TestTensor::counting(expert + ".down_proj.weight", {5, 3}, 100 + 15.0f * e));
  }
  const std::vector<Tensors> spellings = {
      {{kGateUp.name, kGateUp.shape, gate_up}, {kDown.name, kDown.shape, down}},
      {transposed(kGateUp, gate_up), transposed(kDown, down)},
      single,
  };
  for (const Tensors &tensors : spellings) {
    const auto source = bind(tensors, {kGateUp, kDown});
    for (int64_t step : {1, 4, 5, 100}) {
      EXPECT_EQ(read(*source, kGateUp, step), gate_up) << tensors[0].name << " by " << step;
      EXPECT_EQ(read(*source, kDown, step), down) << tensors[0].name << " by " << step;
    }
  }
}

TEST_F(CheckpointWeightsTest, ShapeThatFitsBothWaysIsTakenAsItStands) {
  const WeightSpec square{kGateUp.name, {2, 4, 4}, WeightKind::gate_up_experts};
  const auto tensor = TestTensor::counting(square.name, square.shape);
  EXPECT_EQ(read(*bind({tensor}, {square}), square, 3), tensor.values);
}

TEST_F(CheckpointWeightsTest, MissingTensors) {
  EXPECT_EQ(failure({TestTensor::counting(kNorm.name, {4})}, {kMatrix, kNorm}),
            "model.safetensors: tensor \"model.layers.0.q_proj.weight\" is missing (1 missing tensor)");
  EXPECT_EQ(failure({TestTensor::counting("model.layers.0.mlp.experts.0.gate_proj.weight", {3, 5})}, {kGateUp}),
            "model.safetensors: tensor \"model.layers.0.mlp.experts.0.up_proj.weight\" is missing (3 missing tensors)");
}

TEST_F(CheckpointWeightsTest, SurplusTensors) {
  const auto matrix = TestTensor::counting(kMatrix.name, {3, 2});
  EXPECT_EQ(failure({matrix, TestTensor::counting("model.layers.0.q_proj.bias", {3})}, {kMatrix}),
            "model.safetensors: tensor \"model.layers.0.q_proj.bias\" is not part of the model (1 surplus tensor)");
  EXPECT_EQ(failure({matrix, TestTensor::counting("model.layers.0.mlp.experts.2.down_proj.weight", {5, 3}),
                     TestTensor::counting(kDown.name, kDown.shape)},
                    {kMatrix, kDown}),
            "model.safetensors: tensor \"model.layers.0.mlp.experts.2.down_proj.weight\" is not part of the model (1 "
            "surplus tensor)");
}

TEST_F(CheckpointWeightsTest, MisshapenTensors) {
  EXPECT_EQ(failure({TestTensor::counting(kMatrix.name, {2, 3})}, {kMatrix}),
            "model.safetensors: tensor \"model.layers.0.q_proj.weight\" is [2, 3], expected [3, 2]");
  EXPECT_EQ(failure({TestTensor::counting(kGateUp.name, {2, 6, 6})}, {kGateUp}),
            "model.safetensors: tensor \"model.layers.0.mlp.experts.gate_up_proj\" is [2, 6, 6], expected [2, 6, 5] or "
            "[2, 5, 6]");
  EXPECT_EQ(failure({TestTensor::counting("model.layers.0.mlp.experts.1.down_proj.weight", {3, 5})}, {kDown}),
            "model.safetensors: tensor \"model.layers.0.mlp.experts.1.down_proj.weight\" is [3, 5], expected [5, 3]");
}

TEST_F(CheckpointWeightsTest, WrongType) {
  TestTensor tensor{kMatrix.name, {3, 2}, std::vector<float>(6), DType::i32};
  EXPECT_EQ(failure({tensor}, {kMatrix}),
            "model.safetensors: tensor \"model.layers.0.q_proj.weight\" has type I32, expected F32, F16 or BF16");
}

TEST_F(CheckpointWeightsTest, SameWeightTwice) {
  EXPECT_EQ(
      failure({TestTensor::counting(kMatrix.name, {3, 2}), TestTensor::counting("layers.0.q_proj.weight", {3, 2})},
              {kMatrix}),
      "model.safetensors: tensor \"model.layers.0.q_proj.weight\" is the same weight as "
      "\"layers.0.q_proj.weight\"");
  const std::string experts = "model.layers.0.mlp.experts.";
  const auto stacked = TestTensor::counting(kDown.name, kDown.shape);
  EXPECT_EQ(failure({TestTensor::counting(experts + "1.down_proj.weight", {5, 3}), stacked}, {kDown}),
            "model.safetensors: tensor \"model.layers.0.mlp.experts.down_proj\" is the same weight as "
            "\"model.layers.0.mlp.experts.1.down_proj.weight\"");
  // The other way round: tensors are looked at in order of their names.
  EXPECT_EQ(failure({TestTensor::counting("layers.0.mlp.experts.down_proj", kDown.shape),
                     TestTensor::counting(experts + "1.down_proj.weight", {5, 3})},
                    {kDown}),
            "model.safetensors: tensor \"model.layers.0.mlp.experts.1.down_proj.weight\" is the same weight as "
            "\"layers.0.mlp.experts.down_proj\"");
}

TEST_F(CheckpointWeightsTest, WhatHfIgnoresIsIgnored) {
  const Tensors tensors = {TestTensor::counting(kMatrix.name, {3, 2}),
                           TestTensor::counting("model.layers.0.self_attn.rotary_emb.inv_freq", {4}),
                           TestTensor::counting("mtp.layers.0.weight", {4, 4})};
  EXPECT_EQ(failure(tensors, {kMatrix}), "no error");
}

TEST_F(CheckpointWeightsTest, DecoderOfAMultimodalModel) {
  const WeightSpec embedding{"model.embed_tokens.weight", {3, 2}};
  const auto table = TestTensor::counting("model.language_model.embed_tokens.weight", {3, 2});
  const auto visual = TestTensor::counting("model.visual.pos_embed.weight", {4, 4});
  EXPECT_EQ(failure({table}, {embedding}),
            "model.safetensors: tensor \"model.embed_tokens.weight\" is missing (1 missing tensor)");
  naming.inner_prefix = "model.language_model.";
  EXPECT_EQ(read(*bind({table}, {embedding}), embedding, 3), table.values);
  EXPECT_EQ(failure({table, visual}, {embedding}),
            "model.safetensors: tensor \"model.visual.pos_embed.weight\" is not part of the model (1 surplus tensor)");
  naming.ignore_vision = true;
  EXPECT_EQ(failure({table, visual, TestTensor::counting("visual.merger.norm.weight", {4})}, {embedding}), "no error");
  // The body alone has the decoder's names without a prefix.
  naming.decoder_prefix = "";
  const WeightSpec bare{"embed_tokens.weight", {3, 2}};
  EXPECT_EQ(read(*bind({table, visual}, {bare}), bare, 3), table.values);
}

TEST_F(CheckpointWeightsTest, TiedHeadOfAMultimodalModel) {
  const auto table = TestTensor::counting("model.language_model.embed_tokens.weight", {3, 2});
  const auto head = TestTensor::counting("lm_head.weight", {3, 2}, 1);
  writeTensors(path("model.safetensors"), {table, head});
  const auto checkpoint = Checkpoint::open(directory.string());
  naming.tied = true;
  naming.inner_prefix = "model.language_model.";
  EXPECT_FALSE(isHeadTied(*checkpoint, naming, "model.embed_tokens.weight", {}));
  // The whole model's class keeps its decoder where the file has it; a head without an embedding stands for it.
  naming = {.base_prefix = "model.", .decoder_prefix = "model.language_model.", .tied = true};
  EXPECT_FALSE(isHeadTied(*checkpoint, naming, table.name, {}));
  const WeightSpec embedding{table.name, {3, 2}};
  EXPECT_EQ(read(*bind({head}, {embedding}), embedding, 3), head.values);
}

TEST_F(CheckpointWeightsTest, HeadOfAnotherClass) {
  const Tensors tensors = {TestTensor::counting(kMatrix.name, {3, 2}), TestTensor::counting("lm_head.weight", {8, 2})};
  EXPECT_EQ(failure(tensors, {kMatrix}),
            "model.safetensors: tensor \"lm_head.weight\" is not part of the model (1 surplus tensor)");
  naming.other_class = true;
  EXPECT_EQ(failure(tensors, {kMatrix}), "no error");
}

TEST_F(CheckpointWeightsTest, TiedHead) {
  const WeightSpec embedding{"model.embed_tokens.weight", {3, 2}};
  const auto table = TestTensor::counting(embedding.name, {3, 2});
  const auto head = TestTensor::counting("lm_head.weight", {3, 2});
  std::string warning;
  auto tied = [&](const Tensors &tensors) {
    writeTensors(path("model.safetensors"), tensors);
    warning.clear();
    return isHeadTied(*Checkpoint::open(directory.string()), naming, embedding.name,
                      [&](const std::string &line) { warning = line; });
  };
  naming.tied = true;
  EXPECT_TRUE(tied({table}));
  EXPECT_TRUE(tied({table, head}));
  EXPECT_EQ(read(*bind({table, head}, {embedding}), embedding, 3), table.values) << "a duplicate is ignored";
  EXPECT_TRUE(tied({head}));
  EXPECT_EQ(read(*bind({head}, {embedding}), embedding, 3), head.values) << "the head stands for the embedding";

  EXPECT_FALSE(tied({table, TestTensor::counting("lm_head.weight", {3, 2}, 1)}));
  EXPECT_EQ(warning, "model.safetensors: tie_word_embeddings is true, but lm_head.weight differs from "
                     "model.embed_tokens.weight: not tied");
  EXPECT_TRUE(tied({table, TestTensor::counting("lm_head.weight", {3, 2}, 0, DType::bf16)})) << "compared as values";
}

}  // namespace
