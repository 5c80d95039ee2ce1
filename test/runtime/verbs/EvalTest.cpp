#include "VerbFixture.h"

#include "runtime/core/AuxLoss.h"

using namespace qwen;

namespace {

class EvalTest : public fake::VerbFixture {
protected:
  void writeBatch() {
    writeInput(
        {integers("input_ids", {2, 3}, {5, 6, 7, 8, 9, 10}), integers("attention_mask", {2, 3}, {1, 1, 1, 0, 1, 1})});
  }
  int eval(std::vector<std::string> more = {}) {
    std::vector<std::string> arguments = {"eval", "--in", path("in"), "--out", path("out")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run(arguments);
  }
  // Output `output`, column `column` of the last of these ids at columns `first`, ...
  static float expected(const std::vector<int32_t> &ids, int64_t first, int64_t output, int64_t column) {
    std::vector<float> values, positions;
    for (int32_t id : ids) {
      values.push_back(fake::value(id));
      positions.push_back(static_cast<float>(first + static_cast<int64_t>(positions.size())));
    }
    return fake::expected(values, positions, 3, output, column);
  }
};

TEST_F(EvalTest, WritesLogitsInHfShape) {
  writeBatch();
  ASSERT_EQ(eval(), 0) << err;
  EXPECT_EQ(names(), "logits");
  auto logits = tensor<float>("logits", {2, 3, fake::kVocab});
  EXPECT_EQ(logits[2 * fake::kVocab + 1], expected({5, 6, 7}, 0, 0, 1));
  EXPECT_EQ(logits[3 * fake::kVocab + 1], 0) << "padding";
  EXPECT_EQ(logits[5 * fake::kVocab + 30], expected({9, 10}, 1, 0, 30));
}

TEST_F(EvalTest, EqualBitsForThreadsAndChunks) {
  writeBatch();
  ASSERT_EQ(eval({"--threads", "1"}), 0) << err;
  const auto logits = tensor<float>("logits", {2, 3, fake::kVocab});
  for (const char *threads : {"1", "2", "4"})
    for (const char *chunk : {"1", "2", "512"}) {
      ASSERT_EQ(eval({"--threads", threads, "--chunk", chunk}), 0) << err;
      EXPECT_EQ(tensor<float>("logits", {2, 3, fake::kVocab}), logits);
    }
}

TEST_F(EvalTest, SelectsFieldsAndLists) {
  described = fake::program(Head::causal_lm, /*moe=*/true);
  writeBatch();
  ASSERT_EQ(eval(), 0) << err;
  EXPECT_EQ(names(), "logits");
  ASSERT_EQ(eval({"--select", "hidden_states,router_logits.1"}), 0) << err;
  EXPECT_EQ(names(), "hidden_states.0 hidden_states.1 router_logits.1");
  EXPECT_EQ(tensor<float>("hidden_states.1", {2, 3, fake::kHidden})[4], expected({5, 6}, 0, 2, 0));
  EXPECT_EQ(tensor<float>("router_logits.1", {6, fake::kExperts})[fake::kExperts + 2], expected({5, 6}, 0, 4, 2));
  ASSERT_EQ(eval({"--select", "router_logits,aux_loss"}), 0) << err;
  EXPECT_EQ(names(), "aux_loss router_logits.0 router_logits.1");
  auto first = tensor<float>("router_logits.0", {6, fake::kExperts}), second = tensor<float>("router_logits.1", {6, 5});
  PaddedBatch batch;
  batch.batch = 2;
  batch.columns = 3;
  batch.first = {0, 1};
  batch.count = {3, 2};
  const float loss = loadBalancingLoss({first.data(), second.data()}, batch, fake::kExperts, fake::kTopK);
  EXPECT_EQ(tensor<float>("aux_loss", {}), std::vector<float>{loss});
  ASSERT_EQ(eval({"--select", "aux_loss"}), 0) << err;
  EXPECT_EQ(tensor<float>("aux_loss", {}), std::vector<float>{loss}) << "without its inputs being written";
  EXPECT_EQ(failure(1, {"eval", "--in", path("in"), "--out", path("out"), "--select", "logits,logit"}),
            "--select: \"logit\" is not an output of FakeForCausalLM; known: logits, hidden_states, router_logits, "
            "aux_loss");
}

TEST_F(EvalTest, WritesRouterLogitsByDefaultWhenTheConfigSaysSo) {
  described = fake::program(Head::causal_lm, /*moe=*/true);
  described.output_router_logits = true;
  for (Output &output : described.outputs)
    output.on_request = output.name.rfind("hidden", 0) == 0;
  writeBatch();
  ASSERT_EQ(eval(), 0) << err;
  EXPECT_EQ(names(), "aux_loss logits router_logits.0 router_logits.1");
}

TEST_F(EvalTest, EveryHeadHasItsShapes) {
  writeBatch();
  described = fake::program(Head::model);
  ASSERT_EQ(eval(), 0) << err;
  EXPECT_EQ(tensor<float>("last_hidden_state", {2, 3, fake::kHidden})[4], expected({5, 6}, 0, 0, 0));

  described = fake::program(Head::token_classification);
  ASSERT_EQ(eval(), 0) << err;
  EXPECT_EQ(tensor<float>("logits", {2, 3, fake::kLabels})[fake::kLabels + 2], expected({5, 6}, 0, 0, 2));

  described = fake::program(Head::question_answering);
  ASSERT_EQ(eval(), 0) << err;
  EXPECT_EQ(names(), "end_logits start_logits");
  EXPECT_EQ(tensor<float>("start_logits", {2, 3})[5], expected({9, 10}, 1, 0, 0));
  EXPECT_EQ(tensor<float>("end_logits", {2, 3})[5], expected({9, 10}, 1, 0, 1));

  described = fake::program(Head::sequence_classification);
  described.pad_token_id = 7;
  ASSERT_EQ(eval({"--select", "logits,hidden_states.0"}), 0) << err;
  auto pooled = tensor<float>("logits", {2, fake::kLabels});
  EXPECT_EQ(pooled[1], expected({5, 6}, 0, 0, 1));
  EXPECT_EQ(pooled[fake::kLabels], expected({9, 10}, 1, 0, 0));
  EXPECT_EQ(tensor<float>("hidden_states.0", {2, 3, fake::kHidden})[8], expected({5, 6, 7}, 0, 1, 0));
  described.pad_token_id.reset();
  EXPECT_EQ(failure(1, {"eval", "--in", path("in"), "--out", path("out")}),
            "FakeForSomethingElse without pad_token_id in its config.json takes one sequence, but 2 are given");
}

TEST_F(EvalTest, ReadsEmbeddedWeights) {
  described.weights_embedded = true;
  writeBatch();
  ASSERT_EQ(eval(), 0) << err;
  EXPECT_EQ(tensor<float>("logits", {2, 3, fake::kVocab})[0], expected({5}, 0, 0, 0));
}

TEST_F(EvalTest, SaysWhatIsWrong) {
  const std::vector<std::string> command = {"eval", "--in", path("in"), "--out", path("out")};
  EXPECT_EQ(failure(1, command), path("in") + ": cannot open: No such file or directory");
  std::ofstream(path("in")) << "no tensors";
  EXPECT_EQ(failure(1, command).rfind(path("in") + ": not a safetensors file", 0), 0u) << err;
  writeInput({integers("input_ids", {1, 1}, {99})});
  EXPECT_EQ(failure(1, command), path("in") + ": input_ids[0, 0] is 99, but the vocabulary has the ids 0 to 30");
  writeBatch();
  EXPECT_EQ(failure(1, {"eval", "--in", path("in"), "--out", path("no/out")}),
            path("no/out") + ": cannot write: No such file or directory");
  described.cpu_features = {"warp-drive"};
  EXPECT_EQ(failure(1, command), "this processor has no warp-drive, which the program's code (generic) uses; build it "
                                 "with --mcpu for this machine");
  described.cpu_features.clear();
  described.states_bytes = int64_t{1} << 60;
  EXPECT_EQ(failure(1, command), "the system has no 1152921504606846976 bytes for the KV cache");
  described.states_bytes = fake::program().states_bytes;
  write_weights = false;
  std::filesystem::remove(path("app.weights"));
  EXPECT_EQ(failure(1, command),
            path("app.weights") + ": cannot open the program's weights: No such file or directory");
  EXPECT_FALSE(std::filesystem::exists(path("out")));
}

}  // namespace
