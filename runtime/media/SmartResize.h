// The sizes that HF's processors resize pictures and videos to.
#pragma once

#include <cstdint>
#include <string>

namespace qwen {

struct Size {
  int64_t height = 0, width = 0;
  bool operator==(const Size &) const = default;
};

// HF: smart_resize() of image_processing_qwen2_vl. Both sides become multiples of `factor` near the ratio that they
// have, with at least min_pixels and at most max_pixels pixels (all three at least 1).
// Throws UserError that begins with `where` when one side is more than 200 times the other.
Size smartResize(Size size, int64_t factor, int64_t min_pixels, int64_t max_pixels, const std::string &where);

// HF: smart_resize() of video_processing_qwen3_vl: the pixels of all frames together are within the limits.
// Throws also for fewer than temporal_factor frames.
Size smartResizeVideo(int64_t frames, Size size, int64_t temporal_factor, int64_t factor, int64_t min_pixels,
                      int64_t max_pixels, const std::string &where);

}  // namespace qwen
