// Damaged files: every mutation is either read or refused with one line; never a crash or another exception.
#include "frontend/config/CheckpointWeights.h"
#include "frontend/config/GenerationConfig.h"
#include "frontend/config/ProcessorConfig.h"

#include "test/frontend/Files.h"

#include <algorithm>
#include <cstring>
#include <random>

using namespace qwen;
using qwen::testing::TestTensor;
using qwen::testing::writeTensors;

namespace {

constexpr int kRounds = 4000;
constexpr int kFileRounds = 400;

// One to three of: a byte changed, a range taken out, doubled, or replaced by something that JSON readers trip over.
std::string mutate(std::string text, std::mt19937 &random) {
  static const std::string kTraps[] = {
      "null", "-1",  "0",       "1e308", "1e999",    "18446744073709551616", "\"\"", "[]", "{}", "{\"a\":1}",
      "true", "NaN", "\\u0000", "\xff",  "[[[[[[[[", "9223372036854775807"};
  auto below = [&](size_t bound) { return std::uniform_int_distribution<size_t>(0, bound - 1)(random); };
  for (size_t i = 0, count = 1 + below(3); i < count && !text.empty(); ++i) {
    const size_t at = below(text.size()), length = 1 + below(std::min<size_t>(20, text.size() - at));
    switch (below(4)) {
    case 0:
      text[at] = static_cast<char>(below(256));
      break;
    case 1:
      text.erase(at, length);
      break;
    case 2:
      text.insert(at, text.substr(at, length));
      break;
    default:
      text.replace(at, length, kTraps[below(std::size(kTraps))]);
    }
  }
  return text;
}

// Replaces the value of one field, at any depth, by a trap; always valid JSON.
std::string replaceValue(Json json, std::mt19937 &random) {
  static const Json kValues[] = {
      nullptr, true, -1, 0, 1, 3, 1e300, 1ull << 63, INT64_MAX, "", "x", Json::array(), Json::object(), {1, "a"}, 0.5};
  auto below = [&](size_t bound) { return std::uniform_int_distribution<size_t>(0, bound - 1)(random); };
  Json *place = &json;
  while (place->is_structured() && !place->empty()) {
    auto item = place->begin();
    std::advance(item, below(place->size()));
    place = &*item;
    if (below(3) == 0)
      break;
  }
  *place = kValues[below(std::size(kValues))];
  return json.dump();
}

// True when it was read, false when it was refused with one line.
template <typename Read> bool survives(const Read &read) {
  try {
    read();
    return true;
  } catch (const InputError &error) {
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find(": "), std::string::npos) << error.what();
    return false;
  }
}

const Json kConfigs[] = {
    {{"model_type", "qwen3"},
     {"architectures", {"Qwen3ForCausalLM"}},
     {"hidden_size", 64},
     {"head_dim", 8},
     {"num_hidden_layers", 3},
     {"use_sliding_window", true},
     {"sliding_window", 16},
     {"layer_types", {"full_attention", "sliding_attention", "full_attention"}},
     {"id2label", {{"0", "a"}, {"1", "b"}}},
     {"eos_token_id", {1, 2}},
     {"rope_parameters",
      {{"rope_type", "longrope"}, {"short_factor", {1, 2, 3, 4}}, {"long_factor", {1, 2, 3, 4}}, {"factor", 2}}}},
    {{"model_type", "qwen3_moe"},
     {"num_hidden_layers", 4},
     {"num_local_experts", 8},
     {"num_experts_per_tok", 2},
     {"mlp_only_layers", {1}},
     {"decoder_sparse_step", 1},
     {"hidden_act", "silu"},
     {"rope_theta", 1e6},
     {"rope_scaling",
      {{"type", "yarn"}, {"factor", 4.0}, {"beta_fast", 32}, {"original_max_position_embeddings", 64}}}},
    {{"model_type", "qwen3_5_moe"},
     {"architectures", {"Qwen3_5MoeForConditionalGeneration"}},
     {"text_config",
      {{"num_hidden_layers", 2},
       {"layer_types", {"linear_attention", "full_attention"}},
       {"linear_num_key_heads", 2},
       {"linear_num_value_heads", 4},
       {"linear_conv_kernel_dim", 4},
       {"num_experts", 8},
       {"head_dim", 32},
       {"rope_parameters", {{"partial_rotary_factor", 0.25}, {"mrope_section", {2, 1, 1}}}}}},
     {"tie_word_embeddings", true}},
};

TEST(Mutation, Config) {
  std::mt19937 random(1);
  int read = 0, refused = 0;
  for (int round = 0; round < kRounds; ++round) {
    const Json &config = kConfigs[round % std::size(kConfigs)];
    const auto text = round % 3 ? mutate(config.dump(), random) : replaceValue(config, random);
    const bool ok = survives([&] {
      const ModelConfig model = parseModelConfig("config.json", text, nullptr);
      // What every reader of a config relies on.
      EXPECT_EQ(model.num_attention_heads % model.num_key_value_heads, 0) << text;
      EXPECT_EQ(static_cast<int64_t>(model.windows.size()), model.num_hidden_layers) << text;
      EXPECT_EQ(static_cast<int64_t>(model.sparse.size()), model.num_hidden_layers) << text;
      EXPECT_LE(model.num_experts_per_tok, model.num_experts) << text;
      EXPECT_GT(model.rope.rope_theta, 1) << text;
      EXPECT_TRUE(model.rope.rotary_dim > 0 && model.rope.rotary_dim <= model.head_dim) << text;
      EXPECT_TRUE(model.rope.mrope_section.empty() || model.rope.mrope_section.size() == 3) << text;
      if (!model.linear_layers.empty()) {
        EXPECT_EQ(static_cast<int64_t>(model.linear_layers.size()), model.num_hidden_layers) << text;
        EXPECT_EQ(model.linear_attention.num_value_heads % model.linear_attention.num_key_heads, 0) << text;
      }
    });
    ++(ok ? read : refused);
  }
  EXPECT_GT(read, kRounds / 50);
  EXPECT_GT(refused, kRounds / 2);
}

TEST(Mutation, GenerationConfig) {
  const std::string text =
      R"({"do_sample": true, "temperature": 0.6, "top_k": 20, "top_p": 0.95, "eos_token_id": [1]})";
  std::mt19937 random(2);
  for (int round = 0; round < kRounds; ++round) {
    const auto mutated = round % 3 ? mutate(text, random) : replaceValue(Json::parse(text), random);
    survives([&] {
      const Generation generation = parseGenerationConfig("generation_config.json", mutated, {}, nullptr);
      EXPECT_GE(generation.temperature, 0) << mutated;
      EXPECT_GE(generation.top_k, 0) << mutated;
    });
  }
}

TEST(Mutation, ProcessorConfig) {
  const Json whole = {
      {"image_processor",
       {{"size", {{"shortest_edge", 65536}, {"longest_edge", 16777216}}},
        {"patch_size", 16},
        {"image_mean", {0.5, 0.5, 0.5}},
        {"rescale_factor", 1.0 / 255.0},
        {"max_pixels", nullptr}}},
      {"video_processor", {{"fps", nullptr}, {"num_frames", 8}, {"temporal_patch_size", 2}, {"do_resize", true}}}};
  std::mt19937 random(4);
  int read = 0;
  for (int round = 0; round < kRounds; ++round) {
    const auto mutated = round % 3 ? mutate(whole.dump(), random) : replaceValue(whole, random);
    read += survives([&] {
      const VisionConfig config = parseVisionConfig({mutated, "{}", std::nullopt});
      for (const PatchConfig *patches : {&config.image, &config.video}) {
        EXPECT_GE(patches->rowWidth(), 3) << mutated;
        EXPECT_GE(std::min(patches->min_pixels, patches->max_pixels), 1) << mutated;
      }
      EXPECT_FALSE(config.sampling.fps && config.sampling.num_frames) << mutated;
    });
  }
  EXPECT_GT(read, kRounds / 50);
}

class MutationTest : public qwen::testing::ScratchTest {};

// Headers of weight files, and indexes: what is read must be whole.
TEST_F(MutationTest, Checkpoint) {
  const std::vector<WeightSpec> specs = {{"model.a.weight", {3, 2}},
                                         {"model.experts.down_proj", {2, 3, 4}, WeightKind::down_experts}};
  writeTensors(path("shard"), {TestTensor::counting("model.a.weight", {3, 2}),
                               TestTensor::counting("model.experts.0.down_proj.weight", {3, 4}, 0, DType::bf16),
                               TestTensor::counting("model.experts.1.down_proj.weight", {3, 4}, 0, DType::bf16)});
  const std::string file = readTextFile(path("shard"));
  uint64_t header_size;
  std::memcpy(&header_size, file.data(), sizeof header_size);
  const std::string header = file.substr(8, header_size), data = file.substr(8 + header_size);
  const std::string index = R"({"weight_map": {"model.a.weight": "shard", "model.experts.0.down_proj.weight": "shard",
      "model.experts.1.down_proj.weight": "shard"}})";
  auto readAll = [&] {
    const auto source = bindWeights(Checkpoint::open(directory.string()), Naming{.base_prefix = "model."}, specs);
    std::vector<float> values(24);
    std::string error;
    for (const WeightSpec &spec : specs)
      EXPECT_TRUE(source->readRows(spec.name, 0, spec.rows(), values.data(), error)) << error;
  };
  write("model.safetensors.index.json", index);
  EXPECT_TRUE(survives(readAll)) << "undamaged";

  std::mt19937 random(3);
  int refused = 0;
  for (int round = 0; round < kFileRounds; ++round) {
    const bool damage_index = round % 4 == 0;
    std::string mutated = damage_index ? header : mutate(header, random);
    uint64_t size = round % 7 == 1 ? random() : mutated.size();
    if (round % 7 == 2)
      mutated.resize(mutated.size() / 2);
    write("shard", std::string(reinterpret_cast<const char *>(&size), 8) + mutated + data);
    write("model.safetensors.index.json", damage_index ? mutate(index, random) : index);
    refused += !survives(readAll);
  }
  EXPECT_GT(refused, kFileRounds / 2);
}

}  // namespace
