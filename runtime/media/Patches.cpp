#include "runtime/media/Patches.h"

#include "runtime/core/Error.h"

namespace qwen {
namespace {

constexpr int64_t kMaxValues = int64_t{1} << 31;  // of one picture or video

// In f32 and in HF's order: mean and deviation take the scale, the pixel itself doesn't.
float normalize(const PatchConfig &config, int channel, int value) {
  const auto pixel = static_cast<float>(value);
  const float scale = config.do_rescale ? static_cast<float>(1.0 / config.rescale_factor) : 1.0f;
  if (config.do_normalize)
    return (pixel - static_cast<float>(config.image_mean[channel]) * scale) /
           (static_cast<float>(config.image_std[channel]) * scale);
  return config.do_rescale ? pixel * static_cast<float>(config.rescale_factor) : pixel;
}

}  // namespace

PatchWriter::PatchWriter(const PatchConfig &config) : config(config) {
  for (int channel = 0; channel < 3; ++channel)
    for (int value = 0; value < 256; ++value)
      normalized[channel][value] = normalize(config, channel, value);
}

void PatchWriter::begin(PatchRows &to, int64_t frame_count, int64_t height, int64_t width, const std::string &where) {
  if (height % config.factor() != 0 || width % config.factor() != 0)
    throw UserError(where + ": the picture is " + std::to_string(width) + "x" + std::to_string(height) +
                    ", without do_resize both sides must be multiples of " + std::to_string(config.factor()));
  rows = &to;
  frames = frame_count;
  added = 0;
  grid = {(frames + config.temporal_patch_size - 1) / config.temporal_patch_size, height / config.patch_size,
          width / config.patch_size};
  to.width = config.rowWidth();
  if (grid.patches() * to.width > kMaxValues)
    throw UserError(where + ": it becomes " + std::to_string(grid.patches()) + " patches of " +
                    std::to_string(to.width) + " values, at most " + std::to_string(kMaxValues) +
                    " values are taken: lower the processor's limit of pixels");
  start = to.values.size();
  to.values.resize(start + static_cast<size_t>(grid.patches() * to.width));
  to.grids.push_back(grid);
}

void PatchWriter::add(const Image &frame) {
  write(frame, added++);
  for (int64_t index = frames; added == frames && index < grid.t * config.temporal_patch_size; ++index)
    write(frame, index);
}

// Row order: time, then merge x merge blocks of patches, then the patches of a block.
void PatchWriter::write(const Image &frame, int64_t index) {
  const int64_t patch = config.patch_size, merge = config.merge_size, depth = config.temporal_patch_size;
  const int64_t plane = patch * patch, blocks = grid.w / merge;
  float *const slab = rows->values.data() + start + index / depth * grid.h * grid.w * rows->width;
  for (int64_t y = 0; y < frame.height; ++y) {
    const int64_t patch_y = y / patch;
    const uint8_t *pixel = frame.row(y);
    for (int64_t patch_x = 0; patch_x < grid.w; ++patch_x) {
      const int64_t block = patch_y / merge * blocks + patch_x / merge;
      const int64_t row = (block * merge + patch_y % merge) * merge + patch_x % merge;
      float *out = slab + row * rows->width + index % depth * plane + y % patch * patch;
      for (int64_t x = 0; x < patch; ++x, pixel += 3)
        for (int c = 0; c < 3; ++c)
          out[c * depth * plane + x] = normalized[c][pixel[c]];
    }
  }
}

}  // namespace qwen
