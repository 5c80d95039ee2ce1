#include "TextVerbFixture.h"

using namespace qwen;

namespace {

class ProcessTest : public fake::TextVerbFixture {
protected:
  std::vector<int32_t> process(const std::vector<std::string> &flags) {
    std::vector<std::string> command = {"process", "--out", path("out")};
    command.insert(command.end(), flags.begin(), flags.end());
    EXPECT_EQ(runText(command), 0) << err;
    EXPECT_EQ(names(), "attention_mask input_ids");
    auto file = output();
    const std::vector<int64_t> shape = file.find("input_ids")->shape;
    EXPECT_EQ(shape.size(), 2u);
    EXPECT_EQ(shape[0], 1);
    auto ids = tensor<int64_t>("input_ids", shape);
    EXPECT_EQ(tensor<int64_t>("attention_mask", shape), std::vector<int64_t>(ids.size(), 1));
    return {ids.begin(), ids.end()};
  }
  std::string decoded(const std::vector<std::string> &flags) { return tokenizer->decode(process(flags), false); }
};

TEST_F(ProcessTest, TokenisesTextAsItStands) {
  EXPECT_EQ(process({"--text", "What is a lamp?"}), tokenizer->encode("What is a lamp?"));
  EXPECT_EQ(process({"--text", "a<|im_end|>\n"}), tokenizer->encode("a<|im_end|>\n"));
  EXPECT_EQ(process({"--text", ""}), std::vector<int32_t>());
}

TEST_F(ProcessTest, RendersMessagesWithTheGenerationPrompt) {
  const std::string expected = "<|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\n";
  const std::string list = R"([{"role": "user", "content": "hi"}])";
  EXPECT_EQ(decoded({"--messages", writeFile("m.json", list)}), expected);
  EXPECT_EQ(decoded({"--messages", writeFile("m.json", R"({"messages": )" + list + "}")}), expected);
  const std::string without_prompt = R"({"add_generation_prompt": false, "messages": )" + list + "}";
  EXPECT_EQ(decoded({"--messages", writeFile("m.json", without_prompt)}), "<|im_start|>user\nhi<|im_end|>\n");
}

TEST_F(ProcessTest, GivesTheTemplateToolsArgumentsAndSpecialTokens) {
  described.eos_token = "<|im_end|>";
  described.chat_template = "{{ tools[0].name }}|{{ enable_thinking }}|{{ eos_token }}|{{ bos_token is defined }}";
  const std::string file =
      writeFile("m.json", R"({"messages": [{"role": "user"}], "tools": [{"name": "f"}], "enable_thinking": false})");
  EXPECT_EQ(decoded({"--messages", file}), "f|False|<|im_end|>|False");
}

TEST_F(ProcessTest, SaysWhatIsWrong) {
  auto failureWith = [&](std::vector<std::string> flags, int status = 1) {
    flags.insert(flags.begin(), {"process", "--out", path("out")});
    std::string message = textFailure(status, flags);
    EXPECT_FALSE(std::filesystem::exists(path("out")));
    return message;
  };
  const std::string file = path("m.json");
  EXPECT_EQ(failureWith({}, 2), "process: give either --text or --messages");
  EXPECT_EQ(failureWith({"--text", "a", "--messages", file}, 2), "process: give either --text or --messages");
  EXPECT_EQ(failureWith({"--text", "a", "--image", "a.png"}),
            "--image a.png: FakeForCausalLM is a text model, it takes no media");
  EXPECT_EQ(failureWith({"--messages", file}), file + ": cannot be read");
  EXPECT_EQ(failureWith({"--messages", directory.string()}), directory.string() + ": cannot be read");
  writeFile("m.json", "");
  EXPECT_EQ(failureWith({"--messages", file}), file + ": not valid JSON at byte 1");
  writeFile("m.json", "[{]");
  EXPECT_EQ(failureWith({"--messages", file}), file + ": not valid JSON at byte 3");
  writeFile("m.json", "[]");
  EXPECT_EQ(failureWith({"--messages", file}), file + ": the list of messages is empty, expected at least one");
  writeFile("m.json", R"([{"role": "user"}])");
  EXPECT_EQ(failureWith({"--messages", file}), "chat template, line 2: 'dict object' has no attribute 'content'");
  described.chat_template.clear();
  EXPECT_EQ(failureWith({"--messages", file}),
            "the program has no chat template: its checkpoint had none when it was built");
  tokenizer_blob.clear();
  EXPECT_EQ(failureWith({"--text", "a"}),
            "the program has no tokenizer: its checkpoint had no tokenizer.json when it was built");
}

}  // namespace
