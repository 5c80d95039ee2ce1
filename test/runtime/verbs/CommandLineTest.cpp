#include "VerbFixture.h"

#include "runtime/verbs/Verb.h"

using namespace qwen;

namespace {

using CommandLineTest = fake::VerbFixture;

TEST_F(CommandLineTest, HelpIsOneScreen) {
  for (const char *flag : {"--help", "-h"}) {
    ASSERT_EQ(run({flag}), 0);
    EXPECT_EQ(err, "");
    EXPECT_LE(std::count(out.begin(), out.end(), '\n'), 24);
    for (const VerbEntry &entry : verbs()) {
      EXPECT_NE(out.find(std::string("  ") + entry.name + " "), std::string::npos) << entry.name;
      EXPECT_NE(out.find(entry.summary), std::string::npos) << entry.name;
    }
  }
}

TEST_F(CommandLineTest, EveryVerbHasHelp) {
  for (const VerbEntry &entry : verbs()) {
    ASSERT_EQ(run({entry.name, "--help"}), 0);
    EXPECT_EQ(err, "");
    EXPECT_NE(out.find(entry.summary), std::string::npos) << out;
    EXPECT_LE(std::count(out.begin(), out.end(), '\n'), 40) << out;
  }
}

TEST_F(CommandLineTest, WrongCommandLinesExitWithTwo) {
  EXPECT_EQ(failure(2, {}).rfind("no verb given; known: eval, generate, ", 0), 0u) << err;
  EXPECT_EQ(failure(2, {"evil"}).rfind("unknown verb evil; known: eval, ", 0), 0u) << err;
  EXPECT_NE(failure(2, {"eval", "--in", "a"}).find("--out"), std::string::npos);
  EXPECT_NE(failure(2, {"eval", "--in", "a", "--out", "b", "--nonsense"}).find("--nonsense"), std::string::npos);
  EXPECT_NE(failure(2, {"info", "surplus"}).find("surplus"), std::string::npos);
  EXPECT_NE(failure(2, {"eval", "--in", "a", "--out", "b", "--threads", "0"}).find("--threads"), std::string::npos);
  EXPECT_NE(failure(2, {"eval", "--in", "a", "--out", "b", "--chunk", "x"}).find("--chunk"), std::string::npos);
  EXPECT_NE(failure(2, {"bench", "-r", "0"}).find("-r"), std::string::npos);
}

TEST_F(CommandLineTest, ABrokenDescriptionIsOneLine) {
  const std::string json = "{\"format\": 0}";
  ProgramImage image;
  image.json = json.data();
  image.json_size = json.size();
  const char *argv[] = {"app", "info"};
  testing::internal::CaptureStderr();
  EXPECT_EQ(runProgram(image, 2, argv), 1);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "app: program description: format is 0, this runtime reads 1\n");
}

}  // namespace
