// Programs that screen their LM head: the largest logits have the bits that they have without, and texts are the same.
#include "codegen/plan/QuantPanel.h"
#include "test/programs/Agreement.h"
#include "test/programs/Case.h"
#include "test/programs/CompiledProgram.h"

#include "nlohmann/json.hpp"
#include "gtest/gtest.h"

#include <cctype>
#include <random>

namespace qwen::test {
namespace {

// ---- logits, bit by bit ----

struct Variant {
  std::string name;
  Flags flags;
  double most = 1;  // share of the logits that is computed for the largest one
};

class ScreenedLogits : public testing::TestWithParam<Variant> {};

// Odd sizes: the last panel has 7 rows, the last block of columns 16. Rows of the head are random, but there are more
// columns than in the stored cases, so that screens can tell the rows apart.
constexpr char kConfig[] = R"({"architectures": ["Qwen3ForCausalLM"], "model_type": "qwen3", "vocab_size": 4999,
  "hidden_size": 208, "intermediate_size": 64, "num_hidden_layers": 1, "num_attention_heads": 2,
  "num_key_value_heads": 1, "head_dim": 16, "hidden_act": "silu", "max_position_embeddings": 64, "rms_norm_eps": 1e-6,
  "rope_theta": 10000, "attention_bias": false, "tie_word_embeddings": false, "initializer_range": 0.05,
  "torch_dtype": "bfloat16"})";

TEST_P(ScreenedLogits, HaveTheBitsOfTheWholeHead) {
  const TemporaryDirectory directory;
  writeFile(directory.path() / "config.json", kConfig);
  const Flags build =
      Flags{binary("qwenc"), "build", directory / "config.json", "--random-weights=1", "--weights=embed", "--emit=lib",
            "--max-seq=64",  "-o",    directory / "libmodel.a"} +
      GetParam().flags;
  const ProcessResult built = runProcess(build);
  ASSERT_EQ(built.status, 0) << describe(build, built);
  const Flags compile = {QWENC_TEST_CC,
                         "-Wall",
                         "-Werror",
                         "-I" + directory.path().string(),
                         QWENC_SOURCE_DIR "/test/programs/Inputs/compare-logits.c",
                         directory / "libmodel.a",
                         "-lm",
                         "-pthread",
                         "-o",
                         directory / "compare"};
  const ProcessResult compiled = runProcess(compile);
  ASSERT_EQ(compiled.status, 0) << describe(compile, compiled);
  const ProcessResult compared = runProcess({directory / "compare"});
  EXPECT_EQ(compared.status, 0) << compared.out;
  EXPECT_LE(std::stod(compared.out), GetParam().most) << "the screen spares too little";
}

INSTANTIATE_TEST_SUITE_P(
    Formats, ScreenedLogits,
    testing::Values(Variant{"bf16_q8", {"--head-screen=q8"}, 0.02}, Variant{"bf16_q4", {"--head-screen=q4"}, 0.7},
                    Variant{"f32_q8", {"--head-screen=q8", "--dtype=f32"}, 0.02},
                    Variant{"f32_q4", {"--head-screen=q4", "--dtype=f32"}, 0.7},
                    Variant{"q8_q4", {"--head-screen=q4", "--quant=q8"}, 0.6},
                    Variant{"q4_q4", {"--head-screen=q4", "--quant=q4"}, 0.6},
                    // Products of bf16 pairs and of bytes that this machine may lack, in portable instructions.
                    Variant{"emulated_bf16_q4", {"--head-screen=q4", "--emulate-dots"}, 0.7},
                    Variant{"emulated_bf16_q8", {"--head-screen=q8", "--emulate-dots"}, 0.03},
                    Variant{"emulated_q8_q4", {"--head-screen=q4", "--emulate-dots", "--quant=q8"}, 0.6},
                    // No fused multiply-adds.
                    Variant{"baseline_f32_q8", {"--head-screen=q8", "--dtype=f32", "--mcpu=x86-64"}, 0.02},
                    Variant{"baseline_q8_q4", {"--head-screen=q4", "--quant=q8", "--mcpu=x86-64"}, 0.6}),
    [](const auto &info) { return info.param.name; });

// ---- the worst case ----

// Every layer leaves the embedding as it is, so the head's input is known: what the screen leaves out of one row of the
// head, to which the rest of the row is orthogonal, as a least squared error makes it. The row has the largest logit,
// of which the screen sees nothing; its bound, which is reached, must save it. The other rows are a tenth as large.
class WorstCase : public testing::TestWithParam<Flags> {
protected:
  static constexpr int64_t kVocabulary = 4999, kColumns = 208, kRow = 3333;

  void SetUp() override {
    std::mt19937 generator(2);
    std::normal_distribution<float> normal;
    std::vector<float> head(kVocabulary * kColumns), embedding(head.size());
    for (int64_t i = 0; i < int64_t(head.size()); ++i)
      head[i] = normal(generator) * (i / kColumns == kRow ? 1.0f : 0.1f);
    const float *row = head.data() + kRow * kColumns;
    roundPanelQ4(row, 1, kColumns, embedding.data());
    for (int64_t k = 0; k < kColumns; ++k)
      embedding[k] = row[k] - embedding[k];
    const std::string layer = "model.layers.0.";
    Tensors tensors = {{"model.embed_tokens.weight", makeF32({kVocabulary, kColumns}, embedding)},
                       {"lm_head.weight", makeF32({kVocabulary, kColumns}, head)}};
    auto add = [&](const std::string &name, std::vector<int64_t> shape, float value) {
      int64_t count = 1;
      for (int64_t size : shape)
        count *= size;
      tensors[name + ".weight"] = makeF32(std::move(shape), std::vector<float>(count, value));
    };
    add("model.norm", {kColumns}, 1);
    add(layer + "input_layernorm", {kColumns}, 1);
    add(layer + "post_attention_layernorm", {kColumns}, 1);
    add(layer + "self_attn.q_norm", {16}, 1);
    add(layer + "self_attn.k_norm", {16}, 1);
    add(layer + "self_attn.q_proj", {32, kColumns}, 0.1f);
    add(layer + "self_attn.k_proj", {16, kColumns}, 0.1f);
    add(layer + "self_attn.v_proj", {16, kColumns}, 0.1f);
    add(layer + "self_attn.o_proj", {kColumns, 32}, 0);
    add(layer + "mlp.gate_proj", {64, kColumns}, 0.1f);
    add(layer + "mlp.up_proj", {64, kColumns}, 0.1f);
    add(layer + "mlp.down_proj", {kColumns, 64}, 0);
    writeFile(directory.path() / "config.json", kConfig);
    saveTensors(directory / "model.safetensors", tensors);
  }

  TemporaryDirectory directory;
};

TEST_P(WorstCase, TheBoundSavesTheLargest) {
  const CompiledProgram program(directory.path(), GetParam() + Flags{"--head-screen=q4", "--max-seq=8"});
  const Tensors out =
      program.run("generate", Tensors{{"input_ids", makeI64({1, 1}, {0})}}, {"--greedy", "--max-new-tokens", "1"});
  EXPECT_EQ(difference(out.at("sequences"), makeI64({1, 2}, {0, kRow}), 0), "");
}

INSTANTIATE_TEST_SUITE_P(Formats, WorstCase,
                         testing::Values(Flags{"--dtype=f32"}, Flags{"--dtype=bf16"}, Flags{"--quant=q8"},
                                         Flags{"--dtype=bf16", "--emulate-dots"}),
                         [](const auto &info) {
                           std::string name;
                           for (char c : info.param.back().substr(2))
                             name += std::isalnum(c) ? c : '_';
                           return name;
                         });

// ---- texts ----

struct Stored {
  std::string name;
  Flags flags, screen;
};

class ScreenedTexts : public testing::TestWithParam<Stored> {};

TEST_P(ScreenedTexts, AreTheSame) {
  const Case stored = loadCase(GetParam().name);
  const CompiledProgram plain(stored.checkpoint, stored.build + GetParam().flags);
  const CompiledProgram screened(stored.checkpoint, stored.build + GetParam().flags + GetParam().screen);
  for (const StoredRun &run : stored.runs) {
    SCOPED_TRACE(run.name);
    if (run.verb == "eval") {  // all logits, from the same program
      expectEqualBits(run, screened.run("eval", run.input_path, run.args), plain.run("eval", run.input_path, run.args));
      continue;
    }
    for (const Flags &choice :
         {Flags{"--greedy"}, Flags{"--greedy", "--repetition-penalty", "1.3"},
          Flags{"--top-k", "5", "--temperature", "1.5", "--seed", "3"},
          Flags{"--top-k", "20", "--top-p", "0.9", "--min-p", "0.02", "--temperature", "0.8", "--seed", "4"},
          Flags{"--top-k", "0", "--seed", "5"}}) {
      SCOPED_TRACE(choice[0] + " " + choice.back());
      auto generate = [&](const CompiledProgram &program, const Flags &more) {
        return program.run("generate", run.input_path, choice + Flags{"--max-new-tokens", "24"} + more).at("sequences");
      };
      const Tensor expected = generate(plain, {});
      for (const Flags &flags :
           {Flags{"--threads", "1"}, Flags{"--threads", "2"}, Flags{"--draft", "lookup", "--threads", "2"}})
        EXPECT_EQ(difference(generate(screened, flags), expected, 0), "") << flags[0];
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Hf, ScreenedTexts,
                         testing::Values(Stored{"dense", {}, {"--head-screen=q4"}},
                                         Stored{"dense_bf16", {}, {"--head-screen=q8"}},
                                         Stored{"dense_bf16", {"--quant=q4"}, {"--head-screen=q4"}},
                                         Stored{"dense_odd_bf16", {"--quant=q8"}, {"--head-screen=q4"}},
                                         Stored{"moe_bf16", {}, {"--head-screen=q4"}}),
                         [](const auto &info) {
                           std::string name = info.param.name;
                           for (const std::string &flag : info.param.flags + info.param.screen)
                             name += "_" + flag.substr(flag.find('=') + 1);
                           return name;
                         });

// ---- the example, whose head is trained ----

TEST(ScreenedExample, ReadsLittleOfItsHead) {
  const CompiledProgram program(exampleDirectory(), {"--head-screen=q4"});
  auto say = [&](Flags command) {
    command.insert(command.begin(), program.path());
    const ProcessResult result = runProcess(command);
    EXPECT_EQ(result.status, 0) << describe(command, result);
    return result.out;
  };
  const auto told = nlohmann::json::parse(say({"info", "--json"}));
  EXPECT_EQ(told.at("head_screen"), "q4");
  // 4.5 bits a weight beside 16, and 8 bytes for each of 4096 rows.
  EXPECT_EQ(told.at("head_screen_bytes"), 4096 * (192 * 9 / 16 + 8));
  EXPECT_NE(say({"info"}).find("head screen"), std::string::npos);
  const auto bench = nlohmann::json::parse(say({"bench", "-p", "8", "-n", "24", "-r", "1", "--profile", "--json"}));
  const auto &generation = bench.at("tests")[1];
  EXPECT_EQ(generation.at("top_k"), 1);
  EXPECT_LT(generation.at("computed_logits"), 0.3);
  bool found = false;
  for (const auto &phase : generation.at("profile").at("phases"))
    found |= phase.at("name") == "screened_head lm_head";
  EXPECT_TRUE(found);
}

TEST(HeadScreen, NeedsAHead) {
  const TemporaryDirectory directory;
  const Flags command = {binary("qwenc"),    "build", loadCase("question_answering").checkpoint.string(),
                         "--head-screen=q4", "-o",    directory / "app"};
  const ProcessResult result = runProcess(command);
  EXPECT_EQ(result.status, 1) << describe(command, result);
  EXPECT_EQ(result.err, "qwenc: error: --head-screen=q4: Qwen3ForQuestionAnswering has no LM head\n");
}

}  // namespace
}  // namespace qwen::test
