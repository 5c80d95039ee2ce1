// From 8-bit pictures to the rows of patches that a vision model takes.
#pragma once

#include "runtime/abi/VisionConfig.h"
#include "runtime/media/Image.h"

#include <string>
#include <vector>

namespace qwen {

// Patches of one picture or video along time, height and width: a row of image_grid_thw or video_grid_thw.
struct Grid {
  int64_t t = 0, h = 0, w = 0;
  int64_t patches() const { return t * h * w; }
  bool operator==(const Grid &) const = default;
};

// pixel_values and image_grid_thw of any number of pictures, or pixel_values_videos and video_grid_thw of videos.
struct PatchRows {
  int64_t width = 0;          // PatchConfig::rowWidth(): channel, frame of the patch, row, column
  std::vector<float> values;  // [patches of all grids, width]; of a grid merge x merge patches at a time
  std::vector<Grid> grids;    // in the order in which they were added

  int64_t rows() const { return width == 0 ? 0 : static_cast<int64_t>(values.size()) / width; }
};

// Appends rows for frames that are added one by one. HF: patchify() and rescale_and_normalize() of the processors.
class PatchWriter {
public:
  explicit PatchWriter(const PatchConfig &config);

  // Begins a picture (frames: 1) or video of this size in pixels; its last patch in time repeats the last frame.
  // Throws UserError that begins with `where` when a side isn't a multiple of PatchConfig::factor(), or the rows would
  // take 8 GB.
  void begin(PatchRows &rows, int64_t frames, int64_t height, int64_t width, const std::string &where);
  // The next of them, of that size; called `frames` times.
  void add(const Image &frame);

private:
  void write(const Image &frame, int64_t index);

  const PatchConfig &config;
  std::array<std::array<float, 256>, 3> normalized;  // of a channel's 256 values
  PatchRows *rows = nullptr;
  size_t start = 0;  // of the current grid's values
  Grid grid;
  int64_t frames = 0, added = 0;
};

}  // namespace qwen
