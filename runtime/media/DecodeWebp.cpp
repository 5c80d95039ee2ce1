// WebP by libwebp: a still picture, or the first frame of an animation on its canvas.
#include "runtime/core/Error.h"
#include "runtime/media/Codecs.h"
#include "runtime/media/Exif.h"

#include <cstring>

#include <webp/decode.h>
#include <webp/demux.h>

namespace qwen {
namespace {

struct DeleteDemuxer {
  void operator()(WebPDemuxer *demuxer) const { WebPDemuxDelete(demuxer); }
};

int orientationOf(const WebPDemuxer *demuxer) {
  WebPChunkIterator chunk;
  int orientation = 1;
  if (WebPDemuxGetChunk(demuxer, "EXIF", 1, &chunk)) {
    orientation = exifOrientation(chunk.chunk.bytes, chunk.chunk.size);
    WebPDemuxReleaseChunkIterator(&chunk);
  }
  return orientation;
}

// The first frame as RGBA, [height, width, 4]; false when it can't be decoded.
bool decodeRgba(const WebPIterator &frame, uint8_t *rgba) {
  return WebPDecodeRGBAInto(frame.fragment.bytes, frame.fragment.size, rgba, size_t{4} * frame.width * frame.height,
                            4 * frame.width) != nullptr;
}

// Where the frame doesn't reach, the canvas is transparent: white with an alpha channel, black without.
void drawFrame(const WebPIterator &frame, const uint8_t *rgba, bool has_alpha, Image &canvas) {
  std::memset(canvas.pixels.get(), has_alpha ? 255 : 0, canvas.bytes());
  for (int64_t y = 0; y < frame.height; ++y)
    for (int64_t x = 0; x < frame.width; ++x) {
      const uint8_t *pixel = rgba + 4 * (y * frame.width + x);
      uint8_t *out = canvas.row(y + frame.y_offset) + 3 * (x + frame.x_offset);
      for (int c = 0; c < 3; ++c)
        out[c] = has_alpha ? overWhite(pixel[c], pixel[3]) : pixel[c];
    }
}

}  // namespace

Decoded decodeWebp(const uint8_t *data, size_t size, const std::string &where) {
  const auto fail = [&](const char *problem) -> Decoded {
    throw UserError(where + ": the WebP file can't be decoded: " + problem);
  };
  const WebPData bytes{data, size};
  WebPDemuxState state = WEBP_DEMUX_PARSE_ERROR;
  const std::unique_ptr<WebPDemuxer, DeleteDemuxer> demuxer(WebPDemuxPartial(&bytes, &state));
  if (!demuxer || state == WEBP_DEMUX_PARSE_ERROR)
    return fail("its chunks are damaged");
  if (state != WEBP_DEMUX_DONE)
    return fail("it is truncated");
  Decoded decoded{makeImage(WebPDemuxGetI(demuxer.get(), WEBP_FF_CANVAS_HEIGHT),
                            WebPDemuxGetI(demuxer.get(), WEBP_FF_CANVAS_WIDTH), where),
                  orientationOf(demuxer.get())};
  Image &image = decoded.image;
  const bool has_alpha = (WebPDemuxGetI(demuxer.get(), WEBP_FF_FORMAT_FLAGS) & ALPHA_FLAG) != 0;

  WebPIterator frame;
  if (!WebPDemuxGetFrame(demuxer.get(), 1, &frame))
    return fail("it has no frame");
  const std::unique_ptr<WebPIterator, void (*)(WebPIterator *)> release(&frame, WebPDemuxReleaseIterator);
  if (!has_alpha && frame.width == image.width && frame.height == image.height) {
    if (!WebPDecodeRGBInto(frame.fragment.bytes, frame.fragment.size, image.pixels.get(), image.bytes(),
                           static_cast<int>(3 * image.width)))
      return fail("its pixels are damaged");
    return decoded;
  }
  const auto rgba = std::make_unique_for_overwrite<uint8_t[]>(size_t{4} * frame.width * frame.height);
  if (!decodeRgba(frame, rgba.get()))
    return fail("its pixels are damaged");
  drawFrame(frame, rgba.get(), has_alpha, image);
  return decoded;
}

}  // namespace qwen
