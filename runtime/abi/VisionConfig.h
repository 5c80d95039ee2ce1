// How a checkpoint's processors treat pictures and videos: read by the compiler, followed by runtime/media.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

namespace qwen {

// From pixels to rows of patches; the names are those of the processor's file.
struct PatchConfig {
  int64_t patch_size = 0;           // pixels of a patch's side
  int64_t temporal_patch_size = 2;  // frames of a patch
  int64_t merge_size = 2;           // patches of a token's side
  bool do_resize = true;
  int64_t min_pixels = 0, max_pixels = 0;  // size.shortest_edge, size.longest_edge; of a video all frames together
  bool do_rescale = true;
  double rescale_factor = 1.0 / 255.0;
  bool do_normalize = true;
  std::array<double, 3> image_mean{}, image_std{};

  int64_t factor() const { return patch_size * merge_size; }  // both sides of a resized picture are multiples of it
  int64_t rowWidth() const { return 3 * temporal_patch_size * patch_size * patch_size; }
};

// Which frames of a video are taken: num_frames of them, else fps of them a second.
struct SamplingConfig {
  bool do_sample_frames = true;
  std::optional<int64_t> num_frames;
  std::optional<double> fps = 2.0;
  int64_t min_frames = 4, max_frames = 768;  // of sampling by fps
  bool cap_pixels_per_frame = false;
  int64_t max_video_tokens = 768;  // of a frame under that cap
};

struct VisionConfig {
  PatchConfig image, video;
  SamplingConfig sampling;
};

}  // namespace qwen
