// What qwenc says to a command line, and how it ends.
#include "test/tools/qwenc/Qwenc.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

namespace qwen::test {
namespace {

constexpr char kSeeHelp[] = " (see qwenc --help)\n";

void expectMistake(const std::vector<std::string> &args, int status, const std::string &message) {
  const ProcessResult result = qwenc(args);
  EXPECT_EQ(status, result.status) << describe(args, result);
  EXPECT_EQ("qwenc: error: " + message, result.err);
  EXPECT_EQ("", result.out);
}

TEST(QwencHelp, IsOneScreenThatNamesEveryFlag) {
  const ProcessResult result = qwenc({"--help"});
  EXPECT_EQ(0, result.status);
  EXPECT_EQ("", result.err);
  std::istringstream lines(result.out);
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count)
    EXPECT_LE(line.size(), 100u) << line;
  EXPECT_LE(count, 40);
  for (const char *flag :
       {"-o",        "--task",  "--target", "--mtriple",         "--mcpu",        "--mattr",   "--gpu-arch",
        "--max-seq", "--batch", "--dtype",  "--quant",           "--head-screen", "--weights", "--random-weights",
        "--emit",    "-v",      "--timing", "--print-after-all", "--help",        "--version"})
    EXPECT_NE(std::string::npos, result.out.find(flag)) << flag;
  EXPECT_EQ(result.out, qwencBuild({"-h"}).out);
}

TEST(QwencHelp, Version) {
  const ProcessResult result = qwenc({"--version"});
  EXPECT_EQ(0, result.status);
  EXPECT_TRUE(result.out.starts_with("qwenc ")) << result.out;
}

TEST(QwencCommandLine, Mistakes) {
  expectMistake({}, 2, std::string("A subcommand is required") + kSeeHelp);
  expectMistake({"build"}, 2, std::string("MODEL is required") + kSeeHelp);
  expectMistake({"build", "m", "--frobnicate"}, 2,
                std::string("The following argument was not expected: --frobnicate") + kSeeHelp);
  expectMistake({"build", "m", "--max-seq=0"}, 2,
                std::string("--max-seq: Value 0 not in range 1 to 2147483648") + kSeeHelp);
  expectMistake({"build", "m", "--max-seq=many"}, 2,
                std::string("--max-seq: Value many not in range 1 to 2147483648") + kSeeHelp);
  expectMistake({"build", "m", "--mcpu=z80"}, 2,
                "--mcpu: `z80` is no processor of " + std::string(QWENC_TEST_ARCH) +
                    " (`llc -mcpu=help` of LLVM lists them)\n");
  expectMistake({"build", "m", "--quant=q4", "--head-screen=q8"}, 2,
                "--head-screen=q8: --quant=q4 stores the LM head in 8 bits, a screen must have fewer; use "
                "--head-screen=q4\n");
  expectMistake({"build", "m", "-o", "-"}, 2, "-o -: --emit=exe is no text; name a file\n");
}

TEST(QwencCommandLine, UnknownKindsListTheKnownOnes) {
  const ProcessResult result = qwencBuild({"m", "--emit=jpeg"});
  EXPECT_EQ(2, result.status);
  for (const char *kind : {"jpeg", "exe", "lib", "obj", "asm", "llvm", "mlir", "graph"})
    EXPECT_NE(std::string::npos, result.err.find(kind)) << result.err;
  const ProcessResult quant = qwencBuild({"m", "--quant=q5"});
  EXPECT_EQ(2, quant.status);
  for (const char *kind : {"q5", "none", "q8", "q4"})
    EXPECT_NE(std::string::npos, quant.err.find(kind)) << quant.err;
  const ProcessResult kv = qwencBuild({"m", "--kv=q4"});
  EXPECT_EQ(2, kv.status);
  for (const char *kind : {"q4", "f32", "bf16", "q8"})
    EXPECT_NE(std::string::npos, kv.err.find(kind)) << kv.err;
}

TEST(QwencCommandLine, LaterVersions) {
  const std::string cuda = "=cuda is not available in this version: it compiles for CPUs\n";
  expectMistake({"build", "m", "--target=cuda"}, 1, "--target" + cuda);
  expectMistake({"build", "m", "--emit=cuda"}, 1, "--emit" + cuda);
}

TEST(QwencBuild, BadInputIsOneLineAndLeavesTheOldFile) {
  TemporaryDirectory directory;
  const std::string app = directory / "app";
  writeFile(app, "old");
  for (const std::vector<std::string> &args :
       {std::vector<std::string>{directory / "nothing"}, {denseCheckpoint(), "--task=Qwen3ForPoetry"}}) {
    std::vector<std::string> all = args;
    all.insert(all.end(), {"-o", app});
    const ProcessResult result = qwencBuild(all);
    EXPECT_EQ(1, result.status) << describe(all, result);
    EXPECT_TRUE(result.err.starts_with("qwenc: error: ")) << result.err;
    EXPECT_EQ(1, std::ranges::count(result.err, '\n')) << result.err;
  }
  EXPECT_EQ("old", readFile(app));
  EXPECT_EQ(std::vector<std::string>{"app"}, namesIn(directory.path()));
}

TEST(QwencBuild, UnwritableOutput) {
  TemporaryDirectory directory;
  const std::string missing = directory / "nowhere/app";
  expectMistake({"build", denseCheckpoint(), "-o", missing}, 1,
                missing + ": cannot write here: No such file or directory\n");
  expectMistake({"build", denseCheckpoint(), "-o", directory.path()}, 1,
                directory.path().string() + ": is a directory; name a file with -o\n");
}

}  // namespace
}  // namespace qwen::test
