// `info` accounts for every byte, for small models and for bare configs of real shapes.
#include "test/programs/Case.h"
#include "test/programs/CompiledProgram.h"

#include "nlohmann/json.hpp"
#include "gtest/gtest.h"

#include <cmath>

namespace qwen::test {
namespace {

using nlohmann::json;

json info(const CompiledProgram &program) {
  std::vector<std::string> command{program.path(), "info", "--json"};
  ProcessResult result = runProcess(command);
  EXPECT_EQ(result.status, 0) << describe(command, result);
  return json::parse(result.out);
}

// The entries of a section add up to it, and the sections to the program's own totals.
void expectSumsAddUp(const json &info) {
  std::map<std::string, int64_t> sections;
  for (const json &section : info.at("memory")) {
    int64_t sum = 0;
    for (const json &entry : section.at("entries")) {
      EXPECT_GE(entry.at("bytes"), 0) << entry.dump();
      sum += entry.at("bytes").get<int64_t>();
    }
    EXPECT_EQ(sum, section.at("bytes")) << section.at("section");
    sections[section.at("section")] = sum;
  }
  for (const std::string name : {"weights", "states", "arena", "scratch"})
    EXPECT_EQ(sections[name], info.at(name + "_bytes")) << name;
  const auto threads = info.at("default_threads").get<int64_t>();
  EXPECT_EQ(info.at("running_bytes"),
            sections["weights"] + sections["states"] + sections["arena"] + sections["scratch"] * threads);
}

// Bytes of a KV cache: of keys and of values in each layer, with a line of counters behind them.
int64_t cacheBytes(int64_t layers, int64_t kv_heads, int64_t head_dim, int64_t positions, int64_t bytes_of_value = 4,
                   int64_t bytes_of_scale = 0) {
  return 2 * layers * (kv_heads * positions * (head_dim * bytes_of_value + bytes_of_scale) + 64);
}

TEST(Info, AccountsForTheWeightsFile) {
  CompiledProgram program(loadCase("dense_bf16").checkpoint, {"--max-seq=16", "--batch=3"});
  const json told = info(program);
  expectSumsAddUp(told);
  const auto file = static_cast<int64_t>(std::filesystem::file_size(program.path() + ".weights"));
  EXPECT_EQ(file, told.at("weights_bytes").get<int64_t>() + 4096) << "the header takes one page";
  EXPECT_EQ(told.at("batch"), 3);
  EXPECT_EQ(told.at("max_seq"), 16);
  EXPECT_GE(told.at("states_bytes"), cacheBytes(2, 2, 8, 3 * 16)) << "blocks and vectors may be filled up";
}

TEST(Info, AccountsForEmbeddedWeights) {
  CompiledProgram program(exampleDirectory(), {"--weights=embed"});
  const json told = info(program);
  expectSumsAddUp(told);
  EXPECT_TRUE(told.at("weights_embedded"));
  EXPECT_EQ(told.at("task"), "Qwen3MoeForCausalLM");
  EXPECT_GT(told.at("tokenizer_bytes"), 0);
  EXPECT_GT(std::filesystem::file_size(program.path()),
            told.at("weights_bytes").get<uint64_t>() + told.at("tokenizer_bytes").get<uint64_t>());
  ProcessResult text = runProcess({program.path(), "info"});
  EXPECT_NE(text.out.find("Qwen3MoeForCausalLM"), std::string::npos);
}

TEST(Info, TellsHowKeysAndValuesAreStored) {
  const auto config = casesDirectory().parent_path() / "configs/qwen3-0.6b.json";
  auto told = [&](const std::string &kv) { return info(CompiledProgram(config, {"--max-seq=2048", "--kv=" + kv})); };
  for (auto [kv, bytes] :
       {std::pair{"bf16", cacheBytes(28, 8, 128, 2048, 2)}, std::pair{"q8", cacheBytes(28, 8, 128, 2048, 1, 4)}}) {
    const json program = told(kv);
    expectSumsAddUp(program);
    EXPECT_EQ(program.at("kv_dtype"), kv);
    EXPECT_EQ(program.at("states_bytes"), bytes);
  }
}

struct Shape {
  std::string name;  // of the file in test/data/configs
  std::string test_name;
  int64_t parameters;  // of the released model; bf16 weights take at least twice as many bytes
  int64_t cache_bytes;
};

class RealShapes : public testing::TestWithParam<Shape> {};

TEST_P(RealShapes, CompileToCodeWithoutWeights) {
  const Shape &shape = GetParam();
  TemporaryDirectory directory;
  const std::string app = directory / "app";
  const auto config = casesDirectory().parent_path() / "configs" / (shape.name + ".json");
  std::vector<std::string> command{binary("qwenc"), "build", config.string(), "-o", app};
  ProcessResult built = runProcess(command);
  ASSERT_EQ(built.status, 0) << describe(command, built);
  EXPECT_LT(built.cpu_seconds, 20);
  EXPECT_LT(built.peak_bytes, int64_t{2} << 30);
  EXPECT_FALSE(std::filesystem::exists(app + ".weights"));

  ProcessResult result = runProcess({app, "info", "--json"});
  ASSERT_EQ(result.status, 0) << result.err;
  const json told = json::parse(result.out);
  expectSumsAddUp(told);
  EXPECT_GE(told.at("weights_bytes"), 2 * shape.parameters);
  EXPECT_LE(told.at("weights_bytes"), 2.01 * shape.parameters);
  EXPECT_EQ(told.at("states_bytes"), shape.cache_bytes);
}

INSTANTIATE_TEST_SUITE_P(All, RealShapes,
                         testing::Values(Shape{"qwen3-0.6b", "Qwen3_0_6B", 596049920, cacheBytes(28, 8, 128, 4096)},
                                         Shape{"qwen3-30b-a3b", "Qwen3_30B_A3B", 30532122624,
                                               cacheBytes(48, 4, 128, 4096)}),
                         [](const auto &info) { return info.param.test_name; });

TEST(BareConfig, RandomWeightsFollowTheSeed) {
  const Case stored = loadCase("moe");
  const StoredRun &run = stored.runs[0];
  const auto config = stored.checkpoint / "config.json";
  auto logits = [&](const std::string &seed, std::vector<std::string> flags) {
    flags.push_back("--random-weights=" + seed);
    return CompiledProgram(config, flags).run(run.verb, run.input_path, run.args).at("logits");
  };
  const Tensor first = logits("1", {});
  for (int64_t i = 0; i < first.elements(); ++i)
    ASSERT_TRUE(std::isfinite(first.f32()[i]));
  EXPECT_EQ(bitDifference(logits("1", {"--weights=embed"}), first, first), "");
  EXPECT_NE(bitDifference(logits("2", {}), first, first), "");
}

TEST(BareConfig, WithoutWeightsSaysSoWhenRun) {
  const Case stored = loadCase("moe");
  CompiledProgram program(stored.checkpoint / "config.json", {});
  TemporaryDirectory directory;
  std::vector<std::string> command{program.path(), "eval", "--in", stored.runs[0].input_path, "--out", directory / "o"};
  ProcessResult result = runProcess(command);
  EXPECT_EQ(result.status, 1) << describe(command, result);
  EXPECT_NE(result.err.find("app.weights"), std::string::npos) << describe(command, result);
}

}  // namespace
}  // namespace qwen::test
