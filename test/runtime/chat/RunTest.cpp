#include "TextVerbFixture.h"

#include "runtime/text/Utf8.h"

using namespace qwen;

namespace {

class RunTest : public fake::TextVerbFixture {
protected:
  // What the verb `generate` adds to these tokens.
  std::vector<int32_t> generated(const std::vector<int32_t> &ids, std::vector<std::string> flags) {
    const auto count = static_cast<int64_t>(ids.size());
    writeInput({integers("input_ids", {1, count}, {ids.begin(), ids.end()})});
    flags.insert(flags.begin(), {"generate", "--in", path("in"), "--out", path("out")});
    EXPECT_EQ(runText(flags), 0) << err;
    auto file = output();
    auto all = tensor<int64_t>("sequences", file.find("sequences")->shape);
    return {all.begin() + count, all.end()};
  }
  std::vector<int32_t> prompt(const std::vector<std::pair<std::string, std::string>> &messages) {
    std::string text;
    for (const auto &[role, content] : messages)
      text += "<|im_start|>" + role + "\n" + content + "<|im_end|>\n";
    return tokenizer->encode(text + "<|im_start|>assistant\n");
  }
  std::string shown(const std::vector<int32_t> &ids) { return tokenizer->decode(ids, true); }
};

TEST_F(RunTest, StreamsWhatGenerateGives) {
  const std::vector<std::string> flags = {"--greedy", "--max-new-tokens", "20"};
  const auto tokens = generated(prompt({{"user", "What is a lamp?"}}), flags);
  EXPECT_EQ(tokens.size(), 20u);
  EXPECT_EQ(runText({"run", "-p", "What is a lamp?", "--greedy", "--max-new-tokens", "20"}), 0) << err;
  EXPECT_EQ(out, shown(tokens) + "\n");
  EXPECT_TRUE(isValidUtf8(out));
  EXPECT_EQ(err, "");
}

TEST_F(RunTest, StopsAtAnyEndTokenAndHidesIt) {
  const auto tokens = generated(prompt({{"user", "a"}}), {"--greedy", "--max-new-tokens", "6"});
  described.generation.eos_token_ids = {4095, tokens[3]};
  ASSERT_EQ(std::count(tokens.begin(), tokens.begin() + 3, tokens[3]), 0);
  EXPECT_EQ(runText({"run", "-p", "a", "--greedy"}), 0) << err;
  EXPECT_EQ(out, shown({tokens.begin(), tokens.begin() + 3}) + "\n");
  EXPECT_EQ(err, "");
}

TEST_F(RunTest, TakesSystemAndMessages) {
  const std::vector<std::string> flags = {"--greedy", "--max-new-tokens", "5"};
  const std::string file = writeFile("m.json", R"([{"role": "user", "content": "a"}])");
  const auto tokens = generated(prompt({{"system", "s"}, {"user", "a"}}), flags);
  EXPECT_EQ(runText({"run", "--greedy", "--max-new-tokens", "5", "--system", "s", "-p", "a"}), 0) << err;
  EXPECT_EQ(out, shown(tokens) + "\n");
  EXPECT_EQ(runText({"run", "--greedy", "--max-new-tokens", "5", "--system", "s", "--messages", file}), 0) << err;
  EXPECT_EQ(out, shown(tokens) + "\n");
  const auto more = generated(prompt({{"user", "a"}, {"user", "b"}}), flags);
  EXPECT_EQ(runText({"run", "--greedy", "--max-new-tokens", "5", "--messages", file, "-p", "b"}), 0) << err;
  EXPECT_EQ(out, shown(more) + "\n");
}

TEST_F(RunTest, SamplesBySeed) {
  auto sampled = [&](const std::string &seed) {
    EXPECT_EQ(runText({"run", "-p", "a", "--temperature", "1", "--max-new-tokens", "8", "--seed", seed}), 0) << err;
    return out;
  };
  const std::string first = sampled("1");
  EXPECT_EQ(sampled("1"), first);
  EXPECT_NE(sampled("2"), first);
  const std::vector<std::string> flags = {"--temperature", "1", "--max-new-tokens", "8", "--seed", "1"};
  EXPECT_EQ(first, shown(generated(prompt({{"user", "a"}}), flags)) + "\n");
}

TEST_F(RunTest, DraftsInAChat) {
  const std::vector<std::string> flags = {"run", "--repetition-penalty", "0.001", "--max-new-tokens", "12"};
  EXPECT_EQ(runText(flags, "one one one one\none one\n"), 0) << err;
  const std::string answers = out;
  std::vector<std::string> drafting = flags;
  drafting.insert(drafting.end(), {"--draft", "lookup"});
  EXPECT_EQ(runText(drafting, "one one one one\none one\n"), 0) << err;
  EXPECT_EQ(out, answers);
  EXPECT_EQ(err.rfind("draft: ", 0), 0u) << err;
  EXPECT_NE(err.find("; 24 tokens in "), std::string::npos) << err;
  EXPECT_EQ(textFailure(2, {"run", "-p", "a", "--draft", "dice"}), "--draft is dice, it must be none or lookup");
}

TEST_F(RunTest, ContinuesRawTextWithoutATemplate) {
  described.chat_template.clear();
  const auto tokens = generated(tokenizer->encode("Once upon"), {"--greedy", "--max-new-tokens", "5"});
  EXPECT_EQ(runText({"run", "-p", "Once upon", "--greedy", "--max-new-tokens", "5"}), 0) << err;
  EXPECT_EQ(out, shown(tokens) + "\n");
  EXPECT_EQ(textFailure(1, {"run"}), "the program has no chat template, it only continues a text: give it with -p");
  EXPECT_EQ(textFailure(1, {"run", "-p", ""}), "the prompt is empty: there is nothing to go on from");
}

TEST_F(RunTest, ChatsWithHistory) {
  const std::vector<std::string> flags = {"--greedy", "--max-new-tokens", "5"};
  const std::string first = shown(generated(prompt({{"user", "one"}}), flags));
  const auto history = prompt({{"user", "one"}, {"assistant", first}, {"user", "two\nlines"}});
  const std::string second = shown(generated(history, flags));
  EXPECT_EQ(runText({"run", "--greedy", "--max-new-tokens", "5"}, "one\n\ntwo\\\nlines\n"), 0);
  EXPECT_EQ(out, first + "\n" + second + "\n");
  EXPECT_EQ(err, "");
  EXPECT_EQ(runText({"run", "--greedy", "--max-new-tokens", "5"}, "one\n/reset\none\n/exit\nnever\n"), 0);
  EXPECT_EQ(out, first + "\n" + first + "\n");
  EXPECT_EQ(runText({"run", "--greedy"}, ""), 0);
  EXPECT_EQ(out + err, "");
  EXPECT_EQ(runText({"run", "--greedy"}, "/what\n"), 0);
  EXPECT_EQ(err.rfind("/what is no command: /reset", 0), 0u) << err;
}

TEST_F(RunTest, ComputesOnlyTheNewTokensOfATurn) {
  const std::vector<std::string> flags = {"run", "--greedy", "--max-new-tokens", "5"};
  EXPECT_EQ(runText(flags, "one\n"), 0) << err;
  const int64_t first_rows = rows_computed;
  const std::string first = out.substr(0, out.size() - 1);
  const auto one = prompt({{"user", "one"}}), two = prompt({{"user", "one"}, {"assistant", first}, {"user", "two"}});
  EXPECT_EQ(first_rows, static_cast<int64_t>(one.size()) + 4) << "the last new token isn't computed";
  EXPECT_EQ(runText(flags, "one\ntwo\n"), 0) << err;
  // Of the second prompt at least the first one is known; how much of the answer depends on its tokens.
  const int64_t second_rows = rows_computed - first_rows;
  EXPECT_LE(second_rows, static_cast<int64_t>(two.size() - one.size()) + 4);
  EXPECT_GT(second_rows, 4);
}

TEST_F(RunTest, SaysWhenTheCacheIsFull) {
  EXPECT_EQ(runText({"run", "--greedy", "-p", "a"}), 0);
  EXPECT_EQ(err, "the answer stops here: the program's 200 positions are full; start anew, or build it with a larger "
                 "--max-seq\n");
  const std::string too_long(1000, '!');
  const std::string message = textFailure(1, {"run", "--greedy", "-p", too_long});
  EXPECT_NE(message.find("tokens and the program only 200 positions"), std::string::npos) << message;
  // In a chat the question is dropped, and the conversation goes on.
  const std::string answer = shown(generated(prompt({{"user", "one"}}), {"--greedy", "--max-new-tokens", "5"}));
  EXPECT_EQ(runText({"run", "--greedy", "--max-new-tokens", "5"}, too_long + "\none\n"), 0);
  EXPECT_EQ(out, answer + "\n");
  EXPECT_EQ(err, message + "\n");
}

TEST_F(RunTest, SaysWhatIsWrong) {
  EXPECT_EQ(textFailure(1, {"run", "-p", "a", "--image", "a.png"}),
            "--image a.png: FakeForCausalLM is a text model, it takes no media");
  EXPECT_EQ(textFailure(1, {"run", "-p", "a", "--wav", "a.wav"}),
            "--wav a.wav: FakeForCausalLM is a text model, it doesn't speak");
  EXPECT_EQ(textFailure(2, {"run", "-p", "a", "--top-p", "7"}), "--top-p is 7.0, it must be between 0 and 1");
  const std::string file = writeFile("m.json", "{}");
  EXPECT_EQ(textFailure(1, {"run", "--messages", file}),
            file + ": expected a list of messages, or an object with a list 'messages'");
  tokenizer_blob.clear();
  EXPECT_EQ(textFailure(1, {"run", "-p", "a"}),
            "the program has no tokenizer: its checkpoint had no tokenizer.json when it was built");
  described = fake::program(Head::model);
  EXPECT_EQ(textFailure(1, {"run", "-p", "a"}),
            "run needs a language model head, but this program is FakeForSomethingElse");
}

}  // namespace
