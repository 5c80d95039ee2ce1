#include "runtime/media/Video.h"

#include "runtime/core/Error.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <sys/stat.h>

namespace qwen {

std::unique_ptr<VideoFrames> openVideo(const VideoSource &source) {
  struct stat info;
  if (::stat(source.path.c_str(), &info) != 0)
    throw UserError(source.path + ": no such file or directory, expected a video file or a directory of frames");
  return S_ISDIR(info.st_mode) ? openFrameDirectory(source) : openVideoFile(source);
}

std::vector<int64_t> sampleFrames(const SamplingConfig &config, int64_t count, double fps) {
  std::vector<int64_t> numbers;
  if (!config.do_sample_frames) {
    numbers.resize(count);
    std::iota(numbers.begin(), numbers.end(), 0);
    return numbers;
  }
  int64_t taken;
  if (config.num_frames)
    taken = *config.num_frames;
  else if (config.fps) {
    const double wanted = std::min(static_cast<double>(count) / fps * *config.fps, static_cast<double>(INT32_MAX));
    taken = std::min({std::max(static_cast<int64_t>(wanted), config.min_frames), config.max_frames, count});
  } else
    taken = std::min(std::max(count, config.min_frames), config.max_frames);

  // As numpy.linspace() computes them; halves are rounded to the even neighbour.
  const auto last = static_cast<double>(count - 1);
  const double step = taken > 1 ? last / static_cast<double>(taken - 1) : 0.0;
  for (int64_t i = 0; i < taken; ++i) {
    const double place = i > 0 && i == taken - 1 ? last : static_cast<double>(i) * step;
    numbers.push_back(static_cast<int64_t>(std::nearbyint(place)));
  }
  return numbers;
}

std::vector<double> patchTimestamps(std::vector<int64_t> numbers, double fps, int64_t temporal_patch_size) {
  while (!numbers.empty() && numbers.size() % temporal_patch_size != 0)
    numbers.push_back(numbers.back());
  std::vector<double> seconds;
  for (size_t i = 0; i < numbers.size(); i += temporal_patch_size) {
    const double first = static_cast<double>(numbers[i]) / fps,
                 last = static_cast<double>(numbers[i + temporal_patch_size - 1]) / fps;
    seconds.push_back((first + last) / 2);
  }
  return seconds;
}

}  // namespace qwen
