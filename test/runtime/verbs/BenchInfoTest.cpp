#include "VerbFixture.h"

#include "nlohmann/json.hpp"
#include "runtime/verbs/Format.h"

using namespace qwen;
using Json = nlohmann::json;

namespace {

class BenchInfoTest : public fake::VerbFixture {
protected:
  void SetUp() override {
    VerbFixture::SetUp();
    described.num_experts = 8;
    described.num_experts_per_tok = 2;
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

TEST_F(BenchInfoTest, BenchMeasures) {
  ASSERT_EQ(run({"bench", "-p", "9", "-n", "4", "-r", "2", "--threads", "2", "--json"}), 0) << err;
  const Json result = Json::parse(out);
  EXPECT_EQ(result["threads"], 2);
  EXPECT_EQ(result["prompt"]["tokens"], 9);
  EXPECT_GT(result["prompt"]["tokens_per_second"]["mean"], 0.0);
  EXPECT_EQ(result["generation"]["tokens"], 4);
  // Two q_proj, a quarter of the experts, the head; of the embedding one row, which isn't counted.
  EXPECT_EQ(result["generation"]["weight_bytes_per_token"], 4 + 4 + 6);
  EXPECT_GT(result["read_gigabytes_per_second"]["mean"], 0.1);
  const double speed = result["generation"]["tokens_per_second"]["mean"];
  const double gigabytes = result["generation"]["gigabytes_per_second"];
  EXPECT_NEAR(gigabytes, speed * 14e-9, gigabytes * 1e-6);
}

TEST_F(BenchInfoTest, BenchPrintsATable) {
  described.memory.erase(described.memory.begin() + 4);  // tied: the embedding is the head
  ASSERT_EQ(run({"bench", "-p", "3", "-n", "2", "-r", "1"}), 0) << err;
  EXPECT_NE(out.find("| pp3 |"), std::string::npos) << out;
  EXPECT_NE(out.find("| tg2 |"), std::string::npos) << out;
  EXPECT_NE(out.find("memory bandwidth, "), std::string::npos) << out;
  ASSERT_EQ(run({"bench", "-p", "0", "-n", "2", "-r", "1"}), 0) << err;
  EXPECT_EQ(out.find("| pp"), std::string::npos) << out;
  EXPECT_EQ(failure(1, {"bench", "-p", "17"}), "-p 17 is more than the program's 16 positions");
}

TEST_F(BenchInfoTest, BenchRunsEveryHead) {
  for (Head head : {Head::model, Head::sequence_classification, Head::token_classification, Head::question_answering}) {
    described = fake::program(head);
    ASSERT_EQ(run({"bench", "-p", "3", "-n", "2", "-r", "1"}), 0) << err;
  }
}

TEST_F(BenchInfoTest, InfoAccountsForEveryByte) {
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

TEST_F(BenchInfoTest, InfoNeedsNoWeights) {
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
