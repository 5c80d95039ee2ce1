#include "VerbFixture.h"

#include "nlohmann/json.hpp"
#include "runtime/verbs/Format.h"

using namespace qwen;
using Json = nlohmann::json;

namespace {

class InfoTest : public fake::VerbFixture {
protected:
  void SetUp() override {
    VerbFixture::SetUp();
    described.weights_bytes = 32;
    described.memory = {{"weights", "model.embed_tokens.weight", 4},
                        {"weights", "model.layers.0.self_attn.q_proj.weight", 2},
                        {"weights", "model.layers.1.self_attn.q_proj.weight", 2},
                        {"weights", "model.layers.0.mlp.experts.gate_up_proj", 16},
                        {"weights", "lm_head.weight", 6},
                        {"states", "model.layers.0.self_attn.key_cache", described.states_bytes},
                        {"code", "kernels", 1000}};
  }
};

TEST_F(InfoTest, AccountsForEveryByte) {
  ASSERT_EQ(run({"info", "--json"}), 0) << err;
  const Json result = Json::parse(out);
  std::map<std::string, int64_t> sections;
  for (const Json &section : result["memory"]) {
    int64_t sum = 0;
    for (const Json &entry : section["entries"])
      sum += entry["bytes"].get<int64_t>();
    EXPECT_EQ(section["bytes"], sum) << section["section"];
    sections[section["section"]] = sum;
  }
  EXPECT_EQ(sections["weights"], described.weights_bytes);
  EXPECT_EQ(sections["states"], described.states_bytes);
  EXPECT_EQ(sections["arena"], described.arena_bytes);
  EXPECT_EQ(sections["scratch"], described.scratch_bytes);
  EXPECT_EQ(sections["code"], 1000);
  const int64_t threads = result["default_threads"];
  EXPECT_EQ(result["running_bytes"], described.weights_bytes + described.states_bytes + described.arena_bytes +
                                         described.scratch_bytes * threads);
  EXPECT_EQ(result["vocab_size"], fake::kVocab);
  EXPECT_EQ(result["task"], described.task);
  EXPECT_EQ(result["output_names"][0], "logits");
}

TEST_F(InfoTest, ShowsTheScreenOfTheHead) {
  ASSERT_EQ(run({"info", "--json"}), 0) << err;
  EXPECT_EQ(Json::parse(out)["head_screen"], "");
  described.head_screen = "q4";
  described.phases[1].weight_bytes = 4096;
  described.phases[1].screen_bytes = 1024;
  ASSERT_EQ(run({"info", "--json"}), 0) << err;
  const Json result = Json::parse(out);
  EXPECT_EQ(result["head_screen"], "q4");
  EXPECT_EQ(result["head_screen_bytes"], 1024);
  EXPECT_EQ(result["head_bytes"], 4096);
  ASSERT_EQ(run({"info"}), 0) << err;
  EXPECT_NE(out.find("  head screen       q4, 1.00 KiB beside the head's 4.00 KiB\n"), std::string::npos) << out;
}

TEST_F(InfoTest, NeedsNoWeights) {
  write_weights = false;
  ASSERT_EQ(run({"info"}), 0) << err;
  EXPECT_NE(out.find("FakeForCausalLM fake\n"), std::string::npos) << out;
  EXPECT_NE(out.find("model.layers.*.self_attn.q_proj.weight x2\n"), std::string::npos) << out;
  EXPECT_NE(out.find(path("app.weights")), std::string::npos) << out;
}

TEST(Format, Bytes) {
  EXPECT_EQ(humanBytes(0), "0 B");
  EXPECT_EQ(humanBytes(1023), "1023 B");
  EXPECT_EQ(humanBytes(1536), "1.50 KiB");
  EXPECT_EQ(humanBytes(int64_t{3} << 30), "3.00 GiB");
}

}  // namespace
