// JPEG by libjpeg-turbo: its accurate integer transform and smooth upsampling, as PIL runs it.
#include "runtime/core/Error.h"
#include "runtime/media/Codecs.h"
#include "runtime/media/Exif.h"

#include <algorithm>
#include <cstdio>
#include <cstring>

#include <setjmp.h>

#include <jpeglib.h>

#include <jerror.h>

namespace qwen {
namespace {

// A file of many scans makes a progressive decoder go over the whole picture for each.
constexpr int kMaxScans = 1000;

// libjpeg reports an error by a call that must not return: it jumps back into the member function that entered the
// library, which has nothing to destroy. Where these return false, problem() says what is wrong.
class JpegReader {
public:
  JpegReader() {
    info.err = jpeg_std_error(&errors);
    info.client_data = this;
    errors.error_exit = [](j_common_ptr info) {
      info->err->format_message(info, of(info).message);
      of(info).fail();
    };
    // Warnings speak of damaged data, which PIL shows as well as it can; but it refuses files that end early.
    errors.emit_message = [](j_common_ptr info, int level) {
      if (level < 0 && info->err->msg_code == JWRN_JPEG_EOF)
        of(info).fail("it is truncated");
    };
    progress.progress_monitor = [](j_common_ptr info) {
      if (reinterpret_cast<j_decompress_ptr>(info)->input_scan_number > kMaxScans)
        of(info).fail("it has more than 1000 scans");
    };
  }
  ~JpegReader() {
    if (created)
      jpeg_destroy_decompress(&info);
  }
  JpegReader(const JpegReader &) = delete;
  JpegReader &operator=(const JpegReader &) = delete;

  // Reads up to the first scan.
  bool readHeader(const uint8_t *data, size_t size) {
    if (setjmp(escape) != 0)
      return false;
    jpeg_create_decompress(&info);
    created = true;
    info.progress = &progress;
    jpeg_mem_src(&info, data, size);
    jpeg_save_markers(&info, JPEG_APP0 + 1, 0xffff);
    jpeg_read_header(&info, TRUE);
    return true;
  }

  // After this rows are [width, num_components]: grey, RGB or CMYK.
  bool start() {
    if (setjmp(escape) != 0)
      return false;
    info.out_color_space = components() == 1 ? JCS_GRAYSCALE : components() == 3 ? JCS_RGB : JCS_CMYK;
    jpeg_start_decompress(&info);
    return true;
  }

  bool readRow(uint8_t *row) {
    if (setjmp(escape) != 0)
      return false;
    jpeg_read_scanlines(&info, &row, 1);
    return true;
  }

  // Up to the marker that ends the picture.
  bool finish() {
    if (setjmp(escape) != 0)
      return false;
    jpeg_finish_decompress(&info);
    return true;
  }

  int64_t height() const { return info.image_height; }
  int64_t width() const { return info.image_width; }
  int components() const { return info.num_components; }
  const char *problem() const { return message; }

  int orientation() const {
    for (const jpeg_marker_struct *marker = info.marker_list; marker; marker = marker->next)
      if (marker->data_length >= 6 && std::memcmp(marker->data, "Exif\0\0", 6) == 0)
        return exifOrientation(marker->data, marker->data_length);
    return 1;
  }

private:
  static JpegReader &of(j_common_ptr info) { return *static_cast<JpegReader *>(info->client_data); }
  [[noreturn]] void fail() { longjmp(escape, 1); }
  [[noreturn]] void fail(const char *text) {
    std::snprintf(message, sizeof message, "%s", text);
    fail();
  }

  jpeg_decompress_struct info{};
  jpeg_error_mgr errors{};
  jpeg_progress_mgr progress{};
  jmp_buf escape;
  bool created = false;
  char message[JMSG_LENGTH_MAX] = "";
};

// a * b / 255, rounded.
int product(int a, int b) {
  const int sum = a * b + 128;
  return ((sum >> 8) + sum) >> 8;
}

// As Adobe's programs write CMYK: inverted, 255 is no ink.
void convertRow(const uint8_t *row, int components, int64_t width, uint8_t *rgb) {
  for (int64_t x = 0; x < width; ++x)
    for (int c = 0; c < 3; ++c) {
      if (components == 1) {
        rgb[3 * x + c] = row[x];
        continue;
      }
      const int white = row[4 * x + 3], ink = 255 - row[4 * x + c];
      rgb[3 * x + c] = static_cast<uint8_t>(std::max(0, white - product(ink, white)));
    }
}

}  // namespace

Decoded decodeJpeg(const uint8_t *data, size_t size, const std::string &where) {
  JpegReader reader;
  const auto check = [&](bool done) {
    if (!done)
      throw UserError(where + ": the JPEG file can't be decoded: " + reader.problem());
  };
  check(reader.readHeader(data, size));
  const int components = reader.components();
  if (components != 1 && components != 3 && components != 4)
    throw UserError(where + ": the JPEG file has " + std::to_string(components) +
                    " components, expected 1 (grey), 3 (colour) or 4 (CMYK)");
  Decoded decoded{makeImage(reader.height(), reader.width(), where), reader.orientation()};
  Image &image = decoded.image;
  check(reader.start());
  std::vector<uint8_t> samples(components == 3 ? 0 : image.width * components);
  for (int64_t y = 0; y < image.height; ++y) {
    check(reader.readRow(components == 3 ? image.row(y) : samples.data()));
    if (components != 3)
      convertRow(samples.data(), components, image.width, image.row(y));
  }
  check(reader.finish());
  return decoded;
}

}  // namespace qwen
