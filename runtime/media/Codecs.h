// The decoders behind decodeImage(), one for each format, and what they share.
#pragma once

#include "runtime/media/Decode.h"

namespace qwen {

// A decoded picture and the orientation that its file gives it.
struct Decoded {
  Image image;
  int orientation = 1;  // EXIF tag 274: 1 to 8, 1 is upright
};

// Throw UserError that begins with `where`.
Decoded decodeJpeg(const uint8_t *data, size_t size, const std::string &where);
Decoded decodePng(const uint8_t *data, size_t size, const std::string &where);
Decoded decodeWebp(const uint8_t *data, size_t size, const std::string &where);

// Throw UserError when a picture of this size has no pixels or more than kMaxPixels; makeImage() leaves them unset.
void checkPixels(int64_t height, int64_t width, const std::string &where);
Image makeImage(int64_t height, int64_t width, const std::string &where);

// Of one channel over white, rounded as PIL.Image.alpha_composite() rounds: its 7 bits of fraction are kept.
inline uint8_t overWhite(uint32_t value, uint32_t alpha) {
  const uint32_t sum = (value * alpha + 255 * (255 - alpha)) * 128 + (128 << 7);
  return static_cast<uint8_t>(((sum >> 8) + sum) >> 8 >> 7);
}

}  // namespace qwen
