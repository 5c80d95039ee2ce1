// What lies on disk: the program, its weights, and what is left when a build is killed.
#include "test/programs/Case.h"
#include "test/programs/CompiledProgram.h"

#include "gtest/gtest.h"

#include <algorithm>
#include <csignal>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace qwen::test {
namespace {

class WeightsFile : public testing::Test {
protected:
  void expectRefusal(const std::string &part) {
    std::vector<std::string> command{program.path(), "eval", "--in", in, "--out", out};
    ProcessResult result = runProcess(command);
    SCOPED_TRACE(describe(command, result));
    EXPECT_EQ(result.status, 1);
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1);
    EXPECT_NE(result.err.find("app.weights"), std::string::npos);
    EXPECT_NE(result.err.find(part), std::string::npos) << "the line doesn't hold: " << part;
    EXPECT_FALSE(std::filesystem::exists(out));
  }

  std::filesystem::path weights() const { return program.path() + ".weights"; }

  CompiledProgram program{loadCase("dense_odd").checkpoint, {}};
  TemporaryDirectory directory;
  std::string in = loadCase("dense_odd").runs[0].input_path, out = directory / "out.safetensors";
};

TEST_F(WeightsFile, Missing) {
  std::filesystem::remove(weights());
  expectRefusal("");
}

TEST_F(WeightsFile, Truncated) {
  std::filesystem::resize_file(weights(), std::filesystem::file_size(weights()) - 1);
  expectRefusal(std::to_string(std::filesystem::file_size(weights())));
}

TEST_F(WeightsFile, Empty) {
  writeFile(weights(), "");
  expectRefusal("");
}

TEST_F(WeightsFile, OfAnotherKind) {
  writeFile(weights(), std::string(std::filesystem::file_size(weights()), 'x'));
  expectRefusal("");
}

TEST_F(WeightsFile, DamagedHeader) {
  std::string content = readFile(weights());
  content[40] ^= 1;
  writeFile(weights(), content);
  expectRefusal("");
}

TEST_F(WeightsFile, OfAnotherBuild) {
  CompiledProgram other(loadCase("dense_odd").checkpoint, {"--max-seq=17"});
  std::filesystem::copy_file(other.path() + ".weights", weights(), std::filesystem::copy_options::overwrite_existing);
  expectRefusal("build");
}

TEST(Program, EmbeddedWeightsNeedNoFile) {
  Case stored = loadCase("dense_odd");
  CompiledProgram program(stored.checkpoint, {"--weights=embed", "--batch=5"});
  EXPECT_FALSE(std::filesystem::exists(program.path() + ".weights"));
  const StoredRun &run = stored.runs[0];
  EXPECT_EQ(difference(program.run(run.verb, run.input_path, run.args).at("logits"), run.expected.at("logits"),
                       run.tolerance),
            "");
}

TEST(Program, RunsFromAnyFolderAndUnderAnyName) {
  Case stored = loadCase("dense_odd");
  CompiledProgram program(stored.checkpoint, {"--batch=5"});
  TemporaryDirectory elsewhere;
  std::filesystem::rename(program.path(), elsewhere / "renamed");
  std::filesystem::rename(program.path() + ".weights", elsewhere / "renamed.weights");
  std::filesystem::create_symlink(elsewhere / "renamed", elsewhere / "link");
  for (const std::string name : {"renamed", "link"}) {
    std::string out = elsewhere / (name + ".safetensors");
    runForTensors({elsewhere / name, "eval", "--in", stored.runs[0].input_path, "--out", out}, out);
  }
}

// Whatever moment the kill hits: what lies under the program's name works.
TEST(Program, AKilledBuildLeavesNoHalfWrittenProgram) {
  Case stored = loadCase("moe");
  int unfinished = 0;
  for (int delay : {20, 60, 120, 200, 300, 450, 700, 1000, 1500}) {
    TemporaryDirectory directory;
    const std::string app = directory / "app";
    pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      execl(binary("qwenc").c_str(), "qwenc", "build", stored.checkpoint.c_str(), "-o", app.c_str(), nullptr);
      _exit(127);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(delay));
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    if (!std::filesystem::exists(app)) {
      ++unfinished;
      continue;
    }
    std::string out = directory / "out.safetensors";
    runForTensors({app, "eval", "--in", stored.runs[0].input_path, "--out", out}, out);
  }
  EXPECT_GT(unfinished, 0) << "no kill came before the end of the build";
}

}  // namespace
}  // namespace qwen::test
