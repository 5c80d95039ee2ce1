#include "runtime/core/BatchForward.h"

#include "EngineFixture.h"
#include "runtime/core/Error.h"

#include <gtest/gtest.h>
#include <limits>
#include <tuple>

using namespace qwen;

namespace {

constexpr float kUntouched = -99;

// Five sequences for two slots; the fourth is all padding.
PaddedBatch makeBatch(bool positions, bool embeds) {
  PaddedBatch batch;
  batch.batch = 5;
  batch.columns = 9;
  batch.first = {0, 4, 2, 0, 0};
  batch.count = {9, 5, 3, 0, 7};
  batch.has_mask = true;
  for (int i = 0; i < 45; ++i) {
    if (embeds)
      for (int64_t k = 0; k < fake::kHidden; ++k)
        batch.embeds.push_back(0.05f * static_cast<float>((i * 7 + k * 3) % 11));
    else
      batch.ids.push_back((i * 13 + 5) % fake::kVocab);
    if (positions)
      batch.position_ids.push_back(static_cast<float>((i * 5) % 17));
  }
  return batch;
}

// threads, chunk, positions, embeds
using Setting = std::tuple<int, int, bool, bool>;
class BatchForwardTest : public testing::TestWithParam<Setting> {};

// Every row is what its sequence alone gives, whatever stands beside it and however the calls are cut.
TEST_P(BatchForwardTest, ComputesEveryTokenOnce) {
  auto [threads, chunk, positions, embeds] = GetParam();
  fake::EngineFixture fixture(fake::program(), threads);
  const PaddedBatch batch = makeBatch(positions, embeds);
  std::vector<float> logits(static_cast<size_t>(45 * fake::kVocab), kUntouched);
  std::vector<float> hidden(static_cast<size_t>(45 * fake::kHidden), kUntouched);
  forwardBatch(fixture.engine, batch, chunk, {}, {{0, logits.data()}, {2, hidden.data()}});

  for (int64_t row = 0; row < 5; ++row) {
    std::vector<float> values, places;
    for (int64_t column = 0; column < 9; ++column) {
      const int64_t at = row * 9 + column;
      const auto i = static_cast<size_t>(at);
      if (!batch.real(row, column)) {
        EXPECT_EQ(logits[i * fake::kVocab], kUntouched);
        EXPECT_EQ(hidden[i * fake::kHidden], kUntouched);
        continue;
      }
      values.push_back(embeds ? fake::value(batch.embeds.data() + at * fake::kHidden) : fake::value(batch.ids[i]));
      places.push_back(positions ? batch.position_ids[i] : static_cast<float>(column));
      const float length = positions ? 17.0f : 9.0f;
      for (int64_t v = 0; v < fake::kVocab; ++v)
        ASSERT_EQ(logits[i * fake::kVocab + static_cast<size_t>(v)], fake::expected(values, places, length, 0, v))
            << row << ", " << column;
      for (int64_t k = 0; k < fake::kHidden; ++k)
        ASSERT_EQ(hidden[i * fake::kHidden + static_cast<size_t>(k)], fake::expected(values, places, length, 2, k));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Cuts, BatchForwardTest,
                         testing::Combine(testing::Values(1, 2, 4), testing::Values(1, 3, 7, 32), testing::Bool(),
                                          testing::Bool()));

TEST(BatchForward, PoolsWantedRows) {
  Program program = fake::program(Head::sequence_classification);
  program.pad_token_id = 3;
  fake::EngineFixture fixture(program);
  PaddedBatch batch;
  batch.batch = 2;
  batch.columns = 4;
  batch.ids = {5, 6, 3, 3, /**/ 3, 3, 3, 3};
  batch.first = {0, 0};
  batch.count = {2, 4};
  auto pooled = pooledColumns(batch, program);
  EXPECT_EQ(pooled, (std::vector<int64_t>{1, 0}));
  std::vector<float> logits(2 * fake::kLabels);
  forwardBatch(fixture.engine, batch, 5, pooled, {{0, logits.data()}});
  auto value = [](int32_t id) { return fake::value(id); };
  EXPECT_EQ(logits[0], fake::expected({value(5), value(6)}, {0, 1}, 4, 0, 0));
  EXPECT_EQ(logits[3], fake::expected({value(3)}, {0}, 4, 0, 0));
}

// One sequence whose last id isn't the pad token though the mask excludes it (unless its tokens reach that far).
PaddedBatch pooledAtPadding(int64_t first, int64_t count, int64_t columns) {
  PaddedBatch batch;
  batch.batch = 1;
  batch.columns = columns;
  for (int64_t i = 0; i < columns; ++i)
    batch.ids.push_back(static_cast<int32_t>(7 + i));
  batch.first = {first};
  batch.count = {count};
  batch.has_mask = true;
  return batch;
}

TEST(BatchForward, PooledPaddingSeesTheTokensOnly) {
  Program program = fake::program(Head::sequence_classification);
  program.pad_token_id = 3;
  fake::EngineFixture fixture(program);
  auto value = [](int32_t id) { return fake::value(id); };
  for (int64_t chunk : {1, 2, 3, 9}) {
    std::vector<float> logits(fake::kLabels);
    PaddedBatch batch = pooledAtPadding(1, 2, 5);
    forwardBatch(fixture.engine, batch, chunk, pooledColumns(batch, program), {{0, logits.data()}});
    EXPECT_EQ(logits[2], fake::expectedAtPadding(value(11), {value(8), value(9)}, {1, 2}, 5, 0, 2)) << chunk;
    // It takes no place in the cache.
    batch = pooledAtPadding(0, fake::kMaxSeq, fake::kMaxSeq + 1);
    forwardBatch(fixture.engine, batch, chunk, pooledColumns(batch, program), {{0, logits.data()}});
    std::vector<float> values, places;
    for (int64_t i = 0; i < fake::kMaxSeq; ++i) {
      values.push_back(value(static_cast<int32_t>(7 + i)));
      places.push_back(static_cast<float>(i));
    }
    EXPECT_EQ(logits[1], fake::expectedAtPadding(value(7 + fake::kMaxSeq), values, places, fake::kMaxSeq + 1, 0, 1));
  }
}

// The error of a call that pools the last of `columns`; empty when there is none.
std::string poolingError(int64_t window, int64_t first, int64_t count, int64_t columns) {
  Program program = fake::program(Head::sequence_classification);
  program.mask_window = window;
  fake::EngineFixture fixture(program);
  const PaddedBatch batch = pooledAtPadding(first, count, columns);
  std::vector<float> logits(fake::kLabels);
  try {
    forwardBatch(fixture.engine, batch, 4, pooledColumns(batch, program), {{0, logits.data()}});
  } catch (const UserError &error) {
    return error.what();
  }
  return "";
}

TEST(BatchForward, RefusesPaddingThatHasNoExactResult) {
  EXPECT_EQ(poolingError(0, 0, 0, 4), "row 0 is pooled at column 3, which attention_mask excludes, and no token stands "
                                      "before it");
  EXPECT_EQ(poolingError(5, 2, 3, 8),
            "row 0 is pooled at column 7, which attention_mask excludes, too far behind the last token for a sliding "
            "window of 5; pad with fewer columns");
  EXPECT_EQ(poolingError(6, 2, 3, 8), "") << "the window holds every token";
  EXPECT_EQ(poolingError(3, 2, 3, 6), "") << "the column next to the tokens";
  EXPECT_NE(poolingError(1, 2, 3, 6), "") << "a window without a token";
}

TEST(BatchForward, PoolingWithoutPadTokenOrIds) {
  Program program = fake::program(Head::sequence_classification);
  PaddedBatch batch;
  batch.batch = 1;
  batch.columns = 4;
  batch.ids = {5, 6, 3, 3};
  EXPECT_EQ(pooledColumns(batch, program), std::vector<int64_t>{3});
  program.pad_token_id = 3;
  EXPECT_EQ(pooledColumns(batch, program), std::vector<int64_t>{1});
  batch.ids.clear();
  EXPECT_EQ(pooledColumns(batch, program), std::vector<int64_t>{3});
  program.pad_token_id.reset();
  batch.batch = 2;
  EXPECT_THROW(pooledColumns(batch, program), UserError);
}

}  // namespace
