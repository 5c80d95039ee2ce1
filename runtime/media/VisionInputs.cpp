#include "runtime/media/VisionInputs.h"

#include "runtime/media/Codecs.h"
#include "runtime/media/Resize.h"
#include "runtime/media/SmartResize.h"

#include <algorithm>

namespace qwen {
namespace {

// The limit on all frames of a video together; that on each of them may be lower.
int64_t maxVideoPixels(const VisionConfig &config, int64_t frames) {
  const PatchConfig &patches = config.video;
  if (!config.sampling.cap_pixels_per_frame)
    return patches.max_pixels;
  const int64_t cap = config.sampling.max_video_tokens * patches.factor() * patches.factor();
  const auto least = static_cast<int64_t>(static_cast<double>(patches.min_pixels) * 1.05);
  return std::max(std::min(cap, patches.max_pixels / frames), least) * frames;
}

// Appends the picture, or a frame after `writer.begin()` has been told of all, resized.
void addResized(PatchWriter &writer, const Image &image, Size size) {
  if (image.height == size.height && image.width == size.width)
    writer.add(image);
  else
    writer.add(resizeBicubic(image, size.height, size.width));
}

void addVideo(PatchWriter &writer, const VisionConfig &config, const VideoSource &source, VideoRows &rows) {
  const std::unique_ptr<VideoFrames> frames = openVideo(source);
  const std::vector<int64_t> numbers = sampleFrames(config.sampling, frames->count(), frames->fps());
  const auto taken = static_cast<int64_t>(numbers.size());
  const PatchConfig &patches = config.video;
  Size size;
  bool begun = false;
  frames->read(numbers, [&](const Image &frame) {
    if (!begun) {
      size = {frame.height, frame.width};
      if (patches.do_resize)
        size = smartResizeVideo(taken, size, patches.temporal_patch_size, patches.factor(), patches.min_pixels,
                                maxVideoPixels(config, taken), source.path);
      checkPixels(size.height, size.width, source.path);
      writer.begin(rows.patches, taken, size.height, size.width, source.path);
      begun = true;
    }
    addResized(writer, frame, size);
  });
  rows.timestamps.push_back(patchTimestamps(numbers, frames->fps(), patches.temporal_patch_size));
}

}  // namespace

PatchRows processImages(const std::vector<std::string> &paths, const VisionConfig &config) {
  const PatchConfig &patches = config.image;
  PatchRows rows;
  PatchWriter writer(patches);
  for (const std::string &path : paths) {
    const Image image = readImage(path);
    Size size{image.height, image.width};
    if (patches.do_resize)
      size = smartResize(size, patches.factor(), patches.min_pixels, patches.max_pixels, path);
    checkPixels(size.height, size.width, path);
    writer.begin(rows, 1, size.height, size.width, path);
    addResized(writer, image, size);
  }
  return rows;
}

VideoRows processVideos(const std::vector<VideoSource> &sources, const VisionConfig &config) {
  VideoRows rows;
  PatchWriter writer(config.video);
  for (const VideoSource &source : sources)
    addVideo(writer, config, source, rows);
  return rows;
}

}  // namespace qwen
