// Every stored case, interpreted and compiled, against HF's results; and the bits that must not change.
#include "test/programs/Agreement.h"
#include "test/programs/Case.h"
#include "test/programs/CompiledProgram.h"

#include "gtest/gtest.h"

#include <cmath>

namespace qwen::test {
namespace {

void expectEvalBits(const CompiledProgram &program, const StoredRun &run, const Tensors &reference) {
  for (const Flags &flags : {Flags{"--threads", "1"}, Flags{"--threads", "2"}, Flags{"--threads", "4"},
                             Flags{"--chunk", "1"}, Flags{"--chunk", "7"}, Flags{"--chunk", "32"},
                             Flags{"--chunk", "512"}, Flags{"--chunk", "7", "--threads", "3"}}) {
    SCOPED_TRACE(flags[0] + " " + flags[1]);
    expectEqualBits(run, program.run("eval", run.input_path, run.args + flags), reference);
  }
  expectRowsAlone(program, run, reference);
}

// Recurrent layers can't take back a guess.
bool takesDrafts(const Case &stored) { return !stored.name.starts_with("delta"); }

void expectGenerateBits(const Case &stored, const CompiledProgram &program, const StoredRun &run) {
  std::vector<Flags> variants = {{"--threads", "1"}, {"--threads", "4"}, {"--chunk", "1"}, {"--chunk", "7"}};
  if (takesDrafts(stored))
    variants.insert(variants.end(), {{"--draft", "lookup"}, {"--draft", "lookup", "--draft-max", "2", "--chunk", "3"}});
  for (const Flags &flags : variants) {
    SCOPED_TRACE(flags[0] + " " + flags[1]);
    expectAgreement(run, program.run("generate", run.input_path, run.args + flags), Arithmetic::f32);
  }
}

void expectRuns(const Case &stored, const CompiledProgram &program, Arithmetic arithmetic) {
  for (const StoredRun &run : stored.runs) {
    SCOPED_TRACE(run.name);
    Tensors actual = program.run(run.verb, run.input_path, run.args);
    expectAgreement(run, actual, arithmetic);
    if (run.verb == "eval")
      expectEvalBits(program, run, actual);
    else
      expectGenerateBits(stored, program, run);
  }
}

class Cases : public testing::TestWithParam<std::string> {};

TEST_P(Cases, Compiled) {
  Case stored = loadCase(GetParam());
  expectRuns(stored, CompiledProgram(stored.checkpoint, stored.build),
             stored.bf16 ? Arithmetic::bf16_products : Arithmetic::f32);
}

TEST(RecurrentCases, RefuseDrafts) {
  const Case stored = loadCase("delta_odd");
  const CompiledProgram program(stored.checkpoint, stored.build);
  for (const StoredRun &run : stored.runs) {
    if (run.verb != "generate")
      continue;
    const ProcessResult result = runProcess({program.path(), "generate", "--in", run.input_path, "--out", "never",
                                             "--max-new-tokens", "2", "--draft", "lookup"});
    EXPECT_EQ(result.status, 1);
    EXPECT_NE(result.err.find("recurrent layers, which can't take back a guess"), std::string::npos) << result.err;
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1);
  }
}

void expectInterpreted(const Case &stored, const Flags &flags) {
  TemporaryDirectory directory;
  for (const StoredRun &run : stored.runs) {
    SCOPED_TRACE(run.name);
    std::string out = directory / "out.safetensors";
    Flags command = {
        binary("qwen-eval"), stored.checkpoint.string(), "--verb=" + run.verb, "--in", run.input_path, "--out", out};
    expectAgreement(run, runForTensors(command + stored.build + run.args + flags, out), Arithmetic::f32);
  }
}

TEST_P(Cases, Interpreted) { expectInterpreted(loadCase(GetParam()), {}); }

TEST_P(Cases, InterpretedFused) { expectInterpreted(loadCase(GetParam()), {"--fused"}); }

std::string ownName(const testing::TestParamInfo<std::string> &info) { return info.param; }

INSTANTIATE_TEST_SUITE_P(Hf, Cases, testing::ValuesIn(caseNames()), ownName);

class WidenedCases : public testing::TestWithParam<std::string> {};

// bf16 weights kept as f32: nothing is rounded, so the tolerance of f32 holds.
TEST_P(WidenedCases, Compiled) {
  Case stored = loadCase(GetParam());
  CompiledProgram program(stored.checkpoint, stored.build + Flags{"--dtype=f32"});
  for (const StoredRun &run : stored.runs) {
    SCOPED_TRACE(run.name);
    expectAgreement(run, program.run(run.verb, run.input_path, run.args), Arithmetic::f32);
  }
}

INSTANTIATE_TEST_SUITE_P(Hf, WidenedCases, testing::Values("dense_bf16", "dense_odd_bf16", "moe_bf16"), ownName);

struct Level {
  std::string name, mcpu;
};

class Levels : public testing::TestWithParam<std::tuple<Level, std::string>> {};

// Code for lesser processors than this machine's.
TEST_P(Levels, Compiled) {
  Case stored = loadCase(std::get<1>(GetParam()));
  expectRuns(stored, CompiledProgram(stored.checkpoint, stored.build + Flags{"--mcpu=" + std::get<0>(GetParam()).mcpu}),
             stored.bf16 ? Arithmetic::bf16_products : Arithmetic::f32);
}

INSTANTIATE_TEST_SUITE_P(Hf, Levels,
                         testing::Combine(testing::Values(Level{"baseline", "x86-64"}, Level{"avx2", "x86-64-v3"}),
                                          testing::Values("dense_odd", "dense_odd_bf16", "moe", "moe_bf16")),
                         [](const auto &info) { return std::get<0>(info.param).name + "_" + std::get<1>(info.param); });

}  // namespace
}  // namespace qwen::test
