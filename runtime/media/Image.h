// A picture in memory.
#pragma once

#include <cstdint>
#include <memory>

namespace qwen {

// 8 bits a channel, RGB, rows from the top: pixels is [height, width, 3].
struct Image {
  int64_t height = 0, width = 0;
  std::unique_ptr<uint8_t[]> pixels;

  Image() = default;
  // Pixels aren't set: a file that promises a large picture takes memory only for the rows that it has.
  Image(int64_t height, int64_t width)
      : height(height), width(width), pixels(std::make_unique_for_overwrite<uint8_t[]>(height * width * 3)) {}

  uint8_t *row(int64_t y) { return pixels.get() + y * width * 3; }
  const uint8_t *row(int64_t y) const { return pixels.get() + y * width * 3; }
  int64_t bytes() const { return height * width * 3; }
};

}  // namespace qwen
