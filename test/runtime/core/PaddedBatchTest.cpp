#include "runtime/core/PaddedBatch.h"

#include "FakeProgram.h"
#include "runtime/core/Error.h"

#include <filesystem>
#include <gtest/gtest.h>
#include <unistd.h>

using namespace qwen;
namespace fs = std::filesystem;

namespace {

using Ids = std::vector<int64_t>;

class PaddedBatchTest : public testing::Test {
protected:
  void SetUp() override {
    path = (fs::temp_directory_path() / ("qwen-batch-" + std::to_string(::getpid()) + ".safetensors")).string();
  }
  void TearDown() override { fs::remove(path); }

  // An I64 tensor whose values live as long as the test.
  TensorView integers(const char *name, std::vector<int64_t> shape, Ids values) {
    kept.push_back(std::make_unique<Ids>(std::move(values)));
    return {name, DType::i64, std::move(shape), kept.back()->data()};
  }

  PaddedBatch read(const std::vector<TensorView> &tensors) {
    std::string error;
    EXPECT_TRUE(writeSafetensors(path, tensors, error)) << error;
    auto file = SafetensorsFile::open(path, error);
    EXPECT_TRUE(file) << error;
    return readPaddedBatch(*file, program);
  }

  std::string failure(const std::vector<TensorView> &tensors) {
    try {
      read(tensors);
    } catch (const UserError &problem) {
      std::string what = problem.what();
      EXPECT_EQ(what.rfind(path + ": ", 0), 0u) << what;
      return what.substr(std::min(what.size(), path.size() + 2));
    }
    return "";
  }

  Program program = fake::program();
  std::string path;
  std::vector<std::unique_ptr<Ids>> kept;
};

TEST_F(PaddedBatchTest, ReadsIdsMaskAndPositions) {
  PaddedBatch batch = read({integers("input_ids", {2, 4}, {1, 2, 3, 4, 5, 6, 7, 8}),
                            integers("attention_mask", {2, 4}, {0, 0, 1, 1, 0, 1, 1, 0}),
                            integers("position_ids", {1, 4}, {3, 2, 1, 0})});
  EXPECT_EQ(batch.batch, 2);
  EXPECT_EQ(batch.columns, 4);
  EXPECT_EQ(batch.first, (Ids{2, 1}));
  EXPECT_EQ(batch.count, (Ids{2, 2}));
  EXPECT_TRUE(batch.has_mask);
  EXPECT_EQ(batch.id(1, 2), 7);
  EXPECT_TRUE(batch.real(1, 2));
  EXPECT_FALSE(batch.real(1, 3));
  EXPECT_EQ(batch.position_ids, (std::vector<float>{3, 2, 1, 0, 3, 2, 1, 0}));
}

TEST_F(PaddedBatchTest, ReadsEmbeddings) {
  std::vector<float> values(2 * 3 * fake::kHidden, 0.5f);
  PaddedBatch batch = read({{"inputs_embeds", DType::f32, {2, 3, fake::kHidden}, values.data()}});
  EXPECT_EQ(batch.columns, 3);
  EXPECT_EQ(batch.embeds, values);
  EXPECT_EQ(batch.id(1, 2), -6);
  EXPECT_EQ(batch.count, (Ids{3, 3}));
  EXPECT_FALSE(batch.has_mask);
}

TEST_F(PaddedBatchTest, NamesWhatIsWrong) {
  const auto ids = integers("input_ids", {1, 3}, {1, 2, 3});
  const std::vector<float> zeros(100);
  const std::vector<int32_t> narrow = {1, 2, 3};
  EXPECT_EQ(failure({ids}), "");
  EXPECT_EQ(failure({}), "neither input_ids nor inputs_embeds is given");
  EXPECT_EQ(failure({ids, {"inputs_embeds", DType::f32, {1, 3, 4}, zeros.data()}}),
            "input_ids and inputs_embeds are both given, expected one of them");
  EXPECT_EQ(failure({ids, integers("labels", {1}, {1})}),
            "labels is not an input of FakeForCausalLM; known: input_ids, attention_mask, position_ids, inputs_embeds");
  EXPECT_EQ(failure({{"input_ids", DType::i32, {1, 3}, narrow.data()}}), "input_ids is I32, expected I64");
  EXPECT_EQ(failure({integers("input_ids", {3}, {1, 2, 3})}), "input_ids has shape [3], expected [batch, columns]");
  EXPECT_EQ(failure({integers("input_ids", {0, 3}, {})}), "input_ids has shape [0, 3], expected at least one token");
  EXPECT_EQ(failure({{"inputs_embeds", DType::f32, {1, 3, 5}, zeros.data()}}),
            "inputs_embeds has shape [1, 3, 5], expected [batch, columns, 4]");
  EXPECT_EQ(failure({{"inputs_embeds", DType::f32, {3, 4}, zeros.data()}}),
            "inputs_embeds has shape [3, 4], expected [batch, columns, 4]");
  EXPECT_EQ(failure({integers("input_ids", {1, 3}, {1, 31, 3})}),
            "input_ids[0, 1] is 31, but the vocabulary has the ids 0 to 30");
  EXPECT_EQ(failure({integers("input_ids", {2, 2}, {1, 2, 3, -100})}),
            "input_ids[1, 1] is -100, but the vocabulary has the ids 0 to 30");
  EXPECT_EQ(failure({ids, integers("attention_mask", {3}, {1, 1, 1})}),
            "attention_mask has shape [3], expected [1, 3]");
  EXPECT_EQ(failure({ids, integers("attention_mask", {1, 3}, {1, 2, 1})}),
            "attention_mask[0, 1] is 2, expected 0 or 1");
  EXPECT_EQ(failure({ids, integers("attention_mask", {1, 3}, {1, 0, 1})}),
            "attention_mask[0, 1] is a hole between tokens: padding stands at the ends of a row only");
  EXPECT_EQ(failure({ids, integers("position_ids", {2, 3}, {1, 2, 3, 4, 5, 6})}),
            "position_ids has shape [2, 3], expected [1, 3]");
  EXPECT_EQ(failure({ids, integers("position_ids", {1, 3}, {0, 1, -2})}),
            "position_ids[0, 2] is -2, expected 0 to 16777216");
  EXPECT_EQ(failure({integers("input_ids", {1, 17}, Ids(17, 1))}),
            "row 0 has 17 tokens, but the program holds 16 positions; build it with --max-seq=17");
  // Padding takes no position.
  Ids mask(17, 1);
  mask[0] = 0;
  EXPECT_EQ(failure({integers("input_ids", {1, 17}, Ids(17, 1)), integers("attention_mask", {1, 17}, mask)}), "");
}

}  // namespace
