// Image files to RGB, as PIL opens them and the family's HF image processor converts what PIL gives it.
#pragma once

#include "runtime/media/Image.h"

#include <cstdint>
#include <string>
#include <vector>

namespace qwen {

// More are refused before memory is taken for them: where PIL speaks of a decompression bomb.
inline constexpr int64_t kMaxPixels = 178956970;

// Which way a picture is turned whose file has an EXIF orientation.
enum class Orientation {
  stored,   // as it lies in the file: PIL.Image.open() and a processor that is given its result
  upright,  // as the camera was held: HF's load_image()
};

enum class ImageFormat { jpeg, png, webp, unknown };

// Told by the first bytes; names don't count.
ImageFormat imageFormat(const uint8_t *data, size_t size);

// Decodes a JPEG, PNG or WebP file (of an animation the first frame) of `size` bytes. Alpha and transparent colours
// are composited on white, grey becomes three equal channels (16-bit grey is clipped at 255, as PIL does it), CMYK
// becomes RGB without a colour profile. Throws UserError that begins with `where`.
Image decodeImage(const uint8_t *data, size_t size, const std::string &where,
                  Orientation orientation = Orientation::stored);

// Reads and decodes the file. Throws UserError that begins with the path.
Image readImage(const std::string &path, Orientation orientation = Orientation::stored);

// All bytes of a regular file. Throws UserError that begins with the path, also for an empty one.
std::vector<uint8_t> readFileBytes(const std::string &path);

}  // namespace qwen
