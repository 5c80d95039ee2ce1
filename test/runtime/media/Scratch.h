// A directory of a test's own.
#pragma once

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <string>
#include <unistd.h>
#include <vector>

namespace qwen::testing {

class MediaScratch : public ::testing::Test {
protected:
  void SetUp() override {
    const auto *info = ::testing::UnitTest::GetInstance()->current_test_info();
    directory =
        std::filesystem::temp_directory_path() / ("qwen-media-" + std::to_string(::getpid()) + "-" + info->name());
    std::filesystem::create_directories(directory);
  }
  void TearDown() override { std::filesystem::remove_all(directory); }

  std::string path(const std::string &name) const { return (directory / name).string(); }
  std::string write(const std::string &name, const std::string &bytes) const {
    std::ofstream(path(name), std::ios::binary) << bytes;
    return path(name);
  }
  // The first `size` bytes of a file, under a name here.
  std::string cut(const std::string &from, size_t size) const {
    std::ifstream file(from, std::ios::binary);
    std::string bytes(size, '\0');
    EXPECT_TRUE(file.read(bytes.data(), static_cast<std::streamsize>(size))) << from;
    return write("cut", bytes);
  }

  std::filesystem::path directory;
};

}  // namespace qwen::testing
