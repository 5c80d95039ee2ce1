#include "VerbFixture.h"

using namespace qwen;

namespace {

class GenerateTest : public fake::VerbFixture {
protected:
  std::vector<std::string> command(std::vector<std::string> more) const {
    std::vector<std::string> arguments = {"generate", "--in", path("in"), "--out", path("out")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }
  // The new tokens of one unpadded prompt.
  std::vector<int64_t> alone(const std::vector<int64_t> &ids, std::vector<std::string> more) {
    const auto count = static_cast<int64_t>(ids.size());
    writeInput({integers("input_ids", {1, count}, ids)});
    EXPECT_EQ(run(command(more)), 0) << err;
    auto file = output();
    auto all = tensor<int64_t>("sequences", file.find("sequences")->shape);
    EXPECT_EQ(std::vector<int64_t>(all.begin(), all.begin() + count), ids);
    return {all.begin() + count, all.end()};
  }
};

TEST_F(GenerateTest, PaddedRowsGetWhatTheyGetAlone) {
  for (const std::vector<std::string> &flags :
       {std::vector<std::string>{"--max-new-tokens", "5", "--greedy"},
        {"--max-new-tokens", "5", "--temperature", "0.8", "--seed", "3", "--top-k", "9", "--top-p", "0.95"},
        {"--max-new-tokens", "5", "--repetition-penalty", "1.7", "--presence-penalty", "0.3"}}) {
    const auto first = alone({5, 6, 7, 8}, flags), second = alone({9, 10}, flags);
    for (bool left : {false, true}) {
      writeInput({integers("input_ids", {2, 4},
                           left ? std::vector<int64_t>{5, 6, 7, 8, 0, 0, 9, 10}
                                : std::vector<int64_t>{5, 6, 7, 8, 9, 10, 0, 0}),
                  integers("attention_mask", {2, 4},
                           left ? std::vector<int64_t>{1, 1, 1, 1, 0, 0, 1, 1}
                                : std::vector<int64_t>{1, 1, 1, 1, 1, 1, 0, 0})});
      ASSERT_EQ(run(command(flags)), 0) << err;
      auto sequences = tensor<int64_t>("sequences", {2, 9});
      EXPECT_EQ(std::vector<int64_t>(sequences.begin() + 4, sequences.begin() + 9), first);
      EXPECT_EQ(std::vector<int64_t>(sequences.begin() + 13, sequences.end()), second);
      EXPECT_EQ(sequences[9], left ? 0 : 9) << "the prompt stands as it was";
    }
  }
}

TEST_F(GenerateTest, PadsBehindTheEnd) {
  const std::vector<std::string> flags = {"--max-new-tokens", "6", "--greedy"};
  const auto first = alone({5, 6, 7}, flags), second = alone({8, 9, 10}, flags);
  described.generation.eos_token_ids = {first[1]};
  described.generation.pad_token_id = 30;
  const auto end = std::find(second.begin(), second.end(), first[1]);
  const size_t longest = std::max<size_t>(2, static_cast<size_t>(end - second.begin()) + (end != second.end()));
  writeInput({integers("input_ids", {2, 3}, {5, 6, 7, 8, 9, 10})});
  ASSERT_EQ(run(command(flags)), 0) << err;
  auto sequences = tensor<int64_t>("sequences", {2, static_cast<int64_t>(3 + longest)});
  EXPECT_EQ(sequences[3], first[0]);
  EXPECT_EQ(sequences[4], first[1]);
  for (size_t i = 2; i < longest; ++i)
    EXPECT_EQ(sequences[3 + i], 30);
  EXPECT_GT(longest, 2u);
  // Without a pad token the first end token fills.
  described.generation.pad_token_id.reset();
  ASSERT_EQ(run(command(flags)), 0) << err;
  EXPECT_EQ(tensor<int64_t>("sequences", {2, static_cast<int64_t>(3 + longest)})[5], first[1]);
  // A batch that ends early is no wider than it needs to be.
  writeInput({integers("input_ids", {1, 3}, {5, 6, 7})});
  ASSERT_EQ(run(command(flags)), 0) << err;
  EXPECT_EQ(tensor<int64_t>("sequences", {1, 5})[4], first[1]);
}

TEST_F(GenerateTest, InfersPaddingFromPadTokens) {
  const std::vector<std::string> flags = {"--max-new-tokens", "4", "--greedy"};
  const auto expected = alone({9, 10}, flags);
  described.generation.pad_token_id = 30;
  writeInput({integers("input_ids", {1, 4}, {30, 30, 9, 10})});
  ASSERT_EQ(run(command(flags)), 0) << err;
  auto sequences = tensor<int64_t>("sequences", {1, 8});
  EXPECT_EQ(std::vector<int64_t>(sequences.begin() + 4, sequences.end()), expected);
  described.generation.eos_token_ids = {30};
  EXPECT_NE(alone({30, 30, 9, 10}, flags), expected) << "an end token is no padding";
  described.generation.eos_token_ids.clear();
  writeInput({integers("input_ids", {1, 3}, {9, 30, 10})});
  EXPECT_EQ(failure(1, command(flags)),
            path("in") + ": input_ids[0, 1] is the pad token between others; give an attention_mask");
}

TEST_F(GenerateTest, OfEmbeddingsOnlyNewTokensAreWritten) {
  const std::vector<float> embeds(2 * fake::kHidden, 0.5f);
  writeInput({{"inputs_embeds", DType::f32, {1, 2, fake::kHidden}, embeds.data()}});
  ASSERT_EQ(run(command({"--max-new-tokens", "3", "--greedy"})), 0) << err;
  tensor<int64_t>("sequences", {1, 3});
}

TEST_F(GenerateTest, SamplesWhenTheConfigOrAFlagSaysSo) {
  const auto greedy = alone({5}, {"--max-new-tokens", "12"});
  EXPECT_EQ(alone({5}, {"--max-new-tokens", "12", "--temperature", "0"}), greedy);
  const auto sampled = alone({5}, {"--max-new-tokens", "12", "--temperature", "1"});
  EXPECT_NE(sampled, greedy);
  EXPECT_EQ(alone({5}, {"--max-new-tokens", "12", "--temperature", "1"}), sampled);
  EXPECT_NE(alone({5}, {"--max-new-tokens", "12", "--temperature", "1", "--seed", "1"}), sampled);
  described.generation.do_sample = true;
  EXPECT_EQ(alone({5}, {"--max-new-tokens", "12"}), sampled);
  EXPECT_EQ(alone({5}, {"--max-new-tokens", "12", "--greedy"}), greedy);
}

TEST_F(GenerateTest, DraftsWithoutChangingAToken) {
  for (std::vector<std::string> flags : {std::vector<std::string>{"--max-new-tokens", "11"},
                                         {"--max-new-tokens", "11", "--repetition-penalty", "0.001"},
                                         {"--max-new-tokens", "11", "--temperature", "0.1", "--seed", "3"}}) {
    const auto expected = alone({4, 4, 4, 4, 4, 4}, flags);
    EXPECT_EQ(err, "");
    for (const char *most : {"1", "7"}) {
      std::vector<std::string> drafting = flags;
      drafting.insert(drafting.end(), {"--draft", "lookup", "--draft-max", most});
      EXPECT_EQ(alone({4, 4, 4, 4, 4, 4}, drafting), expected);
      EXPECT_EQ(err.rfind("draft: ", 0), 0u) << err;
      EXPECT_NE(err.find(" tokens accepted; 11 tokens in "), std::string::npos) << err;
    }
  }
}

TEST_F(GenerateTest, SaysWhatIsWrong) {
  writeInput({integers("input_ids", {1, 4}, {1, 2, 3, 4})});
  EXPECT_EQ(failure(2, command({})), "generate: --max-new-tokens is required");
  EXPECT_EQ(failure(2, command({"--max-new-tokens", "2", "--top-p", "7"})),
            "--top-p is 7.0, it must be between 0 and 1");
  EXPECT_EQ(failure(2, command({"--max-new-tokens", "2", "--draft=divination"})),
            "--draft is divination, it must be none or lookup");
  EXPECT_EQ(failure(1, command({"--max-new-tokens", "14"})),
            path("in") + ": row 0 has 4 tokens, and 14 new ones don't fit into the program's 16 positions; build it "
                         "with --max-seq=17");
  EXPECT_EQ(run(command({"--max-new-tokens", "13"})), 0) << err;
  writeInput({integers("input_ids", {2, 1}, {1, 2}), integers("attention_mask", {2, 1}, {1, 0})});
  EXPECT_EQ(failure(1, command({"--max-new-tokens", "1"})),
            path("in") + ": row 1 is all padding, expected at least one token");
  described = fake::program(Head::model);
  EXPECT_EQ(failure(1, command({"--max-new-tokens", "1"})),
            "generate needs a language model head, but this program is FakeForSomethingElse");
}

}  // namespace
