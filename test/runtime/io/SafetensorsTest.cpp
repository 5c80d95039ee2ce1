#include "runtime/io/Safetensors.h"

#include "runtime/io/AtomicFile.h"

#include <cstring>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <random>
#include <unistd.h>

using namespace qwen;
namespace fs = std::filesystem;

namespace {

class SafetensorsTest : public testing::Test {
protected:
  void SetUp() override {
    directory = fs::temp_directory_path() / ("qwen-safetensors-" + std::to_string(::getpid()));
    fs::create_directories(directory);
    path = (directory / "t.safetensors").string();
  }
  void TearDown() override { fs::remove_all(directory); }

  void writeBytes(const std::string &bytes) const { std::ofstream(path, std::ios::binary) << bytes; }

  static std::string file(const std::string &header, size_t data_bytes) {
    uint64_t size = header.size();
    std::string bytes(8, '\0');
    std::memcpy(bytes.data(), &size, 8);
    return bytes + header + std::string(data_bytes, 'x');
  }

  // Opens what must fail and returns what was said after the path.
  std::string failure(const std::string &bytes) const {
    writeBytes(bytes);
    std::string error;
    EXPECT_FALSE(SafetensorsFile::open(path, error));
    EXPECT_EQ(error.rfind(path + ": ", 0), 0u) << error;
    EXPECT_EQ(error.find('\n'), std::string::npos) << error;
    return error.substr(path.size() + 2);
  }

  fs::path directory;
  std::string path;
};

TEST_F(SafetensorsTest, ReadsBackWhatWasWritten) {
  const float real[] = {1.5f, -2.0f, 3.0f};
  const int64_t ids[] = {7, -8};
  const uint8_t flag[] = {1};
  std::string error;
  ASSERT_TRUE(writeSafetensors(path,
                               {{"flag", DType::u8, {}, flag},
                                {"real", DType::f32, {1, 3}, real},
                                {"none", DType::f32, {0, 4}, nullptr},
                                {"ids", DType::i64, {2}, ids}},
                               error))
      << error;
  auto file = SafetensorsFile::open(path, error);
  ASSERT_TRUE(file) << error;
  EXPECT_EQ(file->tensors().size(), 4u);
  EXPECT_EQ(file->tensors()[0].name, "ids") << "wide types come first";
  const TensorInfo *tensor = file->find("real");
  ASSERT_TRUE(tensor);
  EXPECT_EQ(tensor->shape, (std::vector<int64_t>{1, 3}));
  EXPECT_EQ(tensor->elements(), 3);
  EXPECT_EQ(std::memcmp(file->data(*tensor), real, sizeof real), 0);
  EXPECT_EQ(std::memcmp(file->data(*file->find("ids")), ids, sizeof ids), 0);
  EXPECT_EQ(file->find("flag")->shape.size(), 0u);
  EXPECT_EQ(file->find("none")->bytes, 0u);
  EXPECT_FALSE(file->find("absent"));
}

TEST_F(SafetensorsTest, AcceptsMetadataPaddingAndAnyOrder) {
  writeBytes(file(R"({"b":{"dtype":"U8","shape":[2],"data_offsets":[3,5]},"__metadata__":{"format":"pt"},)"
                  R"("a":{"dtype":"I8","shape":[3],"data_offsets":[0,3]}}   )",
                  5));
  std::string error;
  auto file = SafetensorsFile::open(path, error);
  ASSERT_TRUE(file) << error;
  EXPECT_EQ(file->tensors()[0].name, "a");
  EXPECT_EQ(file->tensors()[1].name, "b");
}

TEST_F(SafetensorsTest, NamesWhatIsWrong) {
  auto one = [](const std::string &dtype, const std::string &shape, const std::string &offsets) {
    return R"({"w":{"dtype":")" + dtype + R"(","shape":)" + shape + R"(,"data_offsets":)" + offsets + "}}";
  };
  EXPECT_EQ(failure("abc"), "not a safetensors file: 3 bytes, shorter than its header");
  EXPECT_EQ(failure(std::string(8, '\xff')),
            "not a safetensors file: a header of 18446744073709551615 bytes, at most 100000000 are allowed");
  EXPECT_EQ(failure(file("{}", 0).substr(0, 9)),
            "the header takes 2 bytes, but the file has 1 after its length: truncated");
  EXPECT_EQ(failure(file("{\"w\":", 0)), "header is not JSON (byte 6)");
  EXPECT_EQ(failure(file("[]", 0)), "header is not a JSON object");
  EXPECT_EQ(failure(file("[[[[[[[[]]]]]]]]", 0)), "header nests too deeply");
  EXPECT_EQ(failure(file(R"({"__metadata__":[1]})", 0)), "__metadata__ is not an object of strings");
  EXPECT_EQ(failure(file(R"({"w":3})", 0)), "tensor \"w\" is not described by an object");
  EXPECT_EQ(failure(file(R"({"w":{"shape":[1],"data_offsets":[0,1]}})", 1)), "tensor \"w\" has no dtype");
  EXPECT_EQ(failure(file(R"({"w":{"dtype":3,"shape":[1],"data_offsets":[0,1]}})", 1)),
            "tensor \"w\": dtype is not a string");
  EXPECT_EQ(failure(file(one("F8_E4M3", "[1]", "[0,1]"), 1)),
            "tensor \"w\": dtype \"F8_E4M3\" is not one of F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL");
  EXPECT_EQ(failure(file(one("F32", "1", "[0,4]"), 4)), "tensor \"w\": shape is not an array");
  EXPECT_EQ(failure(file(one("F32", "[-1]", "[0,4]"), 4)), "tensor \"w\": shape [-1] has an entry that is not a size");
  EXPECT_EQ(failure(file(one("F32", "[4294967296,4294967296]", "[0,4]"), 4)),
            "tensor \"w\": shape [4294967296,4294967296] overflows");
  EXPECT_EQ(failure(file(one("U8", "[0,9223372036854775807,2]", "[0,0]"), 0)),
            "tensor \"w\": shape [0,9223372036854775807,2] overflows");
  EXPECT_EQ(failure(file(one("U8", "[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]", "[0,1]"), 1)),
            "tensor \"w\": shape has 17 dimensions, at most 16 are allowed");
  EXPECT_EQ(failure(file(one("F32", "[1]", "[0]"), 4)), "tensor \"w\": data_offsets is not a pair of offsets");
  EXPECT_EQ(failure(file(one("F32", "[1]", "[4,0]"), 4)), "tensor \"w\": data_offsets [4,0] run backwards");
  EXPECT_EQ(failure(file(one("F32", "[2]", "[0,8]"), 6)),
            "tensor \"w\" ends at byte 8 of the data, but the file has 6: truncated");
  EXPECT_EQ(failure(file(one("F32", "[2]", "[0,4]"), 4)),
            "tensor \"w\": F32 of shape [2] takes 8 bytes, but data_offsets span 4");
  EXPECT_EQ(failure(file(one("F32", "[1]", "[4,8]"), 8)), "4 bytes before tensor \"w\" belong to no tensor");
  EXPECT_EQ(failure(file(one("F32", "[1]", "[0,4]"), 9)), "5 bytes at the end belong to no tensor");
  const std::string a = R"("a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]})";
  EXPECT_EQ(failure(file("{" + a + "," + a + "}", 8)), "tensor \"a\" stands twice in the header");
  EXPECT_EQ(failure(file(R"({"a":{"dtype":"U8","dtype":"I8","shape":[0],"data_offsets":[0,0]}})", 0)),
            "field \"dtype\" stands twice in the header");
  EXPECT_EQ(failure(file("{" + a + R"(,"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}})", 12)),
            "tensors \"a\" and \"b\" overlap");
  EXPECT_EQ(failure(file(R"({"a\nb":3})", 0)), "tensor \"a\\nb\" is not described by an object");
}

TEST_F(SafetensorsTest, RefusesWhatIsNotAFile) {
  std::string error;
  EXPECT_FALSE(SafetensorsFile::open(path, error));
  EXPECT_EQ(error, path + ": cannot open: No such file or directory");
  EXPECT_FALSE(SafetensorsFile::open(directory.string(), error));
  EXPECT_EQ(error, directory.string() + ": not a regular file");
}

// Any damage to a good file is either harmless or an error; nothing is read outside the file (the sanitizers watch).
TEST_F(SafetensorsTest, SurvivesDamage) {
  const float values[16] = {};
  std::string error;
  ASSERT_TRUE(writeSafetensors(path, {{"a", DType::f32, {2, 4}, values}, {"b", DType::i64, {4}, values}}, error));
  std::ifstream in(path, std::ios::binary);
  const std::string good((std::istreambuf_iterator<char>(in)), {});
  std::mt19937 random(1);
  const std::string alphabet = "0123456789[]{}\",:-eF \xff";
  int rejected = 0;
  for (int round = 0; round < 3000; ++round) {
    std::string bad = good;
    for (int changes = 1 + random() % 3; changes > 0; --changes)
      bad[random() % bad.size()] = alphabet[random() % alphabet.size()];
    if (random() % 4 == 0)
      bad.resize(random() % bad.size());
    writeBytes(bad);
    auto file = SafetensorsFile::open(path, error);
    if (!file) {
      ++rejected;
      continue;
    }
    uint64_t sum = 0;
    for (const TensorInfo &tensor : file->tensors())
      for (uint64_t i = 0; i < tensor.bytes; ++i)
        sum += file->data(tensor)[i];
    EXPECT_LE(sum, 255u * good.size());
  }
  EXPECT_GT(rejected, 1000);
}

TEST_F(SafetensorsTest, WritesWholeOrNotAtAll) {
  std::string error;
  const float value = 1;
  ASSERT_TRUE(writeSafetensors(path, {{"a", DType::f32, {}, &value}}, error));
  EXPECT_FALSE(writeSafetensors(path, {{"a", DType::f32, {}, &value}, {"a", DType::f32, {}, &value}}, error));
  EXPECT_EQ(error, path + ": tensor \"a\" would be written twice");
  EXPECT_TRUE(SafetensorsFile::open(path, error)) << error;
  {
    auto file = AtomicFile::create(path, error);
    ASSERT_TRUE(file && file->write("half", 4, error));
  }
  EXPECT_TRUE(SafetensorsFile::open(path, error)) << error;
  EXPECT_EQ(std::distance(fs::directory_iterator(directory), {}), 1) << "the temporary file is gone";

  const std::string nowhere = (directory / "no" / "t").string();
  EXPECT_FALSE(writeSafetensors(nowhere, {}, error));
  EXPECT_EQ(error, nowhere + ": cannot write: No such file or directory");
  EXPECT_FALSE(writeSafetensors(directory.string(), {}, error));
  EXPECT_EQ(error, directory.string() + ": cannot write: Is a directory");
}

}  // namespace
