// Weight files: single, sharded, and everything that can be wrong with a set of them.
#include "frontend/config/Checkpoint.h"

#include "test/frontend/Files.h"

using namespace qwen;
using qwen::testing::ScratchTest;
using qwen::testing::TestTensor;
using qwen::testing::writeTensors;

namespace {

class CheckpointTest : public ScratchTest {
protected:
  std::shared_ptr<const Checkpoint> open() const { return Checkpoint::open(directory.string()); }
  // What is said of a directory that can't be read, without the directory's name.
  std::string failure() const {
    try {
      open();
    } catch (const InputError &error) {
      std::string text = error.what();
      const std::string prefix = directory.string() + "/";
      for (size_t at; (at = text.find(prefix)) != std::string::npos;)
        text.erase(at, prefix.size());
      return text;
    }
    return "no error";
  }
  void writeShards() const {
    writeTensors(path("model-00001-of-00002.safetensors"), {TestTensor::counting("a", {2})});
    writeTensors(path("model-00002-of-00002.safetensors"), {TestTensor::counting("b", {3})});
  }
  void writeIndex(const Json &weight_map) const {
    const Json index = {{"metadata", {{"total_size", 20}}}, {"weight_map", weight_map}};
    write("model.safetensors.index.json", index.dump());
  }
};

TEST_F(CheckpointTest, NoWeights) { EXPECT_EQ(open(), nullptr); }

TEST_F(CheckpointTest, OtherFormats) {
  write("pytorch_model.bin", "x");
  EXPECT_EQ(failure(), "pytorch_model.bin: expected weights as safetensors");
}

TEST_F(CheckpointTest, Single) {
  writeTensors(path("model.safetensors"), {TestTensor::counting("a", {2, 2})});
  EXPECT_EQ(open()->find("a")->info->shape, (std::vector<int64_t>{2, 2}));
  EXPECT_EQ(open()->find("b"), nullptr);
  EXPECT_EQ(open()->name(), "model.safetensors");
}

TEST_F(CheckpointTest, SingleGoesBeforeIndex) {
  writeTensors(path("model.safetensors"), {TestTensor::counting("a", {2, 2})});
  writeIndex({{"b", "missing.safetensors"}});
  EXPECT_NE(open()->find("a"), nullptr);
}

TEST_F(CheckpointTest, Sharded) {
  writeShards();
  EXPECT_NE(open()->find("a"), nullptr) << "without an index";
  writeIndex({{"a", "model-00001-of-00002.safetensors"}, {"b", "model-00002-of-00002.safetensors"}});
  EXPECT_NE(open()->find("a"), nullptr);
  EXPECT_NE(open()->find("b"), nullptr);
  EXPECT_EQ(open()->name(), "model.safetensors.index.json");
}

TEST_F(CheckpointTest, MissingShard) {
  writeTensors(path("model-00001-of-00002.safetensors"), {TestTensor::counting("a", {2})});
  EXPECT_EQ(failure(), "model-00002-of-00002.safetensors: missing, expected beside model-00001-of-00002.safetensors");
  writeIndex({{"a", "model-00001-of-00002.safetensors"}, {"b", "model-00002-of-00002.safetensors"}});
  EXPECT_EQ(failure(), "model-00002-of-00002.safetensors: missing, but model.safetensors.index.json names it");
}

TEST_F(CheckpointTest, IndexAndShardsDisagree) {
  writeShards();
  writeIndex({{"a", "model-00002-of-00002.safetensors"}, {"b", "model-00001-of-00002.safetensors"}});
  EXPECT_EQ(failure(), "model.safetensors.index.json: tensor \"a\" is said to be in model-00002-of-00002.safetensors, "
                       "but is in model-00001-of-00002.safetensors");
  writeIndex({{"a", "model-00001-of-00002.safetensors"},
              {"b", "model-00002-of-00002.safetensors"},
              {"c", "model-00002-of-00002.safetensors"}});
  EXPECT_EQ(failure(), "model.safetensors.index.json: tensor \"c\" is said to be in model-00002-of-00002.safetensors, "
                       "but is in no file");
  writeTensors(path("model-00002-of-00002.safetensors"),
               {TestTensor::counting("b", {3}), TestTensor::counting("d", {1})});
  writeIndex({{"a", "model-00001-of-00002.safetensors"}, {"b", "model-00002-of-00002.safetensors"}});
  EXPECT_EQ(failure(), "model-00002-of-00002.safetensors: tensor \"d\" is not listed in model.safetensors.index.json");
}

TEST_F(CheckpointTest, TensorInTwoShards) {
  writeShards();
  writeTensors(path("model-00002-of-00002.safetensors"), {TestTensor::counting("a", {2})});
  EXPECT_EQ(failure(), "model-00002-of-00002.safetensors: tensor \"a\" is also in model-00001-of-00002.safetensors");
}

TEST_F(CheckpointTest, BadIndex) {
  const std::string index = "model.safetensors.index.json: ";
  write("model.safetensors.index.json", "{}");
  EXPECT_EQ(failure(), index + "weight_map is missing, expected an object from tensor names to file names");
  writeIndex({1, 2});
  EXPECT_EQ(failure(), index + "weight_map is a list, expected an object from tensor names to file names");
  writeIndex(Json::object());
  EXPECT_EQ(failure(), index + "weight_map is empty, expected the names of the tensors");
  writeIndex({{"a", 3}});
  EXPECT_EQ(failure(), index + "weight_map has 3 for tensor \"a\", expected a file name");
  writeIndex({{"a", "../model.safetensors"}});
  EXPECT_EQ(failure(), index + "weight_map names the file \"../model.safetensors\", expected a file beside the index");
  write("model.safetensors.index.json", "{\"weight_map\": {\"a\": \"x\", \"a\": \"y\"}}");
  EXPECT_EQ(failure(), index + "field \"a\" stands twice");
}

TEST_F(CheckpointTest, TruncatedFile) {
  writeTensors(path("model.safetensors"), {TestTensor::counting("a", {64})});
  std::filesystem::resize_file(path("model.safetensors"), std::filesystem::file_size(path("model.safetensors")) - 4);
  EXPECT_EQ(failure().rfind("model.safetensors: ", 0), 0u) << failure();
  EXPECT_NE(failure().find("\"a\""), std::string::npos) << failure();
}

TEST_F(CheckpointTest, TypeOfMatrices) {
  writeTensors(path("model.safetensors"),
               {TestTensor::counting("a", {2, 2}, 0, DType::bf16), TestTensor::counting("norm", {2}, 0, DType::f32)});
  EXPECT_TRUE(open()->isBf16()) << "vectors don't count";
  writeTensors(path("model.safetensors"),
               {TestTensor::counting("a", {2, 2}, 0, DType::bf16), TestTensor::counting("b", {2, 2}, 0, DType::f32)});
  EXPECT_FALSE(open()->isBf16());
}

}  // namespace
