#include "codegen/plan/QuantPanel.h"

#include "codegen/plan/Quantize.h"

#include <algorithm>
#include <cstring>
#include <iterator>

namespace qwen {
namespace {

constexpr int64_t kLanes = kQuantGroups;
constexpr int64_t kQuads = kQuantGroup / 4;  // of a group
constexpr int64_t kQuadBytes = kLanes * 4;   // of all lanes
constexpr int64_t kGroups = kQuantBlock / kQuantGroup;

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

using Quantizer = void(const float *, int64_t, QuantizedGroup *, uint8_t *);

// Calls visit(group, quantized [16], codes [16][kQuantGroup]) for every group of the panel's blocks.
template <Quantizer quantize, typename Visit>
void forEachGroup(const float *rows, int64_t count, int64_t columns, Visit &&visit) {
  const int64_t blocks = (columns + kQuantBlock - 1) / kQuantBlock;
  for (int64_t group = 0; group < blocks * kGroups; ++group) {
    const int64_t here = std::clamp(columns - group * kQuantGroup, int64_t{0}, kQuantGroup);
    const float *weights = rows + std::min(group * kQuantGroup, columns);
    int64_t stride = columns;
    float padded[kLanes * kQuantGroup];
    if (here < kQuantGroup || count < kLanes) {
      std::fill(std::begin(padded), std::end(padded), 0.0f);
      for (int64_t lane = 0; lane < count; ++lane)
        std::copy_n(weights + lane * columns, here, padded + lane * kQuantGroup);
      weights = padded;
      stride = kQuantGroup;
    }
    QuantizedGroup quantized[kLanes];
    uint8_t codes[kLanes * kQuantGroup];
    quantize(weights, stride, quantized, codes);
    visit(group, quantized, codes);
  }
}

template <Quantizer quantize, void place(const uint8_t *, uint8_t *)>
QuantError packPanel(const float *rows, int64_t count, int64_t columns, int64_t block_bytes, uint8_t *out) {
  const int64_t group_bytes = (block_bytes - kQuantScaleBytes) / kGroups;
  QuantError sum;
  forEachGroup<quantize>(rows, count, columns, [&](int64_t group, const auto &quantized, const uint8_t *codes) {
    uint8_t *block = out + group / kGroups * block_bytes;
    uint8_t *scales = block + group % kGroups * kLanes * sizeof(uint16_t);
    uint8_t *places = block + kQuantScaleBytes + group % kGroups * group_bytes;
    for (int64_t lane = 0; lane < count; ++lane) {
      std::memcpy(scales + lane * sizeof(uint16_t), &quantized[lane].scale, sizeof(uint16_t));
      place(codes + lane * kQuantGroup, places + lane * 4);
      sum.add({quantized[lane].squared_error, quantized[lane].squares});
    }
  });
  return sum;
}

template <Quantizer quantize, int value(uint8_t, uint16_t)>
void roundPanel(const float *rows, int64_t count, int64_t columns, float *out) {
  forEachGroup<quantize>(rows, count, columns, [&](int64_t group, const auto &quantized, const uint8_t *codes) {
    const int64_t first = group * kQuantGroup;
    for (int64_t lane = 0; lane < count; ++lane)
      for (int64_t k = first; k < std::min(first + kQuantGroup, columns); ++k)
        out[lane * columns + k] = fromHalf(quantized[lane].scale) *
                                  float(value(codes[lane * kQuantGroup + k - first], quantized[lane].scale));
  });
}

int valueOfQ8(uint8_t code, uint16_t) { return q8Value(code); }
int valueOfQ4(uint8_t code, uint16_t scale) { return q4Value(code, scale); }

}  // namespace

QuantError packPanelQ8(const float *rows, int64_t count, int64_t columns, uint8_t *out) {
  return packPanel<quantizeGroupsQ8, placeQ8>(rows, count, columns, kQ8BlockBytes, out);
}
QuantError packPanelQ4(const float *rows, int64_t count, int64_t columns, uint8_t *out) {
  return packPanel<quantizeGroupsQ4, placeQ4>(rows, count, columns, kQ4BlockBytes, out);
}
void roundPanelQ8(const float *rows, int64_t count, int64_t columns, float *out) {
  roundPanel<quantizeGroupsQ8, valueOfQ8>(rows, count, columns, out);
}
void roundPanelQ4(const float *rows, int64_t count, int64_t columns, float *out) {
  roundPanel<quantizeGroupsQ4, valueOfQ4>(rows, count, columns, out);
}

}  // namespace qwen
