// A build that is ended from outside leaves no half-written program.
#include "test/tools/qwenc/Qwenc.h"

#include <gtest/gtest.h>

namespace qwen::test {
namespace {

class Interrupt : public testing::TestWithParam<const char *> {};

// Weights of 1.3 GB take long enough to be interrupted while they are written.
TEST_P(Interrupt, LeavesNothingUnderTheNames) {
  TemporaryDirectory directory;
  const std::string config = directory / "config.json";
  writeFile(config, R"({"architectures": ["Qwen3ForCausalLM"], "model_type": "qwen3", "hidden_size": 2048,
    "intermediate_size": 6144, "num_hidden_layers": 8, "num_attention_heads": 16, "num_key_value_heads": 8,
    "head_dim": 128, "vocab_size": 16384, "max_position_embeddings": 256, "rms_norm_eps": 1e-6,
    "rope_theta": 1000000.0, "tie_word_embeddings": true, "hidden_act": "silu", "dtype": "float32"})");
  const std::string app = directory / "app";
  writeFile(app, "old");
  const std::string signal = GetParam();
  const std::vector<std::string> command = {"timeout", "-s", signal, "2", binary("qwenc"), "build", config,
                                            "--random-weights=1", "-o", app};
  const ProcessResult result = runProcess(command);
  EXPECT_NE(0, result.status) << describe(command, result);
  EXPECT_EQ("old", readFile(app));
  EXPECT_FALSE(std::filesystem::exists(app + ".weights"));
  if (signal != "KILL") {  // which nothing can clean up after
    EXPECT_EQ((std::vector<std::string>{"app", "config.json"}), namesIn(directory.path()));
  }
}
INSTANTIATE_TEST_SUITE_P(Signals, Interrupt, testing::Values("INT", "TERM", "KILL"),
                         [](const auto &info) { return info.param; });

}  // namespace
}  // namespace qwen::test
