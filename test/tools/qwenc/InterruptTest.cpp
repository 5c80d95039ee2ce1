// A build that is ended from outside leaves no half-written program.
#include "test/tools/qwenc/Qwenc.h"

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace qwen::test {
namespace {

// Starts qwenc, sends it `signal` as soon as a file whose name begins with `prefix` in `directory` holds something, and
// returns the signal that ended it, or 0. (Between making a file and noting it for removal LLVM can be interrupted.)
int interrupt(const std::vector<std::string> &args, const std::filesystem::path &directory, const std::string &prefix,
              int signal) {
  const std::string program = binary("qwenc");
  std::vector<char *> argv = {const_cast<char *>(program.c_str())};
  for (const std::string &arg : args)
    argv.push_back(const_cast<char *>(arg.c_str()));
  argv.push_back(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    execv(argv[0], argv.data());
    _exit(127);
  }
  int status = 0;
  bool sent = false;
  while (waitpid(child, &status, sent ? 0 : WNOHANG) == 0) {
    std::error_code gone;
    for (const std::string &name : namesIn(directory))
      sent |= name.starts_with(prefix) && std::filesystem::file_size(directory / name, gone) > 0 && !gone;
    if (sent)
      kill(child, signal);
    else
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

class Interrupt : public testing::TestWithParam<int> {};

// The weights of 400 MB take long enough to be interrupted.
TEST_P(Interrupt, LeavesNothingUnderTheNames) {
  TemporaryDirectory directory;
  const std::string config = directory / "config.json", app = directory / "app";
  writeFile(config, R"({"architectures": ["Qwen3ForCausalLM"], "model_type": "qwen3", "hidden_size": 2048,
    "intermediate_size": 6144, "num_hidden_layers": 2, "num_attention_heads": 16, "num_key_value_heads": 8,
    "head_dim": 128, "vocab_size": 1024, "max_position_embeddings": 256, "rms_norm_eps": 1e-6,
    "rope_theta": 1000000.0, "tie_word_embeddings": true, "hidden_act": "silu", "dtype": "float32"})");
  writeFile(app, "old");
  const int ended_by =
      interrupt({"build", config, "--random-weights=1", "-o", app}, directory.path(), "app.weights.tmp-", GetParam());
  EXPECT_EQ(GetParam(), ended_by) << "it should have been writing weights";
  EXPECT_EQ("old", readFile(app));
  EXPECT_FALSE(std::filesystem::exists(app + ".weights"));
  if (GetParam() != SIGKILL) {  // which nothing can clean up after
    EXPECT_EQ((std::vector<std::string>{"app", "config.json"}), namesIn(directory.path()));
  }
}
INSTANTIATE_TEST_SUITE_P(Signals, Interrupt, testing::Values(SIGINT, SIGTERM, SIGKILL),
                         [](const auto &info) { return "signal" + std::to_string(info.param); });

}  // namespace
}  // namespace qwen::test
