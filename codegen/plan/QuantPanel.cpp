#include "codegen/plan/QuantPanel.h"

#include "codegen/plan/Quantize.h"

#include <algorithm>
#include <cstring>

namespace qwen {
namespace {

constexpr int64_t kLanes = 16;
constexpr int64_t kQuads = kQuantGroup / 4;  // of a group
constexpr int64_t kQuadBytes = kLanes * 4;   // of all lanes
constexpr int64_t kGroups = kQuantBlock / kQuantGroup;

float sumOfSquares(const float *group) {
  constexpr int64_t kParts = 8;  // in a fixed order that vectors can follow
  float parts[kParts] = {};
  for (int64_t i = 0; i < kQuantGroup; i += kParts)
    for (int64_t j = 0; j < kParts; ++j)
      parts[j] += group[i + j] * group[i + j];
  return ((parts[0] + parts[4]) + (parts[1] + parts[5])) + ((parts[2] + parts[6]) + (parts[3] + parts[7]));
}

// Codes of one lane's group -> its places in the group's part of a block.
void placeQ8(const uint8_t *codes, uint8_t *out) {
  for (int64_t quad = 0; quad < kQuads; ++quad)
    std::memcpy(out + quad * kQuadBytes, codes + 4 * quad, 4);
}
void placeQ4(const uint8_t *codes, uint8_t *out) {
  for (int64_t quad = 0; quad < kQuads / 2; ++quad) {
    uint32_t low, high;
    std::memcpy(&low, codes + 4 * quad, 4);
    std::memcpy(&high, codes + 4 * (quad + kQuads / 2), 4);
    low |= high << 4;
    std::memcpy(out + quad * kQuadBytes, &low, 4);
  }
}

template <QuantizedGroup quantize(const float *, uint8_t *), void place(const uint8_t *, uint8_t *)>
QuantError packPanel(const float *rows, int64_t count, int64_t columns, int64_t block_bytes, uint8_t *out) {
  const int64_t group_bytes = (block_bytes - kQuantScaleBytes) / kGroups;
  const int64_t blocks = (columns + kQuantBlock - 1) / kQuantBlock;
  QuantError sum;
  // Group by group, so that what is written stays in the first cache.
  for (int64_t group = 0; group < blocks * kGroups; ++group) {
    uint8_t *block = out + group / kGroups * block_bytes;
    uint8_t *scales = block + group % kGroups * kLanes * sizeof(uint16_t);
    uint8_t *places = block + kQuantScaleBytes + group % kGroups * group_bytes;
    const int64_t here = std::clamp(columns - group * kQuantGroup, int64_t{0}, kQuantGroup);
    for (int64_t lane = 0; lane < count; ++lane) {
      const float *weights = rows + lane * columns + std::min(group * kQuantGroup, columns);
      float padded[kQuantGroup] = {};
      if (here < kQuantGroup)
        weights = std::copy_n(weights, here, padded) - here;
      uint8_t codes[kQuantGroup];
      const QuantizedGroup quantized = quantize(weights, codes);
      std::memcpy(scales + lane * sizeof(uint16_t), &quantized.scale, sizeof(uint16_t));
      place(codes, places + lane * 4);
      sum.add({quantized.squared_error, sumOfSquares(weights)});
    }
  }
  return sum;
}

}  // namespace

QuantError packPanelQ8(const float *rows, int64_t count, int64_t columns, uint8_t *out) {
  return packPanel<quantizeQ8, placeQ8>(rows, count, columns, kQ8BlockBytes, out);
}
QuantError packPanelQ4(const float *rows, int64_t count, int64_t columns, uint8_t *out) {
  return packPanel<quantizeQ4, placeQ4>(rows, count, columns, kQ4BlockBytes, out);
}

}  // namespace qwen
