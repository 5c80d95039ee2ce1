// Programs for machines with bf16 dot products, in portable instructions (`qwenc build --emulate-dots`): both
// inputs of a product are rounded to bf16, as Hugging Face's own bf16 run rounds them, so its error is the limit.
#include "test/programs/Agreement.h"
#include "test/programs/Case.h"
#include "test/programs/CompiledProgram.h"

#include "gtest/gtest.h"

namespace qwen::test {
namespace {

std::vector<std::string> bf16CaseNames() {
  std::vector<std::string> names = caseNames();
  std::erase_if(names, [](const std::string &name) { return !loadCase(name).bf16; });
  return names;
}

class Bf16Dot : public testing::TestWithParam<std::string> {};

TEST_P(Bf16Dot, AgreesWithinHfsOwnError) {
  const Case stored = loadCase(GetParam());
  const CompiledProgram program(stored.checkpoint, stored.build + Flags{"--emulate-dots"});
  for (const StoredRun &run : stored.runs) {
    SCOPED_TRACE(run.name);
    const Tensors reference = program.run(run.verb, run.input_path, run.args);
    expectAgreement(run, reference, Arithmetic::bf16_products);
    // 32 rows take the way of many rows (shared preparation), 1 and 7 that of few (each thread for itself).
    for (const Flags &flags : {Flags{"--threads", "1"}, Flags{"--threads", "3"}, Flags{"--chunk", "1"},
                               Flags{"--chunk", "7", "--threads", "2"}, Flags{"--chunk", "32", "--threads", "4"}}) {
      SCOPED_TRACE(flags[0] + " " + flags[1]);
      expectEqualBits(run, program.run(run.verb, run.input_path, run.args + flags), reference);
    }
  }
}

// The rounding is there: otherwise the test above would compare f32 arithmetic with itself.
TEST(Bf16DotRounding, ChangesBits) {
  const Case stored = loadCase("dense_bf16");
  const StoredRun &run = stored.runs.front();
  const Tensors rounded = CompiledProgram(stored.checkpoint, stored.build + Flags{"--emulate-dots"})
                              .run(run.verb, run.input_path, run.args);
  EXPECT_GT(relativeError(rounded.at("logits"), run.expected.at("logits")), run.tolerance);
}

INSTANTIATE_TEST_SUITE_P(Hf, Bf16Dot, testing::ValuesIn(bf16CaseNames()), [](const auto &info) { return info.param; });

}  // namespace
}  // namespace qwen::test
