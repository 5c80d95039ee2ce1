#include "runtime/media/Exif.h"

#include <cstring>

namespace qwen {
namespace {

constexpr uint16_t kOrientationTag = 274, kShort = 3;

// Numbers of a TIFF file in its own byte order; what lies outside reads as 0.
struct Tiff {
  const uint8_t *data;
  size_t size;
  bool big_endian;

  uint32_t number(size_t at, size_t bytes) const {
    if (at > size || bytes > size - at)
      return 0;
    uint32_t value = 0;
    for (size_t i = 0; i < bytes; ++i)
      value |= static_cast<uint32_t>(data[at + i]) << 8 * (big_endian ? bytes - 1 - i : i);
    return value;
  }
};

}  // namespace

int exifOrientation(const uint8_t *data, size_t size) {
  if (size >= 6 && std::memcmp(data, "Exif\0\0", 6) == 0)
    data += 6, size -= 6;
  if (size < 8 || (std::memcmp(data, "II", 2) != 0 && std::memcmp(data, "MM", 2) != 0))
    return 1;
  const Tiff tiff{data, size, data[0] == 'M'};
  const size_t directory = tiff.number(4, 4);
  const size_t entries = tiff.number(directory, 2);
  for (size_t i = 0; i < entries; ++i) {
    const size_t entry = directory + 2 + 12 * i;  // tag, type, count, value
    if (tiff.number(entry, 2) != kOrientationTag || tiff.number(entry + 2, 2) != kShort)
      continue;
    const uint32_t value = tiff.number(entry + 8, 2);
    return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
  }
  return 1;
}

Image turnUpright(Image image, int orientation) {
  if (orientation == 1)
    return image;
  // Bits of what an orientation does: exchange the axes, then mirror columns, mirror rows.
  const bool exchanged = orientation >= 5;
  const bool mirrored_x = orientation == 2 || orientation == 3 || orientation == 6 || orientation == 7;
  const bool mirrored_y = orientation == 3 || orientation == 4 || orientation == 7 || orientation == 8;
  Image turned(exchanged ? image.width : image.height, exchanged ? image.height : image.width);
  for (int64_t y = 0; y < turned.height; ++y)
    for (int64_t x = 0; x < turned.width; ++x) {
      const int64_t across = mirrored_x ? turned.width - 1 - x : x;
      const int64_t down = mirrored_y ? turned.height - 1 - y : y;
      std::memcpy(turned.row(y) + 3 * x, exchanged ? image.row(across) + 3 * down : image.row(down) + 3 * across, 3);
    }
  return turned;
}

}  // namespace qwen
