#include "codegen/plan/QuantPanel.h"

#include "codegen/plan/Quantize.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <vector>

namespace qwen {
namespace {

constexpr int64_t kLanes = 16;

float scaleAt(const std::vector<uint8_t> &panel, int64_t block_bytes, int64_t lane, int64_t k) {
  uint16_t bits;
  const int64_t group = k % kQuantBlock / kQuantGroup;
  std::memcpy(&bits, panel.data() + k / kQuantBlock * block_bytes + (group * kLanes + lane) * 2, sizeof(bits));
  return fromHalf(bits);
}
// The code of column k, read as PackedGeometry's users read it.
int codeQ8(const std::vector<uint8_t> &panel, int64_t lane, int64_t k) {
  const int64_t within = k % kQuantBlock;
  return panel[k / kQuantBlock * kQ8BlockBytes + 64 + within / 4 * 64 + lane * 4 + within % 4];
}
int codeQ4(const std::vector<uint8_t> &panel, int64_t lane, int64_t k) {
  const int64_t within = k % kQuantGroup, half = within / 16;
  const uint8_t byte = panel[k / kQuantBlock * kQ4BlockBytes + 64 + k % kQuantBlock / kQuantGroup * 256 +
                             within % 16 / 4 * 64 + lane * 4 + within % 4];
  return half ? byte >> 4 : byte & 15;
}

// Whole multiples of a scale that f16 holds: 127 of them in each group of q8, so that nothing is lost.
TEST(QuantPanel, KnownBytesOfQ8) {
  constexpr int64_t kColumns = 70;
  std::vector<float> rows(3 * kColumns);
  auto whole = [](int64_t row, int64_t k) { return k % 32 == 5 ? 127 : int(7 * row + 3 * k) % 120 - 60; };
  for (int64_t i = 0; i < 3 * kColumns; ++i)
    rows[i] = 0.25f * whole(i / kColumns, i % kColumns);
  std::vector<uint8_t> panel(2 * kQ8BlockBytes);
  const QuantError error = packPanelQ8(rows.data(), 3, kColumns, panel.data());
  EXPECT_EQ(0, error.squared_error);
  double squares = 0;
  for (float value : rows)
    squares += value * value;
  EXPECT_NEAR(squares, error.squares, 1e-3);
  for (int64_t row = 0; row < 3; ++row)
    for (int64_t k = 0; k < 2 * kQuantBlock; ++k) {
      // 70 columns: the third group has 6, of which the sixth is the largest; the fourth has none.
      EXPECT_EQ(k < 96 ? 0.25f : 0.0f, scaleAt(panel, kQ8BlockBytes, row, k)) << k;
      EXPECT_EQ(k < kColumns ? whole(row, k) + 128 : 128, codeQ8(panel, row, k)) << row << " " << k;
    }
}

// The scales and codes that the quantiser finds for each group, at their places; zeros fill the last group.
TEST(QuantPanel, PlacesOfQ4) {
  constexpr int64_t kColumns = 90;
  std::vector<float> rows(kLanes * kColumns);
  for (int64_t i = 0; i < kLanes * kColumns; ++i)
    rows[i] = std::sin(float(i) * 0.7f);
  std::vector<uint8_t> panel(2 * kQ4BlockBytes);
  const QuantError error = packPanelQ4(rows.data(), kLanes, kColumns, panel.data());
  double squared_error = 0;
  for (int64_t row = 0; row < kLanes; ++row)
    for (int64_t start = 0; start < 2 * kQuantBlock; start += kQuantGroup) {
      float group[kQuantGroup] = {};
      for (int64_t i = 0; i < kQuantGroup && start + i < kColumns; ++i)
        group[i] = rows[row * kColumns + start + i];
      uint8_t codes[kQuantGroup];
      const QuantizedGroup quantized = quantizeQ4(group, codes);
      squared_error += quantized.squared_error;
      EXPECT_EQ(fromHalf(quantized.scale), scaleAt(panel, kQ4BlockBytes, row, start));
      for (int64_t i = 0; i < kQuantGroup; ++i)
        EXPECT_EQ(codes[i], codeQ4(panel, row, start + i)) << row << " " << start + i;
    }
  EXPECT_NEAR(squared_error, error.squared_error, 1e-6 * squared_error);
}

// Lanes of rows that aren't there keep the zeros that the memory had.
TEST(QuantPanel, AbsentRowsStayZero) {
  const std::vector<float> rows(kQuantBlock, 1.0f);
  for (auto [pack, bytes] : {std::pair(&packPanelQ8, kQ8BlockBytes), std::pair(&packPanelQ4, kQ4BlockBytes)}) {
    std::vector<uint8_t> panel(bytes);
    pack(rows.data(), 1, kQuantBlock, panel.data());
    for (int64_t i = 0; i < bytes; ++i) {
      const int64_t lane = i < 64 ? i / 2 % kLanes : i % 64 / 4;
      EXPECT_TRUE(lane == 0 || panel[i] == 0) << i;
    }
  }
}

}  // namespace
}  // namespace qwen
