// What a vision model takes of pictures and videos: the outputs of HF's image and video processors.
#pragma once

#include "runtime/media/Patches.h"
#include "runtime/media/Video.h"

#include <string>
#include <vector>

namespace qwen {

// Of videos: pixel_values_videos and video_grid_thw, and for each video the seconds of its grid.t patches in time.
struct VideoRows {
  PatchRows patches;
  std::vector<std::vector<double>> timestamps;
};

// pixel_values and image_grid_thw of these files, in this order. HF: Qwen2VLImageProcessor. One decoded picture is
// held at a time. Throws UserError that begins with the file's path.
PatchRows processImages(const std::vector<std::string> &paths, const VisionConfig &config);

// HF: Qwen3VLVideoProcessor. One decoded frame is held at a time. Throws UserError that begins with a path.
VideoRows processVideos(const std::vector<VideoSource> &sources, const VisionConfig &config);

}  // namespace qwen
