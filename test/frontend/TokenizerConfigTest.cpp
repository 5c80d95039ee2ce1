#include "frontend/config/TokenizerConfig.h"

#include "test/frontend/Files.h"

using namespace qwen;

namespace {

class TokenizerConfigTest : public qwen::testing::ScratchTest {
protected:
  TokenizerConfig read(const std::string &text) const {
    write("tokenizer_config.json", text);
    return readTokenizerConfig(directory.string());
  }
  std::string failure(const std::string &text) const {
    try {
      read(text);
    } catch (const InputError &error) {
      return error.what();
    }
    return "no error";
  }
};

TEST_F(TokenizerConfigTest, NothingThere) {
  const auto config = readTokenizerConfig(directory.string());
  EXPECT_EQ(config.bos_token + config.eos_token + config.pad_token + config.chat_template, "");
  EXPECT_FALSE(hasTokenizer(directory.string()));
}

TEST_F(TokenizerConfigTest, DefaultsOfQwen2Tokenizer) {
  write("vocab.json", "{}");
  EXPECT_TRUE(hasTokenizer(directory.string()));
  EXPECT_EQ(read("{}").eos_token, "<|endoftext|>");
  EXPECT_EQ(read("{}").pad_token, "<|endoftext|>");
  EXPECT_EQ(read("{}").bos_token, "");
  EXPECT_EQ(read(R"({"tokenizer_class": "PreTrainedTokenizerFast"})").eos_token, "");
}

TEST_F(TokenizerConfigTest, TokensAreStringsOrObjects) {
  const auto config =
      read(R"({"bos_token": null, "eos_token": "<|im_end|>", "pad_token": {"content": "<pad>", "lstrip": false}})");
  EXPECT_EQ(config.bos_token, "");
  EXPECT_EQ(config.eos_token, "<|im_end|>");
  EXPECT_EQ(config.pad_token, "<pad>");
  EXPECT_EQ(failure(R"({"eos_token": 3})"),
            "tokenizer_config.json: eos_token is 3, expected a string or an object with a string \"content\"");
  EXPECT_EQ(failure(R"({"eos_token": {"text": "x"}})"),
            "tokenizer_config.json: eos_token is an object, expected a string or an object with a string \"content\"");
}

TEST_F(TokenizerConfigTest, ChatTemplate) {
  EXPECT_EQ(read(R"({"chat_template": "{{ x }}"})").chat_template, "{{ x }}");
  EXPECT_EQ(read(R"({"chat_template": [{"name": "tool_use", "template": "a"}, {"name": "default", "template": "b"}]})")
                .chat_template,
            "b");
  EXPECT_EQ(failure(R"({"chat_template": 3})"),
            "tokenizer_config.json: chat_template is 3, expected a string or a list of named templates");
  EXPECT_EQ(failure(R"({"chat_template": ["a"]})"),
            "tokenizer_config.json: chat_template holds \"a\", expected objects with name and template");
  write("chat_template.jinja", "from the file");
  EXPECT_EQ(read(R"({"chat_template": "{{ x }}"})").chat_template, "from the file");
}

}  // namespace
