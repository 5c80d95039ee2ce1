// Wrong command lines end with status 2, wrong inputs of a program with status 1; both say why in one line.
#include "test/programs/Case.h"
#include "test/programs/CompiledProgram.h"

#include "gtest/gtest.h"

#include <algorithm>

namespace qwen::test {
namespace {

using Words = std::vector<std::string>;

void expectRefusal(const Words &command, int status, const Words &says) {
  ProcessResult result = runProcess(command);
  SCOPED_TRACE(describe(command, result));
  EXPECT_EQ(result.status, status);
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1);
  for (const std::string &part : says)
    EXPECT_NE(result.err.find(part), std::string::npos) << "the line doesn't hold: " << part;
}

TEST(CompilerCommandLine, WrongOnesEndWithTwo) {
  const std::string qwenc = binary("qwenc"), model = loadCase("dense_odd").checkpoint.string();
  TemporaryDirectory directory;
  const std::string app = directory / "app";
  expectRefusal({qwenc}, 2, {});
  expectRefusal({qwenc, "bake"}, 2, {});
  expectRefusal({qwenc, "build"}, 2, {"MODEL"});
  expectRefusal({qwenc, "build", model, "-o", app, "--optimise"}, 2, {"--optimise"});
  expectRefusal({qwenc, "build", model, "-o"}, 2, {"-o"});
  expectRefusal({qwenc, "build", model, "-o", app, "--emit=poem"}, 2, {"--emit", "poem"});
  expectRefusal({qwenc, "build", model, "-o", app, "--max-seq=0"}, 2, {"--max-seq"});
  expectRefusal({qwenc, "build", model, "-o", app, "--max-seq=many"}, 2, {"--max-seq"});
  expectRefusal({qwenc, "build", model, "-o", app, "--batch=-1"}, 2, {"--batch"});
  expectRefusal({qwenc, "build", model, "-o", app, "--dtype=int1"}, 2, {"--dtype"});
  expectRefusal({qwenc, "build", model, "-o", app, "--weights=elsewhere"}, 2, {"--weights"});
  expectRefusal({qwenc, "build", model, "-o", app, "--target=abacus"}, 2, {"--target"});
  EXPECT_TRUE(std::filesystem::is_empty(directory.path()));
}

TEST(CompilerCommandLine, WhatIsNotThereEndsWithOne) {
  const std::string qwenc = binary("qwenc"), model = loadCase("dense_odd").checkpoint.string();
  TemporaryDirectory directory;
  expectRefusal({qwenc, "build", directory / "nothing", "-o", directory / "app"}, 1, {"nothing"});
  expectRefusal({qwenc, "build", model, "-o", directory / "no/such/folder/app"}, 1, {"no/such/folder"});
  expectRefusal({qwenc, "build", model, "-o", directory / "app", "--task=Qwen3ForPoetry"}, 1, {"Qwen3ForPoetry"});
  EXPECT_TRUE(std::filesystem::is_empty(directory.path()));
}

TEST(CompilerCommandLine, HelpIsNoMistake) {
  for (const Words &command : {Words{binary("qwenc"), "--help"}, Words{binary("qwenc"), "build", "--help"}}) {
    ProcessResult result = runProcess(command);
    SCOPED_TRACE(describe(command, result));
    EXPECT_EQ(result.status, 0);
    EXPECT_NE(result.out.find("--max-seq"), std::string::npos);
    EXPECT_EQ(result.err, "");
  }
}

class ProgramErrors : public testing::Test {
protected:
  // Never reached by a run that fails early: the program writes OUT only when all went well.
  void expect(int status, const Words &flags, const Words &says) {
    Words command{program.path()};
    command.insert(command.end(), flags.begin(), flags.end());
    expectRefusal(command, status, says);
    EXPECT_FALSE(std::filesystem::exists(out));
  }

  void expectBadInput(const Tensors &input, const Words &says) {
    saveTensors(in, input);
    expect(1, {"eval", "--in", in, "--out", out}, says);
  }

  CompiledProgram program{loadCase("dense_odd").checkpoint, {"--max-seq=16", "--batch=2"}};
  TemporaryDirectory directory;
  std::string in = directory / "in.safetensors", out = directory / "out.safetensors";
  Tensor ids = makeI64({1, 4}, {5, 6, 7, 8});
};

TEST_F(ProgramErrors, WrongCommandLinesEndWithTwo) {
  saveTensors(in, {{"input_ids", ids}});
  expect(2, {}, {"eval", "generate", "run"});
  expect(2, {"sing"}, {"sing", "eval"});
  expect(2, {"eval"}, {"--in"});
  expect(2, {"eval", "--in", in}, {"--out"});
  expect(2, {"eval", "--in", in, "--out", out, "--loud"}, {"--loud"});
  expect(2, {"eval", "--in", in, "--out", out, "--threads", "0"}, {"--threads"});
  expect(2, {"eval", "--in", in, "--out", out, "--chunk", "none"}, {"--chunk"});
  expect(2, {"generate", "--in", in, "--out", out}, {"--max-new-tokens"});
  expect(2, {"generate", "--in", in, "--out", out, "--max-new-tokens", "-3"}, {"--max-new-tokens"});
  expect(2, {"generate", "--in", in, "--out", out, "--max-new-tokens", "3", "--top-k", "few"}, {"--top-k"});
}

TEST_F(ProgramErrors, InputsAreChecked) {
  expectBadInput({{"input_ids", ids}, {"pixel_values", ids}},
                 {in, "pixel_values", "input_ids", "attention_mask", "position_ids", "inputs_embeds"});
  expectBadInput({{"attention_mask", ids}}, {in, "input_ids"});
  expectBadInput({{"input_ids", makeI64({4}, {5, 6, 7, 8})}}, {in, "input_ids", "4"});
  expectBadInput({{"input_ids", makeI64({1, 2}, {5, 131})}}, {in, "input_ids", "131", "130"});
  expectBadInput({{"input_ids", makeI64({1, 2}, {5, -1})}}, {in, "input_ids", "-1"});
  expectBadInput({{"input_ids", makeI64({1, 0}, {})}}, {in, "input_ids"});
  expectBadInput({{"input_ids", ids}, {"attention_mask", makeI64({1, 3}, {1, 1, 1})}}, {in, "attention_mask", "3"});
  expectBadInput({{"input_ids", ids}, {"attention_mask", makeI64({1, 4}, {1, 1, 1, 7})}}, {in, "attention_mask", "7"});
  expectBadInput({{"input_ids", ids}, {"position_ids", makeI64({1, 4}, {0, 1, 2, -3})}}, {in, "position_ids", "-3"});
  expectBadInput({{"input_ids", makeI64({1, 17}, std::vector<int64_t>(17, 5))}}, {in, "17", "16", "--max-seq"});
  Tensor reals = ids;
  reals.dtype = DType::f64;
  expectBadInput({{"input_ids", reals}}, {in, "input_ids", "F64", "I64"});
}

TEST_F(ProgramErrors, FilesAreChecked) {
  expect(1, {"eval", "--in", directory / "absent.safetensors", "--out", out}, {"absent.safetensors"});
  writeFile(in, "not a tensor in sight");
  expect(1, {"eval", "--in", in, "--out", out}, {in});
  saveTensors(in, {{"input_ids", ids}});
  expect(1, {"eval", "--in", in, "--out", directory / "no/folder/out.safetensors"}, {"no/folder"});
  expect(1, {"eval", "--in", in, "--out", out, "--select", "logits,smell"}, {"smell", "logits"});
}

TEST_F(ProgramErrors, GenerationIsChecked) {
  saveTensors(in, {{"input_ids", ids}});
  const Words generate{"generate", "--in", in, "--out", out, "--max-new-tokens"};
  auto with = [&](Words more) {
    more.insert(more.begin(), generate.begin(), generate.end());
    return more;
  };
  expect(1, with({"14"}), {in, "--max-seq"});
  expect(2, with({"4", "--temperature", "-1"}), {"temperature", "-1"});
  expect(2, with({"4", "--top-p", "1.5"}), {"top-p", "1.5"});
  expect(2, with({"4", "--repetition-penalty", "0"}), {"repetition-penalty", "0"});
}

TEST_F(ProgramErrors, VerbsNeedWhatTheyNeed) {
  expect(1, {"run", "-p", "hello"}, {"tokenizer"});
  expect(1, {"process", "--text", "hello", "--out", out}, {"tokenizer"});
  saveTensors(in, {{"input_ids", ids}});
  CompiledProgram head(loadCase("token_classification").checkpoint, {});
  expectRefusal({head.path(), "generate", "--in", in, "--out", out, "--max-new-tokens", "3"}, 1,
                {"Qwen3ForTokenClassification"});
}

TEST_F(ProgramErrors, HelpIsNoMistake) {
  for (const Words &flags :
       {Words{"--help"}, Words{"eval", "--help"}, Words{"generate", "--help"}, Words{"run", "--help"},
        Words{"process", "--help"}, Words{"bench", "--help"}, Words{"info", "--help"}}) {
    Words command{program.path()};
    command.insert(command.end(), flags.begin(), flags.end());
    ProcessResult result = runProcess(command);
    SCOPED_TRACE(describe(command, result));
    EXPECT_EQ(result.status, 0);
    EXPECT_EQ(result.err, "");
    EXPECT_NE(result.out, "");
  }
}

}  // namespace
}  // namespace qwen::test
