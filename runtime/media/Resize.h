// Antialiased bicubic resampling of 8-bit pictures.
#pragma once

#include "runtime/media/Image.h"

namespace qwen {

// `image` at [height, width] (each at least 1), to the bit what torch's
// interpolate(uint8, size, mode="bicubic", antialias=True) gives, which torchvision's resize calls: columns, then rows,
// each with 16-bit weights of one common scale and a result rounded and clipped to 8 bits.
Image resizeBicubic(const Image &image, int64_t height, int64_t width);

}  // namespace qwen
