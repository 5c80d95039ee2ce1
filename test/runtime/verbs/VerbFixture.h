// Runs `app VERB ...` on the fake program in a directory of its own.
#pragma once

#include "FakeProgram.h"
#include "runtime/core/Error.h"
#include "runtime/io/Safetensors.h"
#include "runtime/verbs/Host.h"

#include <cstring>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <memory>
#include <unistd.h>

namespace qwen::fake {

class VerbFixture : public testing::Test {
protected:
  void SetUp() override {
    directory = std::filesystem::temp_directory_path() / ("qwen-verbs-" + std::to_string(::getpid()));
    std::filesystem::create_directories(directory);
  }
  void TearDown() override { std::filesystem::remove_all(directory); }

  std::string path(const std::string &name) const { return (directory / name).string(); }

  // Runs the program described by `described`; leaves what it printed in `out` and `err`.
  int run(const std::vector<std::string> &arguments) {
    WeightFileHeader header = {};
    std::memcpy(header.magic, kWeightsMagic, 8);
    std::memcpy(header.build_id, described.build_id.data(), 32);
    header.payload_bytes = static_cast<uint64_t>(described.weights_bytes);
    header.checksum = weightsChecksum(header);
    std::string file(reinterpret_cast<const char *>(&header), sizeof header);
    file.resize(kWeightsAlignment);
    const std::vector<float> values = weights();
    file.append(reinterpret_cast<const char *>(values.data()), values.size() * sizeof(float));

    const std::string json = toJson(described);
    ProgramImage image;
    image.json = json.data();
    image.json_size = json.size();
    image.weights_path = path("app.weights");
    image.forward = forward;
    if (described.weights_embedded) {
      image.weights = reinterpret_cast<const uint8_t *>(file.data());
      image.weights_size = file.size();
    } else if (write_weights) {
      std::ofstream(image.weights_path, std::ios::binary) << file;
    }
    expect(described);
    std::vector<const char *> argv = {"/some/where/app"};
    for (const std::string &argument : arguments)
      argv.push_back(argument.c_str());
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    const int status = runProgram(image, static_cast<int>(argv.size()), argv.data());
    out = testing::internal::GetCapturedStdout();
    err = testing::internal::GetCapturedStderr();
    return status;
  }

  // The one line on stderr of a run that fails with `status`, without "app: ".
  std::string failure(int status, const std::vector<std::string> &arguments) {
    EXPECT_EQ(run(arguments), status) << err;
    EXPECT_EQ(out, "");
    EXPECT_EQ(err.rfind("app: ", 0), 0u) << err;
    EXPECT_EQ(err.find('\n'), err.size() - 1) << err;
    return err.substr(5, err.size() - 6);
  }

  TensorView integers(const char *name, std::vector<int64_t> shape, std::vector<int64_t> values) {
    kept.push_back(std::make_unique<std::vector<int64_t>>(std::move(values)));
    return {name, DType::i64, std::move(shape), kept.back()->data()};
  }
  void writeInput(const std::vector<TensorView> &tensors) const {
    std::string error;
    ASSERT_TRUE(writeSafetensors(path("in"), tensors, error)) << error;
  }

  SafetensorsFile output() const {
    std::string error;
    auto file = SafetensorsFile::open(path("out"), error);
    if (!file)
      throw UserError(error);
    return std::move(*file);
  }
  std::string names() const {
    std::string list;
    auto file = output();
    std::vector<std::string> sorted;
    for (const TensorInfo &tensor : file.tensors())
      sorted.push_back(tensor.name);
    std::sort(sorted.begin(), sorted.end());
    for (const std::string &name : sorted)
      list += (list.empty() ? "" : " ") + name;
    return list;
  }
  template <typename T> std::vector<T> tensor(const std::string &name, const std::vector<int64_t> &shape) const {
    auto file = output();
    const TensorInfo *found = file.find(name);
    if (!found)
      throw UserError("no " + name);
    EXPECT_EQ(found->shape, shape) << name;
    EXPECT_EQ(found->bytes, static_cast<uint64_t>(found->elements()) * sizeof(T)) << name;
    std::vector<T> values(static_cast<size_t>(found->elements()));
    std::memcpy(values.data(), file.data(*found), found->bytes);
    return values;
  }

  Program described = program();
  bool write_weights = true;
  std::filesystem::path directory;
  std::string out, err;
  std::vector<std::unique_ptr<std::vector<int64_t>>> kept;
};

}  // namespace qwen::fake
