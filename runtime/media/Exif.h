// How the camera was held: the orientation in a file's EXIF data.
#pragma once

#include "runtime/media/Image.h"

#include <cstddef>

namespace qwen {

// The orientation (tag 274) in the first directory of a TIFF header, which may stand behind "Exif\0\0":
// 1 to 8, and 1 where there is none or the data is damaged.
int exifOrientation(const uint8_t *data, size_t size);

// What PIL.ImageOps.exif_transpose() makes of a picture with that orientation.
Image turnUpright(Image image, int orientation);

}  // namespace qwen
