// Every mistake in the tokenizer files is one line that names file and field.
#include "frontend/config/TokenizerConfig.h"
#include "frontend/tokenizer/TokenizerCompiler.h"
#include "test/frontend/Files.h"

#include "nlohmann/json.hpp"

#include <functional>

namespace qwen {
namespace {

using nlohmann::json;

class TokenizerErrors : public testing::ScratchTest {
protected:
  TokenizerErrors() {
    tokenizer = json::parse(R"re({
      "added_tokens": [{"id": 4, "content": "<|endoftext|>", "special": true}],
      "normalizer": {"type": "NFC"},
      "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
        {"type": "Split", "pattern": null,
         "behavior": "Isolated", "invert": false},
        {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": false, "use_regex": false}]},
      "post_processor": {"type": "ByteLevel"},
      "decoder": {"type": "ByteLevel"},
      "model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2, "c": 3}, "merges": ["a b"]}
    })re");
    steps()[0]["pattern"]["Regex"] = R"re((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}|)re"
                                     R"re( ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)re";
    config = json::parse(R"({
      "tokenizer_class": "Qwen2Tokenizer", "eos_token": "<|endoftext|>",
      "added_tokens_decoder": {"4": {"content": "<|endoftext|>", "special": true}}
    })");
  }

  // The error for the two files; empty when they compile.
  std::string compile(const std::string &model_type = "qwen3") {
    write("tokenizer.json", tokenizer.dump());
    write("tokenizer_config.json", config.dump());
    return compileDirectory(model_type);
  }
  std::string compileDirectory(const std::string &model_type = "qwen3") {
    std::string error;
    return compileTokenizer(directory.string(), model_type, error) ? "" : error;
  }

  struct Case {
    std::function<void()> damage;
    std::string error;
  };
  void check(const std::vector<Case> &cases, const std::string &model_type = "qwen3") {
    const json whole_tokenizer = tokenizer, whole_config = config;
    for (const Case &c : cases) {
      c.damage();
      EXPECT_EQ(compile(model_type), c.error);
      tokenizer = whole_tokenizer;
      config = whole_config;
    }
  }

  // By function, as check() puts the files back between two cases.
  json &model() { return tokenizer["model"]; }
  json &added() { return tokenizer["added_tokens"]; }
  json &processor() { return tokenizer["post_processor"]; }
  json &steps() { return tokenizer["pre_tokenizer"]["pretokenizers"]; }
  json &decoder() { return config["added_tokens_decoder"]; }

  json tokenizer, config;
};

TEST_F(TokenizerErrors, TheFilesAsTheyAre) {
  EXPECT_EQ(compile(), "");
  EXPECT_EQ(compile("qwen3_5"), "");
  config["tokenizer_class"] = "TokenizersBackend";
  EXPECT_EQ(compile(), "");
}

TEST_F(TokenizerErrors, Files) {
  EXPECT_FALSE(hasTokenizer(directory.string()));
  EXPECT_EQ(compileDirectory(), directory.string() + ": has no tokenizer.json and no vocab.json");
  write("tokenizer.json", "{");
  EXPECT_TRUE(hasTokenizer(directory.string()));
  EXPECT_EQ(compileDirectory().find("tokenizer.json: not valid JSON"), 0u);
  write("tokenizer.json", "[]");
  EXPECT_EQ(compileDirectory(), "tokenizer.json: holds a list, expected an object");
  EXPECT_EQ(compile("qwen9"), "tokenizer: no tokenizer is known for model_type \"qwen9\"");
}

TEST_F(TokenizerErrors, Model) {
  check({
      {[&] { tokenizer.erase("model"); }, "tokenizer.json: model is missing, expected an object"},
      {[&] { model() = 3; }, "tokenizer.json: model is 3, expected an object"},
      {[&] { model()["type"] = "Unigram"; }, "tokenizer.json: model.type is \"Unigram\", expected \"BPE\""},
      {[&] { model().erase("vocab"); }, "tokenizer.json: model.vocab is missing"},
      {[&] { model().erase("merges"); }, "tokenizer.json: model.merges is missing"},
      {[&] { model()["vocab"] = json::array(); },
       "tokenizer.json: model.vocab is a list, expected an object that maps tokens to ids"},
      {[&] { model()["vocab"] = json::object(); },
       "tokenizer.json: model.vocab is empty, expected an object that maps tokens to ids"},
      {[&] { model()["vocab"]["c"] = -1; },
       "tokenizer.json: model.vocab[\"c\"] is -1, expected an id from 0 to 16777215"},
      {[&] { model()["vocab"]["c"] = 1 << 24; },
       "tokenizer.json: model.vocab[\"c\"] is 16777216, expected an id from 0 to 16777215"},
      {[&] { model()["vocab"]["c"] = "3"; },
       "tokenizer.json: model.vocab[\"c\"] is \"3\", expected an id from 0 to 16777215"},
      {[&] { model()["vocab"]["c"] = 1; }, "tokenizer.json: model.vocab: \"b\" and \"c\" both have id 1"},
      {[&] { model()["merges"] = "a b"; }, "tokenizer.json: model.merges is \"a b\", expected a list"},
      {[&] { model()["merges"][0] = "ab"; },
       "tokenizer.json: model.merges[0] is \"ab\", expected two tokens with one space between them"},
      {[&] { model()["merges"][0] = "a b c"; },
       "tokenizer.json: model.merges[0] is \"a b c\", expected two tokens with one space between them"},
      {[&] { model()["merges"].push_back({"a"}); }, "tokenizer.json: model.merges[1] is a list, expected two tokens"},
      {[&] { model()["merges"].push_back(7); }, "tokenizer.json: model.merges[1] is 7, expected two tokens"},
      {[&] { model()["merges"].push_back("x b"); },
       "tokenizer.json: model.merges[1] needs the token \"x\", which the vocabulary does not have"},
      {[&] { model()["merges"].push_back("b c"); },
       "tokenizer.json: model.merges[1] needs the token \"bc\", which the vocabulary does not have"},
  });
}

TEST_F(TokenizerErrors, VocabFiles) {
  const std::string vocab = R"({"a": 0, "b": 1, "ab": 2})";
  write("vocab.json", vocab);
  EXPECT_EQ(compileDirectory(), directory.string() + "/merges.txt: No such file or directory");
  write("merges.txt", "#version: 0.2\r\na b\r\n");
  EXPECT_EQ(compileDirectory(), "");
  write("merges.txt", "#version: 0.2\na b\n\n");
  EXPECT_EQ(compileDirectory(), "merges.txt: line 3 is \"\", expected two tokens with one space between them");
  write("merges.txt", "a b\nb a\n");
  EXPECT_EQ(compileDirectory(), "merges.txt: line 2 needs the token \"ba\", which the vocabulary does not have");
  write("merges.txt", "a \xFF\n");
  EXPECT_EQ(compileDirectory(), "merges.txt: not UTF-8");
  write("merges.txt", "");
  write("vocab.json", R"({"a": 0, "b": 0})");
  EXPECT_EQ(compileDirectory(), "vocab.json: the vocabulary: \"a\" and \"b\" both have id 0");
  write("vocab.json", vocab);
  EXPECT_EQ(compileDirectory("qwen3_5"), directory.string() + ": has no tokenizer.json");
  write("tokenizer_config.json", R"({"add_bos_token": true, "bos_token": "a"})");
  EXPECT_EQ(compileDirectory(), "tokenizer_config.json: add_bos_token is true, expected false");
  write("tokenizer_config.json", R"({"add_eos_token": true, "eos_token": "a"})");
  EXPECT_EQ(compileDirectory(), "tokenizer_config.json: add_eos_token is true, expected false");
  write("tokenizer_config.json", R"({"add_bos_token": true, "bos_token": null})");
  EXPECT_EQ(compileDirectory(), "");
  write("added_tokens.json", R"({"<x>": "3"})");
  EXPECT_EQ(compileDirectory(), "added_tokens.json: <x> is \"3\", expected an integer from 0 to 16777215");
}

TEST_F(TokenizerErrors, Config) {
  check({
      {[&] { config["tokenizer_class"] = "LlamaTokenizer"; },
       "tokenizer_config.json: tokenizer_class is \"LlamaTokenizer\", expected Qwen2Tokenizer, Qwen3_5Tokenizer, "
       "TokenizersBackend or PreTrainedTokenizerFast"},
      {[&] { config["add_prefix_space"] = true; }, "tokenizer_config.json: add_prefix_space is true, expected false"},
      {[&] { config["split_special_tokens"] = true; },
       "tokenizer_config.json: split_special_tokens is true, expected false"},
      {[&] { config["split_special_tokens"] = 1; },
       "tokenizer_config.json: split_special_tokens is 1, expected true or false"},
      {[&] { decoder() = json::array(); }, "tokenizer_config.json: added_tokens_decoder is a list, expected an object"},
      {[&] { decoder()["x"] = json::object(); },
       "tokenizer_config.json: added_tokens_decoder has the key \"x\", expected an id from 0 to 16777215"},
      {[&] { decoder()["99999999"] = json::object(); },
       "tokenizer_config.json: added_tokens_decoder has the key \"99999999\", expected an id from 0 to 16777215"},
      {[&] { decoder()["4"] = "<x>"; },
       "tokenizer_config.json: added_tokens_decoder[4] is \"<x>\", expected an object"},
      {[&] { decoder()["4"].erase("content"); },
       "tokenizer_config.json: added_tokens_decoder[4].content is missing, expected a string"},
      {[&] { decoder()["4"]["lstrip"] = 0; },
       "tokenizer_config.json: added_tokens_decoder[4].lstrip is 0, expected true or false"},
      {[&] { decoder()["4"]["strip"] = true; },
       "tokenizer_config.json: added_tokens_decoder[4].strip is true, expected no such field"},
      {[&] {
         decoder()["5"] = {{"content", ""}};
       },
       "tokenizer_config.json: the added token with id 5 is empty"},
      {[&] {
         decoder()["7"] = {{"content", "<x>"}};
       },
       "tokenizer_config.json: added token \"<x>\" is given id 7, but by vocabulary and order it has id 5"},
      {[&] {
         decoder()["5"] = {{"content", "a"}};
       },
       "tokenizer_config.json: added token \"a\" is given id 5, but by vocabulary and order it has id 0"},
      {[&] {
         decoder()["5"] = {{"content", "<x>"}, {"single_word", true}};
       },
       "tokenizer: added token \"<x>\" is single_word, which isn't supported, expected single_word false"},
      {[&] {
         decoder()["5"] = {{"content", "\u00C5"}, {"normalized", true}};
         decoder()["6"] = {{"content", "A\u030A"}, {"normalized", true}};
       },
       "tokenizer: two added tokens look for the text \"\\u00c5\""},
      {[&] { config["eos_token"] = 4; }, "tokenizer_config.json: eos_token is 4, expected a token"},
      {[&] {
         config["pad_token"] = {{"lstrip", true}};
       },
       "tokenizer_config.json: pad_token.content is missing, expected a string"},
      {[&] { config["extra_special_tokens"] = "<x>"; },
       "tokenizer_config.json: extra_special_tokens is \"<x>\", expected a list of tokens"},
      {[&] {
         config["additional_special_tokens"] = {"<x>", 5};
       },
       "tokenizer_config.json: additional_special_tokens[1] is 5, expected a token"},
  });
}

TEST_F(TokenizerErrors, AddedTokensOfTokenizerJson) {
  config.erase("added_tokens_decoder");
  check({
      {[&] { tokenizer.erase("added_tokens"); }, "tokenizer.json: added_tokens is missing, expected a list"},
      {[&] { added()[0] = 4; }, "tokenizer.json: added_tokens[0] is 4, expected an object"},
      {[&] { added()[0].erase("id"); },
       "tokenizer.json: added_tokens[0].id is missing, expected an integer from 0 to 16777215"},
      {[&] { added()[0]["id"] = 6; },
       "tokenizer.json: added token \"<|endoftext|>\" is given id 6, but by vocabulary and order it has id 4"},
  });
}

TEST_F(TokenizerErrors, PostProcessor) {
  const std::string expected = ", expected \"ByteLevel\" or a \"TemplateProcessing\" that adds no tokens";
  const json sequence = {{"Sequence", {{"id", "A"}, {"type_id", 0}}}};
  check({
      {[&] { processor()["type"] = "RobertaProcessing"; },
       "tokenizer.json: post_processor.type is \"RobertaProcessing\"" + expected},
      {[&] {
         processor() = {{"type", "TemplateProcessing"}, {"single", {sequence, sequence}}};
       },
       "tokenizer.json: post_processor.type is \"TemplateProcessing\"" + expected},
      {[&] {
         processor() = {{"type", "TemplateProcessing"}, {"single", {sequence}}};
       },
       ""},
      {[&] { processor() = nullptr; }, ""},
  });
}

// TokenizersBackend does what tokenizer.json says, so all of it must be what the runtime does.
TEST_F(TokenizerErrors, Backend) {
  config["tokenizer_class"] = "PreTrainedTokenizerFast";
  const std::string bad_steps = "tokenizer.json: pre_tokenizer is not Qwen's, expected an isolating Split and a "
                                "ByteLevel without prefix space and regex";
  check({
      {[&] { tokenizer["normalizer"] = nullptr; }, "tokenizer.json: normalizer.type is null, expected \"NFC\""},
      {[&] { tokenizer["normalizer"]["type"] = "NFKC"; },
       "tokenizer.json: normalizer.type is \"NFKC\", expected \"NFC\""},
      {[&] { tokenizer["decoder"]["type"] = "BPEDecoder"; },
       "tokenizer.json: decoder.type is \"BPEDecoder\", expected \"ByteLevel\""},
      {[&] { model()["dropout"] = 0.1; }, "tokenizer.json: model.dropout is 0.1, expected null"},
      {[&] { model()["unk_token"] = "a"; }, "tokenizer.json: model.unk_token is \"a\", expected null"},
      {[&] { model()["continuing_subword_prefix"] = "#"; },
       "tokenizer.json: model.continuing_subword_prefix is \"#\", expected null"},
      {[&] { model()["end_of_word_suffix"] = "/"; },
       "tokenizer.json: model.end_of_word_suffix is \"/\", expected null"},
      {[&] { model()["byte_fallback"] = true; }, "tokenizer.json: model.byte_fallback is true, expected false"},
      {[&] { model()["ignore_merges"] = 1; }, "tokenizer.json: model.ignore_merges is 1, expected true or false"},
      {[&] { tokenizer["pre_tokenizer"] = nullptr; }, bad_steps},
      {[&] { steps().erase(1); }, bad_steps},
      {[&] { steps()[0]["behavior"] = "Removed"; }, bad_steps},
      {[&] { steps()[0]["invert"] = true; }, bad_steps},
      {[&] { steps()[1]["add_prefix_space"] = true; }, bad_steps},
      {[&] { steps()[1]["use_regex"] = true; }, bad_steps},
      {[&] {
         steps()[0]["pattern"] = {{"Regex", "\\s+"}};
       },
       "tokenizer.json: pre_tokenizer.pretokenizers[0].pattern is not Qwen2's or Qwen3.5's"},
      {[&] { model()["continuing_subword_prefix"] = ""; }, ""},
      {[&] { tokenizer["added_tokens"][0]["id"] = 5; },
       "tokenizer.json: added token \"<|endoftext|>\" is given id 5, but by vocabulary and order it has id 4"},
  });
}

}  // namespace
}  // namespace qwen
