#include "frontend/config/GenerationConfig.h"

#include "frontend/config/Json.h"

#include <gtest/gtest.h>

using namespace qwen;

namespace {

std::vector<std::string> warnings;

Generation parse(const std::string &text, const ModelConfig &config = {}) {
  warnings.clear();
  return parseGenerationConfig("generation_config.json", text, config,
                               [](const std::string &line) { warnings.push_back(line); });
}

std::string failure(const std::string &text) {
  try {
    parse(text);
  } catch (const InputError &error) {
    return error.what();
  }
  return "no error";
}

TEST(GenerationConfig, DefaultsAreThoseOfTransformers) {
  const Generation generation = parse("{}");
  EXPECT_FALSE(generation.do_sample);
  EXPECT_EQ(generation.temperature, 1.0);
  EXPECT_EQ(generation.top_k, 50);
  EXPECT_EQ(generation.top_p, 1.0);
  EXPECT_EQ(generation.min_p, 0.0);
  EXPECT_EQ(generation.repetition_penalty, 1.0);
  EXPECT_EQ(generation.presence_penalty, 0.0);
  EXPECT_TRUE(generation.eos_token_ids.empty());
  EXPECT_FALSE(generation.pad_token_id);
}

TEST(GenerationConfig, AllFields) {
  const Generation generation = parse(
      R"({"do_sample": true, "temperature": 0.6, "top_k": 20, "top_p": 0.95, "min_p": 0.1, "repetition_penalty": 1.05,
          "presence_penalty": 1.5, "eos_token_id": [3, 4], "pad_token_id": 5, "bos_token_id": 6,
          "transformers_version": "4.51.0", "max_new_tokens": 2048, "num_beams": 1, "typical_p": 1,
          "suppress_tokens": null})");
  EXPECT_TRUE(generation.do_sample);
  EXPECT_EQ(generation.temperature, 0.6);
  EXPECT_EQ(generation.top_k, 20);
  EXPECT_EQ(generation.top_p, 0.95);
  EXPECT_EQ(generation.min_p, 0.1);
  EXPECT_EQ(generation.repetition_penalty, 1.05);
  EXPECT_EQ(generation.presence_penalty, 1.5);
  EXPECT_EQ(generation.eos_token_ids, (std::vector<int64_t>{3, 4}));
  EXPECT_EQ(generation.pad_token_id, 5);
  EXPECT_EQ(generation.bos_token_id, 6);
  EXPECT_TRUE(warnings.empty()) << warnings[0];
}

TEST(GenerationConfig, NullMeansDefault) {
  const Generation generation = parse(R"({"do_sample": null, "temperature": null, "top_k": null, "top_p": null})");
  EXPECT_FALSE(generation.do_sample);
  EXPECT_EQ(generation.temperature, 1.0);
  EXPECT_EQ(generation.top_k, 50);
}

TEST(GenerationConfig, TokenIdsComeFromTheModelElse) {
  ModelConfig config;
  config.eos_token_ids = {9};
  config.pad_token_id = 8;
  config.bos_token_id = 7;
  for (const Generation &generation : {parse("{}", config), readGenerationConfig("", config, nullptr)}) {
    EXPECT_EQ(generation.eos_token_ids, std::vector<int64_t>{9});
    EXPECT_EQ(generation.pad_token_id, 8);
    EXPECT_EQ(generation.bos_token_id, 7);
  }
  EXPECT_EQ(parse(R"({"eos_token_id": 3})", config).eos_token_ids, std::vector<int64_t>{3});
}

TEST(GenerationConfig, Errors) {
  const std::string file = "generation_config.json: ";
  EXPECT_EQ(failure(R"({"temperature": -1})"), file + "temperature is -1, expected a number of at least 0");
  EXPECT_EQ(failure(R"({"temperature": "hot"})"), file + "temperature is \"hot\", expected a number");
  EXPECT_EQ(failure(R"({"top_k": -1})"), file + "top_k is -1, expected an integer from 0 to 2147483647");
  EXPECT_EQ(failure(R"({"top_k": 1.5})"), file + "top_k is 1.5, expected an integer from 0 to 2147483647");
  EXPECT_EQ(failure(R"({"top_p": 1.5})"), file + "top_p is 1.5, expected a number from 0 to 1");
  EXPECT_EQ(failure(R"({"min_p": -0.5})"), file + "min_p is -0.5, expected a number from 0 to 1");
  EXPECT_EQ(failure(R"({"repetition_penalty": 0})"), file + "repetition_penalty is 0, expected a number above 0");
  EXPECT_EQ(failure(R"({"do_sample": 1})"), file + "do_sample is 1, expected true or false");
  EXPECT_EQ(failure(R"({"eos_token_id": ["a"]})"), file + "eos_token_id holds \"a\", expected an integer");
  EXPECT_EQ(failure(R"({"num_beams": 4})"), file + "num_beams is 4, expected 1 or nothing: it is not supported");
  EXPECT_EQ(failure(R"({"suppress_tokens": [1]})"),
            file + "suppress_tokens is a list, expected null or nothing: it is not supported");
  EXPECT_EQ(failure("[]"), file + "holds a list, expected an object");
}

TEST(GenerationConfig, UnknownFieldsAreWarnedAbout) {
  parse(R"({"temprature": 0.5})");
  EXPECT_EQ(warnings, std::vector<std::string>{"generation_config.json: unknown field temprature ignored"});
}

}  // namespace
