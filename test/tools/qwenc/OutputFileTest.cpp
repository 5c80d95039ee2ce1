#include "tools/qwenc/OutputFile.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

#include <gtest/gtest.h>

namespace qwen {
namespace {

namespace fs = llvm::sys::fs;

class OutputFileTest : public testing::Test {
protected:
  void SetUp() override { ASSERT_FALSE(fs::createUniqueDirectory("qwenc-output", directory)); }
  void TearDown() override { fs::remove_directories(directory); }
  std::string path(llvm::StringRef name) const { return (directory + "/" + name).str(); }
  static std::string contents(const std::string &path) {
    auto file = llvm::MemoryBuffer::getFile(path);
    return file ? (*file)->getBuffer().str() : "(none)";
  }
  int entries() const {
    int count = 0;
    std::error_code error;
    for (fs::directory_iterator entry(directory, error), end; entry != end && !error; entry.increment(error))
      ++count;
    return count;
  }

  llvm::SmallString<128> directory;
  std::string error;
};

TEST_F(OutputFileTest, AppearsWhenKept) {
  {
    auto file = OutputFile::create(path("out"), error);
    ASSERT_TRUE(file) << error;
    EXPECT_TRUE(file->write("half, ", error));
    EXPECT_TRUE(file->write("whole", error));
    EXPECT_FALSE(fs::exists(path("out")));
    EXPECT_TRUE(file->keep(error)) << error;
  }
  EXPECT_EQ("half, whole", contents(path("out")));
  EXPECT_EQ(1, entries());
}

TEST_F(OutputFileTest, LeavesNothingWhenDropped) {
  { ASSERT_TRUE(OutputFile::create(path("out"), error)) << error; }
  EXPECT_EQ(0, entries());
}

TEST_F(OutputFileTest, ReplacesWhatWasThere) {
  for (const char *text : {"old", "new"}) {
    auto file = OutputFile::create(path("out"), error);
    ASSERT_TRUE(file && file->write(text, error) && file->keep(error)) << error;
  }
  EXPECT_EQ("new", contents(path("out")));
  EXPECT_EQ(1, entries());
}

TEST_F(OutputFileTest, SaysWhatIsWrong) {
  EXPECT_FALSE(OutputFile::create(directory.str().str(), error));
  EXPECT_EQ(directory.str().str() + ": is a directory; name a file with -o", error);
  EXPECT_FALSE(OutputFile::create(path("nowhere/out"), error));
  EXPECT_EQ(path("nowhere/out") + ": cannot write here: No such file or directory", error);
}

}  // namespace
}  // namespace qwen
