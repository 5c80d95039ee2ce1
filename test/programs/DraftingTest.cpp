// Drafts on compiled programs, long enough that text comes again: the tokens are those of single steps.
#include "test/programs/Case.h"
#include "test/programs/CompiledProgram.h"

#include "gtest/gtest.h"

namespace qwen::test {
namespace {

using Flags = std::vector<std::string>;

class Drafting : public testing::TestWithParam<std::string> {};

TEST_P(Drafting, ChangesNoToken) {
  const Case stored = loadCase(GetParam());
  const CompiledProgram program(stored.checkpoint, stored.build);
  for (const StoredRun &run : stored.runs) {
    if (run.verb != "generate")
      continue;
    for (const Flags &choice : {Flags{"--greedy"}, Flags{"--repetition-penalty", "0.5"},
                                Flags{"--temperature", "0.05", "--seed", "7", "--repetition-penalty", "0.9"}}) {
      auto generate = [&](Flags more) {
        more.insert(more.begin(), choice.begin(), choice.end());
        more.insert(more.end(), {"--max-new-tokens", "40"});
        return program.run("generate", run.input_path, more).at("sequences");
      };
      const Tensor expected = generate({});
      for (const Flags &draft : {Flags{"--draft", "lookup"}, Flags{"--draft", "lookup", "--chunk", "5"},
                                 Flags{"--draft", "lookup", "--draft-max", "3", "--threads", "1"}})
        EXPECT_EQ(difference(generate(draft), expected, 0), "") << run.name << " " << choice[0] << " " << draft.back();
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Hf, Drafting,
                         testing::Values("dense_bf16", "dense_odd", "moe_bf16", "rope_longrope", "repetition_penalty",
                                         "sliding_max_window_layers"),
                         [](const auto &info) { return info.param; });

}  // namespace
}  // namespace qwen::test
