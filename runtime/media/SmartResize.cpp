#include "runtime/media/SmartResize.h"

#include "runtime/core/Error.h"

#include <algorithm>
#include <cmath>

namespace qwen {
namespace {

constexpr double kMaxRatio = 200.0;

void checkRatio(Size size, const std::string &where) {
  const auto [shorter, longer] = std::minmax(size.height, size.width);
  if (static_cast<double>(longer) / static_cast<double>(shorter) > kMaxRatio)
    throw UserError(where + ": the picture is " + std::to_string(size.width) + "x" + std::to_string(size.height) +
                    ", a side may be at most 200 times the other: crop it");
}

// Halves go to the even neighbour, as Python rounds (the processor's default rounding mode).
int64_t roundTo(int64_t value, int64_t factor) {
  return static_cast<int64_t>(std::nearbyint(static_cast<double>(value) / static_cast<double>(factor))) * factor;
}

// `frames` pictures of `size` (`counted`: as many as they are rounded to) brought within the limits.
Size withinLimits(double frames, double counted, Size size, int64_t factor, int64_t min_pixels, int64_t max_pixels) {
  const auto height = static_cast<double>(size.height), width = static_cast<double>(size.width);
  const auto step = static_cast<double>(factor);
  Size result{roundTo(size.height, factor), roundTo(size.width, factor)};
  const double pixels = counted * static_cast<double>(result.height) * static_cast<double>(result.width);
  if (pixels > static_cast<double>(max_pixels)) {
    const double beta = std::sqrt(frames * height * width / static_cast<double>(max_pixels));
    result.height = std::max(factor, static_cast<int64_t>(std::floor(height / beta / step)) * factor);
    result.width = std::max(factor, static_cast<int64_t>(std::floor(width / beta / step)) * factor);
  } else if (pixels < static_cast<double>(min_pixels)) {
    const double beta = std::sqrt(static_cast<double>(min_pixels) / (frames * height * width));
    result.height = static_cast<int64_t>(std::ceil(height * beta / step)) * factor;
    result.width = static_cast<int64_t>(std::ceil(width * beta / step)) * factor;
  }
  return result;
}

}  // namespace

Size smartResize(Size size, int64_t factor, int64_t min_pixels, int64_t max_pixels, const std::string &where) {
  checkRatio(size, where);
  return withinLimits(1, 1, size, factor, min_pixels, max_pixels);
}

Size smartResizeVideo(int64_t frames, Size size, int64_t temporal_factor, int64_t factor, int64_t min_pixels,
                      int64_t max_pixels, const std::string &where) {
  if (frames < temporal_factor)
    throw UserError(where + ": " + std::to_string(frames) + " frame(s) of the video were sampled, at least " +
                    std::to_string(temporal_factor) + " are needed");
  if (size.height < factor || size.width < factor) {
    const double scale = std::max(static_cast<double>(factor) / static_cast<double>(size.height),
                                  static_cast<double>(factor) / static_cast<double>(size.width));
    size.height = static_cast<int64_t>(static_cast<double>(size.height) * scale);
    size.width = static_cast<int64_t>(static_cast<double>(size.width) * scale);
  }
  checkRatio(size, where);
  return withinLimits(static_cast<double>(frames), static_cast<double>(roundTo(frames, temporal_factor)), size, factor,
                      min_pixels, max_pixels);
}

}  // namespace qwen
