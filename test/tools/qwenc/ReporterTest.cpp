#include "tools/qwenc/Reporter.h"

#include <gtest/gtest.h>

namespace qwen {
namespace {

TEST(Reporter, FormatsBytes) {
  EXPECT_EQ("0 bytes", formatBytes(0));
  EXPECT_EQ("999 bytes", formatBytes(999));
  EXPECT_EQ("1.00 kB", formatBytes(1000));
  EXPECT_EQ("10.0 kB", formatBytes(9999));
  EXPECT_EQ("312 MB", formatBytes(312'000'000));
  EXPECT_EQ("1.19 GB", formatBytes(1'192'000'000));
  EXPECT_EQ("1.00 GB", formatBytes(999'900'000));
  EXPECT_EQ("61.1 GB", formatBytes(61'064'000'000));
}

// Captured, stderr is no terminal: no bar, and lines only for -v and --timing.
TEST(Reporter, IsQuietByDefault) {
  testing::internal::CaptureStderr();
  Reporter reporter(/*verbose=*/false, /*timing=*/false);
  reporter.beginStage("pack");
  reporter.detail("details");
  reporter.progress(1, 2);
  reporter.finish("app");
  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_TRUE(said.starts_with("qwenc: app (")) << said;
  EXPECT_EQ(1, std::ranges::count(said, '\n')) << said;
}

TEST(Reporter, TellsStages) {
  testing::internal::CaptureStderr();
  Reporter reporter(/*verbose=*/true, /*timing=*/true);
  reporter.beginStage("import");
  reporter.detail("28 layers");
  reporter.beginStage("pack");
  reporter.warn("slow disk");
  reporter.finish("app");
  const std::string said = testing::internal::GetCapturedStderr();
  for (const char *part : {"import: 28 layers\n", "import: 0.0", "qwenc: warning: slow disk\n", "%  import\n",
                           "%  pack\n", "100.0 %  all\n"})
    EXPECT_NE(std::string::npos, said.find(part)) << part << "\n" << said;
}

}  // namespace
}  // namespace qwen
