// PNG by libpng. Samples are taken as they are stored and converted here, where PIL's rules differ from libpng's.
#include "runtime/core/Error.h"
#include "runtime/media/Codecs.h"
#include "runtime/media/Exif.h"

#include <array>
#include <cstdio>
#include <cstring>

#include <setjmp.h>

#include <png.h>

namespace qwen {
namespace {

// libpng reports an error by a call that must not return: it jumps back into the member function that entered the
// library, which has nothing to destroy. Where these return false, problem() says what is wrong.
class PngReader {
public:
  PngReader(const uint8_t *data, size_t size) : data(data), size(size) {
    png = png_create_read_struct(
        PNG_LIBPNG_VER_STRING, this,
        [](png_structp png, png_const_charp text) {
          auto &reader = *static_cast<PngReader *>(png_get_error_ptr(png));
          // What read() found is the cause of whatever libpng says of it.
          std::snprintf(reader.message, sizeof reader.message, "%s", reader.ended ? "it is truncated" : text);
          longjmp(reader.escape, 1);
        },
        [](png_structp, png_const_charp) {});
    if (png)
      header = png_create_info_struct(png);
  }
  ~PngReader() { png_destroy_read_struct(&png, &header, nullptr); }
  PngReader(const PngReader &) = delete;
  PngReader &operator=(const PngReader &) = delete;

  // Reads up to the first row.
  bool readHeader() {
    if (!header || setjmp(escape) != 0)
      return false;
    // Texts, profiles and the like change no pixel; they aren't read, so they can't be too large either.
    static const png_byte kUnread[] = "iCCP\0tEXt\0zTXt\0iTXt\0sPLT\0hIST\0pCAL\0sCAL";
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, kUnread, sizeof kUnread / 5);
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, nullptr, 0);
    png_set_read_fn(png, this, [](png_structp png, png_bytep out, size_t count) {
      static_cast<PngReader *>(png_get_io_ptr(png))->read(out, count);
    });
    png_read_info(png, header);
    return true;
  }

  // After this rows are samples, big-endian of 16 bits and else one to a byte.
  bool start() {
    if (setjmp(escape) != 0)
      return false;
    png_set_packing(png);
    passes = png_set_interlace_handling(png);
    png_read_update_info(png, header);
    return true;
  }
  // Of an interlaced file each pass goes over all rows, which keep what earlier passes wrote.
  bool readRow(uint8_t *row) {
    if (setjmp(escape) != 0)
      return false;
    png_read_row(png, row, nullptr);
    return true;
  }
  // What stands behind the pixels.
  bool finish() {
    if (setjmp(escape) != 0)
      return false;
    png_read_end(png, header);
    return true;
  }

  int64_t height() const { return png_get_image_height(png, header); }
  int64_t width() const { return png_get_image_width(png, header); }
  int colorType() const { return png_get_color_type(png, header); }
  int64_t rowBytes() const { return static_cast<int64_t>(png_get_rowbytes(png, header)); }
  int passCount() const { return passes; }
  const char *problem() const { return message; }

  int orientation() const {
    png_bytep exif = nullptr;
    png_uint_32 length = 0;
    return png_get_eXIf_1(png, header, &length, &exif) != 0 ? exifOrientation(exif, length) : 1;
  }

  png_structp png = nullptr;
  png_infop header = nullptr;

private:
  void read(png_bytep out, size_t count) {
    if (count > size - at) {
      ended = true;
      png_error(png, "end of file");
    }
    std::memcpy(out, data + at, count);
    at += count;
  }

  const uint8_t *data;
  size_t size, at = 0;
  bool ended = false;
  int passes = 1;
  jmp_buf escape;
  char message[128] = "out of memory";
};

struct Rgb {
  uint8_t r, g, b;
  bool operator==(const Rgb &) const = default;
};
constexpr Rgb kWhite = {255, 255, 255};

// From samples to RGB on white.
class PngPixels {
public:
  explicit PngPixels(const PngReader &reader) : color(reader.colorType()) {
    depth = png_get_bit_depth(reader.png, reader.header);
    if (color == PNG_COLOR_TYPE_PALETTE)
      readPalette(reader);
    else
      readTransparentColor(reader);
  }

  void convertRow(const uint8_t *row, int64_t width, uint8_t *rgb) const {
    for (int64_t x = 0; x < width; ++x) {
      const Rgb pixel = at(row, x);
      rgb[3 * x] = pixel.r, rgb[3 * x + 1] = pixel.g, rgb[3 * x + 2] = pixel.b;
    }
  }

private:
  // Colours that the palette lacks are black.
  void readPalette(const PngReader &reader) {
    png_colorp colors = nullptr;
    png_bytep alphas = nullptr;
    int color_count = 0, alpha_count = 0;
    png_get_PLTE(reader.png, reader.header, &colors, &color_count);
    png_get_tRNS(reader.png, reader.header, &alphas, &alpha_count, nullptr);
    for (int i = 0; i < 256; ++i) {
      const png_color entry = i < color_count ? colors[i] : png_color{0, 0, 0};
      const int alpha = alphas && i < alpha_count ? alphas[i] : 255;
      palette[i] = {overWhite(entry.red, alpha), overWhite(entry.green, alpha), overWhite(entry.blue, alpha)};
    }
  }

  // PIL compares the low 8 bits of the file's transparent colour with pixels of 8 bits, of which grey ones are already
  // scaled; only in a picture of one bit does it scale the colour too.
  void readTransparentColor(const PngReader &reader) {
    png_color_16p given = nullptr;
    if (png_get_tRNS(reader.png, reader.header, nullptr, nullptr, &given) == 0 || !given)
      return;
    has_transparent = true;
    const auto low = [](int value) { return static_cast<uint8_t>(value & 255); };
    if (color == PNG_COLOR_TYPE_RGB)
      transparent = {low(given->red), low(given->green), low(given->blue)};
    else {
      const uint8_t gray = depth == 1 ? (given->gray ? 255 : 0) : low(given->gray);
      transparent = {gray, gray, gray};
    }
  }

  // The sample's first byte: all of it, or of 16 bits the high ones.
  Rgb at(const uint8_t *row, int64_t x) const {
    const int64_t bytes = depth == 16 ? 2 : 1;
    switch (color) {
    case PNG_COLOR_TYPE_PALETTE:
      return palette[row[x]];
    case PNG_COLOR_TYPE_GRAY: {
      const uint8_t value = gray(row, x);
      return opaqueOrWhite({value, value, value});
    }
    case PNG_COLOR_TYPE_GRAY_ALPHA: {
      const uint8_t *sample = row + 2 * bytes * x, value = overWhite(sample[0], sample[bytes]);
      return {value, value, value};
    }
    case PNG_COLOR_TYPE_RGB: {
      const uint8_t *sample = row + 3 * bytes * x;
      return opaqueOrWhite({sample[0], sample[bytes], sample[2 * bytes]});
    }
    default: {
      const uint8_t *sample = row + 4 * bytes * x, alpha = sample[3 * bytes];
      return {overWhite(sample[0], alpha), overWhite(sample[bytes], alpha), overWhite(sample[2 * bytes], alpha)};
    }
    }
  }

  // PIL keeps 16 bits of grey, and clips them when it converts to 8.
  uint8_t gray(const uint8_t *row, int64_t x) const {
    if (depth == 16)
      return row[2 * x] != 0 ? 255 : row[2 * x + 1];
    return static_cast<uint8_t>(row[x] * (255 / ((1 << depth) - 1)));
  }

  Rgb opaqueOrWhite(Rgb pixel) const { return has_transparent && pixel == transparent ? kWhite : pixel; }

  int color, depth;
  std::array<Rgb, 256> palette{};
  bool has_transparent = false;
  Rgb transparent{};
};

}  // namespace

Decoded decodePng(const uint8_t *data, size_t size, const std::string &where) {
  PngReader reader(data, size);
  const auto check = [&](bool done) {
    if (!done)
      throw UserError(where + ": the PNG file can't be decoded: " + reader.problem());
  };
  check(reader.readHeader());
  Decoded decoded{makeImage(reader.height(), reader.width(), where)};
  Image &image = decoded.image;
  const PngPixels pixels(reader);
  check(reader.start());

  // Interlaced files come in passes over the whole picture, others row by row.
  const int64_t row_bytes = reader.rowBytes(), kept_rows = reader.passCount() > 1 ? image.height : 1;
  const auto samples = std::make_unique_for_overwrite<uint8_t[]>(row_bytes * kept_rows);
  for (int pass = 1; pass <= reader.passCount(); ++pass)
    for (int64_t y = 0; y < image.height; ++y) {
      uint8_t *row = samples.get() + (kept_rows > 1 ? y * row_bytes : 0);
      check(reader.readRow(row));
      if (pass == reader.passCount())
        pixels.convertRow(row, image.width, image.row(y));
    }
  // The picture is whole: what is wrong behind it doesn't matter.
  if (reader.finish())
    decoded.orientation = reader.orientation();
  return decoded;
}

}  // namespace qwen
