#include "runtime/abi/Program.h"

#include "nlohmann/json.hpp"

#include <gtest/gtest.h>

using namespace qwen;
using Json = nlohmann::ordered_json;

namespace {

Program example() {
  Program program;
  program.model = "tiny";
  program.family = "qwen3_moe";
  program.head = Head::question_answering;
  program.build_id = std::string(32, 'a');
  program.vocab_size = 151936;
  program.pad_token_id = 7;
  program.head_screen = "q4";
  program.cpu_features = {"avx2", "fma"};
  program.weights_embedded = true;
  program.outputs = {{"logits", 2, false, false}, {"hidden_states.0", 64, false, true}};
  program.memory = {{"weights", "model.norm.weight", 256}};
  program.phases = {{"norm_qkv", "q4", true, false, 28, 1, 2, 3, 4, 5, 9, 6, 7, 8}};
  program.generation.temperature = 0.6;
  program.generation.eos_token_ids = {1, 2};
  program.chat_template = "{{ \"\xE2\x82\xAC\" }}\n";
  return program;
}

std::string failure(const Json &json) {
  std::string error;
  EXPECT_FALSE(programFromJson(json.dump(), error));
  return error;
}

TEST(Program, JsonRoundTrip) {
  std::string text = toJson(example()), error;
  auto back = programFromJson(text, error);
  ASSERT_TRUE(back) << error;
  EXPECT_EQ(toJson(*back), text);
  EXPECT_EQ(back->head, Head::question_answering);
  EXPECT_EQ(back->pad_token_id, 7);
  EXPECT_FALSE(back->generation.pad_token_id);
  EXPECT_EQ(back->generation.eos_token_ids, (std::vector<int64_t>{1, 2}));
  EXPECT_EQ(back->outputs[1].name, "hidden_states.0");
  EXPECT_TRUE(back->outputs[1].on_request);
  EXPECT_EQ(back->memory[0].bytes, 256);
  EXPECT_EQ(back->phases[0].element, "q4");
  EXPECT_TRUE(back->phases[0].wanted_rows);
  EXPECT_EQ(back->phases[0].state_bytes, 9);
  EXPECT_EQ(back->phases[0].window, 8);
  EXPECT_EQ(back->head_screen, "q4");
  EXPECT_EQ(back->chat_template, example().chat_template);
}

TEST(Program, RejectsWhatIsNotADescription) {
  const Json good = Json::parse(toJson(example()));
  std::string error;
  EXPECT_FALSE(programFromJson("{", error));
  EXPECT_EQ(error, "program description: not a JSON object with a format");
  Json bad = good;
  bad["format"] = 99;
  EXPECT_EQ(failure(bad), "program description: format is 99, this runtime reads 1");
  bad = good;
  bad["head"] = "tail";
  EXPECT_EQ(failure(bad), "program description: program.head is not a known head");
  bad = good;
  bad["outputs"][1]["width"] = "wide";
  EXPECT_EQ(failure(bad), "program description: program.outputs[1].width is not an integer");
  // Every field is needed: none has a silent default in the file.
  for (auto &[name, value] : good.items()) {
    bad = good;
    bad.erase(name);
    EXPECT_FALSE(programFromJson(bad.dump(), error)) << name;
    bad[name] = Json::array({Json::array()});
    EXPECT_FALSE(programFromJson(bad.dump(), error)) << name;
  }
}

}  // namespace
