// How a run of a program ends, and that none can hang the tests.
#include "test/programs/Process.h"

#include "gtest/gtest.h"

#include <csignal>

namespace qwen::test {
namespace {

ProcessResult shell(const std::string &script, const ProcessOptions &options = {}) {
  return runProcess({"sh", "-c", script}, options);
}

TEST(Process, CollectsStatusAndBothOutputs) {
  ProcessOptions options;
  options.input = "question";
  ProcessResult result = shell("cat; echo complaint >&2; exit 3", options);
  EXPECT_EQ(result.status, 3);
  EXPECT_EQ(result.out, "question");
  EXPECT_EQ(result.err, "complaint\n");
}

TEST(Process, NamesTheSignal) { EXPECT_EQ(shell("kill -ABRT $$").status, 128 + SIGABRT); }

TEST(Process, NamesWhatCannotBeRun) { EXPECT_EQ(runProcess({"/no/such/program"}).status, 127); }

TEST(Process, EndsWhatComputesForTooLong) {
  ProcessOptions options;
  options.cpu_seconds = 1;
  ProcessResult result = shell("while :; do :; done", options);
  EXPECT_EQ(result.status, 128 + SIGXCPU);
  EXPECT_GE(result.cpu_seconds, 0.9);
}

TEST(Process, EndsWhatWaitsForTooLong) {
  ProcessOptions options;
  options.timeout = std::chrono::seconds(1);
  ProcessResult result = shell("exec sleep 100", options);
  EXPECT_EQ(result.status, ProcessResult::kTimedOut);
  EXPECT_LT(result.cpu_seconds, 0.5);
  EXPECT_NE(describe({"sleep"}, result).find("of CPU"), std::string::npos);
}

}  // namespace
}  // namespace qwen::test
