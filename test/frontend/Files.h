// A scratch directory and small checkpoint files for the tests of the frontend.
#pragma once

#include "runtime/io/Safetensors.h"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <numeric>
#include <string>
#include <unistd.h>
#include <vector>

namespace qwen::testing {

class ScratchTest : public ::testing::Test {
protected:
  void SetUp() override {
    const auto *info = ::testing::UnitTest::GetInstance()->current_test_info();
    directory =
        std::filesystem::temp_directory_path() / ("qwen-test-" + std::to_string(::getpid()) + "-" + info->name());
    std::filesystem::create_directories(directory);
  }
  void TearDown() override { std::filesystem::remove_all(directory); }

  std::string path(const std::string &name) const { return (directory / name).string(); }
  void write(const std::string &name, const std::string &text) const {
    std::ofstream(path(name), std::ios::binary) << text;
  }

  std::filesystem::path directory;
};

// A tensor with its own storage, to be written.
struct TestTensor {
  std::string name;
  std::vector<int64_t> shape;
  std::vector<float> values;  // rounded to dtype when written
  DType dtype = DType::f32;

  // Values first, first + 1, ...: exact in every type while small.
  static TestTensor counting(std::string name, std::vector<int64_t> shape, float first = 0, DType dtype = DType::f32) {
    TestTensor tensor{std::move(name), std::move(shape), {}, dtype};
    tensor.values.resize(std::accumulate(tensor.shape.begin(), tensor.shape.end(), int64_t(1), std::multiplies<>()));
    std::iota(tensor.values.begin(), tensor.values.end(), first);
    return tensor;
  }
};

// Writes a safetensors file. bf16 values must be exact in it; f16 is given as bits by the caller's own writer.
inline void writeTensors(const std::string &path, const std::vector<TestTensor> &tensors) {
  std::vector<std::vector<uint8_t>> data;
  std::vector<TensorView> views;
  for (const TestTensor &tensor : tensors) {
    const int64_t size = dtypeBytes(tensor.dtype);
    auto &bytes = data.emplace_back(tensor.values.size() * size);
    for (size_t i = 0; i < tensor.values.size(); ++i) {
      const auto *value = reinterpret_cast<const uint8_t *>(&tensor.values[i]);
      if (tensor.dtype == DType::f32)
        std::copy(value, value + 4, bytes.data() + 4 * i);
      else if (tensor.dtype == DType::bf16)
        std::copy(value + 2, value + 4, bytes.data() + 2 * i);
    }
    views.push_back({tensor.name, tensor.dtype, tensor.shape, nullptr});
  }
  for (size_t i = 0; i < views.size(); ++i)
    views[i].data = data[i].data();
  std::string error;
  ASSERT_TRUE(writeSafetensors(path, views, error)) << error;
}

}  // namespace qwen::testing
