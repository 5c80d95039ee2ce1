#include "runtime/core/WeightFile.h"

#include "FakeProgram.h"
#include "runtime/core/CpuCheck.h"
#include "runtime/core/Error.h"
#include "runtime/core/Pages.h"

#include <cstring>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <unistd.h>

using namespace qwen;
namespace fs = std::filesystem;

namespace {

class WeightFileTest : public testing::Test {
protected:
  void SetUp() override {
    path = (fs::temp_directory_path() / ("qwen-weights-" + std::to_string(::getpid()))).string();
    std::memcpy(header.magic, kWeightsMagic, 8);
    std::memcpy(header.build_id, program.build_id.data(), 32);
    header.payload_bytes = static_cast<uint64_t>(program.weights_bytes);
    header.checksum = weightsChecksum(header);
  }
  void TearDown() override { fs::remove(path); }

  std::string bytes() const {
    std::string all(reinterpret_cast<const char *>(&header), sizeof header);
    all.resize(kWeightsAlignment);
    const std::vector<float> values = fake::weights();
    return all.append(reinterpret_cast<const char *>(values.data()), values.size() * sizeof(float));
  }

  // What is said about a file of these bytes, after its path.
  std::string failure(const std::string &bytes) const {
    std::ofstream(path, std::ios::binary) << bytes;
    try {
      WeightFile file(path, program);
    } catch (const UserError &problem) {
      std::string what = problem.what();
      EXPECT_EQ(what.rfind(path + ": ", 0), 0u) << what;
      return what.substr(std::min(what.size(), path.size() + 2));
    }
    return "";
  }

  Program program = fake::program();
  WeightFileHeader header = {};
  std::string path;
};

TEST_F(WeightFileTest, MapsFileOrMemory) {
  const std::string good = bytes();
  EXPECT_EQ(failure(good), "");
  WeightFile file(path, program);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(file.weights()) % 4096, 0u);
  EXPECT_EQ(std::memcmp(file.weights(), fake::weights().data(), 32), 0);
  WeightFile embedded(reinterpret_cast<const uint8_t *>(good.data()), good.size(), program);
  EXPECT_EQ(embedded.weights(), reinterpret_cast<const uint8_t *>(good.data()) + kWeightsAlignment);
  EXPECT_THROW(WeightFile(nullptr, 0, program), UserError);
}

TEST_F(WeightFileTest, SaysWhatIsWrong) {
  EXPECT_EQ(failure(""), "0 bytes, shorter than the header of a weight file");
  EXPECT_EQ(failure(std::string(5000, 'x')), "not a weight file of qwenc");
  EXPECT_EQ(failure(bytes().substr(0, bytes().size() - 1)), "truncated: 4127 bytes, 4128 expected");
  std::string damaged = bytes();
  damaged[45] ^= 1;
  EXPECT_EQ(failure(damaged), "the header is damaged (wrong checksum); build the program again");
  const std::string good = bytes();
  program.build_id[0] = 'f';
  EXPECT_EQ(failure(good), "weights of build 0123456789abcdef0123456789abcdef, but the program is build "
                           "f123456789abcdef0123456789abcdef");
  program.build_id[0] = '0';
  program.weights_bytes = 64;
  EXPECT_EQ(failure(good), "32 bytes of weights, but the program has 64");
  fs::remove(path);
  try {
    WeightFile file(path, program);
    FAIL();
  } catch (const UserError &problem) {
    EXPECT_EQ(problem.what(), path + ": cannot open the program's weights: No such file or directory");
  }
}

TEST(CpuCheck, NamesTheFirstMissingFeature) {
  EXPECT_EQ(missingCpuFeature({}), "");
  EXPECT_EQ(missingCpuFeature({"warp-drive", "avx2"}), "warp-drive");
#if defined(__x86_64__)
  EXPECT_EQ(missingCpuFeature({"sse3", "no-such"}), "no-such");
#endif
}

TEST(Pages, AreZeroedAlignedAndRefusedWhenThereAreNone) {
  Pages pages(10000, "a test");
  EXPECT_EQ(reinterpret_cast<uintptr_t>(pages.data()) % 4096, 0u);
  EXPECT_EQ(pages.data()[9999], 0);
  EXPECT_EQ(Pages(0, "nothing").size(), 1);
  EXPECT_THROW(Pages(int64_t{1} << 60, "too much"), UserError);
}

}  // namespace
